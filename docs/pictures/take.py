"""Take the pictures of docs/search.md anew, of the archive that `make run` serves.

    .venv/bin/python docs/pictures/take.py [ADDRESS]

with Debian's chromium; they are written beside this file.
"""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent.parent))

from tests.browser import ARGUMENTS, CHROMIUM  # noqa: E402 - of this folder's project

_QUALITY = 70


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an address, in pixels; ``before`` is done on the page first."""

    name: str
    path: str
    width: int = 1280
    height: int = 900
    scheme: str = "light"
    before: Callable[[Page], object] | None = None


def _type_initials(page: Page) -> None:
    box = page.locator("main input[name=q]")
    box.click()
    box.press_sequentially("csj", delay=60)
    page.wait_for_selector("[role=option]")


def _to_related(page: Page) -> None:
    page.locator(".related").scroll_into_view_if_needed()


PICTURES = [
    Picture("hits", "/search/?q=长三角 污染"),
    Picture("hits-phone", "/search/?q=長三角 -上海", 390, 844),
    Picture("hits-phone-dark", "/search/?q=“攻坚战", 390, 844, "dark"),
    Picture("understood", "/search/?q=（上海｜浙江） 防治 日期：2020-06 （", height=640),
    Picture("literal", "/search/?q=润秋", height=560),
    Picture("captions", "/search/?q=图片：上海", height=640),
    Picture("near-miss", "/search/?q=长三脚", height=420),
    Picture("completions", "/search/", height=420, before=_type_initials),
    Picture("advanced", "/search/advanced/"),
    Picture("facets", "/search/?q=治理&from=2018-01-01&to=2019-12-31&in=body"),
    Picture("trends", "/trends/?q=长三角,污染", height=1100),
    Picture("trends-dark", "/trends/?q=长三角,污染", 390, 844, "dark"),
    Picture("kwic", "/kwic/?q=污染", height=760),
    Picture("related", "/articles/1/", height=760, before=_to_related),
]  # fmt: skip


def take(browser: Browser, address: str, picture: Picture) -> None:
    """Write one picture as WebP."""
    context = browser.new_context(
        locale="zh-CN",
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(f"{address}{picture.path}", wait_until="networkidle")
    if picture.before:
        picture.before(page)
    image = Image.open(io.BytesIO(page.screenshot()))
    image.save(FOLDER / f"{picture.name}.webp", quality=_QUALITY, method=6)
    context.close()


def main() -> None:
    """Take all of them."""
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for picture in PICTURES:
            take(browser, address, picture)
        browser.close()


if __name__ == "__main__":
    main()
