"""Write the demo fixture."""

import json
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles import demo_page, demo_pictures
from articles.demo import FOLDER, SCANNED, demo

SOURCE = settings.BASE_DIR / "fixtures" / "xinmin-2020-06-08.json"
PICTURES = settings.BASE_DIR / "fixtures" / "media" / FOLDER
FONTS = Path("/usr/share/fonts/opentype/noto")
OUTPUT = settings.BASE_DIR / "fixtures" / "demo.json"
MAX_ARTICLES = 3000


def _articles(value: str) -> int:
    if value.isascii() and value.isdecimal() and 1 <= int(value) <= MAX_ARTICLES:
        return int(value)
    raise ArgumentTypeError(f"{value!r} is not a number from 1 to {MAX_ARTICLES}")


class Command(BaseCommand):
    """Write the demo fixture."""

    help = (
        "Write a made-up archive, marked 示例, as a fixture: the sentences of the seed fixture,"
        " recombined. The same numbers give the same file."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --articles, --seed and --output."""
        parser.add_argument(
            "--articles", type=_articles, default=300, help="how many (300)"
        )
        parser.add_argument(
            "--seed", type=int, default=2020, help="of the random choices (2020)"
        )
        parser.add_argument(
            "--output", default=str(OUTPUT), help="a file, or - for the terminal"
        )
        parser.add_argument(
            "--pictures",
            action="store_true",
            help=f"draw fixtures/media/{FOLDER}/ as well, with the Noto CJK fonts in {FONTS}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one object a line."""
        try:
            source = json.loads(SOURCE.read_text(encoding="utf-8"))
            records = demo(source, options["articles"], options["seed"])
        except (OSError, ValueError) as error:
            raise CommandError(f"The seed fixture cannot be used: {error}") from error
        lines = (json.dumps(record, ensure_ascii=False) for record in records)
        text = "[\n" + ",\n".join(lines) + "\n]\n"
        if options["output"] == "-":
            self.stdout.write(text, ending="")
            return
        try:
            Path(options["output"]).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"{options['output']} cannot be written: {error}"
            ) from error
        if options["pictures"]:
            _draw(records)
        self.stdout.write(
            f"{options['articles']} articles written to {options['output']}"
        )


def _draw(records: list[dict[str, Any]]) -> None:
    """Write the drawings and the page; the page has few shades, and is smaller lossless."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    drawn = dict(demo_pictures.drawings())
    for name, picture in drawn.items():
        picture.save(PICTURES / f"{name}.webp", quality=60, method=6)
    fonts = demo_page.Fonts(
        FONTS / "NotoSerifCJK-Bold.ttc", FONTS / "NotoSerifCJK-Regular.ttc"
    )
    try:
        shown = {1: drawn["harbour"], 2: drawn["street"]}
        page = demo_page.draw(records, SCANNED, fonts, shown)
    except OSError as error:
        raise CommandError(f"No font to draw the page with: {error}") from error
    page.save(PICTURES / "page.webp", lossless=True, method=6)
