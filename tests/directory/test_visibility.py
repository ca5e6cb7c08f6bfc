"""Every field x safety mode x audience, against a table written from the product's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from hub.directory.models import Organization, Source
from hub.directory.states import Audience, Safety, Status, Trust
from hub.directory.visibility import AUDIENCES, Profile, profile_for

NOTHING: Mapping[str, tuple[str, ...]] = {}
WHOLE: dict[str, Any] = {
    "name": "Casa del Sur", "name_language": "es", "legal_name": "Casa del Sur, A.C.", "names": [{"value": "South House"}],
    "acronyms": ["CDS"], "kind": "civil_society", "subtype": "survivor_led", "parent_id": "p" * 10,
    "memberships": [{"name": "Alliance"}], "country": "MX", "subdivision": "Oaxaca", "city": "Oaxaca de Juárez",
    "countries_of_work": [{"country": "GT", "roles": ["origin"]}], "networks": ["network-americas"],
    "joined": ["americas"], "joined_inside": ["ppp-finance"],
    "themes": ["forced-labour"], "treaties": ["untoc-25"], "sectors": ["construction"],
    "offers": [{"service": "legal-aid"}], "seeks": [{"service": "job-placement"}], "populations": ["women"],
    "languages": ["es"], "sdg_targets": ["8.7"], "texts": {"es": {"short": "Apoyo"}}, "logo": "x.png",
    "website": "https://example.org", "links": [{"url": "https://example.org/x"}], "mailbox": "role@example.org",
    "hotline": {"number": "01800"}, "founded": 1999, "staff_band": "1-9", "budget_band": "low",
    "identifiers": [{"scheme": "ror", "value": "x"}],
}  # fmt: skip
# who sees a field first: public, members, (n) partners, own; columns: open, careful, protected
TABLE = """
name P P P          name_language P P P   legal_name O O O    names P M O         acronyms P M O
kind P P P          subtype P P P         parent_id P P O     memberships P M O   country P M O
regions P P P       subdivision M M O     city M M O          countries_of_work P M O
networks P M O      joined P M O          joined_inside M M O   themes P P P          treaties P M O      sectors P M O       offers P M O
seeks P M O         populations P M O     languages P M O     sdg_targets P M O   texts P P O
logo P P O          website P M O         links P M O         mailbox N N O       hotline P P O
founded P P O       staff_band M M O      budget_band O O O   identifiers P M O   sources P P O
"""
WORDS = TABLE.split()
EXPECTED = {WORDS[i]: WORDS[i + 1 : i + 4] for i in range(0, len(WORDS), 4)}
LETTERS = dict(zip("PMNO", Audience, strict=False))
REGIONS = {"MX": ("019", "419")}


def organization(**changes: Any) -> Organization:
    source = Source(
        source="ror", record="1", url="https://example.org/1", licence="CC0-1.0", retrieved_on="2026-01-01"
    )
    values = {"id": "a" * 10, "status": Status.PUBLISHED, "trust": Trust.LISTED, "safety": Safety.OPEN,
              "audiences": {}, "is_claimable": True, "pseudonym": None, **WHOLE, **changes}  # fmt: skip
    return Organization(**values, sources=[source])


def is_empty(value: object) -> bool:
    return value in (None, (), [], {}, "")


def test_the_table_names_every_field() -> None:
    assert EXPECTED.keys() == AUDIENCES.keys()


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("safety", list(Safety))
@pytest.mark.parametrize("field", EXPECTED)
def test_a_field_is_seen_by_its_audience_and_no_wider(field: str, safety: Safety, audience: Audience) -> None:
    first = LETTERS[EXPECTED[field][list(Safety).index(safety)]]
    profile = profile_for(organization(safety=safety), audience, REGIONS)
    assert profile is not None
    assert is_empty(getattr(profile, field)) is (audience.rank < first.rank)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PUBLISHED])
def test_what_is_not_published_exists_for_nobody_outside(status: Status) -> None:
    for audience in (Audience.PUBLIC, Audience.MEMBERS, Audience.PARTNERS):
        assert profile_for(organization(status=status), audience, NOTHING) is None
    assert profile_for(organization(status=status), Audience.OWN, NOTHING) is not None


@given(
    st.dictionaries(st.sampled_from(sorted(AUDIENCES)), st.sampled_from(list(Audience))),
    st.sampled_from(list(Safety)),
)
def test_a_wish_can_only_narrow(wishes: dict[str, Audience], safety: Safety) -> None:
    free = profile_for(organization(safety=safety), Audience.PUBLIC, REGIONS)
    asked = profile_for(organization(safety=safety, audiences=wishes), Audience.PUBLIC, REGIONS)
    assert free is not None
    if wishes.get("name", Audience.PUBLIC) is not Audience.PUBLIC:
        assert asked is None, "who may not be named to somebody is not there for them"
        return
    assert asked is not None
    for field in AUDIENCES:
        assert is_empty(getattr(asked, field)) or getattr(asked, field) == getattr(free, field)


def test_a_pseudonym_hides_the_name_everywhere_outside_and_in_the_address() -> None:
    hidden = organization(safety=Safety.PROTECTED, pseudonym="A shelter in the south")
    for audience in (Audience.PUBLIC, Audience.MEMBERS, Audience.PARTNERS):
        shown = profile_for(hidden, audience, REGIONS)
        assert shown is not None
        assert "Casa" not in repr(shown)
        assert shown.slug == "a-shelter-in-the-south-" + "a" * 10
    own = profile_for(hidden, Audience.OWN, REGIONS)
    assert own is not None
    assert own.name == "Casa del Sur"


def test_a_protected_profile_shows_the_public_nothing_but_five_things() -> None:
    shown = profile_for(organization(safety=Safety.PROTECTED), Audience.PUBLIC, REGIONS)
    assert shown is not None
    filled = {name for name in AUDIENCES if not is_empty(getattr(shown, name))}
    assert filled == {"name", "name_language", "kind", "subtype", "regions", "themes"}


def test_nobody_is_asked_for_a_street() -> None:
    columns = set(Organization.__table__.columns.keys())
    assert not columns & {"address", "street", "postcode", "latitude", "longitude", "phone", "email"}
    assert not {"address", "street"} & set(Profile.__dataclass_fields__)


def test_the_index_holds_nothing_the_public_may_not_see(app: Flask, add: Callable[..., Organization]) -> None:
    from hub.directory import queries, vocabularies
    from hub.search.documents import document

    values = {**WHOLE, "parent_id": None, "safety": Safety.CAREFUL}
    made = add(**values)
    held = repr(document(queries.profile(made.id), vocabularies.current()))
    for secret in (
        "Oaxaca",
        "A.C.",
        "South House",
        "CDS",
        "legal-aid",
        "role@",
        "construction",
        "network-americas",
    ):
        assert secret not in held
