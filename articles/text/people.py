"""Names in a byline: who wrote, photographed or edited.

The forms are those of docs/conventions: 本报记者 叶薇, 记者 方翔 通讯员 李明, 王凯 摄, 文/图 张三.
"""

import re

# What stands around names and is none. Longer ones first where one begins another.
_ROLES = (
    "本报特派记者", "本报见习记者", "本报首席记者", "本报驻京记者", "本报评论员", "本报记者",
    "特约评论员", "特约撰稿人", "特约通讯员", "首席记者", "见习记者", "实习记者", "特约记者",
    "特派记者", "新华社记者", "实习生", "评论员", "通讯员", "撰稿人", "摄影师", "资料图片",
    "本版编辑", "责任编辑", "视觉设计", "摄影报道", "综合报道", "记者", "编辑", "编译", "摄影",
    "供图", "制图", "插图", "报道", "撰稿", "撰文", "采写", "整理", "通讯", "新华社", "中新社",
    "本报讯", "本报", "实习", "主编", "校对", "作者", "译者",
)  # fmt: skip
_NOT_A_NAME = re.compile("|".join(_ROLES))
_SEPARATORS = re.compile(r"[\s、，,；;：:/／|｜()（）\[\]【】〔〕]+")
# At the end of a credit: 王凯 摄.
_VERBS = frozenset("摄图文绘译编")
# 叶薇, 欧阳娜娜, 阿卜杜拉·买买提; or a Latin name.
_NAME = re.compile(
    r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,8}(?:[·•・][\u3400-\u9fff]{1,8})+"
    r"|[^\W\d_\u3400-\u9fff][^\W\d_\u3400-\u9fff.'’-]+"
)


def people(byline: str) -> list[str]:
    """Return the names in a byline, each once, in order.

    >>> people("本报记者 叶薇 通讯员 李明、王小明")
    ['叶薇', '李明', '王小明']
    """
    parts = _SEPARATORS.split(_NOT_A_NAME.sub(" ", byline))
    names = (part for part in _joined(parts) if part not in _VERBS)
    return list(dict.fromkeys(name for name in names if _NAME.fullmatch(name)))


def _joined(parts: list[str]) -> list[str]:
    """Put together the names of two characters that are set with a blank: 李 明."""
    joined: list[str] = []
    half = ""
    for part in parts:
        single = len(part) == 1 and part not in _VERBS and "\u3400" <= part <= "\u9fff"
        if single and half:
            joined.append(half + part)
            half = ""
        else:
            half = part if single else ""
            if not single:
                joined.append(part)
    return joined
