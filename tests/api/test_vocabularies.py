"""Reading the vocabularies through the API."""

from __future__ import annotations

import pytest

from hub.database import transaction
from hub.directory import vocabularies
from hub.directory.models import Term
from hub.i18n import LANGUAGES
from tests.api.conftest import Ask


def test_all_vocabularies_are_listed_and_can_be_read(ask: Ask) -> None:
    listed = ask("/vocabularies").get_json()["vocabularies"]
    assert [one["name"] for one in listed] == [*vocabularies.SEEDS, "network", "language"]
    for one in listed:
        body = ask(one["url"].removeprefix("/api/v1")).get_json()
        assert (body["name"], len(body["terms"])) == (one["name"], one["terms"])
    assert next(one for one in listed if one["name"] == "service")["parameters"] == ["offers", "seeks"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_a_name_in_every_language(ask: Ask, language: str) -> None:
    for name in (*vocabularies.SEEDS, "language"):
        for term in ask(f"/vocabularies/{name}", {"lang": language}).get_json()["terms"]:
            assert term["label"].startswith(term["labels"][language]), (name, term["key"])


def test_a_term_shows_its_place_and_words(ask: Ask) -> None:
    terms = {one["key"]: one for one in ask("/vocabularies/theme", {"lang": "es"}).get_json()["terms"]}
    one = terms["trafficking-sexual-exploitation"]
    assert one["parent"] == "trafficking-in-persons"
    assert one["parent"] in terms
    assert one["retired"] is False
    assert "human trafficking" in terms["trafficking-in-persons"]["synonyms"]["en"]


def test_the_tag_changes_with_any_term(ask: Ask) -> None:
    before = ask("/vocabularies/trust")
    assert not before.headers["ETag"].startswith("W/")
    assert ask("/vocabularies/trust", If_None_Match=before.headers["ETag"]).status_code == 304
    with transaction() as session:
        session.get_one(Term, ("trust", "verified")).labels = {"en": "Checked"}
    vocabularies.forget()
    after = ask("/vocabularies/trust", If_None_Match=before.headers["ETag"])
    assert after.status_code == 200
    assert after.get_json()["terms"][0]["label"] == "Checked"


@pytest.mark.parametrize("name", ["themes", "Theme", "x" * 300, "%00", "organization"])
def test_an_unknown_vocabulary_is_not_found(ask: Ask, name: str) -> None:
    assert ask(f"/vocabularies/{name}").status_code == 404
