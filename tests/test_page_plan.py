"""The plan of a page: whatever its articles, each stands on it, in order and apart."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.page_plan import (
    COLUMN,
    COLUMNS,
    HEIGHT,
    LEAST,
    WIDTH,
    Story,
    length,
    plan,
    weight,
    wrap,
)

HEADLINES = st.text(min_size=1, max_size=130).filter(str.strip)
STORIES = st.lists(
    st.builds(
        lambda headline, characters, photos: Story(
            headline, weight(characters, photos)
        ),
        HEADLINES,
        st.integers(0, 60_000),
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=70,
)


def area(block):
    return block.width * block.height


@given(STORIES)
def test_every_story_stands_on_the_page_in_its_order(stories):
    drawn = plan(stories)
    assert [block.story for block in drawn.blocks] == stories
    for earlier, later in combinations(drawn.blocks, 2):
        is_left = earlier.x + earlier.width <= later.x
        is_above = earlier.y + earlier.height <= later.y
        assert is_left or is_above


@given(STORIES)
def test_blocks_fill_the_page_and_no_more(stories):
    drawn = plan(stories)
    assert drawn.width == WIDTH
    for block in drawn.blocks:
        assert 0 <= block.x < block.x + block.width <= WIDTH
        assert 0 <= block.y < block.y + block.height <= drawn.height
        assert block.x % COLUMN == block.width % COLUMN == 0
        assert block.height >= LEAST
    assert sum(map(area, drawn.blocks)) == WIDTH * drawn.height


@given(STORIES)
def test_headlines_stand_within_their_blocks(stories):
    for block in plan(stories).blocks:
        assert block.lines
        for line in block.lines:
            assert block.y <= line.y - block.size * 0.9
            assert line.y <= block.y + block.height
            assert length(line.text) * block.size <= block.width
        for column in block.columns:
            assert column.y >= block.lines[-1].y
            assert column.y + column.height <= block.y + block.height


@given(HEADLINES, st.floats(2, 40))
def test_lines_lose_nothing_but_blanks(headline, ems):
    assert "".join("".join(wrap(headline, ems)).split()) == "".join(headline.split())


@pytest.mark.parametrize("count", [1, 2, 5, 60, 130])
def test_an_ordinary_page_has_the_proportions_of_print(count):
    stories = [Story("全力以赴做好防汛工作", weight(120, 0)) for _ in range(count)]
    drawn = plan(stories)
    assert (drawn.width, drawn.height) == (WIDTH, HEIGHT)
    assert len(drawn.blocks) == count


def test_a_page_of_a_thousand_briefs_is_longer():
    drawn = plan([Story("简讯", weight(20, 0))] * 1000)
    assert drawn.height > HEIGHT
    assert min(block.height for block in drawn.blocks) >= LEAST


def test_an_empty_page_has_no_blocks():
    assert plan([]).blocks == ()


def test_the_first_story_stands_across_the_top():
    first = plan([Story("头条", 900), Story("二", 500), Story("三", 400)]).blocks[0]
    assert (first.x, first.y, first.width) == (0, 0, COLUMNS * COLUMN)


def test_areas_are_near_to_what_stories_weigh():
    weights = [1500, 900, 700, 400, 800, 300, 600, 500]
    drawn = plan([Story("沪上今起入梅", w) for w in weights])
    for block, expected in zip(drawn.blocks, weights, strict=True):
        share = area(block) / (WIDTH * HEIGHT)
        assert share == pytest.approx(expected / sum(weights), rel=0.45)


def test_pictures_take_room_too():
    assert weight(300, 2) > weight(600, 0)


@pytest.mark.parametrize(
    ("text", "ems", "lines"),
    [
        ("梅雨来了，市民出行", 4, ["梅雨来", "了，市民", "出行"]),
        ("专家：“五五购物节”", 4, ["专家：", "“五五购", "物节”"]),
        ("看WHO报告", 3, ["看", "WHO", "报告"]),
        ("城市烟火 气暗藏", 4, ["城市烟火", "气暗藏"]),
    ],
)
def test_lines_begin_and_end_after_the_rules(text, ems, lines):
    assert wrap(text, ems) == lines
