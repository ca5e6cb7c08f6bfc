"""What only members may see is found, counted and suggested for them alone, whichever engine answers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub import findings, health, outbox, setup
from hub.database import db, transaction
from hub.directory import profiles, queries
from hub.directory.models import Organization
from hub.directory.states import Audience, Safety, Status
from hub.errors import SearchUnavailable
from hub.permissions import OPERATOR
from hub.search import indexing, related_to
from hub.search.criteria import Criteria
from hub.search.meili_queries import SCHEMA
from tests.conftest import hub_in
from tests.people import OutsideClient, Person, sign_in
from tests.search.fakeserver import ADMIN_KEY, SEARCH_KEY, FakeServer, fake_server
from tests.test_schedules import make_due

Add = Callable[..., Organization]
MEMBERS = "embedded-members"
FORMS = ("csv", "xlsx", "ndjson", "jsonld")


@pytest.fixture
def careful(add: Add) -> Organization:
    """An organization that tells everybody its name and themes, and members where it is and what it is called."""
    return add(
        "Night Watch", safety=Safety.CAREFUL, country="NR", city="Yaren", acronyms=["ZQNW"], sectors=["fisheries"],
        themes=["counterfeiting"], offers=[{"service": "court-monitoring", "is_direct": True}],
    )  # fmt: skip


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return OutsideClient(app, app.response_class, use_cookies=True)


def found(client: FlaskClient, query: str) -> bool:
    """Tell whether the results page shows the organization."""
    return "night-watch" in client.get(f"/en/search?{query}").text


@pytest.mark.parametrize(
    "query", ["q=zqnw", "q=yaren", "q=nauru", "country=NR", "sector=fisheries", "offers=court-monitoring"]
)
def test_members_and_guests_find_what_strangers_do_not(
    careful: Organization, stranger: FlaskClient, signed_in: Callable[..., Person], add: Add, query: str
) -> None:
    other = add("Somebody Else")
    for client in (signed_in(role="guest"), signed_in(organization=other.id), signed_in(role="curator")):
        assert found(client, query)
    for client in (stranger, signed_in()):  # to have an account makes nobody a member
        assert not found(client, query)
        assert found(client, "q=night+watch")


def test_a_search_by_a_stranger_tells_nothing_after_one_by_a_member(
    careful: Organization, stranger: FlaskClient, signed_in: Callable[..., Person]
) -> None:
    member = signed_in(role="guest")
    for _ in range(2):  # the pieces that are kept for the one must not be given to the other
        shown = member.get("/en/search?q=night")
        assert "Nauru" in shown.text
        assert "ZQNW" in shown.text
        assert shown.headers["Cache-Control"] == "private, no-store"
        hidden = stranger.get("/en/search?q=night").text
        assert "night-watch" in hidden
        assert "Nauru" not in hidden
        assert "ZQNW" not in hidden


def test_facets_browsing_and_the_start_page_count_for_who_looks(
    careful: Organization, stranger: FlaskClient, signed_in: Callable[..., Person]
) -> None:
    member = signed_in(role="guest")
    for address, word in (
        ("/en/search", 'value="NR"'),
        ("/en/browse/countries", "Nauru"),
        ("/en/", "country=NR"),
    ):
        assert word in member.get(address).text, address
        assert word not in stranger.get(address).text, address


def test_suggestions_name_terms_and_organizations_for_who_types(
    careful: Organization, stranger: FlaskClient, signed_in: Callable[..., Person]
) -> None:
    member = signed_in(role="guest")
    assert "country=NR" in member.get("/en/suggestions?q=nauru").text
    assert "country=NR" not in stranger.get("/en/suggestions?q=nauru").text
    assert "night-watch" not in stranger.get("/en/suggestions?q=zqnw").text


def test_feed_and_files_hold_what_the_page_shows(
    careful: Organization, stranger: FlaskClient, signed_in: Callable[..., Person]
) -> None:
    member = signed_in(role="guest")
    for form in ("atom", *FORMS):
        address = f"/en/search.{form}?country=NR"
        answers = [client.get(address) for client in (member, stranger)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].headers["Cache-Control"] == "private, no-store"
        assert len(answers[0].data) > len(answers[1].data), form
        assert b"Night Watch" not in answers[1].data
        assert b"ZQNW" not in stranger.get(f"/en/search.{form}").data


def test_the_api_is_public_for_everybody(
    careful: Organization, stranger: FlaskClient, signed_in: Callable[..., Person]
) -> None:
    for client in (stranger, signed_in(role="guest"), signed_in(role="curator")):
        assert json.loads(client.get("/api/v1/organizations?country=NR").data)["total"] == 0
        said = client.get("/api/v1/organizations?q=night").text
        assert "Night Watch" in said
        assert "ZQNW" not in said
        assert "ZQNW" not in client.get("/api/v1/suggestions?q=night").text
        assert client.get("/api/v1/match?name=ZQNW").json["candidates"] == []  # type: ignore[index]


def test_an_organization_that_only_members_may_know_of_is_in_their_index_alone(
    add: Add, stranger: FlaskClient, signed_in: Callable[..., Person]
) -> None:
    made = add("Night Watch", audiences={"name": "members"})
    assert [set(one.versions()) for one in indexing.engines().values()] == [set(), {made.id}]
    assert not found(stranger, "")
    assert found(signed_in(role="guest"), "")


def test_nothing_of_narrower_circles_is_in_an_index_or_on_a_page(
    add: Add, signed_in: Callable[..., Person]
) -> None:
    add("Zqsecret Name", safety=Safety.PROTECTED, pseudonym="Night Watch", city="Yaren", country="NR",
        acronyms=["ZQNW"], legal_name="Zqlegal", budget_band="under-10k")  # fmt: skip
    for role in ("guest", "curator"):
        client = signed_in(role=role)
        for word in ("zqsecret", "yaren", "nauru", "zqnw", "zqlegal"):
            assert not found(client, f"q={word}"), (role, word)
        shown = client.get("/en/search?q=night").text
        assert "night-watch" in shown
        assert "Zqsecret" not in shown


def test_related_organizations_are_those_that_the_audience_of_the_profile_may_see(
    careful: Organization, add: Add
) -> None:
    near = add("Near by", country="NR")
    for audience, expected in ((Audience.PUBLIC, []), (Audience.MEMBERS, [careful.id])):
        assert [one.profile.id for one in related_to(queries.profile(near.id, audience))] == expected


def test_a_search_by_a_stranger_asks_nothing_about_people(
    careful: Organization,
    stranger: FlaskClient,
    signed_in: Callable[..., Person],
    statements: Callable[[], object],
) -> None:
    member = signed_in(organization=careful.id)
    counts = []
    for client in (stranger, member):
        client.get("/en/search?q=night")
        with statements() as counted:  # type: ignore[attr-defined]
            client.get("/en/search?q=night")
        counts.append(counted.count)
        if client is stranger:
            assert not any("user" in text or "sign_in" in text for text in counted.texts)
    assert counts[0] <= 4
    assert counts[1] <= counts[0] + 5


# Upkeep


def refuse() -> object:
    raise SearchUnavailable("the disk is full")


@pytest.mark.parametrize(("away", "left"), [(MEMBERS, [0, 1]), ("embedded", [1, 0])])
def test_an_index_that_fails_holds_up_no_other(
    app: Flask, add: Add, monkeypatch: pytest.MonkeyPatch, away: str, left: list[int]
) -> None:
    monkeypatch.setattr(indexing.engines()[away], "writing", refuse)
    add("Night Watch")
    db.session.rollback()
    assert [indexing.waiting(name) for name in indexing.engines()] == left


def test_a_missing_index_of_members_is_told_and_made_like_the_public_one(
    app: Flask, careful: Organization
) -> None:
    assert health.index() == ""
    shutil.rmtree(app.config["HUB"].index_dir / "members")
    indexing.engines()[MEMBERS].__dict__.update(_index=None, _snapshot=None)
    with pytest.raises(SearchUnavailable):
        health.index()
    told = list(findings._index())
    assert [one.words for one in told] == [
        "The index of the embedded engine for members is missing or cannot be read."
    ]
    assert "--engine embedded --audience members" in told[0].mend
    setup.prepare_index(app)
    assert health.index() == ""
    assert indexing.check(name=MEMBERS).is_clean


def test_the_nightly_look_mends_the_index_of_members(app: Flask, careful: Organization) -> None:
    with indexing.engines()[MEMBERS].writing() as writer:
        writer.delete([careful.id])
    assert indexing.check(name=MEMBERS).missing == (careful.id,)
    outbox.tick(app)
    make_due(f"check-{MEMBERS}")
    outbox.tick(app)
    outbox.drain(app)
    assert indexing.check(name=MEMBERS).is_clean


# With a server


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A search server that does nothing wrong yet."""
    with fake_server() as made:
        yield made


@pytest.fixture
def hub(
    pattern: tuple[Path, str], tmp_path: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """A hub with a search server and two organizations: of one, everybody knows; of the other, members."""
    monkeypatch.setattr("hub.search.resilient.PAUSE", 0.0)
    with hub_in(
        tmp_path, pattern, search_url=server.url, search_key=SEARCH_KEY, search_admin_key=ADMIN_KEY
    ) as app:
        setup.prepare_index(app)
        outbox.drain(app)
        with transaction() as session:
            for name, audiences in (("Open House", {}), ("Night Watch", {"name": "members"})):
                values = {"name": name, "city": "Yaren", "audiences": audiences}
                profiles.create(session, OPERATOR, values, status=Status.PUBLISHED)
        outbox.drain(app)
        yield app


def test_a_server_holds_an_index_for_each_audience(hub: Flask, server: FakeServer) -> None:
    public, members = (server.indexes[f"hub-{audience}-v{SCHEMA}"] for audience in indexing.AUDIENCES)
    assert (len(public), len(members)) == (1, 2)
    assert "yaren" not in json.dumps(public).lower()
    assert json.dumps(members).lower().count("yaren") >= 2
    for audience, total in ((Audience.PUBLIC, 1), (Audience.MEMBERS, 2), (Audience.CURATORS, 2)):
        answer = indexing.engine(audience).search(Criteria())
        assert (answer.engine, answer.total) == ("meilisearch", total)


def test_the_reserve_of_members_tells_strangers_nothing(hub: Flask, server: FakeServer) -> None:
    stranger = OutsideClient(hub, hub.response_class, use_cookies=True)
    member = sign_in(hub, "guest")
    for server.mode in ("", "5xx"):
        assert found(member, "")
        assert not found(stranger, "")
        assert "open-house" in stranger.get("/en/search").text


def test_a_missing_index_of_members_leaves_the_public_one_at_work_and_is_made_before_changes(
    hub: Flask, server: FakeServer
) -> None:
    del server.indexes[f"hub-members-v{SCHEMA}"]
    assert indexing.engine(Audience.MEMBERS).search(Criteria()).engine == "embedded"
    assert indexing.engine().search(Criteria()).engine == "meilisearch"
    with transaction() as session:
        profiles.create(session, OPERATOR, {"name": "Third"}, status=Status.PUBLISHED)
    setup.prepare_index(hub)
    outbox.drain(hub)
    assert len(server.indexes[f"hub-members-v{SCHEMA}"]) == 3
    db.session.rollback()
    assert [indexing.waiting(name) for name in indexing.engines()] == [0, 0, 0, 0]
