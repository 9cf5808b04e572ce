"""Names of persons in running text, by what is said around them: 市长龚正表示.

A name is taken only where it begins with a family name after a title, and ends before a verb
of speaking or acting, or where the sentence does: one certain place is worth ten likely ones.
"""

import re
from collections.abc import Iterable

from articles.text.word_shape import SURNAMES, is_known

_TITLES = (
    "本报记者|记者|通讯员|总书记|书记|国家主席|主席|总理|市长|省长|县长|区长|镇长|乡长|部长|局长|厅长|司长|处长|"
    "科长|院长|校长|所长|馆长|站长|队长|团长|社长|会长|厂长|村长|行长|董事长|总裁|总经理|经理|主任|委员|代表|"
    "发言人|负责人|教授|研究员|院士|专家|医生|医师|护士|教师|老师|工程师|设计师|律师|法官|检察官|民警|司令员|"
    "导演|演员|作家|画家|教练|选手|运动员|航天员|学者|书法家|理事长|秘书长|参赞|大使|居民|村民|市民|同志"
)
_VERBS = (
    "说|表示|介绍|告诉|认为|指出|强调|坦言|透露|回忆|解释|建议|感慨|呼吁|分析|出席|主持|宣布|率|会见|作|致辞|"
    "带领|担任|参加|当选|是|在|与|和|从|向|对|将|也|则|今天|昨天|报道|摄"
)
_NAME = re.compile(
    f"(?:{_TITLES})"
    f"(?P<name>(?:欧阳|司马|上官|诸葛|皇甫|慕容|司徒|令狐|[{''.join(sorted(SURNAMES))}])"
    rf"[\u4e00-\u9fff]{{1,2}}?)(?={_VERBS}|$)"
)
# The commonest cause of error: what follows a title and only looks like a name.
_NOT_IN_A_NAME = frozenset("的了们等是和与在说向对从将为及以由被把也都就还又其该这那")


def names(runs: Iterable[str], least: int = 2) -> dict[str, list[int]]:
    """Return the names in runs of characters, each with the numbers of the runs that show it.

    A name that fewer than ``least`` runs show, and a word of the dictionary, is left out.

    >>> names(["上海市市长龚正表示", "本报记者叶薇", "市长龚正说", "记者马上到"])
    {'龚正': [0, 2]}
    """
    found: dict[str, list[int]] = {}
    for number, run in enumerate(runs):
        for match in _NAME.finditer(run):
            name = match["name"]
            if _NOT_IN_A_NAME.isdisjoint(name):
                places = found.setdefault(name, [])
                if number not in places[-1:]:
                    places.append(number)
    return {
        name: places
        for name, places in found.items()
        if len(places) >= least and not is_known(name)
    }
