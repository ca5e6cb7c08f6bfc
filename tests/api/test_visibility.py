"""What the public may not see is in no answer of the API: not shown, not counted, not found, not matched."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from hub.directory.models import Organization
from hub.directory.states import Audience, Safety, Status
from hub.directory.visibility import AUDIENCES
from tests.api.conftest import FULL, Add, Ask

# field of the table -> a text that only it could bring into an answer
SECRETS = {
    "name": "Casa Secreta", "legal_name": "Legal, A.C.", "names": "Southern Refuge", "acronyms": "RDS",
    "memberships": "Alliance of Houses", "subdivision": "Oaxaca State", "city": "Oaxaca", "countries_of_work": '"GT"',
    "networks": "network-africa", "joined": '"anti-corruption"', "joined_inside": "ppp-finance", "treaties": "untoc-25", "sectors": "construction", "offers": "legal-aid",
    "seeks": "job-placement", "populations": "women", "sdg_targets": "8.7", "texts": "survivors", "country": '"MX"',
    "website": "www.example.org", "links": "Report", "mailbox": "role@", "hotline": "800 1234",
    "founded": "1999", "staff_band": "1-9", "budget_band": "under-10k", "identifiers": "031m5qz90",
}  # fmt: skip


def everything(ask: Ask, id: str) -> Iterator[str]:
    """All that the API says to the public of one organization."""
    yield ask(f"/organizations/{id}").get_data(as_text=True)
    for hit in ask("/organizations", {"page_size": "100"}).get_json()["hits"]:
        if hit["id"] == id:
            yield json.dumps(hit, ensure_ascii=False)


@pytest.mark.parametrize("safety", list(Safety))
def test_no_field_is_shown_to_the_public_that_it_may_not_see(ask: Ask, add: Add, safety: Safety) -> None:
    made = add(**{**FULL, "name": "Casa Secreta", "safety": safety, "pseudonym": "A house in the south"})
    said = "\n".join(everything(ask, made.id))
    assert "A house in the south" in said
    column = list(Safety).index(safety)
    for field, secret in SECRETS.items():
        if field == "name" or AUDIENCES[field][column] is not Audience.PUBLIC:
            assert secret not in said, field
    if AUDIENCES["country"][column] is not Audience.PUBLIC:
        assert "unodc-mexico" not in said, "a region of one country tells the country"


@pytest.mark.parametrize(
    "field", [f for f in SECRETS if f not in ("name", "mailbox", "city", "subdivision", "legal_name")]
)
def test_an_organizations_own_wish_hides_a_field_from_the_api(ask: Ask, add: Add, field: str) -> None:
    made = add(**{**FULL, "name": "Someone", "audiences": {field: Audience.OWN.value}})
    assert SECRETS[field] not in "\n".join(everything(ask, made.id))


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PUBLISHED])
def test_whoever_is_not_published_is_in_no_answer(ask: Ask, add: Add, status: Status) -> None:
    made = add(**{**FULL, "name": "Casa Secreta", "status": status})
    body = ask("/organizations", {"q": "secreta"}).get_json()
    assert (body["total"], body["hits"]) == (0, [])
    assert all(values == [] for values in ask("/organizations").get_json()["facets"].values())
    assert ask("/suggestions", {"q": "casa sec"}).get_json()["organizations"] == []
    assert ask("/suggestions", {"q": "mexico"}).get_json()["filters"] == []
    for name in ("Casa Secreta", "Southern Refuge", "RDS"):
        assert ask("/match", {"name": name}).get_json() == {"decided": False, "candidates": []}
    assert ask(f"/organizations/{made.id}").status_code == 404


def test_hidden_unknown_and_malformed_look_the_same(ask: Ask, add: Add) -> None:
    made = add("Casa Secreta", status=Status.HIDDEN)
    answers = [
        ask(f"/organizations/{key}", X_Request_ID="same")
        for key in (made.id, "0123456789", "nonsense", "%00")
    ]
    assert len({one.data for one in answers}) == 1
    left_out = {"X-RateLimit-Remaining", "X-RateLimit-Reset", "Content-Security-Policy", "Date"}
    headers = [
        {name: value for name, value in one.headers.items() if name not in left_out} for one in answers
    ]
    assert [sorted(one.items()) for one in headers] == [sorted(headers[0].items())] * 4


def test_hidden_after_it_was_indexed_is_left_out_at_once(ask: Ask, add: Add) -> None:
    from hub.database import transaction

    made = add(**FULL)
    with transaction() as session:
        session.get_one(Organization, made.id).status = Status.HIDDEN
    assert ask("/organizations", {"q": "refugio"}).get_json()["hits"] == []
    assert ask("/suggestions", {"q": "refugio"}).get_json()["organizations"] == []
    assert ask("/match", {"name": "Refugio del Sur"}).get_json()["candidates"] == []


def test_a_protected_organization_is_not_found_by_what_it_hides(ask: Ask, filled: Organization) -> None:
    for q in ("Casa Secreta", "800 1234", "Oaxaca"):
        assert "A house in the south" not in ask("/organizations", {"q": f'"{q}"'}).get_data(as_text=True)
    for query in (
        {"country": "MX"},
        {"offers": "legal-aid"},
        {"sector": "construction"},
        {"population": "women"},
    ):
        assert "A house in the south" not in ask("/organizations", query).get_data(as_text=True)
    counts = {
        facet: {one["value"]: one["count"] for one in values}
        for facet, values in ask("/organizations").get_json()["facets"].items()
    }
    assert (counts["country"]["MX"], counts["offers"]["legal-aid"], counts["population"]["women"]) == (
        2,
        1,
        1,
    )
    assert ask("/match", {"name": "Casa Secreta"}).get_json()["candidates"] == []
    assert ask("/match", {"name": "Southern Refuge"}).get_json()["decided"] is True
    assert ask("/suggestions", {"q": "casa secr"}).get_json()["organizations"] == []


def test_answers_are_kept_out_of_the_webs_search_engines(ask: Ask, filled: Organization) -> None:
    assert ask("/organizations").headers["X-Robots-Tag"] == "noindex"
