"""The safety console: what stands out in asking, for curators alone, and pausing who asks too much."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.accounts import memberships
from hub.accounts.models import Part
from hub.database import db, now, transaction
from hub.directory.log import LogEntry
from hub.errors import Forbidden
from hub.network.connections import reporting
from hub.network.connections.hurdles import Hindered, Why
from hub.network.matching.call_models import Call, CallAudience, CallReport, CallState
from hub.network.networks import posts
from hub.network.networks.models import Member, Network, Post, Report
from hub.network.networks.states import PostKind, Standing
from hub.network.notices.models import Notice
from hub.network.safety import pauses, queries
from hub.network.safety.models import AskingPause
from hub.permissions import OPERATOR
from tests.directory.acting import person
from tests.network.acting import act, again, ask, block, connect, house
from tests.people import Person, sign_in

pytestmark = pytest.mark.usefixtures("no_pause")
SignedIn = Callable[..., Person]


def test_asking_that_stands_out_is_seen_by_curators_as_counts(
    app: Flask, signed_in: SignedIn, statements: Callable[[], Any]
) -> None:
    loud, quiet, refuser = house("Loud"), house("Quiet"), house("Refuser")
    targets = [house(f"Target {n}") for n in range(10)]
    for one in targets:
        request = ask(loud, one, note="Join our great offer")
        act(one.focal, "decline", request)
    block(refuser, loud)
    block(targets[0], loud)
    connect(quiet, targets[0])
    curator = signed_in(role="curator")
    with statements() as counted:
        shown = curator.page.get("/en/desk/safety")
    (found,) = queries.striking(db.session, person("curator"))
    assert found.organization_id == loud.id
    assert (found.asked, found.today, found.accepted, found.unwanted) == (10, 10, 0, 10)
    assert (found.same_note, found.blockers) == (10, 2)
    assert set(found.reasons) == {"many", "same_note", "unwanted", "blocked"}
    assert "Loud" in shown.text
    assert not any(name in shown.text for name in ("Refuser", "Target", "Quiet", "great offer"))
    for n in range(12):
        other = house(f"Other {n}")
        for one in targets[:6]:
            ask(other, one, note="Hello")
    with statements() as many:
        curator.page.get("/ar/desk/safety")
    assert many.count == counted.count


def test_a_curator_pauses_who_asks_too_much_and_all_know_why(app: Flask, signed_in: SignedIn) -> None:
    loud, other = house("Loud"), house("Other")
    curator = signed_in(role="curator")
    path = f"/en/desk/safety/{loud.id}/pause"
    assert curator.submit(path, days=30, reason=" ").status_code == 422
    assert curator.submit(path, days=31, reason="Too many.").status_code == 422
    for _ in range(2):
        assert curator.submit(path, days=30, reason="Too many.").status_code == 303
    db.session.rollback()
    assert len(db.session.scalars(sa.select(AskingPause)).all()) == 1
    with pytest.raises(Hindered) as hindered:
        ask(loud, other)
    assert hindered.value.hurdle.why is Why.STOPPED
    assert ask(other, loud).asked_id == loud.id
    told = db.session.scalars(sa.select(Notice).where(Notice.kind == "asking-paused")).one()
    assert (told.user_id, told.about["reason"]) == (loud.focal.id, "Too many.")
    logged = db.session.scalars(sa.select(LogEntry).where(LogEntry.action == "asking:pause")).one()
    assert (logged.actor, logged.reason) == (curator.actor.name, "Too many.")

    assert "Too many." in curator.page.get("/en/desk/safety").text
    for _ in range(2):
        assert curator.submit(f"/en/desk/safety/{loud.id}/lift").status_code == 303
    db.session.rollback()
    assert pauses.until(db.session, loud.id) is None

    with transaction() as session:
        session.add(AskingPause(organization_id=loud.id, reason="Old", until=now() - timedelta(days=1)))
    own = signed_in(role="curator", organization=loud.id)
    for actor in (own.actor, loud.focal):
        with pytest.raises(Forbidden), transaction() as session:
            pauses.pause(session, actor, loud.id, 7, "For fun")
    assert pauses.until(db.session, loud.id) is None


def test_reported_posts_of_networks_are_counted_and_led_to(app: Flask, signed_in: SignedIn) -> None:
    here, settled_at = house(), now()
    reporters = [signed_in().user_id for _ in range(3)]
    curator = signed_in(role="curator")
    assert "/en/networks/reports" not in curator.page.get("/en/desk/safety").links()
    with transaction() as session:
        post = Post(
            network_key="africa",
            kind=PostKind.DISCUSSION,
            organization_id=here.id,
            title="Routes",
            text="Who?",
        )
        session.add(post)
        session.flush()
        session.add_all(
            Report(post_id=post.id, reporter_id=who, reason="It names a person.", settled_at=at)
            for who, at in zip(reporters, (None, None, settled_at), strict=True)
        )
    shown = curator.page.get("/en/desk/safety")
    assert "2 reports wait" in shown.text
    assert "/en/networks/reports" in shown.links()
    assert "It names a person." in curator.page.get("/en/networks/reports").text
    assert "/en/networks/reports" not in signed_in(role="administrator").page.get("/en/desk/safety").links()


def test_who_belongs_to_an_organization_learns_at_no_desk_what_others_say_of_it(app: Flask) -> None:
    ana, bob, cid = house("Ana House"), house("Bob House"), house("Cid House")
    asked = ask(ana, bob, note="Nice words.")
    for other in (bob, cid):
        block(other, ana)
    with transaction() as session:
        case = reporting.put_before_curators(session, bob.focal, ana.id, "They threaten us.", [])
        call = Call(organization_id=ana.id, state=CallState.OPEN, audience=CallAudience.PUBLIC, title="A call",
                    text="We seek.", language="en", deadline=now().date(), opened_at=now())  # fmt: skip
        session.add_all(
            [call, Member(network_key="africa", organization_id=ana.id, standing=Standing.MEMBER)]
        )
        session.flush()
        session.add(CallReport(call_id=call.id, reporter=bob.focal.name, text="They threaten all."))
        network = session.get_one(Network, "africa")
        words = {"title": "Routes", "text": "Who?"}
        post = posts.write(session, ana.focal, network, PostKind.DISCUSSION, words, organization_id=ana.id)
        session.flush()
        session.add(Report(post_id=post.id, reporter_id=bob.focal.id, reason="They threaten readers."))
        case_id, post_id = case.id, post.id
    places = (
        "/en/desk",
        f"/en/desk/cases/{case_id}",
        "/en/desk/safety",
        "/en/desk/calls",
        "/en/networks/reports",
    )
    for role, is_curator in (("curator", True), ("administrator", False)):
        stranger, colleague = sign_in(app, role=role), sign_in(app, role=role)
        with transaction() as session:
            memberships.join(session, OPERATOR, colleague.user_id, ana.id, Part.READER)
        pages = {one: (stranger.get(one).text, colleague.get(one).text) for one in places}
        told = (
            f"cases/{case_id}",
            "They threaten us.",
            "Blocked by several",
            "They threaten all.",
            "They threaten readers.",
        )
        for place, word in zip(places, told, strict=True):
            sees = is_curator or place not in ("/en/desk/calls", "/en/networks/reports")
            assert (word in pages[place][0]) == sees, (role, place)
            assert word not in pages[place][1], (role, place)
        assert colleague.get(f"/en/desk/cases/{case_id}").status_code == 404
        settled = colleague.submit("/en/networks/reports", post=post_id)
        assert settled.status_code == (403 if is_curator else 404)
    assert again(asked.id).state == "open"
