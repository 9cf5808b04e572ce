"""Lines that show by their form what they are: bylines, credits, captions, jumps."""

from articles.ingest import patterns

_LONGEST_CAPTION = 150
_ROLES = (
    "图", "摄", "摄影", "漫画", "照片", "社", "记者", "通讯员", "实习生", "中国", "东方",
)  # fmt: skip


def is_set_line(text: str) -> bool:
    """Say whether a line has a set form of its own: byline, credit, jump, dateline."""
    if patterns.DATELINE.match(text):
        return True
    return len(text) <= 60 and any(
        pattern.fullmatch(text)
        for pattern in (
            patterns.BYLINE,
            patterns.MARKED_BYLINE,
            patterns.CREDIT,
            patterns.JUMP,
            patterns.EDITORS,
        )
    )


def find_credit(text: str) -> int | None:
    """Return where the credit of a caption begins, if it ends with one."""
    if found := patterns.BRACKETED_CREDIT.search(text):
        return found.start() or None
    for blank in patterns.BLANKS.finditer(text):
        credit = text[blank.end() :]
        if blank.start() and patterns.CREDIT.fullmatch(credit) and _is_named(credit):
            return blank.end()
    return None


def _is_named(credit: str) -> bool:
    """Say whether a credit begins with a role or a name: 降雨天气 张三 摄 does not."""
    found = patterns.BARE_CREDIT.match(credit)
    if found is None or "·" in found["name"]:
        return True
    word = found["name"]
    if word.endswith(_ROLES):
        return True
    return word[0] in patterns.SURNAMES and len(word) < 4


def is_caption(text: str) -> bool:
    """Say whether a line is a caption by its form."""
    return len(text) <= _LONGEST_CAPTION and (
        bool(patterns.CAPTION_MARK.match(text)) or find_credit(text) is not None
    )
