"""Folding, reading a query, highlighting and cutting excerpts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.folding import MAX_LETTERS, typos, typos_allowed
from hub.search.criteria import MAX_QUERY, MAX_WORDS
from hub.search.text import Part, Query, excerpt, fold, highlight, parse, words

# Letters that fold, do not fold, fold to several, to none, or to something that folds again.
LETTERS = "aAéßıİſKØłæŒﬁﷺ½①𝐀ａأةىـالمتﻼ한국中国カｶﾞไทยकि\u0301\u200d\u200b\u202e\ufe0f\0\ud800 .-'\"\t\n😀"
letters = st.text(st.one_of(st.sampled_from(LETTERS), st.characters()), max_size=60)


def marked(text: str, q: str) -> list[str]:
    return [text[start:end] for start, end in highlight(text, parse(q))]


# Folding


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Water & Sanitation", "water sanitation"),
        ("CÔTE D’IVOIRE", "cote d ivoire"),
        ("Straße İstanbul ısı", "strasse istanbul isi"),
        ("Ørsted Łódź Đà Ísafjörður þing æon œuvre", "orsted lodz da isafjordur thing aeon oeuvre"),
        ("U.N.O.D.C. and e.g. 3.5 v.2", "unodc and eg 3 5 v 2"),
        ("ﬁne Ⅳ ½ ²", "fine iv 1 2 2"),
        ("ＦＵＬＬ ｗｉｄｔｈ", "full width"),
        ("so\u00adft zero\u200bwidth \u202eright\u202c", "soft zerowidth right"),
        ("مَدرسة الأمل ـــ جـامـعة", "مدرسه امل جامعه"),
        ("ال الب البيت", "ال الب بيت"),
        ("مؤسسة ی ک", "موسسه ي ك"),
        ("北京大学ABC", "北 京 大 学 abc"),
        ("ｶﾞガ", "カ カ"),
        ("ไทย ลาว", "ไ ท ย ล า ว"),
        ("हिन्दी", "हिनदी"),
        ("a_b-c/d", "a b c d"),
        ("\ud800x\0y", "x y"),
        ("😀", ""),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(letters)
def test_folding_never_raises_and_is_the_same_as_words(text: str) -> None:
    assert fold(text) == " ".join(word.text for word in words(text))


@given(letters)
def test_folded_text_can_be_stored(text: str) -> None:
    fold(text).encode()
    assert "\0" not in fold(text)


@given(letters)
def test_words_stand_in_order_in_the_original(text: str) -> None:
    end = 0
    for word in words(text):
        assert 0 <= word.start < word.end <= len(text)
        assert word.start >= end - 1  # one character can fold to letters of two words
        end = word.end


@given(letters)
def test_case_does_not_matter(text: str) -> None:
    # Some capitals are written with other letters than their small forms, so compare what both become.
    assert fold(text.casefold()) == fold(text)


def test_words_tell_their_place_with_accents_that_follow() -> None:
    text = "e\u0301te\u0301, (東京) الكتاب"
    assert [(word.text, text[word.start : word.end]) for word in words(text)] == [
        ("ete", "e\u0301te\u0301"),
        ("東", "東"),
        ("京", "京"),
        ("كتاب", "الكتاب"),
    ]


def test_long_words_are_cut() -> None:
    assert fold("a" * 10_000) == "a" * MAX_LETTERS
    assert words("a" * 10_000)[0].end == 10_000


# Reading the query


@pytest.mark.parametrize(
    ("q", "parts", "is_prefix"),
    [
        ("water", [("water",)], True),
        ("water ", [("water",)], False),
        ("Clean water", [("clean",), ("water",)], True),
        ('"clean water"', [("clean", "water")], False),
        ('"clean water" su', [("clean", "water"), ("su",)], True),
        ('"clean water', [("clean",), ("water",)], True),
        ('a "b c" d "e', [("a",), ("b", "c"), ("d",), ("e",)], True),
        ("«clean water»", [("clean", "water")], False),
        ("„clean water“ x", [("clean", "water"), ("x",)], True),
        ("北京大学", [("北", "京", "大", "学")], True),
        ("北京 大学 ab", [("北", "京"), ("大", "学"), ("ab",)], True),
        ("ab北京cd", [("ab",), ("北", "京"), ("cd",)], True),
        ("", [], False),
        ('"" " "', [], False),
        ("!?", [], False),
        ("\ud800\0", [], False),
    ],
)
def test_reading_a_query(q: str, parts: list[tuple[str, ...]], is_prefix: bool) -> None:
    query = parse(q)
    assert [part.words for part in query.parts] == parts
    assert query.last_is_prefix is is_prefix
    assert bool(query) is bool(parts)


def test_a_single_word_in_quotes_is_no_prefix_and_holds_no_typos() -> None:
    assert parse('"water"') == Query((Part(("water",), is_quoted=True),), last_is_prefix=False)
    assert marked("waters wader water", '"water"') == ["water"]


def test_words_and_phrases_of_a_query() -> None:
    query = parse('fresh "clean water" 北京')
    assert query.words == ("fresh",)
    assert query.phrases == (("clean", "water"), ("北", "京"))


def test_a_query_is_cut() -> None:
    query = parse("one " * 20 + "two")
    assert len(query.parts) == MAX_WORDS
    assert not query.last_is_prefix
    assert parse("a" * 600).parts == (Part(("a" * MAX_LETTERS,)),)
    assert parse(" " * MAX_QUERY + "word").parts == ()
    assert sum(len(part.words) for part in parse('a b c d e "f g h i j k l m"').parts) <= MAX_WORDS
    assert len(parse("北" * 600).parts[0].words) == MAX_QUERY


@given(letters)
def test_any_text_can_be_asked(q: str) -> None:
    for asked in (q, f'"{q}"', f'{q}"'):
        query = parse(asked)
        assert sum(len(part.words) for part in query.parts if len(part.words[0]) > 1) <= MAX_WORDS
        assert hash(query) == hash(parse(asked))


# Typos


@pytest.mark.parametrize(
    ("asked", "word", "count"),
    [
        ("water", "water", 0),
        ("water", "wader", 1),
        ("water", "watr", 1),
        ("water", "waater", 1),
        ("water", "waetr", 1),
        ("water", "later", 2),
        ("water", "ater", 2),
        ("water", "swater", 2),
        ("water", "wadder", 2),
        ("water", "fire", None),
    ],
)
def test_typos_are_counted(asked: str, word: str, count: int | None) -> None:
    assert typos(asked, word, 2) == count


def test_typos_in_a_beginning_are_counted() -> None:
    assert typos("watr", "watering", 1, is_prefix=True) == 1
    assert typos("watering", "water", 1, is_prefix=True) is None


@given(st.text("abc", min_size=2, max_size=9), st.text("abc", min_size=2, max_size=9))
def test_typos_are_symmetric_and_within_the_limit(one: str, other: str) -> None:
    assert typos(one, other, 2) == typos(other, one, 2)
    assert (typos(one, other, 2) == 0) is (one == other)
    assert typos(one, other, 1) == (None if (count := typos(one, other, 2)) == 2 else count)


def test_short_words_and_digits_hold_no_typos() -> None:
    assert [typos_allowed(word) for word in ("four", "fives", "eightltr", "nineletter", "with5digits")] == [
        0,
        1,
        1,
        2,
        0,
    ]


# Highlighting


@pytest.mark.parametrize(
    ("text", "q", "found"),
    [
        ("Clean Water for All", "water", ["Water"]),
        ("Clean Water for All", "wat", ["Water"]),
        ("Clean Water for All", "wat ", []),
        ("Clean Water for All", "clea water", ["Water"]),
        ("Clean Water for All", "waetr", ["Water"]),
        ("Clean Water for All", "later", []),
        ("Transparency", "transpaerncy ", ["Transparency"]),
        ("Clean, clean WATER; water", '"clean water"', ["clean", "WATER"]),
        ("water clean", '"clean water"', []),
        ("Santé pour tous", "sante", ["Santé"]),
        ("Sante\u0301!", "santé", ["Sante\u0301"]),
        ("U.N. and UN", "un ", ["U.N", "UN"]),
        ("جامعة القاهرة", "قاهرة", ["القاهرة"]),
        ("北京大学和大学", "大学", ["大学", "大学"]),
        ("北京大学", "京", ["京"]),
        ("北京大学", "大京", []),
        ("anything", "", []),
        ("", "word", []),
        ("<b>&amp; bold</b>", "b", ["b", "bold", "b"]),
        ("Straße", "strasse", ["Straße"]),
    ],
)
def test_highlighting(text: str, q: str, found: list[str]) -> None:
    assert marked(text, q) == found


@given(letters, letters)
def test_ranges_are_in_order_and_apart(text: str, q: str) -> None:
    end = -1
    for start, stop in highlight(text, parse(q)):
        assert end < start < stop <= len(text)
        end = stop


@given(letters)
def test_a_word_of_a_text_is_highlighted_when_asked_for(text: str) -> None:
    for word in words(text)[:10]:
        ranges = highlight(text, parse(text[word.start : word.end]))
        assert any(start <= word.start and word.end <= end for start, end in ranges)


def test_a_page_is_highlighted_fast() -> None:
    text = (
        "Support for children and families in need of shelter, food and legal advice across the region. " * 4
    )
    pages = [
        (f"Foundation number {number} for Children", text.replace("need", f"need{number}"))
        for number in range(20)
    ]
    query = parse("childern famil")
    best = 9.0
    for _ in range(20):
        started = time.perf_counter()
        for name, description in pages:
            assert highlight(name, query)
            highlight(description, query)
        best = min(best, time.perf_counter() - started)
    assert best < 0.02  # about 1 ms on an idle machine


# Excerpts


def test_a_short_text_is_its_own_excerpt() -> None:
    assert excerpt("Clean water", parse("water")) == ("Clean water", ((6, 11),))


def test_an_excerpt_shows_most_answers_with_whole_words() -> None:
    text = (
        "Water first. "
        + "Lorem ipsum dolor sit amet. " * 20
        + "Clean water and safe water for all. "
        + "And more. " * 30
    )
    cut, ranges = excerpt(text, parse("clean water"), 100)
    assert [cut[start:end] for start, end in ranges] == ["Clean", "water", "water"]
    assert len(cut) <= 100
    assert cut.startswith("…")
    assert cut.endswith("…")
    assert cut.strip("…") in text
    assert text[text.index(cut.strip("…")) - 1] == " "


def test_an_excerpt_without_answers_is_the_beginning() -> None:
    cut, ranges = excerpt("word " * 100, parse("other"), 50)
    assert cut.startswith("word word")
    assert cut.endswith("word…")
    assert ranges == ()


def test_scripts_without_spaces_have_excerpts_too() -> None:
    cut, ranges = excerpt("法" * 500 + "反腐败" + "律" * 500, parse("反腐"), 60)
    assert [cut[start:end] for start, end in ranges] == ["反腐"]
    assert len(cut) <= 60


@given(st.lists(letters, max_size=12).map(" ".join), letters, st.integers(1, 80))
def test_any_text_has_an_excerpt(text: str, q: str, length: int) -> None:
    cut, ranges = excerpt(text, parse(q), length)
    assert cut.strip("…").strip() in text
    for start, end in ranges:
        assert 0 <= start < end <= len(cut)


def test_huge_input_is_no_trouble() -> None:
    started = time.process_time()
    for text in ("a" * 10_000, "大" * 10_000, "\u0301" * 10_000, "ab " * 10_000, '"' * 10_000):
        excerpt(text, parse(text))
        excerpt(text, parse("ab 大"))
    assert time.process_time() - started < 10  # seconds; some hundredths on an idle machine
