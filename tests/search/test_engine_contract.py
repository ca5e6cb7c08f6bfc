"""What every engine promises, one by one (see ``hub.search.engine``)."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import SearchUnavailable
from hub.search.criteria import MAX_QUERY, Criteria, Sort
from hub.search.engine import TEXT_FIELDS, Document, Engine
from hub.search.facets import FACETS
from tests.search.engines import DIFFERENCES, ENGINES, doc, fill, ids
from tests.search.reference import ReferenceEngine

SLOW = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=25,
)


@pytest.fixture(autouse=True)
def known_differences(request: pytest.FixtureRequest) -> None:
    """Expect the failures that are known, and only those."""
    params: dict[str, Any] = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    for name in {"engine", "library", "name"} & set(params):
        if reason := DIFFERENCES.get(params[name], {}).get(request.node.originalname):
            request.applymarker(pytest.mark.xfail(reason=f"{params[name]}: {reason}", strict=True))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """An empty engine of each kind."""
    return fill(ENGINES[request.param](tmp_path))


@pytest.fixture(scope="module", params=ENGINES)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine of each kind that holds a few organizations, for tests that only ask."""
    engine = ENGINES[request.param](tmp_path_factory.mktemp("library"))
    return fill(
        engine,
        doc(
            "transparency", "Transparency International", acronyms="TI", country="DE", place="Berlin Germany"
        ),
        doc(
            "corruption", "Corruption Watch", country="ZA", topics=["corruption", "whistle-blower protection"]
        ),
        doc("coalition", "UNCAC Coalition", short="A network of groups against corruption", country="AT"),
        doc("walkfree", "Walk Free", topics=["modern slavery", "human trafficking"], country="AU"),
        doc(
            "humanrights", "Human Rights Watch", topics="freedom", country="US", other_names="Helsinki Watch"
        ),
        doc("rightshuman", "Rights of Every Human", country="US"),
        doc("unodc", "Office on Drugs and Crime", acronyms=["UNODC", "U.N.O.D.C."], country="AT"),
        doc("sante", "Santé Diabète", country="FR", long="Œuvre pour la santé à Łódź et København"),
        doc("cairo", "جامعة القاهرة", country="EG", other_names="Cairo University"),
        doc("madina", "الجامعة الإسلامية", country="SA"),
        doc("tokyo", "東京大学", country="JP", other_names="ﾄｳｷｮｳ"),
        doc("beijing", "北京大学反腐败研究中心", country="CN"),
        doc("thai", "มหาวิทยาลัยเชียงใหม่", country="TH"),
        doc("moscow", "Московский университет", country="RU"),
        doc("plan2030", "Plan 2030", country="KE"),
    )


def holding(field: str, text: str) -> Document:
    """A document with a text in one field, by the name of which it is known."""
    held: Any = {field: text}
    return doc(field, **held)


# Words


def test_an_empty_query_finds_everyone(library: Engine) -> None:
    assert library.search(Criteria()).total == 15
    assert library.search(Criteria(q="  \t ")).total == 15


def test_a_word_is_found_in_every_field(engine: Engine) -> None:
    fill(engine, *(holding(field, f"some words and zebra{field}") for field in TEXT_FIELDS))
    for field in TEXT_FIELDS:
        assert ids(engine, f"zebra{field} ") == [field]


def test_the_last_word_is_a_prefix(library: Engine) -> None:
    for size in range(1, len("transparency") + 1):
        assert "transparency" in ids(library, "transparency"[:size])
    assert ids(library, "international trans") == ["transparency"]


def test_a_word_before_the_last_is_not_a_prefix(library: Engine) -> None:
    assert "transparency" not in ids(library, "tran international ")


def test_a_space_ends_the_prefix(library: Engine) -> None:
    assert ids(library, "transp ") == []


def test_a_closing_quote_ends_the_prefix(library: Engine) -> None:
    assert ids(library, '"transp"') == []
    assert ids(library, '"transparency"') == ["transparency"]


def test_quoted_words_must_follow_each_other(library: Engine) -> None:
    assert ids(library, '"human rights"') == ["humanrights"]
    assert ids(library, "“human rights”") == ["humanrights"]
    assert ids(library, '"rights human"') == []


def test_a_phrase_does_not_span_two_texts(engine: Engine) -> None:
    fill(engine, doc("a", "one two", other_names=["three", "four"]))
    assert ids(engine, '"two three"') == []
    assert ids(engine, '"three four"') == []


def test_an_open_quote_is_no_phrase(library: Engine) -> None:
    assert set(ids(library, '"rights human')) == {"humanrights", "rightshuman"}


def test_a_phrase_is_never_dropped(library: Engine) -> None:
    assert ids(library, 'human "nobody says this"') == []


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("frea ", False),  # four letters: none
        ("wakl ", False),
        ("helsinky ", True),  # eight letters: one
        ("helsinik ", True),
        ("heksinky ", False),  # two
        ("halsinki ", True),
        ("elsinki ", False),  # at the first letter one counts as two
        ("jelsinki ", False),
        ("corruptoin ", True),  # a swap is one
        ("corupton ", False),  # eight letters, two typos
        ("corrrruption ", True),  # nine letters and more: two
        ("korruption ", True),
        ("korrupption ", False),
        ("internatoinel ", True),
        ("intrenatoinel ", False),
    ],
)
def test_typos_are_forgiven_by_length(library: Engine, asked: str, is_found: bool) -> None:
    assert bool(ids(library, asked)) is is_found


def test_a_prefix_may_hold_typos(library: Engine) -> None:
    assert ids(library, "transpaerncy int") == ["transparency"]
    assert ids(library, "transpra") == ["transparency"]


def test_digits_hold_no_typos(library: Engine) -> None:
    assert ids(library, "2030 ") == ["plan2030"]
    assert ids(library, "2031 ") == []
    assert ids(library, "plan20301 ") == []


def test_a_phrase_holds_no_typos(library: Engine) -> None:
    assert ids(library, '"humann rights"') == []
    assert ids(library, '"corruptoin"') == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("TRANSPARENCY", "transparency"),
        ("sante diabete", "sante"),
        ("sante\u0301", "sante"),
        ("ŞANTÈ", "sante"),
        ("lodz ", "sante"),
        ("kobenhavn ", "sante"),
        ("oeuvre ", "sante"),
        ("trans\u200bpar\u00adency ", "transparency"),
        ("\u202btransparency\u202c ", "transparency"),
        ("МОСКОВСКИЙ ", "moscow"),
        ("unodc ", "unodc"),
        ("U.N.O.D.C. ", "unodc"),
        ("جامعةُ القاهِرة", "cairo"),
        ("جـامـعة القاهرة", "cairo"),
        ("ｔｒａｎｓｐａｒｅｎｃｙ", "transparency"),
        ("トウキョウ", "tokyo"),
    ],
)
def test_case_accents_and_invisible_characters_do_not_matter(library: Engine, asked: str, found: str) -> None:
    assert ids(library, asked)[0] == found


def test_arabic_words_match_with_and_without_the_article(library: Engine) -> None:
    assert set(ids(library, "جامعة ")) == set(ids(library, "الجامعة ")) == {"cairo", "madina"}
    assert ids(library, "قاهرة ") == ["cairo"]


@pytest.mark.parametrize(
    ("name", "found"),
    [("北京大学反腐败研究中心", "beijing"), ("มหาวิทยาลัยเชียงใหม่", "thai"), ("東京大学", "tokyo")],
)
def test_scripts_without_spaces_are_found_by_any_run_of_characters(
    library: Engine, name: str, found: str
) -> None:
    for start, end in itertools.combinations(range(len(name) + 1), 2):
        assert found in ids(library, name[start:end])
    assert ids(library, name[::-1]) == []


# Which words, and how many


def test_all_words_must_be_held(library: Engine) -> None:
    assert ids(library, "corruption network ") == ["coalition"]
    assert library.search(Criteria(q="corruption network ")).total == 1


def test_words_are_dropped_from_the_end_when_nothing_holds_them_all(library: Engine) -> None:
    assert set(ids(library, "corruption zebra ")) == {"corruption", "coalition"}
    assert ids(library, "corruption watch zebra giraffe ") == ["corruption"]
    assert ids(library, "zebra corruption ") == []


def test_single_letters_that_nothing_holds_together_are_dropped_too(engine: Engine) -> None:
    """Answers to single letters are remembered; what is remembered of two must not be taken for that of one."""
    fill(engine, doc("plan", "Plan a"), doc("team", "Team b"))
    for _ in range(2):
        assert ids(engine, "a b ") == ["plan"]
        assert ids(engine, "b a ") == ["team"]
        assert ids(engine, "a ") == ["plan"]


def test_words_are_dropped_for_what_is_chosen(library: Engine) -> None:
    assert ids(library, "corruption network ", chosen={"country": ("ZA",)}) == ["corruption"]


def test_dropped_words_still_count_for_the_order(engine: Engine) -> None:
    fill(engine, doc("a", "apple"), doc("b", "apple cherry"), doc("c", "apple"))
    assert ids(engine, "apple banana cherry ") == ["b", "a", "c"]


def test_no_more_than_ten_words_and_512_characters_count(library: Engine) -> None:
    assert ids(library, "watch " * 10 + "nobody") == ids(library, "watch " * 10)
    assert ids(library, "corruption" + " " * MAX_QUERY + "zebra") == ids(library, "corruption ")


# Order


def order(engine: Engine, q: str, *documents: Document) -> list[str]:
    # The last document comes first by name, so that only what is tested can put it last.
    named = [
        Document(id=d.id, texts=d.texts, facets=d.facets, sort_name=f"{len(documents) - at}", trust=d.trust)
        for at, d in enumerate(documents)
    ]
    return ids(fill(engine, *named), q)


def test_fewer_typos_come_first(engine: Engine) -> None:
    documents = doc("0", "governance"), doc("1", "guvernance"), doc("2", "guvernanse")
    assert order(engine, "governance ", *documents) == ["0", "1", "2"]


def test_fewer_typos_come_before_neighbours(engine: Engine) -> None:
    assert order(engine, "clean water ", doc("0", "water is clean"), doc("1", "clean wader")) == ["0", "1"]


def test_neighbours_come_first(engine: Engine) -> None:
    assert order(engine, "clean water ", doc("0", "a clean water"), doc("1", "clean the water")) == ["0", "1"]
    assert order(engine, "clean wat", doc("0", "a clean water"), doc("1", "clean the water")) == ["0", "1"]


def test_neighbours_come_before_the_field(engine: Engine) -> None:
    documents = doc("0", "some", long="clean water"), doc("1", "clean my water")
    assert order(engine, "clean water ", *documents) == ["0", "1"]


def test_more_important_fields_come_first(engine: Engine) -> None:
    fields = [holding(field, "some peace") for field in TEXT_FIELDS]
    assert order(engine, "peace ", *fields) == list(TEXT_FIELDS)
    assert order(engine, "peac", *fields) == list(TEXT_FIELDS)


def test_more_important_fields_come_before_the_place_in_the_name(engine: Engine) -> None:
    documents = doc("0", "one two three peace"), doc("1", "none", other_names="peace")
    assert order(engine, "peace ", *documents) == ["0", "1"]


def test_earlier_in_the_name_comes_first(engine: Engine) -> None:
    documents = [doc(str(place), "word " * place + "peace " + "word " * (6 - place)) for place in range(6)]
    assert order(engine, "peace ", *documents) == list("012345")
    assert order(engine, "pea", *documents) == list("012345")


def test_exact_words_come_before_beginnings(engine: Engine) -> None:
    assert order(engine, "peace", doc("0", "peace now"), doc("1", "peaceful now")) == ["0", "1"]


def test_a_name_that_is_all_that_was_asked_comes_before_longer_ones(engine: Engine) -> None:
    assert order(engine, "peace", doc("0", "peace"), doc("1", "peace now")) == ["0", "1"]


def test_ties_go_by_trust_then_by_name(engine: Engine) -> None:
    fill(
        engine,
        doc("a", "same", sort_name="Äpfel", trust=0),
        doc("b", "same", sort_name="zebra", trust=2),
        doc("c", "same", sort_name="apfel b", trust=0),
        doc("d", "same", sort_name="BANANA", trust=2),
    )
    assert ids(engine, "same ") == ["d", "b", "a", "c"]
    assert ids(engine) == ["d", "b", "a", "c"]


def test_names_are_sorted_as_they_are_compared(engine: Engine) -> None:
    fill(engine, doc("3", "Zagreb"), doc("2", "École"), doc("1", "eagle", trust=2), doc("0", "Łódź"))
    assert ids(engine, sort=Sort.NAME) == ["1", "2", "0", "3"]


def test_the_last_confirmed_come_first(engine: Engine) -> None:
    fill(
        engine,
        doc("b", "B", confirmed=5),
        doc("a", "A", confirmed=5),
        doc("c", "C"),
        doc("d", "D", confirmed=20_000),
    )
    assert ids(engine, sort=Sort.CONFIRMED) == ["d", "a", "b", "c"]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("q", ["", "group", "group number "])
def test_pages_hold_every_hit_once(engine: Engine, sort: Sort, q: str) -> None:
    fill(engine, *(doc(f"{n:03}", f"Group number {n % 7}", trust=n % 3, confirmed=n % 5) for n in range(100)))
    with engine.writing() as writer:  # a second segment, whose documents tie with those of the first
        writer.put(
            doc(f"{n:03}", f"Group number {n % 7}", trust=n % 3, confirmed=n % 5) for n in range(90, 130)
        )
    whole = ids(engine, q, sort=sort, page_size=100) + ids(engine, q, sort=sort, page_size=100, page=2)
    pages = [ids(engine, q, sort=sort, page=page, page_size=9) for page in range(1, 16)]
    assert [one for page in pages for one in page] == whole
    assert sorted(whole) == [f"{n:03}" for n in range(130)]


def test_a_page_beyond_the_end_is_empty_and_knows_the_total(library: Engine) -> None:
    for q in ("", "watch"):
        answer = library.search(Criteria(q=q, page=50))
        assert answer.ids == ()
        assert answer.total == library.search(Criteria(q=q)).total > 0
    far = library.search(Criteria(page=10_000, page_size=100))
    assert (far.ids, far.total) == ((), 15)


# Facets


def test_values_of_a_facet_widen_and_facets_narrow(engine: Engine) -> None:
    fill(
        engine,
        doc("a", country="KE", theme=["x", "y"]),
        doc("b", country="UG", theme="x"),
        doc("c", country=["KE", "TZ"], theme="z"),
    )
    assert set(ids(engine, chosen={"country": ("KE", "UG")})) == {"a", "b", "c"}
    assert set(ids(engine, chosen={"country": ("KE", "UG"), "theme": ("x",)})) == {"a", "b"}
    assert ids(engine, chosen={"country": ("TZ",), "theme": ("x",)}) == []


def test_counts_of_a_facet_ignore_its_own_choices(engine: Engine) -> None:
    fill(
        engine,
        doc("a", "water", country="KE", theme=["x", "y"]),
        doc("b", "water", country="UG", theme="x"),
        doc("c", "wine", country="UG", theme="x"),
    )
    answer = engine.search(Criteria(q="water ", chosen={"country": ("KE",)}))
    assert answer.counts["country"] == {"KE": 1, "UG": 1}
    assert answer.counts["theme"] == {"x": 1, "y": 1}
    assert answer.counts["kind"] == {}
    assert set(answer.counts) == {facet.name for facet in FACETS}


def test_every_value_is_counted(engine: Engine) -> None:
    codes = [f"C{number}" for number in range(249)]
    fill(engine, *(doc(code, "land", country=code) for code in codes))
    for q in ("", "land"):
        assert engine.search(Criteria(q=q)).counts["country"] == dict.fromkeys(codes, 1)


def test_counts_are_left_out_when_not_wanted(library: Engine) -> None:
    answer = library.search(Criteria(q="watch"), counts=False)
    assert not answer.counts
    assert answer.total == library.search(Criteria(q="watch")).total


@pytest.mark.parametrize("value", ["", "XX", "KE UG", '"', "\\", "a:b", "*", "[a TO z]", "\0", "\ud800", "é"])
def test_unknown_values_match_nothing(library: Engine, value: str) -> None:
    assert library.search(Criteria(chosen={"country": (value,)})).total == 0
    assert library.search(Criteria(chosen={"country": (value, "AT")})).total == 2


def test_any_text_can_be_a_value(engine: Engine) -> None:
    values = ["a b", "UPPER", 'qu"ote', "back\\slash", "a:b", "AND", "ünïcode"]
    fill(engine, *(doc(str(at), theme=value) for at, value in enumerate(values)))
    assert engine.search(Criteria()).counts["theme"] == dict.fromkeys(values, 1)
    for at, value in enumerate(values):
        assert ids(engine, chosen={"theme": (value,)}) == [str(at)]


def test_an_unknown_facet_is_a_mistake_of_the_caller(library: Engine) -> None:
    with pytest.raises(KeyError):
        library.search(Criteria(chosen={"nosuch": ("x",)}))


# Any input at all

ODD = [
    "\0", "\ud800", "a" * 10_000, '"', '""', '"" ""', '"open', "AND", "OR NOT (", "name:x", "a*", "~2", "^", "😀", "👩‍👩‍👧",
    "\u202e", "ا" * 600, "大" * 600, "\u0301", "a\0b", "İ", "ﷺ", "½", "..", "a.b.c.d.", "\N{NO-BREAK SPACE}", "ㅤ", "%", "'; --",
]  # fmt: skip


@pytest.mark.parametrize("q", ODD)
def test_odd_input_is_answered(library: Engine, q: str) -> None:
    for asked in (q, f"{q} ", f'"{q}"', f"corruption {q}"):
        assert library.search(Criteria(q=asked)).total >= 0
        library.spelling(asked)


@SLOW
@given(q=st.text(max_size=40))
def test_any_text_is_answered(library: Engine, q: str) -> None:
    assert library.search(Criteria(q=q)).total >= 0
    library.spelling(q)


@SLOW
@given(texts=st.lists(st.text(max_size=200), max_size=4))
def test_any_text_can_be_held(engine: Engine, texts: list[str]) -> None:
    name = "".join(texts)
    fill(engine, doc("a", name, other_names=texts, long=texts, sort_name=name or "a"))
    assert ids(engine) == ["a"]
    assert set(engine.versions()) == {"a"}


def test_long_texts_and_words_are_held(engine: Engine) -> None:
    fill(engine, doc("a", "x" * 10_000, long="zebra " + "word " * 12_000), doc("b", "b"))
    assert ids(engine, "zebra ") == ["a"]
    assert ids(engine, "x" * 500) == ["a"]


# Agreement with the reference

WORDS = ["water", "waters", "watr", "wader", "human", "humane", "rights", "right", "anticorruption", "anticoruption",
         "antikoruption", "ke", "kenya", "kenia", "u.n.", "un", "2030", "大学", "大", "الجامعة", "جامعة", "Éco", "eco"]  # fmt: skip
texts = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), max_size=2)
keys = st.lists(st.sampled_from("abc"), max_size=2)
FACET_NAMES = ("country", "theme", "kind")


@st.composite
def libraries(draw: Any) -> list[Document]:
    return [
        doc(
            f"{number:02}",
            sort_name=draw(st.sampled_from(WORDS)),
            trust=draw(st.integers(0, 2)),
            confirmed=draw(st.integers(0, 3)),
            **{field: draw(texts) for field in TEXT_FIELDS},
            **{facet: draw(keys) for facet in FACET_NAMES},
        )
        for number in range(draw(st.integers(0, 12)))
    ]


@st.composite
def criteria(draw: Any) -> Criteria:
    words = draw(st.lists(st.sampled_from(WORDS), max_size=4))
    q = " ".join(words)
    if words and draw(st.booleans()):
        q = q[: draw(st.integers(1, len(q)))]
    q = draw(st.sampled_from(["{}", "{} ", '"{}"', '{} "human rights"'])).format(q)
    chosen = {facet: tuple(draw(keys)) for facet in FACET_NAMES if draw(st.booleans())}
    return Criteria(
        q, {name: values for name, values in chosen.items() if values}, draw(st.sampled_from(Sort))
    )


@SLOW
@given(
    documents=libraries(),
    later=libraries(),
    gone=st.sets(st.integers(0, 12)),
    questions=st.lists(criteria(), min_size=1, max_size=12),
)
def test_answers_are_those_of_the_reference(
    engine: Engine,
    documents: list[Document],
    later: list[Document],
    gone: set[int],
    questions: list[Criteria],
) -> None:
    if isinstance(engine, ReferenceEngine):
        pytest.skip("it is itself")
    if engine.name == "meilisearch":
        pytest.skip("it also joins and splits words: see test_meilisearch.py for what holds of its answers")
    reference = ReferenceEngine()
    for one in (engine, reference):
        fill(one, *documents)
        with one.writing() as writer:
            writer.put(later)
            writer.delete(f"{number:02}" for number in gone)
    assert engine.versions() == reference.versions()
    for question in questions:
        answer, expected = engine.search(question), reference.search(question)
        assert (answer.total, answer.counts) == (expected.total, expected.counts)
        assert answer.ids == expected.ids


# Writing


def test_put_takes_the_place_of_an_older_document(engine: Engine) -> None:
    fill(engine, doc("a", "old"))
    with engine.writing() as writer:
        writer.put([doc("a", "new"), doc("b", "new")])
        writer.put([doc("b", "newer")])
    assert ids(engine, "old ") == []
    assert ids(engine, "new ") == ["a"]
    assert ids(engine, "newer ") == ["b"]
    assert engine.search(Criteria()).total == 2


def test_put_twice_in_a_rebuild_keeps_the_last(engine: Engine) -> None:
    fill(engine, doc("a", "old"), doc("b", "other"), doc("a", "new"))
    assert (ids(engine, "old "), ids(engine, "new "), engine.search(Criteria()).total) == ([], ["a"], 2)


def test_deleted_documents_are_gone_and_unknown_ids_passed_over(engine: Engine) -> None:
    fill(engine, doc("a", "one", country="KE"), doc("b", "one"))
    with engine.writing() as writer:
        writer.delete(["a", "nobody"])
    answer = engine.search(Criteria(q="one "))
    assert (answer.ids, answer.total, answer.counts["country"]) == (("b",), 1, {})


def test_a_batch_becomes_visible_at_its_end(engine: Engine) -> None:
    fill(engine, doc("a", "old"))
    with engine.writing() as writer:
        writer.put([doc("b", "new")])
        writer.delete(["a"])
        assert ids(engine) == ["a"]
    assert ids(engine) == ["b"]


@pytest.mark.parametrize("batch", ["writing", "rebuilding"])
def test_nothing_is_kept_of_a_batch_with_an_error(engine: Engine, batch: str) -> None:
    fill(engine, doc("a", "old"))
    with pytest.raises(ZeroDivisionError), getattr(engine, batch)() as writer:
        writer.put([doc("b", "new")])
        writer.delete(["a"])
        raise ZeroDivisionError
    assert ids(engine) == ["a"]
    with engine.writing() as writer:
        writer.put([doc("c", "next")])
    assert set(ids(engine)) == {"a", "c"}


def test_a_rebuild_takes_the_place_of_all_that_was(engine: Engine) -> None:
    fill(engine, doc("a", "old"))
    with engine.rebuilding() as writer:
        writer.put([doc("b", "new")])
        assert ids(engine) == ["a"]
    assert ids(engine) == ["b"]


def test_fingerprints_tell_what_changed(engine: Engine) -> None:
    one, other = doc("a", "one", country="KE"), doc("a", "one", country="UG")
    fill(engine, one)
    assert engine.versions() == {"a": one.fingerprint} != {"a": other.fingerprint}
    with engine.writing() as writer:
        writer.put([other])
    assert engine.versions() == {"a": other.fingerprint}


def test_readers_see_whole_batches_only(engine: Engine) -> None:
    fill(engine, *(doc(str(number), "round0") for number in range(20)))
    seen: set[int] = set()
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            answer = engine.search(Criteria(q="round"))
            rounds = {
                number for number in range(8) if engine.search(Criteria(q=f"round{number} ")).total == 20
            }
            seen.update(rounds)
            if answer.total != 20 or len(answer.ids) != 20:
                wrong.append(answer)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 8):
        with engine.writing() as writer:
            writer.put(doc(str(one), f"round{number}") for one in range(20))
        time.sleep(0.02)
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert seen


def test_batches_wait_for_each_other(engine: Engine) -> None:
    if engine.name == "reference":
        pytest.skip("it has no lock")
    fill(engine)

    def write(number: int) -> None:
        with engine.writing() as writer:
            writer.put([doc(str(number), "word")])

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert engine.search(Criteria()).total == 6


@pytest.mark.parametrize("name", [name for name in ENGINES if name != "reference"])
def test_an_engine_that_was_never_built_is_unavailable(name: str, tmp_path: Path) -> None:
    engine = ENGINES[name](tmp_path)
    with pytest.raises(SearchUnavailable):
        engine.search(Criteria())
    with pytest.raises(SearchUnavailable):
        engine.spelling("x")
    with pytest.raises(SearchUnavailable):
        engine.versions()
    with pytest.raises(SearchUnavailable), engine.writing():
        pass


# Spelling


def test_unknown_words_are_replaced_by_near_ones(engine: Engine) -> None:
    if engine.name == "reference":
        pytest.skip("it has no dictionary")
    fill(engine, doc("a", "Genève Nairobi"), doc("b", "Genève water"), doc("c", "nairobi rights"))
    assert engine.spelling("nairboi") == "nairobi"
    assert engine.spelling("the Wter, in Nairobbi?") == "the water, in nairobi?"
    assert engine.spelling("genvee water") == "genève water"
    assert engine.spelling("mairobi ") == "nairobi "


def test_known_words_need_no_spelling(engine: Engine) -> None:
    fill(engine, doc("a", "Genève Nairobi 2030 大学"))
    for known in ("", "geneve", "Genève nairobi", "nairo", "2031 ", "大小", "zzzzzzzz", '"', "ab"):
        assert engine.spelling(known) is None


def test_words_of_deleted_documents_are_not_offered(engine: Engine) -> None:
    fill(engine, doc("a", "secretname"), doc("b", "other"))
    with engine.writing() as writer:
        writer.delete(["a"])
    assert engine.spelling("secretnam ") is None
