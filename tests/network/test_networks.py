"""Networks: how organizations come in and go, who may do what, who sees whom, what is written and how it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from hub.database import db, transaction
from hub.directory.log import LogEntry
from hub.directory.models import Organization, Term
from hub.directory.states import Status
from hub.errors import Conflict, Forbidden, NotFound
from hub.i18n import LANGUAGES
from hub.network.networks import memberships, queries, seeding
from hub.network.networks.models import Coordinator, Member, Network
from hub.network.networks.permissions import POLICY, seat
from hub.network.networks.states import Joining, Standing
from hub.network.notices.models import Notice
from hub.permissions import Actor, allows
from hub.workflow import advance
from tests.guard import Guard
from tests.people import Person

Add = Callable[..., Organization]
SignIn = Callable[..., Person]


def test_ten_networks_are_there_from_the_start_in_six_languages_and_are_added_once(app: Flask, page: Guard) -> None:
    held = queries.listed(db.session, 1, with_closed=True).items
    assert len(held) == 10
    for one in held:
        assert set(one.texts) == set(LANGUAGES)
        assert all(text["name"] and text["purpose"] and text["rules"] for text in one.texts.values())
    assert not seeding.is_missing(db.session)
    assert {term.key for term in db.session.query(Term).filter_by(vocabulary="network")} == {one.key for one in held}
    for code in LANGUAGES:
        assert held[0].name(code) in page.get(f"/{code}/networks").text
        page.get(f"/{code}/networks/{held[0].key}")


OUTSIDE = (Standing.LEFT, Standing.DECLINED, Standing.REFUSED)
# step: (the standings that it leaves, the one that it reaches); whatever stands not here is refused
MOVES = {
    "join": ({*OUTSIDE, Standing.ASKED, Standing.INVITED}, Standing.MEMBER),
    "ask": ({*OUTSIDE}, Standing.ASKED),
    "withdraw": ({Standing.ASKED}, Standing.LEFT),
    "accept": ({Standing.INVITED}, Standing.MEMBER),
    "refuse": ({Standing.INVITED}, Standing.REFUSED),
    "leave": ({Standing.MEMBER}, Standing.LEFT),
    "approve": ({Standing.ASKED}, Standing.MEMBER),
    "decline": ({Standing.ASKED}, Standing.DECLINED),
    "invite": ({*OUTSIDE, Standing.REMOVED}, Standing.INVITED),
    "uninvite": ({Standing.INVITED}, Standing.LEFT),
    "remove": ({Standing.MEMBER}, Standing.REMOVED),
}


def test_every_step_from_every_standing_leads_where_the_table_says_or_is_refused() -> None:
    assert MOVES.keys() == memberships.STEPS.keys()
    for name, (leaves, reaches) in MOVES.items():
        for standing in Standing:
            if standing in leaves:
                assert advance(memberships.STEPS, name, standing) is reaches
            else:
                with pytest.raises(Conflict):
                    advance(memberships.STEPS, name, standing)


@dataclass
class People:
    """One network on request, and somebody of every kind towards it."""

    organizations: dict[str, str]
    persons: dict[str, Person]

    def act(self, who: str) -> Actor:
        return self.persons[who].actor


KEY = "africa"
CURATOR = Actor("user:900", frozenset({"curator"}), 900)


def set_standing(key: str, organization_id: str, standing: Standing) -> None:
    with transaction() as session:
        held = session.get(Member, (key, organization_id))
        if held is None:
            session.add(Member(network_key=key, organization_id=organization_id, standing=standing))
        else:
            held.standing = standing
        session.flush()
        memberships.show(session, [organization_id])


@pytest.fixture
def people(app: Flask, add: Add, signed_in: SignIn) -> People:
    """A coordinator, members of several parts, and those who stand elsewhere."""
    standings = {
        "coordinator": Standing.MEMBER, "focal": Standing.MEMBER, "asking": Standing.ASKED, "invited": Standing.INVITED,
        "removed": Standing.REMOVED, "stranger": None,
    }  # fmt: skip
    made = {who: add(f"House of {who}", indexed=False).id for who in standings}
    for who, standing in standings.items():
        if standing:
            set_standing(KEY, made[who], standing)
    persons = {who: signed_in(organization=made[who]) for who in standings}
    persons["editor"] = signed_in(organization=made["focal"], part="editor")
    persons["reader"] = signed_in(organization=made["focal"], part="reader")
    persons["guest"], persons["curator"] = signed_in(role="guest"), signed_in(role="curator")
    with transaction() as session:
        session.add(Coordinator(network_key=KEY, user_id=persons["coordinator"].user_id, organization_id=made["coordinator"]))
    return People(made, persons)


WHO = ("coordinator", "focal", "editor", "reader", "asking", "invited", "removed", "stranger", "guest", "curator")
# action: who may do it, for their own organization or to the one named
MAY = {
    "network:read": "coordinator focal editor reader curator",
    "network:manage": "coordinator curator",
    "network:edit": "curator",
    "network:close": "curator",
    "network:appoint": "curator",
    "network:ask": "coordinator focal asking invited removed stranger",
    "network:withdraw": "coordinator focal asking invited removed stranger",
    "network:accept": "coordinator focal asking invited removed stranger",
    "network:refuse": "coordinator focal asking invited removed stranger",
    "network:leave": "coordinator focal asking invited removed stranger",
    "network:approve": "",  # their own organization: nobody
    "network:discussion": "coordinator focal editor",
    "network:resource": "coordinator focal editor",
    "network:reply": "coordinator focal editor",
    "network:announcement": "coordinator curator",
}
TO_ANOTHER = {
    **dict.fromkeys(("network:approve", "network:decline", "network:invite", "network:uninvite", "network:remove"),
                    "coordinator curator"),
    **dict.fromkeys(("network:ask", "network:join", "network:accept", "network:leave"), ""),
}  # fmt: skip


def test_who_may_do_what(people: People, add: Add) -> None:
    network = db.session.get_one(Network, KEY)
    another = db.session.get_one(Organization, add("Another", indexed=False).id)
    for who in WHO:
        actor = people.act(who)
        own = db.session.get(Organization, next(iter(actor.organizations), ""))
        here = seat(db.session, actor, network)
        for action, allowed in MAY.items():
            is_allowed = allows(POLICY, action, actor, here.with_(organization=own))
            if own is None and action in ("network:approve", "network:discussion", "network:resource", "network:reply"):
                continue  # a curator speaks as such
            assert is_allowed == (who in allowed.split()), (who, action)
        for action, allowed in TO_ANOTHER.items():
            is_allowed = allows(POLICY, action, actor, here.with_(organization=another))
            assert is_allowed == (who in allowed.split()), (who, action, "to another")
    network.joining = Joining.INVITATION
    for action in ("network:ask", "network:join"):
        assert not allows(POLICY, action, people.act("stranger"),
                          seat(db.session, people.act("stranger"), network).with_(
                              organization=db.session.get(Organization, people.organizations["stranger"])))  # fmt: skip
    db.session.rollback()


def move(actor: Actor, organization_id: str, step: str, text: str = "", key: str = KEY) -> Standing:
    with transaction() as session:
        return memberships.move(session, actor, key, organization_id, step, text).standing


def test_an_organization_asks_is_declined_waits_asks_again_is_let_in_and_leaves(people: People) -> None:
    house, asker, coordinator = people.organizations["stranger"], people.act("stranger"), people.act("coordinator")
    assert move(asker, house, "ask", "We work on the same routes.") is Standing.ASKED
    with pytest.raises(Conflict):
        move(asker, house, "ask")
    with pytest.raises(Forbidden):
        move(asker, house, "approve")
    assert move(coordinator, house, "decline", "Not yet.") is Standing.DECLINED
    with pytest.raises(Conflict):
        move(coordinator, house, "approve")
    with pytest.raises(Conflict):
        move(asker, house, "ask")
    with transaction() as session:
        session.get_one(Member, (KEY, house)).changed_at -= memberships.PAUSE
    assert move(asker, house, "ask") is Standing.ASKED
    assert move(coordinator, house, "approve") is Standing.MEMBER
    assert db.session.get_one(Organization, house).joined == [KEY]
    assert queries.share_a_network(db.session, house, people.organizations["focal"])
    assert [one.key for one in queries.networks_of(db.session, house)] == [KEY]
    assert move(asker, house, "leave") is Standing.LEFT
    assert db.session.get_one(Organization, house).joined == []
    said = [one.action for one in db.session.query(LogEntry).filter_by(organization_id=house)]
    assert said[-5:] == ["network-ask", "network-decline", "network-ask", "network-approve", "network-leave"]
    told = {(one.kind, one.user_id) for one in db.session.query(Notice)}
    assert {("network-asked", coordinator.id), ("network-declined", asker.id), ("network-approved", asker.id)} <= told


def test_who_was_removed_comes_back_by_invitation_alone_and_a_coordinator_goes_with_the_organization(people: People) -> None:
    removed, curator = people.organizations["removed"], people.act("curator")
    with pytest.raises(Conflict):
        move(people.act("removed"), removed, "ask")
    assert move(curator, removed, "invite") is Standing.INVITED
    assert move(people.act("removed"), removed, "accept") is Standing.MEMBER
    house = people.organizations["coordinator"]
    assert move(curator, house, "remove", "The rules were broken.") is Standing.REMOVED
    assert queries.coordinators(db.session, db.session.get_one(Network, KEY)) == []
    network = db.session.get_one(Network, KEY)
    assert not allows(POLICY, "network:read", people.act("coordinator"), seat(db.session, people.act("coordinator"), network))


def test_an_organization_that_is_not_published_comes_into_no_network(people: People, add: Add, signed_in: SignIn) -> None:
    draft = add("A draft", status=Status.DRAFT, indexed=False).id
    with pytest.raises(Forbidden):
        move(signed_in(organization=draft).actor, draft, "join", key="anti-corruption")
    with pytest.raises(Forbidden):
        move(people.act("coordinator"), draft, "invite")
    with pytest.raises(NotFound):
        move(people.act("coordinator"), "0000000000", "invite")
    with pytest.raises(NotFound):
        move(people.act("coordinator"), draft, "invite", key="nowhere")
