"""The drawings of the demo archive. Nothing in them is real, and nobody takes them for photos.

Pure: numbers in, pictures out. `make_demo` writes them to fixtures/media/demo/.
"""

import math
import random
from collections.abc import Callable, Iterator

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
SIZE = (1280, 853)
# Drawn larger, then made smaller, for smooth edges.
_SCALE = 2
_W, _H = SIZE[0] * _SCALE, SIZE[1] * _SCALE


def drawings() -> Iterator[tuple[str, Image.Image]]:
    """Yield name and picture of each; the same every time."""
    for number, (name, draw) in enumerate(_SCENES.items()):
        picture = draw(random.Random(number))  # noqa: S311 - not a secret
        yield name, picture.resize(SIZE, Image.Resampling.LANCZOS)


def _river(rng: random.Random) -> Image.Image:
    """Draw a skyline at dusk above its reflection."""
    picture = _sky((58, 84, 130), (244, 178, 122))
    _disc(picture, 0.68, 0.5, 0.07, (255, 226, 170))
    for depth, colour in enumerate([(150, 128, 146), (104, 92, 124), (58, 58, 92)]):
        _skyline(picture, rng, 0.62, 0.12 + 0.09 * depth, colour, lit=depth == 2)
    return _mirrored(picture, 0.62, (40, 52, 88))


def _mountains(rng: random.Random) -> Image.Image:
    """Draw ridges in the mist."""
    picture = _sky((196, 214, 222), (246, 240, 226))
    _disc(picture, 0.3, 0.26, 0.05, (255, 250, 238))
    for depth in range(6):
        shade = _between((176, 196, 200), (28, 62, 66), depth / 5)
        _ridge(picture, rng, 0.4 + 0.1 * depth, 0.16 - 0.015 * depth, shade)
    return picture


def _street(rng: random.Random) -> Image.Image:
    """Draw old houses with red lanterns."""
    picture = _sky((214, 222, 224), (240, 234, 220))
    pen = ImageDraw.Draw(picture)
    x = -0.02
    while x < 1:
        width, height = rng.uniform(0.13, 0.2), rng.uniform(0.4, 0.56)
        _house(pen, rng, x, width, height)
        x += width
    pen.rectangle(_box(0, 0.86, 1, 1), fill=(150, 142, 132))
    for row in range(5):
        y = 0.865 + 0.03 * row
        pen.line(_box(0, y, 1, y), fill=(128, 120, 112), width=3)
    return picture


def _bridge(rng: random.Random) -> Image.Image:
    """Draw a stone bridge of three arches above still water."""
    picture = _sky((172, 202, 214), (236, 240, 228))
    _ridge(picture, rng, 0.44, 0.1, (138, 168, 160))
    _ridge(picture, rng, 0.5, 0.06, (96, 134, 118))
    pen = ImageDraw.Draw(picture)
    points = [(x / 60, 0.47 - 0.13 * math.sin(math.pi * x / 60)) for x in range(61)]
    outline = [(0, 0.62), *points, (1, 0.62)]
    pen.polygon([(_W * x, _H * y) for x, y in outline], fill=(196, 188, 172))
    pen.line([(_W * x, _H * y) for x, y in points], fill=(146, 136, 122), width=22)
    for middle, radius in ((0.24, 0.085), (0.5, 0.125), (0.76, 0.085)):
        left, right = middle - radius, middle + radius
        top = 0.62 - radius * 1.4
        pen.ellipse(_box(left, top, right, 0.62 + radius * 1.4), fill=(160, 188, 180))
    return _mirrored(picture, 0.62, (74, 112, 112))


def _fields(rng: random.Random) -> Image.Image:
    """Draw terraces of rice with water in them."""
    picture = _sky((236, 214, 178), (250, 238, 212))
    _ridge(picture, rng, 0.3, 0.1, (168, 172, 150))
    greens = [(112, 146, 92), (84, 126, 80), (146, 166, 96), (62, 104, 74)]
    for step in range(11):
        level = 0.34 + 0.062 * step
        _ridge(picture, rng, level, 0.035, greens[step % 4])
        _ridge(
            picture,
            rng,
            level + 0.025,
            0.03,
            _between((206, 214, 190), (150, 184, 186), step / 10),
        )
    return picture


def _rain(rng: random.Random) -> Image.Image:
    """Draw umbrellas in the rain at night."""
    picture = _sky((22, 30, 52), (62, 70, 98))
    _skyline(picture, rng, 0.74, 0.5, (34, 42, 68), lit=True)
    picture = _mirrored(picture, 0.74, (30, 38, 60))
    pen = ImageDraw.Draw(picture)
    colours = [(198, 62, 54), (232, 176, 76), (84, 150, 160), (214, 214, 206)]
    for number in range(7):
        x, y = 0.08 + 0.14 * number, 0.72 + rng.uniform(0, 0.1)
        pen.rectangle(_box(x - 0.018, y, x + 0.018, y + 0.15), fill=(18, 22, 36))
        pen.pieslice(
            _box(x - 0.065, y - 0.075, x + 0.065, y + 0.085),
            180,
            360,
            fill=colours[number % 4],
        )
    for _ in range(260):
        x, y = rng.random(), rng.random()
        pen.line(_box(x, y, x - 0.006, y + 0.045), fill=(120, 132, 158), width=2)
    return picture


def _market(rng: random.Random) -> Image.Image:
    """Draw stalls with striped awnings and fruit."""
    picture = _sky((232, 222, 204), (244, 236, 222))
    pen = ImageDraw.Draw(picture)
    pen.rectangle(_box(0, 0.8, 1, 1), fill=(172, 156, 138))
    stripes = [(186, 62, 52), (58, 104, 116), (214, 150, 58)]
    for stall in range(3):
        left = 0.03 + 0.325 * stall
        pen.rectangle(_box(left, 0.34, left + 0.29, 0.82), fill=(98, 82, 72))
        for stripe in range(8):
            x = left - 0.012 + 0.039 * stripe
            colour = stripes[stall] if stripe % 2 else (246, 240, 228)
            pen.rectangle(_box(x, 0.24, x + 0.039, 0.38), fill=colour)
            pen.pieslice(_box(x, 0.355, x + 0.039, 0.405), 0, 180, fill=colour)
        _fruit(pen, rng, left)
    return picture


def _harbour(rng: random.Random) -> Image.Image:
    """Draw cranes over a ship with its containers."""
    picture = _sky((150, 184, 206), (238, 230, 214))
    _skyline(picture, rng, 0.66, 0.1, (168, 184, 192), lit=False)
    pen = ImageDraw.Draw(picture)
    for x in (0.16, 0.44, 0.72):
        _crane(pen, x)
    colours = [(190, 74, 56), (62, 104, 132), (220, 168, 78), (92, 128, 104)]
    for column in range(16):
        for row in range(rng.randint(2, 4)):
            x, y = 0.14 + 0.045 * column, 0.6 - 0.038 * row
            pen.rectangle(_box(x, y, x + 0.042, y + 0.036), fill=rng.choice(colours))
    hull = [(0.06, 0.62), (0.95, 0.62), (0.9, 0.72), (0.12, 0.72)]
    pen.polygon([(_W * x, _H * y) for x, y in hull], fill=(52, 58, 70))
    return _mirrored(picture, 0.71, (62, 96, 118))


_SCENES: dict[str, Callable[[random.Random], Image.Image]] = {
    "river": _river,
    "mountains": _mountains,
    "street": _street,
    "bridge": _bridge,
    "fields": _fields,
    "rain": _rain,
    "market": _market,
    "harbour": _harbour,
}


# ---- What scenes are made of; places are parts of width and height


def _box(left: float, top: float, right: float, bottom: float) -> list[float]:
    return [_W * left, _H * top, _W * right, _H * bottom]


def _between(first: Colour, second: Colour, part: float) -> Colour:
    red, green, blue = (
        round(a + (b - a) * part) for a, b in zip(first, second, strict=True)
    )
    return red, green, blue


def _sky(top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, 256))
    column.putdata([_between(top, bottom, y / 255) for y in range(256)])
    return column.resize((_W, _H), Image.Resampling.BICUBIC)


def _disc(
    picture: Image.Image, x: float, y: float, radius: float, colour: Colour
) -> None:
    """Draw a sun with its glow."""
    glow = Image.new("L", (_W // 16, _H // 16))
    pen = ImageDraw.Draw(glow)
    middle_x, middle_y, reach = _W * x / 16, _H * y / 16, _W * radius / 16
    pen.ellipse(
        [middle_x - reach, middle_y - reach, middle_x + reach, middle_y + reach],
        fill=255,
    )
    around = glow.filter(ImageFilter.GaussianBlur(14)).resize((_W, _H))
    sharp = Image.new("L", (_W, _H))
    ImageDraw.Draw(sharp).ellipse(
        [
            16 * (middle_x - reach),
            16 * (middle_y - reach),
            16 * (middle_x + reach),
            16 * (middle_y + reach),
        ],
        fill=255,
    )
    picture.paste(colour, mask=ImageChops.lighter(around, sharp))


def _ridge(
    picture: Image.Image,
    rng: random.Random,
    level: float,
    height: float,
    colour: Colour,
) -> None:
    """Fill everything below a line of hills."""
    waves = [(rng.uniform(1, 3) * 2**n, rng.uniform(0, 6.3), 0.5**n) for n in range(5)]
    points = []
    for step in range(161):
        x = step / 160
        rise = sum(
            part * math.sin(pitch * 3 * x + phase) for pitch, phase, part in waves
        )
        points.append((_W * x, _H * (level - height * rise / 2)))
    outline = [(0.0, float(_H)), *points, (float(_W), float(_H))]
    ImageDraw.Draw(picture).polygon(outline, fill=colour)


def _skyline(
    picture: Image.Image,
    rng: random.Random,
    ground: float,
    height: float,
    colour: Colour,
    *,
    lit: bool,
) -> None:
    """Draw towers side by side, some with lights on."""
    pen = ImageDraw.Draw(picture)
    x = -0.02
    while x < 1:
        width, top = rng.uniform(0.03, 0.075), ground - height * rng.uniform(0.35, 1)
        pen.rectangle(_box(x, top, x + width, ground), fill=colour)
        if rng.random() < 0.25:
            pen.line(
                _box(x + width / 2, top - 0.05, x + width / 2, top),
                fill=colour,
                width=6,
            )
        if lit:
            _lights(pen, rng, _box(x, top, x + width, ground))
        x += width + rng.uniform(0, 0.012)


def _lights(pen: ImageDraw.ImageDraw, rng: random.Random, tower: list[float]) -> None:
    left, top, right, bottom = (round(side) for side in tower)
    for x in range(left + 14, right - 18, 28):
        for y in range(top + 22, bottom - 22, 44):
            if rng.random() < 0.3:
                pen.rectangle([x, y, x + 10, y + 18], fill=(250, 214, 140))


def _house(
    pen: ImageDraw.ImageDraw, rng: random.Random, x: float, width: float, height: float
) -> None:
    """Draw a white house with a dark roof, shutters and a lantern."""
    top, right = 0.88 - height, x + width
    pen.rectangle(
        _box(x, top, right, 0.88),
        fill=_between((240, 236, 226), (220, 212, 198), rng.random()),
    )
    roof = [
        (x - 0.012, top),
        (x + 0.02, top - 0.085),
        (right - 0.02, top - 0.085),
        (right + 0.012, top),
    ]
    pen.polygon([(_W * a, _H * b) for a, b in roof], fill=(70, 72, 78))
    pen.rectangle(_box(x + 0.02, 0.66, x + width * 0.55, 0.88), fill=(104, 74, 60))
    for part in (0.16, 0.56):
        left = x + width * part
        pen.rectangle(
            _box(left, top + 0.07, left + width * 0.26, top + 0.17), fill=(122, 88, 70)
        )
    middle = x + width * 0.78
    pen.line(_box(middle, 0.58, middle, 0.63), fill=(90, 40, 34), width=4)
    pen.ellipse(_box(middle - 0.016, 0.63, middle + 0.016, 0.7), fill=(196, 48, 42))


def _fruit(pen: ImageDraw.ImageDraw, rng: random.Random, left: float) -> None:
    colours = [(214, 92, 56), (232, 186, 82), (128, 158, 84), (176, 56, 62)]
    for shelf in range(3):
        y = 0.53 + 0.1 * shelf
        pen.rectangle(
            _box(left, y + 0.035, left + 0.29, y + 0.06), fill=(190, 160, 122)
        )
        colour = rng.choice(colours)
        for number in range(10):
            x = left + 0.008 + 0.028 * number
            shade = _between(colour, (255, 240, 210), rng.uniform(0, 0.25))
            pen.ellipse(_box(x, y - 0.004, x + 0.026, y + 0.037), fill=shade)


def _crane(pen: ImageDraw.ImageDraw, x: float) -> None:
    colour = (182, 82, 62)
    for leg in (0.0, 0.09):
        pen.line(_box(x + leg, 0.22, x + leg, 0.68), fill=colour, width=20)
    pen.line(_box(x - 0.12, 0.3, x + 0.2, 0.3), fill=colour, width=18)
    pen.line(_box(x, 0.22, x - 0.12, 0.3), fill=colour, width=8)
    pen.line(_box(x + 0.09, 0.22, x + 0.2, 0.3), fill=colour, width=8)
    pen.line(_box(x, 0.22, x + 0.09, 0.22), fill=colour, width=12)
    pen.line(_box(x - 0.07, 0.3, x - 0.07, 0.42), fill=(70, 70, 76), width=4)


def _mirrored(picture: Image.Image, shore: float, water: Colour) -> Image.Image:
    """Put water below the shore, with what is above in it, in ripples."""
    edge = round(_H * shore)
    depth = _H - edge
    above = picture.crop((0, edge - depth, _W, edge))
    seen = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).filter(
        ImageFilter.GaussianBlur(5)
    )
    rippled = Image.new("RGB", seen.size)
    for y in range(0, depth, 6):
        shift = round(9 * math.sin(y / 13) * (0.4 + y / depth))
        rippled.paste(seen.crop((0, y, _W, min(y + 6, depth))), (shift, y))
    # The edges that ripples leave empty.
    rippled = rippled.crop((24, 0, _W - 24, depth)).resize((_W, depth))
    picture.paste(
        Image.blend(rippled, Image.new("RGB", rippled.size, water), 0.42), (0, edge)
    )
    return picture
