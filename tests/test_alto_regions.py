"""Regions of articles, made of the blocks and lines of ALTO."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.ingest.formats import Chunk, Origin, mets_alto
from articles.ingest.formats.alto_regions import Sheet, box, merged
from articles.ingest.record import check
from tests.test_mets_alto import alto, at, block, div, mets, read, string

FILES = {"A1": "ALTO/0001.xml"}
PHYSICAL = div("Newspaper", div("PAGE", '<mets:fptr FILEID="A1"/>', ORDERLABEL="A1"))


def placed(name, left, top, width, height, *lines):
    """Return a block on a page of 1000 × 2000 units, with its lines one under another."""
    step = height / max(len(lines), 1)
    inner = "".join(
        f'<TextLine HPOS="{left}" VPOS="{top + n * step}" WIDTH="{width}"'
        f' HEIGHT="{step}">{string(line)}</TextLine>'
        for n, line in enumerate(lines)
    )
    return (
        f'<TextBlock ID="{name}" HPOS="{left}" VPOS="{top}" WIDTH="{width}"'
        f' HEIGHT="{height}">{inner}</TextBlock>'
    )


def page(*blocks, size='WIDTH="1000" HEIGHT="2000"'):
    bare = alto().decode().replace('<Page ID="P">', f'<Page ID="P" {size}>')
    return bare.replace("<PrintSpace>", "<PrintSpace>" + "".join(blocks)).encode()


TITLE = placed("title", 100, 100, 400, 80, "全力以赴做好防汛工作")
LEFT = placed("left", 100, 200, 190, 800, "市民不必担心。", "各区都有准备。")
RIGHT = placed("right", 310, 200, 190, 800, "今天有雨。")
OTHER = placed("other", 520, 100, 400, 900, "简讯", "昨天晴。")
BELOW = placed("below", 100, 1200, 190, 300, "下转此处。")
ARTICLE = div(
    "ARTICLE",
    div("HEADING", div("TITLE", at("A1", "title"))),
    div("BODY", div("TEXT", at("A1", "left")), div("TEXT", at("A1", "right"))),
)


def regions(*logical, data, files=FILES):
    found = read(
        mets(*logical, files=files, physical=PHYSICAL), {"ALTO/0001.xml": data}
    )[0]
    return [record.regions for record in found]


def test_blocks_that_fill_a_rectangle_are_one_region():
    data = page(TITLE, LEFT, RIGHT, OTHER)
    assert regions(ARTICLE, data=data) == [[[0.1, 0.05, 0.4, 0.45]]]


def test_a_part_that_stands_elsewhere_is_a_region_of_its_own():
    more = ARTICLE.replace(at("A1", "right"), at("A1", "right") + at("A1", "below"))
    [found] = regions(more, data=page(TITLE, LEFT, RIGHT, OTHER, BELOW))
    assert found == [[0.1, 0.05, 0.4, 0.45], [0.1, 0.6, 0.19, 0.15]]


def test_a_region_does_not_take_in_what_belongs_to_others():
    between = placed("between", 100, 1005, 190, 20, "别的事")
    under = placed("under", 100, 1030, 190, 400, "也有雨。")
    article = div("ARTICLE", div("BODY", div("TEXT", at("A1", "left")), div("TEXT", at("A1", "under"))))  # fmt: skip
    [alone] = regions(article, data=page(LEFT, under))
    assert len(alone) == 1
    [parted] = regions(article, data=page(LEFT, between, under))
    assert len(parted) == 2


def test_of_a_block_that_articles_share_each_has_its_own_lines():
    shared = placed("shared", 100, 200, 400, 200, "第一条简讯", "第二条简讯")
    shared = re.sub("<TextLine", '<TextLine ID="l1"', shared, count=1)
    article = div("ARTICLE", div("BODY", at("A1", "l1")))
    assert regions(article, data=page(shared)) == [[[0.1, 0.1, 0.4, 0.05]]]


def test_pages_whose_articles_nobody_marked_have_regions_too():
    text = ["沪上今起入梅", "本报讯 气象部门今天宣布,上海进入梅雨季节,预计将持续两个星期左右。"]  # fmt: skip
    data = page(placed("all", 100, 100, 800, 400, *text))
    chunk = Chunk("mets-alto", Origin("x"), data, ("wanbao", "2020-06-08", "1.xml"))
    [record] = mets_alto.records(chunk)
    assert record.headline == "沪上今起入梅"
    assert record.regions == [[0.1, 0.05, 0.8, 0.2]]


@pytest.mark.parametrize(
    "size",
    ["", 'WIDTH="1000"', 'WIDTH="0" HEIGHT="0"', 'WIDTH="x" HEIGHT="y"', 'WIDTH="nan" HEIGHT="nan"',
     'WIDTH="inf" HEIGHT="inf"', 'WIDTH="-1000" HEIGHT="2000"', 'WIDTH="100" HEIGHT="200"'],
)  # fmt: skip
def test_a_page_without_a_size_that_fits_gives_no_regions(size):
    assert regions(ARTICLE, data=page(TITLE, LEFT, RIGHT, size=size)) == [[]]


def test_blocks_without_coordinates_give_no_regions():
    bare = block("title", "标题") + block("left", "正文。") + block("right", "正文二。")
    assert regions(ARTICLE, data=page(bare)) == [[]]


def test_a_file_of_two_pages_gives_no_regions():
    data = page(TITLE, LEFT, RIGHT).replace(
        b"</Page>", b'</Page><Page WIDTH="1" HEIGHT="1"/>'
    )
    assert regions(ARTICLE, data=data) == [[]]


@pytest.mark.parametrize("name", ["HPOS", "VPOS", "WIDTH", "HEIGHT"])
@pytest.mark.parametrize("value", ["", "x", "nan", "inf", "1e999"])
def test_nonsense_is_no_box(name, value):
    good = {"HPOS": "1", "VPOS": "2", "WIDTH": "3", "HEIGHT": "4"}
    assert box(good) == (1, 2, 4, 6)
    assert box({**good, name: value}) is None


LENGTHS = st.floats(-50, 1100)
BOXES = st.builds(
    lambda x, y, w, h: (x, y, x + w, y + h),
    LENGTHS, LENGTHS, st.floats(0.001, 1100), st.floats(0.001, 1100),
)  # fmt: skip


@given(st.lists(BOXES, min_size=1, max_size=12), st.lists(BOXES, max_size=5))
def test_whatever_the_boxes_the_record_can_be_stored(own, others):
    sheet = Sheet(1000, 1000, 1, dict(enumerate([*own, *others])))
    found = sheet.regions((number, None) for number in range(len(own)))
    [record] = read(mets(ARTICLE, files=FILES, physical=PHYSICAL), {"ALTO/0001.xml": page(TITLE, LEFT, RIGHT)})[0]  # fmt: skip
    record.regions = found
    check(record)


@given(st.lists(BOXES, min_size=1, max_size=12), st.lists(BOXES, max_size=5))
def test_merged_boxes_cover_all_parts_and_are_not_more(parts, others):
    boxes = merged(parts, others)
    assert 1 <= len(boxes) <= len(parts)
    for left, top, right, bottom in parts:
        assert any(
            b[0] <= left and b[1] <= top and right <= b[2] and bottom <= b[3]
            for b in boxes
        )


def test_very_many_blocks_are_one_region():
    parts = [(n % 100, n // 100, n % 100 + 0.5, n // 100 + 0.5) for n in range(2000)]
    assert merged(parts, []) == [(0, 0, 99.5, 19.5)]
