"""Why something of an import was set aside, in words of an editor.

The readers of formats say it in English, as the command's report does; what is not in the
table is shown as they say it.
"""

import re
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Where an article would have gone, before the reason.
_PLACED = re.compile(
    r"(?P<issue>\S+ \d{4}-\d\d-\d\d(?: \S+)?) page (?P<page>\S+), (?P<position>\d+):"
    r" (?P<reason>.+)",
    re.DOTALL,
)
_REASONS: list[tuple[str, Any]] = [
    (r"there is no file in it", _("里面没有文件")),
    (r"the file is empty", _("文件是空的")),
    (r"it cannot be read: (?P<why>.+)", _("无法读取：%(why)s")),
    (r"its path climbs out of the archive", _("路径指向压缩包之外")),
    (r"it is a link(?: or a device)?", _("是链接，不是文件")),
    (r"it is encrypted", _("有密码，打不开")),
    (r"it unpacks to .+: no text does", _("解开之后大得不像文本")),
    (r"an archive within an archive.+", _("压缩包里还有压缩包，请先解开")),
    (r"an archive of (?:over )?(?P<n>\d+) files", _("压缩包里的文件太多：%(n)s 个")),
    (
        r"its format is none that can be imported: a picture.+",
        _("单独的图片不能导入，请与同名的版面文本放在一起（1.jpg 和 1.txt）"),
    ),
    (r"its format is none that can be imported", _("不是可以导入的格式")),
    (r"neither a header nor .+ publication and the date", _("没有写明报纸和日期")),
    (r"neither a header nor .+ publication", _("没有写明报纸")),
    (r"neither a header nor .+ date", _("没有写明日期")),
    (r"the date of the page is not a day.+", _("日期不对，应如 2020-06-08")),
    (r"date '?(?P<date>.+?)'? is not a .+", _("日期不对：%(date)s")),
    (r"publication '(?P<name>.+)' is unknown", _("没有这份报纸：%(name)s")),
    (
        r"publication '(?P<name>.+)': that is another page's address",
        _("报纸不能用这个名称，网站的其他页面在用：%(name)s"),
    ),
    (
        r"publication '(?P<name>.*)' is not a slug.+",
        _("报纸的名称里有不能用的符号：%(name)s"),
    ),
    (
        r"page '(?P<name>.*)' cannot stand in an address",
        _("版号里有不能用的符号：%(name)s"),
    ),
    (
        r"edition '(?P<name>.*)' cannot stand in an address",
        _("版本里有不能用的符号：%(name)s"),
    ),
    (r"headline is blank|headline must be longer .+", _("没有标题")),
    (r"a paragraph is blank", _("有空的段落")),
    (
        r"(?P<name>\w+) is longer than (?P<n>\d+) characters",
        _("%(name)s 超过 %(n)s 个字"),
    ),
    (
        r"(?P<name>.+) holds (?P<code>U\+[0-9A-F]+)",
        _("%(name)s 里有不能存的字符 %(code)s"),
    ),
    (
        r"another article of this import has its place",
        _("这次导入的另一篇已在这个位置"),
    ),
    (
        r"article (?P<pk>\d+) at its place was entered or edited here.+",
        _("这个位置的文章（编号 %(pk)s）在这里录入或改过，内容不同"),
    ),
    (
        r"whose import it is may not change article (?P<pk>\d+) at its place",
        _("您不能修改这个位置的文章（编号 %(pk)s）"),
    ),
    (
        r"the article at its place was deleted at this moment",
        _("这个位置的文章刚刚被删除，请再导入一次"),
    ),
    (r"there is no article on the page", _("版面上没有文章")),
    (
        r"(?:no page|no METS or ALTO file|the line) is longer than (?P<n>\d+) MiB",
        _("超过 %(n)s MiB"),
    ),
    (
        r"no page is longer than (?P<most>\d+) characters: it has (?P<n>\d+)",
        _("有 %(n)s 个字，不像一版：一版最多 %(most)s 个字"),
    ),
    (
        r"no page has more than (?P<most>\d+) lines: it has (?P<n>\d+)",
        _("有 %(n)s 行，不像一版：一版最多 %(most)s 行"),
    ),
    (r"it is not JSON.*", _("不是 JSON")),
    (r"it is not (?P<name>\S+) at .+", _("不是 %(name)s 编码的文本")),
    (r"its encoding cannot be told.+", _("认不出编码，请选定编码再试")),
    (r"it holds NUL.+", _("里面有 NUL 字符，不是文本")),
    (r"a record is a JSON object, not .+", _("每行应是一个 JSON 对象")),
    (r"the number of the issue is '(?P<n>.*)'", _("总期号不是数：%(n)s")),
    (
        r"(?P<name>the record|[\w.\[\]]+) must contain (?P<names>\[.+\]) properties",
        _("%(name)s 缺少 %(names)s"),
    ),
]
_PATTERNS = [(re.compile(pattern, re.DOTALL), said) for pattern, said in _REASONS]


def reason_in_words(reason: str) -> str:
    """Return the reason for an editor, after the place where the article would have gone."""
    if placed := _PLACED.fullmatch(reason):
        said = {**placed.groupdict(), "reason": reason_in_words(placed["reason"])}
        where = gettext("%(issue)s 第 %(page)s 版第 %(position)s 篇：%(reason)s")
        return where % said
    for pattern, said in _PATTERNS:
        if found := pattern.fullmatch(reason):
            return str(said) % found.groupdict() if found.groupdict() else str(said)
    return reason
