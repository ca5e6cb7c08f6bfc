"""Networks: how organizations come in and go, who may do what, who sees whom, what is written and how it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import outbox
from hub.accounts import memberships as accounts
from hub.accounts.models import User
from hub.database import db, transaction
from hub.directory import profiles
from hub.directory import queries as directory
from hub.directory.joined import may_be_listed
from hub.directory.log import LogEntry
from hub.directory.models import Organization, Term
from hub.directory.states import Audience, Safety, Status
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.i18n import LANGUAGES
from hub.network.networks import coordinating, groups, memberships, post_queries, posts, queries, seeding
from hub.network.networks.models import Coordinator, Member, Network, Post
from hub.network.networks.permissions import POLICY, seat
from hub.network.networks.rendering import linked
from hub.network.networks.states import Joining, Listing, PostKind, Standing
from hub.network.notices.models import Notice
from hub.permissions import OPERATOR, Actor, allows
from hub.workflow import advance
from tests.guard import Guard
from tests.people import Person, sign_in

Add = Callable[..., Organization]
SignIn = Callable[..., Person]


def test_ten_networks_are_there_from_the_start_in_six_languages_and_are_added_once(
    app: Flask, page: Guard
) -> None:
    held = queries.listed(db.session, 1, with_closed=True).items
    assert len(held) == 10
    for one in held:
        assert set(one.texts) == set(LANGUAGES)
        assert all(text["name"] and text["purpose"] and text["rules"] for text in one.texts.values())
    assert not seeding.is_missing(db.session)
    assert {term.key for term in db.session.query(Term).filter_by(vocabulary="network")} == {
        one.key for one in held
    }
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
        session.add(
            Coordinator(
                network_key=KEY, user_id=persons["coordinator"].user_id, organization_id=made["coordinator"]
            )
        )
    return People(made, persons)


WHO = (
    "coordinator",
    "focal",
    "editor",
    "reader",
    "asking",
    "invited",
    "removed",
    "stranger",
    "guest",
    "curator",
)
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
            if own is None and action in (
                "network:approve",
                "network:discussion",
                "network:resource",
                "network:reply",
            ):
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
    house, asker, coordinator = (
        people.organizations["stranger"],
        people.act("stranger"),
        people.act("coordinator"),
    )
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
    assert {
        ("network-asked", coordinator.id),
        ("network-declined", asker.id),
        ("network-approved", asker.id),
    } <= told


def test_a_long_reason_for_joining_is_not_cut_but_comes_back_whole(
    people: People, signed_in: SignIn, page: Guard
) -> None:
    stranger, house = people.persons["stranger"], people.organizations["stranger"]
    reason = "We work on the same routes. " * 40
    form = {"csrf_token": stranger.csrf_token, "organization": house, "step": "ask", "text": reason}
    answer = stranger.post(
        f"/en/networks/{KEY}/membership", data=form, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 422
    assert "is longer than 500 characters" in answer.text
    assert reason.strip() in answer.text
    assert db.session.get(Member, (KEY, house)) is None


def test_who_was_removed_comes_back_by_invitation_alone_and_a_coordinator_goes_with_the_organization(
    people: People,
) -> None:
    removed, curator = people.organizations["removed"], people.act("curator")
    with pytest.raises(Conflict):
        move(people.act("removed"), removed, "ask")
    assert move(curator, removed, "invite") is Standing.INVITED
    assert move(people.act("removed"), removed, "accept") is Standing.MEMBER
    house = people.organizations["coordinator"]
    assert move(curator, house, "remove", "The rules were broken.") is Standing.REMOVED
    assert coordinating.coordinators(db.session, db.session.get_one(Network, KEY)) == []
    network = db.session.get_one(Network, KEY)
    assert not allows(
        POLICY,
        "network:read",
        people.act("coordinator"),
        seat(db.session, people.act("coordinator"), network),
    )


def test_an_organization_that_is_not_published_comes_into_no_network(
    people: People, add: Add, signed_in: SignIn
) -> None:
    draft = add("A draft", status=Status.DRAFT, indexed=False).id
    with pytest.raises(Forbidden):
        move(signed_in(organization=draft).actor, draft, "join", key="anti-corruption")
    for absent in (draft, "0000000000"):  # what is hidden looks to coordinators as if it were not there
        with pytest.raises(NotFound):
            move(people.act("coordinator"), absent, "invite")
    with pytest.raises(Forbidden):
        move(people.act("curator"), draft, "invite")
    with pytest.raises(NotFound):
        move(people.act("coordinator"), draft, "invite", key="nowhere")


def test_a_coordinator_learns_of_no_organization_that_members_may_not_know(people: People, add: Add) -> None:
    shy = add("Shy House", indexed=False, audiences={"name": "own"}).id
    for step in ("invite", "approve", "remove"):
        with pytest.raises(NotFound):
            move(people.act("coordinator"), shy, step)
    for who in ("asking", "focal"):
        with transaction() as session:
            session.get_one(Organization, people.organizations[who]).status = Status.HIDDEN
    here = f"/en/networks/{KEY}/coordination"
    for who, is_seen in (("coordinator", False), ("curator", True)):
        pages = [people.persons[who].page.get(f"{here}?show={one}").text for one in ("asked", "members")]
        assert ("House of asking" in pages[0], "House of focal" in pages[1]) == (is_seen, is_seen)
        assert ("Requests 1" in pages[0]) == is_seen
    for organization_id in (people.organizations["asking"], shy, "0000000000"):
        sent = people.persons["coordinator"].submit(here, step="invite", organization=organization_id)
        assert (sent.status_code, sent.location) == (303, here)


def test_who_coordinates_no_more_is_told_nothing_and_curators_are(people: People) -> None:
    house, coordinator = people.organizations["coordinator"], people.persons["coordinator"]
    other = sign_in(coordinator.application, organization=house)  # somebody who stays
    with transaction() as session:
        accounts.remove(session, other.actor, house, coordinator.user_id)
    assert coordinating.coordinators(db.session, db.session.get_one(Network, KEY)) == []
    move(people.act("stranger"), people.organizations["stranger"], "ask")
    told = set(db.session.scalars(sa.select(Notice.user_id).where(Notice.kind == "network-asked")))
    assert coordinator.user_id not in told
    assert people.persons["curator"].user_id in told


def test_names_of_coordinators_are_for_curators(people: People) -> None:
    with transaction() as session:
        session.get_one(User, people.persons["coordinator"].user_id).name = "Nadia Rahal"
    here = f"/en/networks/{KEY}/coordination"
    assert "Nadia Rahal" in people.persons["curator"].page.get(here).text
    page = people.persons["coordinator"].page.get(here).text
    assert "Nadia Rahal" not in page
    assert "House of coordinator" in page


def test_neither_side_asks_again_and_again(people: People) -> None:
    stranger, asked = people.act("stranger"), people.organizations["stranger"]
    coordinator = people.act("coordinator")
    for _time in range(memberships.MOST_ASKED):
        move(coordinator, asked, "invite")
        move(coordinator, asked, "uninvite")
    with pytest.raises(Conflict):
        move(coordinator, asked, "invite")
    for _time in range(memberships.MOST_ASKED):
        move(stranger, asked, "ask")
        move(stranger, asked, "withdraw")
    with pytest.raises(Conflict):
        move(stranger, asked, "ask")
    assert move(people.act("invited"), people.organizations["invited"], "refuse") is Standing.REFUSED
    with pytest.raises(Conflict):
        move(coordinator, people.organizations["invited"], "invite")
    with transaction() as session:
        held = session.get_one(Member, (KEY, people.organizations["invited"]))
        held.changed_at -= memberships.PAUSE
    assert move(coordinator, people.organizations["invited"], "invite") is Standing.INVITED


def test_who_left_hears_of_no_answers_any_more(people: People) -> None:
    editor, house = people.persons["editor"], people.organizations["focal"]
    thread = write(editor.actor, PostKind.DISCUSSION, house, title="Routes", text="Who works on them?")
    with transaction() as session:
        accounts.remove(session, people.act("focal"), house, editor.user_id)
    write(people.act("focal"), PostKind.REPLY, house, thread=thread, text="We do.")
    write(
        people.act("coordinator"),
        PostKind.REPLY,
        people.organizations["coordinator"],
        thread=thread,
        text="We too.",
    )
    told = set(db.session.scalars(sa.select(Notice.user_id).where(Notice.kind == "network-answered")))
    assert told == {people.persons["focal"].user_id}


def write(
    actor: Actor,
    kind: PostKind,
    organization_id: str | None,
    key: str = KEY,
    thread: int | None = None,
    **values: str,
) -> int:
    with transaction() as session:
        network = session.get_one(Network, key)
        made = posts.write(
            session, actor, network, kind, values, organization_id=organization_id, thread_id=thread
        )
        session.flush()
        return made.id


def test_members_announce_discuss_mend_take_back_close_and_report(people: People) -> None:
    house, coordinator = people.organizations["focal"], people.act("coordinator")
    focal, editor = people.act("focal"), people.act("editor")
    said = {"title": "Routes", "text": "Who works on the coast?"}
    first = write(focal, PostKind.DISCUSSION, house, **said)
    assert write(focal, PostKind.DISCUSSION, house, **said) == first, "two clicks write once"
    reply = write(editor, PostKind.REPLY, house, thread=first, text="We do, see https://example.org/coast.")
    for who in ("stranger", "asking", "invited", "removed", "guest"):
        with pytest.raises(Forbidden):
            write(
                people.act(who), PostKind.REPLY, people.organizations.get(who), thread=first, text="Me too."
            )
    with pytest.raises(Forbidden):
        write(people.act("reader"), PostKind.REPLY, house, thread=first, text="I only read.")
    with pytest.raises(Forbidden):
        write(focal, PostKind.ANNOUNCEMENT, None, title="I announce", text="Nothing.")
    with pytest.raises(Invalid):
        write(focal, PostKind.RESOURCE, house, title="Neither link nor text")
    with pytest.raises(Invalid):
        write(focal, PostKind.RESOURCE, house, title="A trick", url="javascript:alert(1)")
    write(coordinator, PostKind.ANNOUNCEMENT, None, title="Meeting", text="In May.")
    told = {(one.kind, one.user_id) for one in db.session.query(Notice)}
    assert ("network-answered", focal.id) in told
    assert {("network-announced", one.id) for one in (focal, editor)} <= told
    with transaction() as session:
        held = session.get_one(Post, reply)
        posts.edit(session, editor, held, {"text": "We do."})
        with pytest.raises(Forbidden):
            posts.edit(session, focal, held, {"text": "They do not."})
        with pytest.raises(Forbidden):
            posts.arrange(session, focal, session.get_one(Post, first), "close", True)
        posts.arrange(session, coordinator, session.get_one(Post, first), "close", True)
        posts.report(session, focal, held, {"reason": "It names a person."})
        posts.report(session, focal, held, {"reason": "It names a person."})
        held.created_at -= timedelta(hours=25)
    with transaction() as session:
        held = session.get_one(Post, reply)
        with pytest.raises(Forbidden):
            posts.edit(session, editor, held, {"text": "Too late."})
        with pytest.raises(Forbidden):
            posts.settle(session, coordinator, reply, True)
        posts.settle(session, people.act("curator"), reply, True)
    with pytest.raises(Conflict):
        write(editor, PostKind.REPLY, house, thread=first, text="After closing.")
    assert [one["text"] for one in queries.export(db.session, focal.id)["network_posts"]] == [
        "Who works on the coast?"
    ]
    gone = db.session.get_one(Post, reply)
    assert (gone.text, gone.removed_at is None) == ("", False)
    assert post_queries.reported(db.session, people.act("curator"), 1).items == []


def test_words_are_shown_as_they_are_and_only_web_addresses_become_links() -> None:
    made = linked('<b>Look</b> https://example.org/a?b=1&c="2". javascript:alert(1)\nnext\n\nlast')
    assert "<b>" not in made
    assert 'href="https://example.org/a?b=1&amp;c="' in made
    assert made.count("<a ") == 1
    assert made.count("<p ") == 2


def test_hidden_members_are_in_no_page_facet_count_or_answer_of_the_api(
    app: Flask, people: People, add: Add, signed_in: SignIn, page: Guard
) -> None:
    shown = {mode: add(f"Shown {mode}", safety=mode, indexed=False).id for mode in Safety}
    wished = add("Shown wished", audiences={"joined": "own"}, indexed=False).id
    listings = {Listing.PUBLIC: "africa", Listing.MEMBERS: "ppp-finance", Listing.NETWORK: "trafficking-in-persons",
                Listing.NOBODY: "anti-corruption"}  # fmt: skip
    with transaction() as session:
        values = {
            column: getattr(session.get_one(Network, "anti-corruption"), column) for column in groups.COLUMNS
        }
        groups.change(session, CURATOR, "anti-corruption", {**values, "listing": Listing.NOBODY})
    for key in listings.values():
        for organization_id in (*shown.values(), wished):
            set_standing(key, organization_id, Standing.MEMBER)
    outbox.drain(app)
    member, fellow = (
        signed_in(organization=people.organizations["stranger"]),
        signed_in(organization=shown[Safety.OPEN]),
    )
    # listing: whom the public, members of the hub, and fellow members see
    expected = {
        Listing.PUBLIC: ({"open"}, {"open", "careful"}, {"open", "careful", "protected", "wished"}),
        Listing.MEMBERS: (set(), {"open", "careful"}, {"open", "careful", "protected", "wished"}),
        Listing.NETWORK: (set(), set(), {"open", "careful", "protected", "wished"}),
        Listing.NOBODY: (set(), set(), {"open"}),  # one's own organization
    }
    for listing, key in listings.items():
        for client, seen in zip((page.client, member, fellow), expected[listing], strict=True):
            text = "".join(
                client.get(f"/en/networks/{key}{part}").get_data(as_text=True) for part in ("", "/members")
            )
            assert {
                name for name in ("open", "careful", "protected", "wished") if f"Shown {name}" in text
            } == seen, key
        public = page.client.get(f"/api/v1/organizations?network={key}&page_size=100").get_json()
        named = {
            one["name"].removeprefix("Shown ") for one in public["hits"] if one["name"].startswith("Shown")
        }
        assert named == expected[listing][0], key
        counted = {one["value"]: one["count"] for one in public["facets"]["network"]}
        assert counted.get(key, 0) == public["total"]
        inside = member.get(f"/en/search?network={key}").get_data(as_text=True)
        assert {
            name for name in ("open", "careful", "protected", "wished") if f">Shown {name}" in inside
        } == expected[listing][1]
    profile = page.get(f"/en/organizations/shown-open-{shown[Safety.OPEN]}").links()
    assert "/en/networks/africa" in profile
    assert "/en/networks/ppp-finance" not in profile
    with transaction() as session:
        network = session.get_one(Network, "africa")
        values = {column: getattr(network, column) for column in groups.COLUMNS}
        groups.change(session, CURATOR, "africa", {**values, "listing": Listing.NOBODY})
    outbox.drain(app)
    assert page.client.get("/api/v1/organizations?network=africa").get_json()["total"] == 0
    assert "Shown open" not in page.get("/en/networks/africa").text


def test_lists_say_in_sql_what_visibility_says_of_one(add: Add) -> None:
    wishes: list[dict[str, str]] = [
        {},
        {"joined": "members"},
        {"joined_inside": "own"},
        {"name": "members"},
        {"name": "own", "joined": "members"},
    ]
    made = [
        add(
            f"Any {number}",
            safety=mode,
            audiences=wish,
            pseudonym=other,
            joined=["africa"],
            joined_inside=["americas"],
            indexed=False,
        ).id
        for number, (mode, wish, other) in enumerate(product(Safety, wishes, (None, "Another name")))
    ]
    for audience in (Audience.PUBLIC, Audience.MEMBERS):
        seen = {one.id: one for one in directory.profiles(made, audience)}
        for field in ("joined", "joined_inside"):
            asked = sa.select(Organization.id).where(
                Organization.id.in_(made), may_be_listed(audience, field)
            )
            assert set(db.session.scalars(asked)) == {
                key for key, one in seen.items() if getattr(one, field)
            }, (audience, field)


def test_pages_take_the_same_number_of_statements_whatever_they_list(
    people: People, add: Add, statements: Callable[[], Any], app: Flask
) -> None:
    house, focal = people.organizations["focal"], people.persons["focal"]
    thread = write(focal.actor, PostKind.DISCUSSION, house, title="Routes", text="Who?")
    addresses = ["/en/networks", f"/en/networks/{KEY}", f"/en/networks/{KEY}/members", f"/en/networks/{KEY}/discussions",
                 f"/en/networks/{KEY}/posts/{thread}", f"/en/my-organizations/{house}/networks"]  # fmt: skip

    def counted() -> list[int]:
        found = []
        for address in addresses:
            focal.get(address)
            with statements() as one:
                assert focal.get(address).status_code == 200
            found.append(one.count)
        return found

    before = counted()
    with transaction() as session:
        network = session.get_one(Network, KEY)
        for number in range(22):
            one = profiles.create(session, OPERATOR, {"name": f"House {number}"}, status=Status.PUBLISHED)
            session.flush()
            session.add(Member(network_key=KEY, organization_id=one.id, standing=Standing.MEMBER))
            for kind, parent in ((PostKind.DISCUSSION, None), (PostKind.REPLY, thread)):
                values = {"title": f"Subject {number}", "text": f"Words {number}"}
                posts.write(
                    session, focal.actor, network, kind, values, organization_id=house, thread_id=parent
                )
    after = counted()
    assert [late - early for early, late in zip(before, after, strict=True)] == [0] * len(addresses), (
        before,
        after,
    )
    assert max(after) <= 20


def test_the_whole_way_through_the_pages(people: People, signed_in: SignIn, page: Guard) -> None:
    stranger, coordinator = people.persons["stranger"], people.persons["coordinator"]
    house = people.organizations["stranger"]
    at = f"/en/networks/{KEY}"
    token = {"csrf_token": stranger.csrf_token}
    assert page.client.get(f"{at}/discussions").status_code == 302
    assert stranger.get(f"{at}/discussions").status_code == 404
    before = stranger.page.get(at).text
    assert before.index("Taking part") < before.index("Rules"), "who may join need not look for it"
    asked = {**token, "organization": house, "step": "ask", "text": "We work on the same routes."}
    assert stranger.post(f"{at}/membership", data=asked).status_code == 303
    assert "Asked to join" in stranger.page.get(at).text
    desk = coordinator.page.get(f"{at}/coordination").text
    assert "We work on the same routes." in desk
    let_in = {"csrf_token": coordinator.csrf_token, "organization": house, "step": "approve"}
    assert coordinator.post(f"{at}/coordination", data=let_in).status_code == 303
    assert coordinator.post(f"{at}/coordination", data=let_in).status_code == 303
    assert "Africa" in stranger.page.get("/en/notices").text
    inside = stranger.page.get(at).text
    assert inside.index("Latest") < inside.index("Rules") < inside.index("Taking part")
    for section in ("announcements", "discussions", "resources"):
        stranger.page.get(f"{at}/{section}")
    wrong = stranger.post(f"{at}/discussions/new", data={**token, "title": "Routes"})
    stranger.page.check(wrong, f"{at}/discussions/new", 422)
    made = stranger.post(
        f"{at}/discussions/new", data={**token, "title": "Routes", "text": "Who works on the coast?"}
    )
    assert made.status_code == 303
    post = f"/en{made.location.split('/en', 1)[1]}"
    assert "Who works on the coast?" in coordinator.page.get(post).text
    assert (
        coordinator.post(post, data={"csrf_token": coordinator.csrf_token, "text": "We do."}).status_code
        == 303
    )
    assert "House of coordinator" in stranger.page.get(post).text
    stranger.page.get(f"{post}/edit")
    coordinator.page.get(f"{post}/report")
    assert "Africa" in stranger.page.get(f"/en/my-organizations/{house}/networks").text
    curator = people.persons["curator"]
    for path in ("/en/networks/new", f"{at}/edit", "/en/networks/reports", f"{at}/coordination?show=members"):
        curator.page.get(path)
    form = {"csrf_token": curator.csrf_token, "key": "small-islands", "kind": "regional", "joining": "invitation",
            "listing": "members", "name-en": "Small islands", "purpose-en": "To find company."}  # fmt: skip
    assert curator.post("/en/networks/new", data=form).status_code == 303
    again = curator.post("/en/networks/new", data=form)
    curator.page.check(again, "/en/networks/new", 422)
    assert "Small islands" in page.get("/ar/networks").text
    assert curator.post("/en/networks/small-islands/state", data={**form, "step": "close"}).status_code == 303
    page.get("/en/networks/small-islands", 404)
