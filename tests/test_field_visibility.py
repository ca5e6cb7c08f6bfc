"""No field of a profile reaches an audience that may not see it, by whatever way: every field x audience x channel.

Three organizations, one of each safety mode, hold a marker in every field that no other text holds. Whoever asks, by
whatever channel, must find no marker of a field that their audience may not see; the public ones must be found.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import outbox
from hub.database import db, transaction
from hub.directory import claims, moderation
from hub.directory.models import Case, Organization, Source
from hub.directory.states import Audience, CaseKind, Decision, Safety
from hub.directory.visibility import AUDIENCES
from hub.mail import Mail
from hub.permissions import ANYONE, Actor
from tests.people import OutsideClient, Person

Add = Callable[..., Organization]
MODES = list(Safety)
# field: for each mode a value, and the texts that only it could bring into an answer
TERMS: dict[str, tuple[tuple[Any, ...], tuple[tuple[str, ...], ...]]] = {
    "country": (("NR", "TV", "KI"), (("Nauru", '"NR"'), ("Tuvalu", '"TV"'), ("Kiribati", '"KI"'))),
    "languages": ((["qu"], ["ay"], ["gn"]), (("Quechua", '"qu"'), ("Aymara", '"ay"'), ("Guarani", '"gn"'))),
    "sectors": (
        (["fisheries"], ["energy"], ["real-estate"]),
        (("Fisheries", "fisheries"), ("Energy", '"energy"'), ("Real estate", "real-estate")),
    ),
    "founded": ((1901, 1902, 1903), (("1901",), ("1902",), ("1903",))),
    "staff_band": (("1-9", "10-49", "50-249"), (('"1-9"',), ('"10-49"',), ('"50-249"',))),
    "budget_band": (
        ("under-10k", "10k-100k", "100k-1m"),
        (("under-10k",), ("10k-100k",), ("100k-1m",)),
    ),
    "populations": (
        (["domestic-workers"], ["whistle-blowers"], ["indigenous-people"]),
        (("domestic-workers", "Domestic workers"), ('"whistle-blowers"',), ("indigenous-people", "Indigenous people")),
    ),
    "treaties": ((["untoc-25"], ["untoc-28"], ["untoc-31"]), (("untoc-25",), ("untoc-28",), ("untoc-31",))),
    "sdg_targets": ((["8.7"], ["14.4"], ["17.16"]), (('"8.7"',), ('"14.4"',), ('"17.16"',))),
    "offers": (
        ([{"service": "court-monitoring", "is_direct": True}], [{"service": "grant-making", "is_direct": True}], [{"service": "job-placement", "is_direct": True}]),
        (("court-monitoring", "Court monitoring"), ("grant-making", "Grant-making"), ("job-placement", "Job placement")),
    ),
    "seeks": (
        ([{"service": "legal-aid", "is_direct": True}], [{"service": "interpretation", "is_direct": True}], [{"service": "case-management", "is_direct": True}]),
        (("legal-aid", "Legal aid"), ('"interpretation"', "Interpretation"), ("case-management", "Case management")),
    ),
    "countries_of_work": (
        ([{"country": "PW", "roles": []}], [{"country": "MH", "roles": []}], [{"country": "FM", "roles": []}]),
        (("Palau", '"PW"'), ("Marshall Islands", '"MH"'), ("Micronesia (Federated", '"FM"')),
    ),
    "networks": (
        (["network-africa"], ["network-americas"], ["network-south-eastern-europe"]),
        (("network-africa",), ("network-americas",), ("network-south-eastern-europe",)),
    ),
    "joined": (
        (["anti-corruption"], ["mexico-central-america-caribbean"], ["asia-pacific"]),
        (('"anti-corruption"', '/anti-corruption"'),
         ('"mexico-central-america-caribbean"', '/mexico-central-america-caribbean"'),
         ('"asia-pacific"', '/asia-pacific"')),
    ),
    "joined_inside": (
        (["ppp-finance"], ["ppp-technology"], ["ppp-supply-chain"]),
        (('"ppp-finance"', '/ppp-finance"'), ('"ppp-technology"', '/ppp-technology"'), ('"ppp-supply-chain"', '/ppp-supply-chain"')),
    ),
}  # fmt: skip
# what everybody sees of everybody; parents are other entries, and tried where visibility itself is
OPEN_TO_ALL = {"kind", "subtype", "themes", "regions", "name_language", "parent_id"}
FILTERS = {"country": "country", "sectors": "sector", "offers": "offers", "populations": "population", "joined": "network",
           "joined_inside": "network"}  # fmt: skip


def marker(field: str, mode: Safety) -> str:
    """A word that stands nowhere else, and is like no other, so that a slip of the pen does not find it."""
    return f"zq{'alias' if field == 'names' else field.replace('_', '')}{mode}"


def texts(mode: Safety) -> dict[str, Any]:
    """The values of fields that hold words."""

    def mark(field: str) -> str:
        return marker(field, mode)

    return {
        "name": mark("name"), "legal_name": mark("legal_name"), "names": [{"value": mark("names")}],
        "acronyms": [mark("acronyms")], "memberships": [{"name": mark("memberships")}],
        "subdivision": mark("subdivision"), "city": mark("city"), "texts": {"en": {"short": mark("texts")}},
        "logo": f"{mark('logo')}.png", "website": f"https://{mark('website')}.example.org/",
        "links": [{"url": f"https://{mark('links')}.example.org/"}], "mailbox": f"{mark('mailbox')}@example.org",
        "hotline": {"number": "112", "hours": mark("hotline")},
        "identifiers": [{"scheme": "ror", "value": mark("identifiers")}],
    }  # fmt: skip


def markers(field: str, mode: Safety) -> tuple[str, ...]:
    """The texts that only this field of this organization could bring into an answer."""
    if field in TERMS:
        return TERMS[field][1][MODES.index(mode)]
    return (marker(field, mode),)


def is_hidden(field: str, mode: Safety, audience: Audience) -> bool:
    if field == "name" and mode is Safety.PROTECTED:
        return True  # it has a pseudonym
    return AUDIENCES[field][MODES.index(mode)].rank > audience.rank


@pytest.fixture
def organizations(app: Flask, add: Add) -> dict[Safety, str]:
    """One organization of each mode, each with a case that a stranger opened and a curator decided."""
    made: dict[Safety, str] = {}
    for number, mode in enumerate(MODES):
        values = {field: given[0][number] for field, given in TERMS.items()}
        one = add(
            **texts(mode), **values, themes=["corruption"], kind="civil_society", safety=mode, is_claimable=True,
            pseudonym="A house by the sea" if mode is Safety.PROTECTED else None, indexed=False,
        )  # fmt: skip
        made[mode] = one.id
        with transaction() as session:
            session.add(
                Source(
                    organization_id=one.id,
                    source=f"zqsources{mode}",
                    record="1",
                    url=f"https://zqsources{mode}.example.org/",
                )
            )
            held = session.get_one(Organization, one.id)
            case = claims.request(
                session, ANYONE, held, CaseKind.REPORT, "Look.", "en", "stranger@example.org"
            )
            moderation.decide(
                session, Actor("user:9999", frozenset({"curator"}), 9999), session.get_one(Case, case.id),
                Decision.DECLINE, template="unfounded",
            )  # fmt: skip
    outbox.drain(app)
    return made


@pytest.fixture
def people(
    app: Flask, signed_in: Callable[..., Person], add: Add
) -> dict[str, tuple[OutsideClient, Audience]]:
    """Somebody of each audience that does not see everything."""
    other = add("Somebody Else", indexed=False)
    stranger = OutsideClient(app, app.response_class, use_cookies=True)
    return {
        "stranger": (stranger, Audience.PUBLIC),
        "member": (signed_in(), Audience.MEMBERS),
        "guest": (signed_in(role="guest"), Audience.MEMBERS),
        "focal point of another": (signed_in(organization=other.id), Audience.MEMBERS),
    }


def addresses(public_id: str) -> Iterator[tuple[str, str]]:
    """Every channel that tells of organizations, with its address."""
    yield "page", f"/en/organizations/{public_id}"
    yield "claim", f"/en/organizations/{public_id}/claim"
    yield "report", f"/en/organizations/{public_id}/report"
    yield "search and facet counts", "/en/search"
    yield "search in part", "/en/search?q=zq"
    yield "suggestions", "/en/suggestions?q=zq"
    yield "feed", "/en/search.atom"
    yield from ((f"export as {form}", f"/en/search.{form}") for form in ("csv", "xlsx", "ndjson", "jsonld"))
    yield "API", f"/api/v1/organizations/{public_id}"
    yield "API search and counts", "/api/v1/organizations"
    yield "API suggestions", "/api/v1/suggestions?q=zq"
    yield "API match", "/api/v1/match?name=A+house+by+the+sea"
    yield "site map", "/sitemap-1.xml"
    yield from ((f"browse {what}", f"/en/browse/{what}") for what in ("themes", "sectors"))
    yield "figures", "/en/curation/figures"
    yield "desk", "/en/desk"
    yield "audit log", "/en/desk/log"
    yield "case on the desk", "/en/desk/cases/1"
    yield "own case", "/en/cases/1"
    yield "duplicates", "/en/desk/duplicates"


def said(client: OutsideClient, address: str) -> str:
    """What an answer says, a workbook unpacked."""
    response = client.get(address, follow_redirects=True)
    data = response.get_data()
    response.close()
    if data[:2] != b"PK":
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


def test_every_field_has_a_marker() -> None:
    assert TERMS.keys() | texts(Safety.OPEN).keys() | OPEN_TO_ALL | {"sources"} == AUDIENCES.keys()


def test_nobody_is_told_by_any_channel_what_their_audience_may_not_see(
    organizations: dict[Safety, str], people: dict[str, tuple[OutsideClient, Audience]]
) -> None:
    leaks, told = [], set()
    for who, (client, audience) in people.items():
        for own_mode, public_id in organizations.items():
            for channel, address in addresses(public_id):
                text = said(client, address)
                for field in AUDIENCES.keys() - OPEN_TO_ALL:
                    for mode in MODES:
                        found = [one for one in markers(field, mode) if one in text]
                        if found and is_hidden(field, mode, audience):
                            leaks.append(f"{who}, {channel} of {own_mode}: {mode} {field} as {found}")
                        elif found:
                            told.add((field, mode))
    assert leaks == []
    expected = {
        (field, mode) for field in AUDIENCES.keys() - OPEN_TO_ALL for mode in MODES
        if not is_hidden(field, mode, Audience.PUBLIC)
    }  # fmt: skip
    assert expected - told == set(), (
        "these markers prove nothing, for nobody was told what everybody may know"
    )


def test_nobody_is_found_by_what_the_asker_may_not_see(
    organizations: dict[Safety, str], people: dict[str, tuple[OutsideClient, Audience]]
) -> None:
    leaks = []
    for who, (client, audience) in people.items():
        for mode, public_id in organizations.items():
            for field in (set(texts(mode)) | FILTERS.keys()) - {"logo"}:
                if not is_hidden(field, mode, audience):
                    continue
                value = TERMS[field][0][MODES.index(mode)] if field in FILTERS else None
                key = value[0] if isinstance(value, list) else value
                key = key["service"] if isinstance(key, dict) else key
                query = f"{FILTERS[field]}={key}" if field in FILTERS else f"q={markers(field, mode)[0]}"
                for address in ("/en/search", "/api/v1/organizations", "/en/suggestions", "/en/search.csv"):
                    if public_id in said(client, f"{address}?{query}"):
                        leaks.append(f"{who}: {mode} found by {field} at {address}")
    assert leaks == []


def test_no_mail_tells_a_stranger_more_than_the_page(organizations: dict[Safety, str]) -> None:
    mails = db.session.scalars(sa.select(Mail).where(Mail.recipient == "stranger@example.org")).all()
    assert len(mails) == len(MODES)
    kept = "\n".join(f"{one.subject} {one.text} {one.html}" for one in mails)
    leaks = [
        (field, mode)
        for field in AUDIENCES.keys() - OPEN_TO_ALL
        for mode in MODES
        if is_hidden(field, mode, Audience.PUBLIC) and any(one in kept for one in markers(field, mode))
    ]
    assert leaks == []
    assert {one.recipient for one in db.session.scalars(sa.select(Mail))} == {"stranger@example.org"}


@pytest.mark.parametrize("status", ["draft", "hidden", "archived"])
def test_what_is_not_shown_is_in_no_channel(
    app: Flask,
    organizations: dict[Safety, str],
    people: dict[str, tuple[OutsideClient, Audience]],
    status: str,
) -> None:
    with transaction() as session:
        for public_id in organizations.values():
            session.get_one(Organization, public_id).status = status  # type: ignore[assignment]
    for client, _audience in people.values():
        for public_id in organizations.values():
            for channel, address in addresses(public_id):
                text = said(client, address)
                assert "zqname" not in text, channel
                assert "A house by the sea" not in text.replace("name=A+house", "") or "q=" in address, (
                    channel
                )
