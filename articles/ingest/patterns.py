"""What Chinese newspapers print in a set form: datelines, bylines, credits, jumps, folios.

Patterns only; what they mean for a page is decided in ``structure`` and ``article``. After
the conventions of the press: 电头、署名、图片说明、转版、责任编辑.
"""

import re

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
BLANK = " \t\u3000\u00a0"
# Letters of one alphabet or digits: broken over two lines, they stand together.
LATIN = r"A-Za-z0-9\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# ---- Ends of sentences

_STOPS = "。！？!?…⋯"
_CLOSERS = "”’』」）)》〉】〕\"'"
COMPLETE = re.compile(rf"(?:[{_STOPS}]|\.{{3,6}}|——)[{_CLOSERS}]*$")
FULL_STOP = re.compile(rf"[。…⋯][{_CLOSERS}]*$")
# What no sentence or head ends with: half of one does.
OPEN_END = re.compile(r"[，、；,;“‘（(《〈「『【〔]$")
COLON_END = re.compile(r"[：:]$")
# What no sentence begins with.
CANNOT_BEGIN = re.compile(r"^[，。、；：？！”’）》〉」』】〕,.;:?!)%％]")
STOP_INSIDE = re.compile(rf"[。；;][{_CLOSERS}]*(?=.)")
COMMA = re.compile("[，,]")
# Words that lead to another: a text that ends with one goes on; and words that go on with
# what another began: a sentence hardly begins with one.
LEADING_WORDS = _listed(
    "在 的 和 与 及 将 被 把 对 向 从 由 为 是 了 着 并 或 而 第 以 于 使 让 就 到 其 该 各 以及 或者 并且 对于 关于"
    " 有关 通过 进行 为了 根据 因为 由于 如果 但是 正在 已经 不断 进一步 一个 这个 这一 更加"
)
FOLLOWING_WORDS = _listed(
    "和 与 及 的 等 或 地 得 以及 或者 之间 之一 等等 们 了 着 过 里 内 后 前 时 间 中 上 下 之后 之前 以来 以后"
    " 以上 以下 以内 以外 期间"
)

# ---- People

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚"
    "范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余"
    "元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻"
    "强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓"
    "郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧"
    "隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰"
    "从鄂索咸籍赖卓蔺屠蒙池乔阴鬱胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍郤璩桑桂濮牛寿通边扈燕"
    "冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧"
    "殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公"
    "肖闫代仝岳帅买付覃佘佟芦亓苑禤官"
)
# 叶薇 · 叶　薇 · 欧阳修文 · 阿卜杜拉·买买提
_NAME = (
    rf"(?:[{HAN}][{BLANK}]{{1,2}}[{HAN}](?![{HAN}])"
    rf"|[{HAN}]{{1,8}}[·•・‧][{HAN}]{{1,8}}"
    rf"|[{HAN}]{{2,4}})"
)
_SEP = rf"(?:[{BLANK}]*+[、，,/][{BLANK}]*+|[{BLANK}]++)"
_NAMES = rf"{_NAME}(?:{_SEP}{_NAME}){{0,9}}?"
_ORGANISATION = rf"(?:本报|本刊|本网|本社|新华社|中新社|新华网|[{HAN}A-Za-z]{{2,8}}(?:报|社|网|台|融媒|频道))"
_TITLE = r"(?:首席|特派|特约|见习|实习|高级|资深|全媒体|融媒体|文字|摄影|常驻)"
# One place (驻京): of several in a row there would be more readings than can be tried.
_RANKS = rf"{_TITLE}*(?:驻[^\s记]{{1,6}}?{_TITLE}*)?"
# These may begin a sentence or a head too (文化下乡, 图解新政): a sign or blank must follow.
_SHORT_ROLE = r"(?:作者|文字|摄影|编译|编辑|整理|执笔|采写|图文|文图|文|图|摄)"
_ROLE = (
    rf"(?:{_ORGANISATION}?[{BLANK}]*+{_RANKS}(?:记者|通讯员|评论员|撰稿人?|编辑)"
    r"|实习生|见习生|特约撰稿人?|特约作者)"
)
_SURNAME = f"[{SURNAMES}]"
_CREDITED = (
    rf"(?:{_ROLE}[{BLANK}]*+[:：/／·]?[{BLANK}]*+{_NAMES}"
    rf"|{_SHORT_ROLE}(?:[{BLANK}]*+[:：/／][{BLANK}]*+|[{BLANK}]++){_NAMES})"
)
# Who is credited has his role named before him. A line full of such words is no byline, and
# would have more readings than can be tried: they are counted first, each once (atomic groups).
_ROLE_WORD = rf"(?:记者|通讯员|评论员|撰稿|编辑|[实见]习生|作者|编译|整理|执笔|采写|(?:文字|摄影|图解|图文|文图|[文图摄])(?=[{BLANK}:：/／]))"
_FEW_ROLES = rf"(?!(?:(?>.*?{_ROLE_WORD})){{8}})"
_FEW_IN_BRACKETS = rf"(?!(?:(?>[^（）()]*?{_ROLE_WORD})){{8}})"
_DID = r"(?:(?:综合|摄影|采访|实习)?报道|摄影报道|摄影|摄|文/图|图/文|文图|图文|文|图|编译|整理|译)"
BYLINE = re.compile(
    rf"{_FEW_ROLES}[□◎■●○◆◇★☆]?[{BLANK}]*[（(【]?[{BLANK}]*"
    rf"{_CREDITED}(?:{_SEP}?{_CREDITED}){{0,5}}(?:[{BLANK}]*/?[{BLANK}]*{_DID})?"
    rf"[{BLANK}]*[）)】]?"
)
# A mark and a name, or the writer without a name.
MARKED_BYLINE = re.compile(
    rf"[□◎■●○◆◇★☆][{BLANK}]*(?:{_ORGANISATION}?(?:特约)?评论员|{_NAMES})"
)
NAMELESS_BYLINE = re.compile(
    rf"[（(]?[{BLANK}]*{_ORGANISATION}(?:特约)?(?:评论员|编辑部|记者组?|报道组|通讯员)[{BLANK}]*[）)]?"
)
AUTHOR_NOTE = re.compile(
    r"[（(](?:作者|本文作者|执笔|记者|译者)[^（）()]{1,80}[）)][。.]?"
)
BARE_NAMES = re.compile(rf"(?:{_NAME})(?:{_SEP}{_NAME}){{0,3}}")
# The last sentence of a paragraph, then who wrote it: …成效。(记者 叶薇) · …成效。 本报记者 叶薇
CLOSING_BYLINE = re.compile(
    rf"(?<=[{_STOPS}{_CLOSERS}])[{BLANK}]*{_FEW_ROLES}(?P<byline>[（(](?:{_CREDITED}(?:{_SEP}?{_CREDITED}){{0,5}}"
    rf"(?:[{BLANK}]*{_DID})?|(?:作者|本文作者|执笔)[^（）()]{{1,80}})[）)]"
    rf"|(?<=[{BLANK}])(?:{_CREDITED}(?:{_SEP}?{_CREDITED}){{0,5}}(?:[{BLANK}]*{_DID})?))[{BLANK}]*$"
)

# 记者走进社区 is no byline: without a blank, a surname follows the role.
UNSEPARATED = re.compile(
    rf"(?:记者|通讯员|评论员|撰稿人?|编辑|实习生|见习生|作者)(?=[{HAN}])(?!{_SURNAME})"
)

# ---- Datelines

_REPORTERS = rf"[{BLANK}]*[（(]{_FEW_IN_BRACKETS}(?P<reporters>(?:{_CREDITED}(?:{_SEP}?{_CREDITED}){{0,5}})[^（）()]{{0,12}})[）)]"
_DAY = r"(?:(?:\d{4}年)?\d{1,2}月\d{1,2}日|[〇一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日|今日|今天|昨日|昨天)"
_AGENCY = (
    rf"(?:本报|本刊|本社|本网|新华社|中新社|中新网|法新社|路透社|美联社|塔斯社|共同社|韩联社|中央社|"
    rf"人民日报|光明日报|新华网|央视新闻|[{HAN}]{{2,6}}(?:社|日报|晚报|电视台))"
)
DATELINE = re.compile(
    rf"(?P<dateline>"
    rf"{_AGENCY}(?:记者)?(?:[{HAN}/、·]{{2,12}}?)?{_DAY}(?:上午|下午|晚|凌晨)?(?:专)?[电讯]"
    rf"|{_AGENCY}(?:[{HAN}]{{0,6}})(?:今日|今天|昨日|昨天|专|综合)?[电讯](?![{HAN}])"
    rf"|据{_AGENCY}(?:[{HAN}/、]{{0,12}}?)(?:{_DAY})?(?:[电讯]|报道|消息)"
    rf"|据《[^》]{{2,20}}》(?:网站)?(?:{_DAY})?报道"
    rf"|据[{HAN}A-Za-z]{{2,10}}(?:网站?|客户端|微博)(?:{_DAY})?(?:报道|消息)"
    rf"|{_AGENCY}(?:特稿|专稿|专电|综合消息|快讯)"
    rf"|[{HAN}A-Za-z]{{2,8}}网(?:{_DAY})?(?:消息|讯)"
    rf"|【[^】]{{2,14}}(?:专稿|专电|消息|报道|讯|电)】"
    rf")(?=[{BLANK}（(，,：:]|$)"
)
# 央视网消息（新闻联播）：the programme belongs to the source, the colon to neither.
DATELINE_TAIL = re.compile(
    rf"(?P<programme>[（(][^（）()，。\d]{{2,12}}[）)])?[{BLANK}]*(?P<colon>[：:])"
)
DATELINE_REPORTERS = re.compile(_REPORTERS)

# ---- Captions and credits

_CREDIT_PERSON = rf"(?:{_ORGANISATION}?[{BLANK}]*{_RANKS}(?:记者|通讯员|实习生)[{BLANK}]*)?{_NAMES}[{BLANK}]*[/／]?[{BLANK}]*(?:摄影?|图)"
_CREDIT = (
    rf"(?:{_CREDIT_PERSON}"
    rf"|(?:{_ORGANISATION}?[{BLANK}]*{_RANKS}记者|摄影|图片?|供图|制图|绘图|漫画)[{BLANK}]*[:：/／][{BLANK}]*{_NAMES}"
    rf"|(?:摄影|制图|绘图|漫画)[{BLANK}]+{_NAMES}"
    rf"|(?:新华社|中新社|法新社|路透社?|美联社?|法新|视觉中国|CNSphoto|IC[{BLANK}]?[Pp]hoto|东方IC|人民视觉|影像中国|中新图片|GettyImages)"
    rf"(?:[/／]?(?:发|供图|图|法新|路透|美联|视觉中国|CFP)|[{BLANK}]*图片?|照片)?(?:[{BLANK}]*[(（][^（）()]{{2,20}}[)）])?"
    rf"|新华社(?:发|稿)?[(（]{_NAMES}[{BLANK}]*摄[)）]"
    rf"|(?:资料|本版|本报|网络|官方|受访者|采访对象|主办方|剧方|片方|出品方|企业|学校|警方|被访者|受访单位|剧组|家属)?[{BLANK}]*(?:供图|提供图片|资料图片?|资料照片|资料图|图片|照片)"
    rf"|(?:图片|照片|图)(?:由|来源[:：]?)[^，。]{{2,20}}"
    rf"|[{HAN}]{{2,12}}供图)"
)
CREDIT = re.compile(rf"[（(]?[{BLANK}]*{_CREDIT}[{BLANK}]*[）)]?[。.]?")
BRACKETED_CREDIT = re.compile(rf"[（(]{_CREDIT}[）)][。.]?$")
# A credit that begins with its photographer: the name before 摄.
BARE_CREDIT = re.compile(rf"(?P<name>[{HAN}·]+)[{BLANK}/／、，,]")
BLANKS = re.compile(f"[{BLANK}]+")
CAPTION_MARK = re.compile(r"[▲▼◀▶△▽◁▷↑↓←→]+")
CAPTION_START = re.compile(
    rf"(?:{CAPTION_MARK.pattern}|(?:(?:[上下左右中]|本版?|题|组|大|小|资料)图[:：为]|图为|图[①-⑩\d一二三四五六][:：为]"
    rf"|[(（]?(?:[上下左右]|[见题])图[)）]))"
)

# ---- What belongs to the page

# More offices than a page names, as with roles above.
_OFFICE = r"(?:责任编辑|值班编辑|值班主任|执行编辑|美术编辑|见报编辑|值班总编辑?|主编|责编|编辑|编审|视觉设计|视觉|美编|版式设计|版式|版面设计|组版|校对|检校|审校|制图|设计|统筹)"
_FEW_OFFICES = rf"(?!(?:(?>.*?{_OFFICE})){{11}})"
EDITORS = re.compile(
    rf"{_FEW_OFFICES}[【\[（(]?(?:(?:本版|本期|本叠|今日)?[{BLANK}]*(?:责任编辑|值班编辑|值班主任|执行编辑|主编|责编|编辑|编审|视觉设计|视觉|美术编辑|美编|版式设计|版式"
    rf"|版面设计|组版|校对|检校|审校|制图|设计|见报编辑|统筹|值班总编辑?)[{BLANK}]*[:：/／|][{BLANK}]*{_NAMES}"
    rf"|(?:责任编辑|责编|本版编辑|本版责编|美术编辑|视觉设计|版式设计|校对)[{BLANK}]+{_NAMES})"
    rf"(?:[{BLANK}，,;；|/]*(?:(?:本版|本期)?[{BLANK}]*(?:责任编辑|执行编辑|值班编辑|主编|责编|编辑|视觉设计|视觉|美术编辑|美编|版式设计|版式|版面设计|组版|校对|检校|审校"
    rf"|制图|设计|统筹)[{BLANK}]*[:：/／|]?[{BLANK}]*{_NAMES}))*[】\]）)]?"
)
_LABEL = r"[A-Za-z]?\d{1,3}[A-Za-z]?|[〇一二三四五六七八九十]{1,3}"
_JUMP = rf"(?P<way>下转|转|紧接|上接|接)[{BLANK}]*第?[{BLANK}]*(?P<page>{_LABEL})[{BLANK}]*(?:版|页|叠)[^，。（）()]{{0,12}}"
JUMP = re.compile(rf"[（(▶▲→◀←]*[{BLANK}]*{_JUMP}[{BLANK}]*[）)▶▲→◀←]*")
JUMP_TO = re.compile(
    rf"[（(▶→][{BLANK}]*(?P<way>下转|转|紧接)[{BLANK}]*第?(?P<page>{_LABEL})[{BLANK}]*[版页][^，。（）()]{{0,12}}[）)]?[▶→]*$"
)
JUMP_FROM = re.compile(
    rf"^[（(◀←][{BLANK}]*(?P<way>上接|接)[{BLANK}]*第?(?P<page>{_LABEL})[{BLANK}]*[版页][^，。（）()]{{0,12}}[）)]?[{BLANK}]*"
)
_WEEKDAY = r"星期[一二三四五六日天]"
_LUNAR = (
    rf"(?:农历)?[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年?[闰{HAN}]{{2,8}}"
)
FOLIO = re.compile(
    rf"(?:(?:第[{BLANK}]*)?(?:{_LABEL})[{BLANK}]*版(?:[{BLANK}:：/·]*[{HAN}]{{2,8}})?"
    rf"|[A-Z]\d{{1,2}}[{BLANK}/／:：·]*[{HAN}]{{2,8}}"
    rf"|\d{{4}}[{BLANK}]*年[{BLANK}]*\d{{1,2}}[{BLANK}]*月[{BLANK}]*\d{{1,2}}[{BLANK}]*日"
    rf"|{_WEEKDAY}|{_LUNAR}|(?:总?第|总)[{BLANK}]*\d{{2,6}}[{BLANK}]*[期号]|今日[{BLANK}]*\d{{1,3}}[{BLANK}]*版"
    rf"|国内统一(?:连续出版物号|刊号)[{BLANK}]*[:：]?[{BLANK}]*CN[{BLANK}]*\d{{2}}-\d{{4}}|邮发代号[{BLANK}]*[:：]?[{BLANK}]*\d{{1,2}}-\d{{1,3}}"
    rf"|(?:新闻)?热线[:：]?[{BLANK}]*[\d-]{{5,12}})"
)
FOLIO_SEPARATOR = re.compile(rf"[{BLANK}|｜/·,，]*")
FOLIO_TITLE = re.compile(
    rf"[{HAN}]{{2,8}}(?:日报|晚报|早报|时报|晨报|都市报|商报|周刊|周报|报)"
)
CORRECTION = re.compile(
    rf"(?:更正(?:启事|说明|与致歉|声明)?|致歉(?:声明|信)?|勘误)"
    rf"(?=[{BLANK}]*$|[{BLANK}:：])"
)
COLUMN = re.compile(
    r"(?:【(?P<lenticular>[^【】]{2,14})】|「(?P<corner>[^「」]{2,14})」|［(?P<square>[^［］]{2,14})］)"
)
NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]|[■●◆◇▌★☆□○]|\d{1,2}[、.．]|第[一二三四五六七八九十]{1,3}[章节幕回])"
)
