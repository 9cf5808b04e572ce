"""A printed page of the demo archive as a scan would show it, with the places of its articles.

Pure: a fixture's objects in, a picture out. `make_demo --pictures` writes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

Record = dict[str, Any]
SIZE = (1120, 1600)
MARGIN, GAP = 50, 24
BODY, LEADING = 18, 28
# Grey of the ink on the paper; few shades make a small file.
PAPER, INK, SHADES = 244, 28, 12
# Of each article, as parts of the page: left, top, width, height. Columns of its text,
# and which of them begin below its picture.
_AT_THE_END = frozenset("，。、；：！？”》,;:!?)")
PLACES = {
    1: ((0.0, 0.11, 1.0, 0.37), 4, (2, 3)),
    2: ((0.0, 0.5, 0.48, 0.5), 2, (0, 1)),
    3: ((0.52, 0.5, 0.48, 0.5), 2, ()),
}


@dataclass(frozen=True, slots=True)
class Fonts:
    """The fonts of heads and text, by their files."""

    head: Path
    text: Path

    def heads(self, size: int) -> ImageFont.FreeTypeFont:
        """Return the font of heads."""
        return ImageFont.truetype(self.head, size)

    def body(self) -> ImageFont.FreeTypeFont:
        """Return the font of texts."""
        return ImageFont.truetype(self.text, BODY)


def regions() -> dict[int, tuple[float, float, float, float]]:
    """Return left, top, width and height of each article by its position, as parts of the page."""
    return {position: _of_page(place) for position, (place, _n, _b) in PLACES.items()}


def draw(
    records: list[Record],
    page: list[Any],
    fonts: Fonts,
    pictures: dict[int, Image.Image],
) -> Image.Image:
    """Return the page of this natural key, with the pictures of some positions.

    Raise ValueError where it has fewer articles than ``PLACES``.
    """
    scan = Image.new("L", SIZE, PAPER)
    pen = ImageDraw.Draw(scan)
    _masthead(pen, records, page, fonts)
    for position, (place, columns, below) in PLACES.items():
        article = _article(records, [*page, position])
        box = _pixels(place)
        top = _heads(pen, article, box, fonts)
        _rule(pen, box)
        tops = dict.fromkeys(range(columns), top)
        if below:
            lowered = _picture(scan, pictures[position], box, columns, below, top)
            tops |= dict.fromkeys(below, lowered)
        _columns(pen, _text(records, [*page, position]), box, tops, fonts)
    step = 256 // SHADES
    return scan.point(
        [min(255, value // step * step + step // 2) for value in range(256)]
    )


def _of_page(place: tuple[float, ...]) -> tuple[float, float, float, float]:
    left, top, right, bottom = _pixels(place)
    width, height = SIZE
    return left / width, top / height, (right - left) / width, (bottom - top) / height


def _pixels(place: tuple[float, ...]) -> tuple[int, int, int, int]:
    inner_width, inner_height = SIZE[0] - 2 * MARGIN, SIZE[1] - 2 * MARGIN
    left, top = MARGIN + place[0] * inner_width, MARGIN + place[1] * inner_height
    right, bottom = left + place[2] * inner_width, top + place[3] * inner_height
    return round(left), round(top), round(right), round(bottom)


def _article(records: list[Record], key: list[Any]) -> Record:
    fields: Record
    for record in records:
        fields = record["fields"]
        if (
            record["model"] == "articles.article"
            and [*fields["page"], fields["position"]] == key
        ):
            return fields
    raise ValueError(f"there is no article {key}")


def _text(records: list[Record], key: list[Any]) -> list[str]:
    """Return the paragraphs, each with its indent."""
    return [
        "　　" + record["fields"]["text"]
        for record in records
        if record["model"] == "articles.paragraph"
        and record["fields"]["article"] == key
    ]


def _masthead(
    pen: ImageDraw.ImageDraw, records: list[Record], page: list[Any], fonts: Fonts
) -> None:
    names = {
        r["fields"]["slug"]: r["fields"]["name"]
        for r in records
        if r["model"] == "articles.publication"
    }
    pen.text((MARGIN, MARGIN - 16), names[page[0]], INK, fonts.heads(104))
    right = SIZE[0] - MARGIN
    pen.text(
        (right, MARGIN + 50), f"{page[1]}　{page[3]}", INK, fonts.heads(26), anchor="rs"
    )
    pen.text(
        (right, MARGIN + 92), "示例，并非真实报纸", INK, fonts.heads(26), anchor="rs"
    )
    for y, width in ((MARGIN + 132, 5), (MARGIN + 140, 1)):
        pen.line([MARGIN, y, right, y], INK, width)


def _heads(
    pen: ImageDraw.ImageDraw,
    article: Record,
    box: tuple[int, int, int, int],
    fonts: Fonts,
) -> int:
    """Write the headline as large as it fits in a line or two; return where the text begins."""
    left, top, right, _bottom = box
    size = 46 if right - left > SIZE[0] / 2 else 30
    y = top + 14
    for line in _lines(article["headline"], (right - left) // size):
        pen.text((left, y), line, INK, fonts.heads(size))
        y += round(size * 1.35)
    return y + 14


def _rule(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int]) -> None:
    pen.line([box[0], box[1], box[2], box[1]], INK, 2)


def _picture(
    scan: Image.Image,
    picture: Image.Image,
    box: tuple[int, int, int, int],
    columns: int,
    below: tuple[int, ...],
    top: int,
) -> int:
    """Put the picture over some columns; return where their text begins."""
    width = _column_width(box, columns)
    left = box[0] + below[0] * (width + GAP)
    wide = len(below) * width + (len(below) - 1) * GAP
    height = round(wide * picture.height / picture.width)
    scan.paste(picture.convert("L").resize((wide, height)), (left, top + 4))
    return top + height + 20


def _column_width(box: tuple[int, int, int, int], columns: int) -> int:
    return (box[2] - box[0] - (columns - 1) * GAP) // columns


def _columns(
    pen: ImageDraw.ImageDraw,
    text: list[str],
    box: tuple[int, int, int, int],
    tops: dict[int, int],
    fonts: Fonts,
) -> None:
    """Set the text column after column; what finds no room is left out."""
    width = _column_width(box, len(tops))
    lines = (line for paragraph in text for line in _lines(paragraph, width // BODY))
    font = fonts.body()
    for number, top in tops.items():
        left = box[0] + number * (width + GAP)
        for y in range(top, box[3] - LEADING, LEADING):
            pen.text((left, y), next(lines, ""), INK, font)


def _lines(text: str, length: int) -> Iterator[str]:
    """Yield lines; a mark that cannot begin one stands at the end of the line before."""
    while text:
        end = length + 1 if text[length : length + 1] in _AT_THE_END else length
        yield text[:end]
        text = text[end:]
