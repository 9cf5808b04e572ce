"""What jieba's dictionary says of a string that may be a word: known, a phrase, or new; and what it names."""

import re
from collections.abc import Collection, Sequence

import rjieba

# Tags of jieba's dictionary: what only a phrase begins or ends with.
_NOT_FIRST = (
    "v",
    "d",
    "ad",
    "vd",
    "p",
    "c",
    "r",
    "m",
    "q",
    "f",
    "t",
    "u",
    "y",
    "e",
    "o",
)
_NOT_LAST = ("v", "d", "ad", "vd", "p", "c", "r", "m", "f", "t", "u", "y", "e", "o")
# Parts of a compound: nouns and what is set before them.
_NOUN_LIKE = ("n", "b", "j", "vn", "an", "s", "a")
# A single character of these before a known word makes a phrase: 架无人机, 致慰问电.
_BEFORE_A_WORD = ("v", "q", "m", "p", "r", "d", "f", "t", "u", "c")

_DOTTED = re.compile(r"[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8})+")
# Within four characters or more these join what is several words. 和 and 与 do not in the name of
# an organisation: 文化和旅游部.
_JOINTS = frozenset("的了等多两称遭在及从为比")
_AND = frozenset("和与或")

_PLACES = (
    "自治区", "自治州", "自治县", "新区", "街道", "省", "市", "县", "区", "镇", "乡", "村", "路",
    "街", "巷", "岛", "山", "河", "江", "湖", "港", "桥", "岭", "峡", "湾", "公园", "机场", "车站",
    "地带", "隧道", "码头", "高铁", "铁路", "高速", "大桥", "通道", "遗址", "州",
)  # fmt: skip
_ORGANISATIONS = (
    "公司", "集团", "大学", "学院", "中学", "小学", "医院", "银行", "协会", "学会", "委员会", "基金会",
    "研究院", "研究所", "出版社", "报社", "电视台", "总局", "总署", "部", "局", "署", "厅", "党",
    "组织", "联盟", "俱乐部", "法院", "检察院", "联合会", "武装", "中心", "博物馆", "图书馆", "军",
)  # fmt: skip
# Family names of one character and of two, but for rare ones that are commoner as words (时, 国).
SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛奚范彭郎"
    "鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐傅皮卞齐康伍余元卜顾孟平黄"
    "穆萧尹姚邵汪祁毛禹狄贝臧戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季贾路娄危江童颜郭梅盛林刁钟徐邱骆"
    "高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀羊惠甄"
    "曲封靳段富巫焦巴弓牧隗山谷车侯蓬班仰仲伊宫宁仇栾厉武符刘景詹束龙叶幸司韶黎薄印宿白怀蒲台"
    "丛鄂索咸籍赖卓蔺屠蒙池乔阴苍闻莘党翟谭贡劳姬申扶堵冉宰雍桑桂牛寿边扈燕冀尚农温庄晏柴瞿"
    "阎慕连茹习宦艾鱼古易慎戈廖庾衡耿弘匡文寇禄殴巩聂晁敖冷辛简饶曾沙丰"
    "关游权盖桓肖谌佟邸付"
)
_DOUBLE_SURNAMES = frozenset(
    (
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "司徒",
        "令狐",
        "宇文",
    )
)


def is_known(word: str) -> bool:
    """Return whether jieba's dictionary has the word."""
    return bool(rjieba.has_word(word))


def parts(word: str) -> list[str]:
    """Return the words of the dictionary that a string is made of, and single characters."""
    return list(rjieba.cut(word, False))


def is_compound(word: str, also: Collection[str] = ()) -> bool:
    """Return whether a string is made of known words only: 数字经济, but not 非遗.

    ``also`` are words that are known besides: with 非遗, 非遗技艺 is made of two.
    """
    if all(len(part) > 1 for part in parts(word)):
        return True
    return any(
        _is_one_known(word[:cut], also) and _is_one_known(word[cut:], also)
        for cut in range(2, len(word) - 1)
    )


def _is_one_known(word: str, also: Collection[str]) -> bool:
    return word in also or is_known(word)


def is_phrase(word: str) -> bool:
    """Return whether the parts of a string show that it is more, or less, than one word."""
    found = parts(word)
    if len(word) > 3 and _is_joined(found, word):
        return True
    tags = [_tag(part) for part in found]
    if all(len(part) > 1 for part in found):
        return any(tag.startswith("nr") for tag in tags) or not all(
            tag.startswith(_NOUN_LIKE) for tag in tags
        )
    if len(found[0]) == 1 and len(found) == 2 and _is_one_of(tags[0], _BEFORE_A_WORD):
        return len(found[1]) > 1
    first, last = tags[0], tags[-1]
    return (len(found[0]) > 1 and _is_one_of(first, _NOT_FIRST)) or (
        len(found[-1]) > 1 and _is_one_of(last, _NOT_LAST)
    )


def _is_joined(found: list[str], word: str) -> bool:
    inner = found[1:-1]
    return not _JOINTS.isdisjoint(inner) or (
        not _AND.isdisjoint(inner) and not word.endswith(_ORGANISATIONS)
    )


def _is_one_of(tag: str, tags: Sequence[str]) -> bool:
    return tag in tags or tag[:1] == "u"


def _tag(part: str) -> str:
    return str(rjieba.tag(part)[0][1])


def cuts_word(run: str, word: str) -> bool:
    """Return whether an end of ``word``, where it first stands in a run, is within a known word."""
    start = run.index(word)
    ends = {start, start + len(word)}
    at = 0
    for part in parts(run):
        at += len(part)
        ends.discard(at)
        if at - len(part) == start:
            ends.discard(start)
    return bool(ends)


def is_name(word: str) -> bool:
    """Return whether a string has the form of a Chinese name, or of a foreign one with its dot."""
    return has_surname(word) or bool(_DOTTED.fullmatch(word))


def has_surname(word: str) -> bool:
    """Return whether a string has the form of a Chinese name: 龚正, 欧阳娜娜."""
    if word[:2] in _DOUBLE_SURNAMES:
        return 3 <= len(word) <= 4
    return 2 <= len(word) <= 3 and word[0] in SURNAMES


def kind_of(word: str) -> str:
    """Return what a word probably names: "person", "place", "organisation" or "term"."""
    if len(word) > 2 and word.endswith(_ORGANISATIONS):
        return "organisation"
    if len(word) > 2 and word.endswith(_PLACES):
        return "place"
    tags = rjieba.tag(word)
    if len(tags) == 1 and tags[0][1].startswith("nr") and has_surname(word):
        return "person"
    return "term"
