"""The words that say what a text is about: as jieba.analyse weighs them."""

import pytest

from articles.text import keywords
from articles.text.keywords import Token, names_something, tokens
from articles.text.lexicon import Lexicon

TEXT = (
    "长三角生态绿色一体化发展示范区建设提速。长三角各地共建生态环境监测网络，"
    "上海青浦、江苏吴江、浙江嘉善联合治理太浦河，水质明显改善。"
    "示范区执委会表示，生态优势正在转化为经济社会发展优势。"
)


class Words:
    """What jieba's tokenizers are asked for, with the words that we cut."""

    def __init__(self, words):
        self.words = words

    def cut(self, _text):
        from jieba.posseg import pair

        return [pair(token.word, token.flag) for token in self.words]


# jieba leaves its files to the collector of garbage.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_weights_are_those_of_jieba_analyse():
    from jieba.analyse import TFIDF, TextRank

    words = [token for token in tokens(TEXT) if token.word not in keywords._EMPTY]
    flags = {token.flag for token in words if names_something(token)}
    tfidf, rank = TFIDF(), TextRank()
    tfidf.postokenizer = rank.tokenizer = Words(words)
    naming = [token.word for token in words if names_something(token)]
    theirs = dict(tfidf.extract_tags(TEXT, topK=None, withWeight=True, allowPOS=flags))
    idf = keywords._idf(naming)
    assert keywords.tf_idf(naming, idf) == pytest.approx(theirs)
    ranks = dict(rank.textrank(TEXT, topK=None, withWeight=True, allowPOS=flags))
    ours = keywords.text_rank(words)
    order = sorted(ranks, key=lambda word: (-ranks[word], word))
    assert sorted(ours, key=lambda word: (-ours[word], word)) == order


def test_the_words_of_the_lexicon_stay_whole_and_as_printed():
    words = tokens("參加長三角一體化，ＡＩ", Lexicon(["长三角一体化", "长三角"]))
    assert [(token.word, token.printed) for token in words] == [
        ("参加", "參加"),
        ("长三角一体化", "長三角一體化"),
        (",", "，"),
        ("ai", "ＡＩ"),
    ]


def test_keywords_name_something():
    found = [key.word for key in keywords.keywords(tokens(TEXT))]
    assert {"示范区", "生态", "太浦河"} <= set(found[:12])
    common = {key.word for key in keywords.keywords(tokens(TEXT)) if key.common}
    assert {"建设", "发展"} <= common
    assert not {"长三角", "太浦河", "上海"} & common
    assert not {"表示", "正在", "明显", "，"} & set(found)


@pytest.mark.parametrize(
    "text", ["", " \n", "。。。", "\ud800😀\x00", "12 345", "a" * 50_000]
)
def test_what_has_no_words_has_no_keywords_and_is_no_error(text):
    assert isinstance(keywords.keywords(tokens(text)), list)


def test_no_more_than_the_beginning_is_read():
    words = tokens("上海" * keywords.MAX_LENGTH)
    assert sum(len(token.word) for token in words) == keywords.MAX_LENGTH


def test_a_part_of_speech_is_told():
    assert names_something(Token("上海", "ns", "上海"))
    assert not names_something(Token("上海", "v", "上海"))
