"""From a query string to a page of results: reading, finding, and what to offer when nothing is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from hub.database import db, transaction
from hub.directory import vocabularies
from hub.directory.models import Organization
from hub.directory.states import Safety, Status
from hub.directory.vocabularies import Entry, Vocabularies
from hub.search import indexing
from hub.search.criteria import MAX_QUERY, Criteria, Sort
from hub.search.facets import FACETS
from hub.search.phrases import Phrases
from hub.search.queries import Found, find
from hub.search.reading import as_written, read_criteria
from hub.search.relaxing import Way, offers, ways_on
from tests.guard import Guard

Add = Callable[..., Organization]


def entry(key: str) -> Entry:
    return Entry(key, None, {"en": key}, {}, {}, is_retired=False)


TERMS = Vocabularies(
    {"country": {c: entry(c) for c in ("KE", "UG")}, "theme": {"corruption": entry("corruption")}}
)


def read(query: list[tuple[str, str]]) -> tuple[Criteria, list[str]]:
    criteria, dropped = read_criteria(MultiDict(query), TERMS)
    return criteria, as_written(dropped)


def search(**chosen: object) -> Found:
    q = str(chosen.pop("q", ""))
    return find(
        Criteria(q=q, chosen={name: (str(value),) for name, value in chosen.items()}), indexing.engine(), "en"
    )


def test_repeated_parameters_are_all_read_and_doubles_folded() -> None:
    criteria, dropped = read([("q", "water"), ("country", "KE"), ("country", "UG"), ("country", "KE")])
    assert (criteria.q, criteria.values("country"), dropped) == ("water", ("KE", "UG"), [])


def test_what_is_not_understood_is_dropped_and_named() -> None:
    criteria, dropped = read(
        [("country", "ZZ"), ("colour", "red"), ("page", "-1"), ("sort", "luck"), ("theme", "corruption")]
    )
    assert criteria == Criteria(chosen={"theme": ("corruption",)})
    assert sorted(dropped) == ["colour", "country=ZZ", "page=-1", "sort=luck"]


def test_what_others_hang_on_to_links_is_passed_over_and_a_second_answer_is_named() -> None:
    tracked = [("utm_source", "x"), ("fbclid", "x"), ("gclid", "x"), ("mc_eid", "x"), ("_gl", "x")]
    assert read([("q", "water"), *tracked]) == (Criteria(q="water"), [])
    criteria, dropped = read(
        [("q", "a"), ("q", "b"), ("q", "a"), ("page", "2"), ("page", "3"), ("sort", "name")]
    )
    assert (criteria.q, criteria.page, dropped) == ("a", 2, ["q=b", "page=3"])


def test_keys_are_known_in_capitals_or_not() -> None:
    asked = [
        ("country", "ke"),
        ("country", "KE"),
        ("country", "uG"),
        ("theme", "Corruption"),
        ("country", "zz"),
    ]
    criteria, dropped = read(asked)
    assert criteria.chosen == {"country": ("KE", "UG"), "theme": ("corruption",)}
    assert dropped == ["country=zz"]


@pytest.mark.parametrize("page", ["0", "9999999", "1e3", "٣", " 2", "", "99999999999999999999"])
def test_a_page_out_of_bounds_is_the_first(page: str) -> None:
    assert read([("page", page)])[0].page == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["q", "country", "page", "page_size", "sort", "x"]), st.text()), max_size=30
    )
)
def test_any_query_string_is_read_within_bounds(query: list[tuple[str, str]]) -> None:
    criteria, dropped = read(query)
    assert len(criteria.q) <= MAX_QUERY
    assert 1 <= criteria.page_size <= 100
    assert criteria.offset <= 100_000
    assert len(dropped) <= 20


@given(
    q=st.text(max_size=20),
    countries=st.lists(st.sampled_from(["KE", "UG"]), unique=True),
    sort=st.sampled_from(list(Sort)),
    page=st.integers(1, 50),
    size=st.integers(1, 100),
)
def test_criteria_survive_their_own_address(
    q: str, countries: list[str], sort: Sort, page: int, size: int
) -> None:
    asked = Criteria(q, {"country": tuple(countries)} if countries else {}, sort, page, size)
    again, dropped = read(asked.to_query())
    assert dropped == []
    assert (again.query_string(), again.page_size) == (asked.query_string(), size)


def test_toggling_twice_is_no_change_and_leads_to_the_first_page() -> None:
    criteria = Criteria(chosen={"country": ("KE",)}, page=3)
    assert criteria.toggling("country", "UG").values("country") == ("KE", "UG")
    assert criteria.toggling("country", "KE").toggling("country", "KE") == replace(criteria, page=1)


def test_a_search_marks_what_it_found(add: Add) -> None:
    add("Water for Kenya", country="KE", texts={"en": {"short": "Clean water and honest contracts."}})
    found = search(q="wat")
    assert found.total == 1
    hit = found.hits[0]
    assert next(hit.name.text[s:e].lower() for s, e in hit.name.ranges).startswith("wat")
    assert hit.text is not None
    assert [hit.text.text[s:e] for s, e in hit.text.ranges] == ["water"]


def test_words_of_terms_find_profiles_in_any_interface_language(add: Add) -> None:
    add("Nyota", country="KE", themes=["forced-labour"], kind="civil_society")
    for q in (
        "forced labour",
        "trabajo forzoso",
        "Kenya",
        "肯尼亚",
        "Кения",
        "كينيا",
        "trafficking in persons",
    ):
        assert search(q=q).total == 1, q


def test_country_means_based_or_working_there(add: Add) -> None:
    add("A", country="KE")
    add("B", country="UG", countries_of_work=[{"country": "KE", "roles": []}])
    assert search(country="KE").total == 2
    assert search(country="UG").total == 1


def test_a_parent_theme_finds_its_children(add: Add) -> None:
    add("A", themes=["forced-labour"])
    assert search(theme="trafficking-in-persons").total == 1


def test_a_chosen_value_stays_visible_at_zero(add: Add) -> None:
    add("A", country="KE", kind="academia")
    found = search(country="UG", kind="academia")
    shown = {v.value: v for group in found.groups if group.facet.name == "country" for v in group.values}
    assert (shown["UG"].count, shown["UG"].is_selected, shown["KE"].count) == (0, True, 1)


def test_hidden_profiles_are_in_no_answer_even_from_a_stale_index(add: Add) -> None:
    made = add("Hidden one", country="KE")
    with transaction() as session:
        session.get_one(Organization, made.id).status = Status.HIDDEN
    assert search(q="hidden").hits == (), "the index is stale, the database is not"
    from hub import outbox

    outbox.drain(indexing.current_app._get_current_object())  # type: ignore[attr-defined]
    found = search(q="hidden")
    assert (found.total, found.hits) == (0, ())
    assert all(value.count == 0 for group in found.groups for value in group.values)


def test_a_protected_profile_is_not_counted_by_country(add: Add) -> None:
    add("Quiet house", country="MX", themes=["victim-assistance"], safety=Safety.PROTECTED, pseudonym="A quiet house",
        texts={"en": {"short": "In Oaxaca"}}, website="https://quiet.example.org")  # fmt: skip
    found = search(q="quiet")
    assert found.total == 1
    assert "Oaxaca" not in repr(found)
    assert search(country="MX").total == 0
    assert search(q="Mexico").total == 0
    assert search(q="oaxaca").total == 0
    assert search(theme="victim-assistance").total == 1


def test_a_results_page_takes_at_most_four_statements_whatever_its_length(
    add: Add, statements: Callable[[], object], app: Flask
) -> None:
    for number in range(30):
        add(f"Number {number}", country="KE", indexed=number == 29)
    vocabularies.current()
    db.session.rollback()
    counts = []
    for size in (1, 20):
        db.session.expunge_all()
        with statements() as counted:  # type: ignore[attr-defined]
            find(Criteria(page_size=size), indexing.engine(), "en")
        counts.append(counted.count)
    assert counts[0] == counts[1] <= 4


def test_zero_results_offer_ways_that_find_something(add: Add) -> None:
    add("Hotline Kenya", country="KE", kind="civil_society")
    made = offers(
        Criteria(q="hotlin", chosen={"country": ("UG",), "kind": ("civil_society",)}), indexing.engine(), "en"
    )
    ways = {offer.way for offer in made}
    assert {Way.WITHOUT_FILTER, Way.NEAR_BY} <= ways
    for offer in made:
        assert indexing.engine().search(offer.criteria, counts=False).total == offer.total > 0


def test_each_way_out_of_an_empty_result_is_named_with_what_it_finds(page: Guard, add: Add) -> None:
    add("Uganda Hotline", country="UG", themes=["forced-labour"], kind="civil_society")
    add("Rwanda Desk", country="RW", themes=["trafficking-in-persons"], kind="academia")
    add("Peru Watch", country="PE", themes=["corruption"], kind="academia")

    def ways(q: str = "", **chosen: tuple[str, ...]) -> dict[Way, list[str]]:
        found: dict[Way, list[str]] = {}
        for offer in offers(Criteria(q=q, chosen=chosen), indexing.engine(), "en"):
            assert indexing.engine().search(offer.criteria, counts=False).total == offer.total > 0
            found.setdefault(offer.way, []).append(offer.label)
        return found

    wider = ways(theme=("trafficking-sexual-exploitation",))
    assert wider[Way.WIDER] == ["Trafficking in persons"]
    near = ways(country=("KE",), kind=("civil_society",))
    assert (near[Way.NEIGHBOUR], near[Way.NEAR_BY]) == (["Uganda"], ["Eastern Africa"])
    assert ways("xyzzy hotline")[Way.KNOWN_WORDS] == ["hotline"]
    assert ways('"hotline uganda"')[Way.KNOWN_WORDS] == ["hotline uganda"]
    both = ways(country=("KE", "TZ"), theme=("forced-labour",))
    assert "Kenya or United Republic of Tanzania" in both[Way.WITHOUT_FILTER]
    alone = ways("xyzzy", country=("PE",), theme=("forced-labour",), kind=("academia",))
    assert alone[Way.ONLY_FILTER], alone
    empty = page.get("/en/search?country=KE&kind=civil_society")
    assert empty.links().count("/en/organizations/new") == 2  # the other is in the footer
    shown = empty.text
    assert "Not far away, in Uganda: 1 organization" in shown
    assert (
        "With the wider filter “Trafficking in persons”"
        in page.get("/en/search?theme=trafficking-sexual-exploitation").text
    )


def test_words_run_together_and_cities_in_any_script_lead_on(add: Add) -> None:
    add("Hope for Justice", country="GB")
    add("Прозрачность", country="RU")
    (spelled, *_) = offers(Criteria(q="hopeforjustice"), indexing.engine(), "en")
    assert (spelled.way, spelled.label, spelled.total) == (Way.SPELLING, "hope for justice", 1)
    for q in ("Москва", "Moscow", "莫斯科", "موسكو"):
        city = next(one for one in offers(Criteria(q=q), indexing.engine(), "en") if one.way is Way.CITY)
        assert (city.criteria, city.total) == (Criteria(chosen={"country": ("RU",)}), 1)
    rest = offers(Criteria(q="Москва xyzzy"), indexing.engine(), "en")
    assert [one.way for one in rest] == [Way.EVERYTHING], "the other word counts"


def test_a_misspelt_word_is_corrected(add: Add) -> None:
    add("Whistleblowers United")
    made = offers(Criteria(q="wihstelblowrs untied xyzzyx"), indexing.engine(), "en")
    assert made[-1].way is Way.EVERYTHING


@given(q=st.text(max_size=40))
def test_offers_are_never_empty_while_anyone_is_listed(q: str) -> None:
    class One:
        """An engine that holds one profile, which only an empty search finds."""

        name = "one"

        def spelling(self, q: str) -> None:
            return None

        def search(self, criteria: Criteria, *, counts: bool = True) -> object:
            total = int(not criteria.q and not criteria.chosen)
            return type("A", (), {"total": total, "counts": {"country": {}, "theme": {}}, "dropped": 0})

    from unittest import mock

    with (
        mock.patch("hub.search.relaxing.vocabularies.current", return_value=TERMS),
        mock.patch("hub.search.asked.phrases", return_value=Phrases(TERMS)),
    ):
        made = offers(Criteria(q=q, chosen={"country": ("KE",)}), One(), "en")  # type: ignore[arg-type]
    assert made
    assert made[-1].total == 1


def test_every_facet_has_a_vocabulary(app: Flask) -> None:
    terms = vocabularies.current()
    for facet in FACETS:
        assert terms.terms[facet.vocabulary], facet.name


def test_words_that_had_to_be_left_out_are_named_as_they_were_typed(page: Guard, add: Add) -> None:
    add("Corruption Watch", country="ZA")
    found = page.get("/en/search?q=corruption+Z%C3%BCrich+%22watch%22+%C3%84gypten").text
    assert "Left out: Zürich Ägypten" in found
    assert "Left out" not in page.get("/en/search?q=corruption+watch").text


def test_a_place_that_the_words_name_leads_on_where_words_were_left_out(page: Guard, add: Add) -> None:
    add("Legal Aid North", country="GB")
    add("Wanawake", country="KE")
    found = page.get("/en/search?q=legal+aid+for+women+in+Kenya")
    assert "Left out: for women in Kenya" in found.text
    assert "In Kenya: 1 organization" in found.text
    assert any("country=KE" in link for link in found.links())
    assert "In Eastern Africa: 1" in page.get("/en/search?q=xyzzy+Eastern+Africa").text
    assert "In Kenya" not in page.get("/en/search?q=wanawake+kenya").text, "nothing was left out"


def read_as(q: str, language: str = "en", **chosen: str) -> list[str]:
    """The near searches offered where words had to be left out, or all: their filters and words, and what they find."""
    criteria = Criteria(q=q, chosen={name: (value,) for name, value in chosen.items()})
    found = find(criteria, indexing.engine(), language)
    made = ways_on(found, indexing.engine(), language)
    for offer in made:
        assert indexing.engine().search(offer.criteria, counts=False).total == offer.total > 0
    return [offer.criteria.query_string() for offer in made]


def fill_for_partners(add: Add) -> None:
    add("Casa Luna", country="PA", themes=["trafficking-in-persons"], indexed=False)
    add("Beirut Law", country="LB", kind="academia", subtype="university", indexed=False)
    add("Legal North", country="GB", themes=["asset-recovery"], offers=[{"service": "legal-aid"}], indexed=False)  # fmt: skip
    add("Coast Watch", country="SN", themes=["wildlife-forest-fisheries-crime"], indexed=False)
    add("Reef Guard", country="GH", themes=["wildlife-forest-fisheries-crime"])


@pytest.mark.parametrize(
    "q",
    [
        "who helps survivors of trafficking in Panama",
        "Panama trafficking survivors",
        "ong que luchan contra la trata en Panamá",
        "منظمات مكافحة الاتجار بالبشر في بنما",
        "чем помочь жертвам торговли людьми в Панаме",
        "منظمات تكافح الاتجار بالبشر ببنما",
        "反人口贩运巴拿马",
        "lutter contre la traite des êtres humains au Panama",
        "shelter from trafficking in persons in Panma",
    ],
)
def test_theme_and_place_of_a_sentence_are_offered_as_filters_in_every_language(add: Add, q: str) -> None:
    fill_for_partners(add)
    assert "country=PA&theme=trafficking-in-persons" in read_as(q), read_as(q)


def test_a_place_and_what_somebody_has_there_are_offered_where_nobody_has_all(add: Add) -> None:
    fill_for_partners(add)
    made = read_as("law school asset recovery Lebanon")
    assert made[:2] == ["kind=university&country=LB", "country=LB"]
    assert "theme=asset-recovery" in made


def test_the_region_around_is_offered_where_the_country_has_nobody(add: Add) -> None:
    fill_for_partners(add)
    (near, *_) = read_as("who stops illegal fishing in Nigeria")
    assert near == "region=011&theme=wildlife-forest-fisheries-crime"


def test_words_beside_a_place_stay_words_where_somebody_there_has_them(add: Add) -> None:
    fill_for_partners(add)
    add("Volcano Panama Lawyers", country="PA")
    add("Lawyers of Panama", country="GB")
    assert read_as("volcano lawyers in Panama")[0] == "q=volcano+lawyers&country=PA"


def test_words_in_another_case_are_read_too_and_of_several_terms_what_most_have(add: Add) -> None:
    add("Dom", country="JO", populations=["refugees-and-asylum-seekers"], indexed=False)
    add("Desk", country="CN", kind="academia", subtype="university")
    assert (
        read_as("кто помогает беженцам в Иордании", "ru")[0]
        == "country=JO&population=refugees-and-asylum-seekers"
    )
    assert read_as("中国 反腐败 大学", "zh")[0] == "kind=university&country=CN"


def test_a_name_of_a_country_and_a_city_is_the_country_and_a_city_leads_there_with_the_words_that_tell(
    add: Add,
) -> None:
    add("Tunis Desk", country="TN")
    add("Relief Lebanon", country="LB")
    assert read_as("xyzzy في تونس", "ar") == ["country=TN", ""]
    assert read_as("relief in Beirut")[0] == "q=relief&country=LB"
    add("Shelter", country="GB")
    assert "country=LB" in read_as("shelter in Beirut")


def test_no_word_is_read_as_a_filter_where_all_are_answered_or_the_place_is_chosen(add: Add) -> None:
    fill_for_partners(add)
    assert read_as("Casa Luna Panama") == []
    assert "country=PA" not in read_as("Casa xyzzy Panama", country="PA")
    assert not any("country=LB" in one for one in read_as("Casa xyzzy Lebanon", country="PA"))


def test_the_number_found_is_said_of_the_words_that_are_held(page: Guard, add: Add) -> None:
    add("Corruption Watch", country="ZA")
    add("Kenya Desk", country="KE")
    found = page.get("/en/search?q=Corruption+Kenya").text
    assert "1 organization for “Corruption”" in found
    assert "In Kenya: 1 organization" in found
