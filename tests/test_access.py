"""Who gets in where: every route of the hub, for every kind of person, in every state of what the route is about.

The table says what each is answered; it is compared with the map of all addresses, so that no route can be forgotten.
To add a route: find the row of answers that it gives (or write another), and name below it the method, the states and
the endpoint; order means nothing, and nothing may be said twice. ``in`` stands for being sent to sign in. Hidden looks absent: who may not know of a thing gets the 404 of nothing.
Forms are sent with their token and with the values below, and the database is put back after each that changed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from hub.accounts import memberships, security
from hub.accounts.models import Part
from hub.database import db, now, transaction
from hub.directory import claims, merging, moderation, profiles, registration, revisions
from hub.directory.models import Case, LogEntry, Organization, Revision
from hub.directory.states import CaseKind, Decision, Status
from hub.network.connections import buttons
from hub.network.connections.models import Connection, ConnectionRequest, pair
from hub.network.connections.states import ConnectionState, Purpose
from hub.network.matching.call_models import Call, CallAudience, CallState
from hub.network.messages.models import Message, Thread
from hub.network.networks import posts
from hub.network.networks.models import Member, Network
from hub.network.networks.states import PostKind, Standing
from hub.permissions import ANYONE, OPERATOR, Actor
from tests.conftest import hub_in
from tests.databases import Kept
from tests.people import OutsideClient, Person, sign_in

ROLES = ("anonymous", "member", "other", "guest", "editor", "focal", "curator", "admin")
# what forms send; most send nothing, and whoever may use them is told so by 422 or led on by 302
FORMS: dict[str, dict[str, str]] = {
    "accounts.change_member": {"role": "editor"},
    "calls.answer": {"organization": "ELSEWHERE", "answer": "We can."},
    "calls.edit": {"text": "We can.", "deadline": "soon"},
    "calls.report": {"report": "Wrong."},
    "desk.answers": {"answer-1": "yes"},
    "desk.assign": {"curator": "CURATOR"},
    "safety.pause": {"days": "7", "reason": "Too many requests."},
    "desk.decision": {"decision": "decline", "template": "unfounded"},
    "desk.dismiss": {"first": "PUBLISHED", "second": "TWIN"},
    "desk.show_again": {"again": "A mistake."},
    "desk.notes": {"text": "A note.", "to": "curators"},
    "connections.answer": {"act": "decline"},
    "connections.change": {"act": "end"},
    "connections.report": {"text": "It is a lie."},
    "connections.settings": {"askers": "nobody"},
    "matching.dismiss": {"other": "TWIN"},
    "matching.restore": {"other": "TWIN"},
    "meeting.ask": {"organization": "PUBLISHED", "purpose": "project"},
    "meeting.block": {"organization": "PUBLISHED"},
    "messages.begin": {"subject": "A project", "text": "Hello."},
    "messages.go_on": {"act": "write", "text": "Hello."},
    "messages.report": {"text": "It is a threat."},
    "networks.arrange": {"what": "pin"},
    "networks.decide": {"step": "invite", "organization": "TWIN"},
    "networks.membership": {"step": "leave", "organization": "PUBLISHED"},
    "networks.mend": {"title": "Routes", "text": "Who works on them?"},
    "networks.reply": {"text": "We do."},
    "networks.report": {"reason": "It names a person."},
    "networks.settle": {"post": "WRITTEN"},
    "networks.state": {"step": "close"},
    "networks.write": {"title": "A meeting", "text": "In May."},
    "own.appeal": {"text": "Look again."},
    "own.reply": {"text": "An answer."},
}
STATES = {
    "post_id": ("written", "nothing"),
    "key": ("network", "nothing"),
    "request_id": ("received", "asked", "nothing"),
    "thread_id": ("open", "nothing"),
    "connection_id": ("living", "ended", "nothing"),
    "button": ("given", "nothing"),
    "case_id": ("open", "waiting", "decided", "report", "nothing"),
    "revision_id": ("draft", "submitted", "declined", "nothing"),
    "call_id": ("open", "members", "waiting", "nothing"),
    "slug": ("published", "draft", "hidden", "archived", "merged", "nothing"),
    "id": ("published", "draft", "hidden", "archived", "merged", "nothing"),
    "organization_id": ("published", "draft", "nothing"),
    "merge_id": ("merged", "nothing"),
    "first": ("published", "nothing"),
}
EXPECTED = """
200 200 200 200 200 200 200 200
    GET  -: calls.feed calls.list_
    GET  open: calls.one
    GET  -: networks.index
    GET  network: networks.members networks.network
    GET  -: api.list_vocabularies api.openapi api.read_vocabulary api.search_organizations
    GET  -: api_pages.reference directory.prose directory.robots directory.sitemap directory.sitemap_part
    GET  -: openness.figures search.browse search.export search.feed search.home search.opensearch
    GET  -: picture.public search.results search.suggestions security.change_email_confirm security.confirm_email
    GET  -: security.forgot_password security.send_confirmation static
    GET  -: claims.suggest
    GET  published: api.read_organization claims.ask claims.claim
    POST -: security.forgot_password security.send_confirmation
301 301 301 301 301 301 301 301
    GET  published: directory.profile
302 302 302 302 302 302 302 302
    GET  -: api_pages.root search.root security.reset_password
    GET  merged: api.read_organization directory.profile
    POST -: security.change_email_confirm security.confirm_email security.logout security.reset_password
    POST -: security.wan_signin_response
404 404 404 404 404 404 404 404
    GET  nothing: calls.one
    POST nothing: calls.decide
    GET  nothing: networks.members networks.network
    GET  -: assets.bundle claims.sent logos.picture notices.ask_to_stop security.two_factor_rescue
    GET  draft,hidden,archived,merged,nothing: claims.ask claims.claim
    GET  draft,hidden,archived,nothing: api.read_organization directory.profile
    POST -: notices.stop security.two_factor_rescue
    POST draft,hidden,archived,merged,nothing: claims.make_claim claims.make_request
422 422 422 422 422 422 422 422
    GET  -: api.match_name api.suggest_while_typing
    POST -: claims.make_suggestion
    POST published: claims.make_request
200 302 302 302 302 302 302 302
    GET  -: security.login security.register security.wan_signin
    POST -: security.wan_signin
422 302 302 302 302 302 302 302
    POST -: security.login security.register
in  in  in  in  in  in  in  in
    GET  -: security.tf_select security.two_factor_token_validation
    POST -: security.tf_select security.two_factor_token_validation
in  200 200 200 200 200 200 200
    GET  -: accounts.data accounts.delete accounts.home following.home notices.inbox notices.settings own.organizations registration.start
    GET  -: security.change_email security.change_password security.mf_recovery_codes
    GET  -: security.two_factor_setup security.verify security.wan_register security.wan_verify
    POST -: security.mf_recovery_codes security.wan_verify
in  302 302 302 302 302 302 302
    GET  -: security.mf_recovery security.wan_delete
    POST -: security.mf_recovery security.two_factor_setup_validate security.wan_delete
    POST -: security.wan_register_response security.wan_verify_response
in  303 303 303 303 303 303 303
    POST -: accounts.change accounts.end_sign_ins following.choose following.follow_search following.remove notices.choose notices.read
    POST published: following.follow
in  400 400 400 400 400 400 400
    POST published,draft,nothing: accounts.change_member
in  404 404 404 404 404 404 404
    GET  draft,nothing: calls.new
    GET  nothing: calls.own
    POST draft,nothing: calls.new
    GET  nothing: calls.edit
    POST nothing: calls.answer calls.edit calls.report calls.withdraw
    GET  nothing: networks.ask_report networks.begin networks.coordination networks.edit networks.edit_network networks.own networks.post networks.section
    POST nothing: networks.arrange networks.change networks.coordinators networks.decide networks.membership networks.mend networks.remove networks.reply networks.report networks.state networks.write
    GET  -: accounts.invitation notices.follow
    GET  nothing: history.entries history.state
    POST nothing: history.restore
    GET  nothing: matching.dismissed matching.partners
    POST nothing: matching.dismiss matching.restore
    GET  nothing: accounts.members checking.check checking.settle desk.case logos.edit registration.overview
    GET  nothing: registration.task
    GET  report,nothing: own.case
    POST -: accounts.invitation
    POST nothing: checking.settle checking.submit desk.answers desk.assign desk.claim desk.decision
    POST nothing: own.confirm
    POST nothing: desk.notes desk.release desk.show_again desk.undo logos.edit registration.edit registration.task
    POST nothing: registration.withdraw
    POST report,nothing: own.appeal own.reply
    POST draft,hidden,archived,merged,nothing: following.follow
in  422 422 422 422 422 422 422
    POST -: registration.begin security.change_email security.change_password security.two_factor_setup
    POST -: security.verify security.wan_register
in  303 303 303 303 422 303 303
    POST -: accounts.delete
in  403 403 403 403 303 403 303
    POST published,draft: accounts.withdraw
in  403 403 403 403 403 200 200
    GET  -: accounts.roles
in  403 403 403 403 403 403 303
    POST nothing: accounts.withdraw
in  403 403 403 403 403 403 404
    POST nothing: accounts.invite
in  403 403 403 403 403 422 422
    POST -: accounts.change_role
in  403 403 403 403 422 403 422
    POST published,draft: accounts.invite
in  404 404 404 200 200 200 200
    GET  published,draft: accounts.members
in  404 404 404 200 200 200 404
    GET  network: networks.section
    GET  written: networks.post
    GET  published,draft: networks.own
    GET  draft: checking.settle logos.edit registration.task
    GET  published,draft: history.entries history.state
    GET  draft,submitted,declined: checking.check registration.overview
in  404 404 404 409 409 404 404
    POST draft: own.confirm
in  404 404 404 200 200 404 404
    GET  published,draft: calls.own
    GET  published: calls.new
    GET  written: networks.ask_report
    GET  published,draft: matching.dismissed matching.partners
    GET  open,waiting,decided: own.case
in  404 404 404 303 303 303 404
    POST written: networks.reply
    GET  submitted,declined: checking.settle logos.edit registration.task
    POST draft,submitted: registration.withdraw
    POST draft,submitted,declined: checking.settle
    POST published,draft,hidden,archived: registration.edit
    POST submitted,declined: checking.submit logos.edit registration.task
in  404 404 404 403 403 403 404
    POST declined: registration.withdraw
in  404 404 404 403 403 404 404
    POST open,waiting: own.appeal
in  404 404 404 404 404 200 200
    GET  -: desk.queue network_desk.picture safety.console
    GET  open,waiting,decided,report: desk.case
in  404 404 404 404 404 302 302
    POST -: desk.keys
    POST open,waiting,report: desk.assign
in  404 404 404 404 404 303 404
    POST -: networks.settle
    POST network: networks.coordinators networks.decide networks.state networks.write
    POST written: networks.arrange
    POST merged: registration.edit
in  404 404 404 404 404 404 200
    GET  -: desk.log
in  404 404 404 404 404 303 403
    POST published,draft: safety.lift safety.pause
    POST nothing: safety.lift
in  404 404 404 404 404 404 403
    POST nothing: safety.pause
    GET  nothing: desk.merge
    POST -: desk.dismiss
    POST nothing: desk.merge_pair
in  404 404 404 404 404 403 403
    POST open,waiting,decided,report: desk.show_again
in  404 404 404 404 404 409 409
    POST decided: desk.assign
in  404 404 404 409 409 404 404
    POST decided: own.reply
in  404 404 404 422 422 404 404
    POST published: calls.new
    POST decided: own.appeal
    POST open,waiting: own.reply
in  404 404 404 422 422 422 404
    POST waiting: calls.answer
    POST published: history.restore
    POST draft: checking.submit logos.edit registration.task
in  404 404 404 409 409 409 404
    POST draft: history.restore
in  422 422 422 403 403 422 422
    POST published: claims.make_claim
in  404 404 404 404 404 200 403
    GET  -: desk.duplicates desk.merges
    GET  published: desk.merge
    POST published: desk.merge_pair
in  404 404 404 404 404 302 403
    POST merged: desk.undo
    POST open,waiting,report: desk.decision
    POST open,waiting,decided,report: desk.notes
    POST open,waiting,report: desk.answers desk.claim desk.release
in  404 404 404 404 404 409 403
    POST decided: desk.answers desk.claim desk.release
    POST decided: desk.decision
in  404 404 404 303 303 404 404
    POST written: networks.report
    POST published: own.confirm
    POST published,draft: matching.dismiss matching.restore
200 404 404 404 404 200 404 404
    GET  given: meeting.see_button
    POST given: meeting.press
404 404 404 404 404 404 404 404
    GET  nothing: meeting.see_button
    POST nothing: meeting.press
in  200 200 200 200 200 200 200
    GET  published: meeting.connect
in  403 403 403 403 404 403 403
    POST published: meeting.ask
in  404 200 404 404 200 404 404
    GET  published: meeting.block
in  404 403 404 404 403 404 404
    POST published: meeting.block
in  404 404 404 200 200 404 404
    GET  living,ended: connections.connection messages.threads_
    GET  open: messages.report messages.thread
    GET  published,draft: connections.home connections.settings
    GET  received,asked: connections.request_
in  404 404 404 303 303 404 404
    POST ended: connections.change
    POST living: messages.begin
    POST open: messages.go_on messages.report
    POST received: connections.report
in  404 404 404 403 303 404 404
    POST network: networks.membership
    POST living: connections.change
    POST published,draft: connections.settings
    POST received: connections.answer
in  404 404 404 403 403 404 404
    POST asked: connections.answer connections.report
    POST ended: messages.begin
in  404 404 404 404 404 404 404
    GET  draft,hidden,archived,merged,nothing: meeting.block meeting.connect
    GET  nothing: connections.connection connections.home connections.request_ connections.settings
    POST draft,hidden,archived,merged,nothing: meeting.ask meeting.block
    GET  nothing: messages.report messages.thread messages.threads_
    POST nothing: connections.answer connections.change connections.report connections.settings
    POST nothing: messages.begin messages.go_on messages.report
404 404 200 200 200 200 200 200
    GET  members: calls.one
404 404 404 404 200 200 200 404
    GET  waiting: calls.one
404 404 404 404 404 404 200 404
    GET  -: calls.desk
404 404 404 404 404 404 409 404
    POST open,members: calls.decide
404 404 404 404 404 404 303 404
    POST waiting: calls.decide
in  422 303 422 422 422 422 422
    POST open: calls.answer
in  404 303 422 422 422 422 422
    POST members: calls.answer
in  303 303 303 403 403 303 303
    POST open: calls.report
in  404 303 303 403 403 303 303
    POST members: calls.report
in  404 404 404 403 403 303 404
    POST waiting: calls.report
in  403 403 403 303 303 403 403
    POST open: calls.withdraw
in  404 403 403 303 303 403 403
    POST members: calls.withdraw
in  404 404 404 303 303 403 404
    POST waiting: calls.withdraw
in  403 403 403 200 200 403 403
    GET  open: calls.edit
in  404 403 403 200 200 403 403
    GET  members: calls.edit
in  404 404 404 200 200 403 404
    GET  waiting: calls.edit
in  403 403 403 422 422 403 403
    POST open: calls.edit
in  404 403 403 422 422 403 403
    POST members: calls.edit
in  404 404 404 422 422 403 404
    POST waiting: calls.edit
in  404 404 404 404 404 200 404
    GET  -: networks.begin_network networks.reports
    GET  network: networks.begin networks.coordination networks.edit_network
in  404 404 404 404 404 422 404
    POST -: networks.create
    POST network: networks.change
in  404 404 404 404 200 404 404
    GET  written: networks.edit
in  404 404 404 404 303 404 404
    POST written: networks.mend
in  404 404 404 404 303 303 404
    POST written: networks.remove
"""  # what each of ROLES is answered, and below it: method, states, and the endpoints that answer so


@dataclass
class World:
    """A hub with something in every state, and somebody of every kind."""

    app: Flask
    kept: Kept
    cookies: dict[str, str | None] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, dict[str, Any]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)

    def ask(self, rule: Rule, method: str, state: str, role: str) -> str:
        """What ``role`` is answered: a status, or ``in``."""
        client = OutsideClient(self.app, self.app.response_class, use_cookies=True)
        if (cookie := self.cookies[role]) is not None:
            client.set_cookie("hub", cookie)
        values = {name: self.value(rule, name, state) for name in rule.arguments}
        with self.app.test_request_context():
            path = self.app.url_map.bind("localhost").build(rule.endpoint, {**values, "lang": "en"}, method)
        form = {name: self.forms.get(text, text) for name, text in FORMS.get(rule.endpoint, {}).items()}
        data = {"csrf_token": self.tokens[role], **form} if method == "POST" else None
        response = client.open(path, method=method, data=data)
        response.get_data()
        response.close()
        if method == "POST" and response.status_code < 400:
            self.kept.put_back()
        is_sent = response.status_code == 302 and "/account/sign-in" in (response.location or "")
        return "in" if is_sent and rule.endpoint != "security.logout" else str(response.status_code)

    def value(self, rule: Rule, name: str, state: str) -> Any:
        """What stands in an address for one of its arguments."""
        if name in self.ids:
            return self.ids[name].get(state) or self.ids[name]["published"]
        choices = re.search(rf"<any\(([^)]*)\):{name}>", rule.rule)
        return choices[1].split(",")[0] if choices else self.ids["else"].get(name, "nonsense")


@pytest.fixture(scope="module")
def world(pattern: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("access")
    floor, security.FLOOR = security.FLOOR, 0.001  # answers that take alike long would take minutes here
    with hub_in(folder, pattern) as app:
        made = World(app, Kept())
        _fill(made)
        made.kept.keep()
        yield made
    security.FLOOR = floor


def _fill(world: World) -> None:
    organizations = {
        state: _add(f"{state.title()} House", status)
        for state, status in (
            ("published", Status.PUBLISHED), ("hidden", Status.HIDDEN), ("archived", Status.ARCHIVED),
            ("merged", Status.PUBLISHED), ("kept", Status.PUBLISHED), ("elsewhere", Status.PUBLISHED),
            ("twin", Status.PUBLISHED),
        )
    }  # fmt: skip
    persons = _persons(world, organizations)
    focal, curator = persons["focal"], persons["curator"]
    draft = _register(focal, "Draft House")
    submitted, case_open = _hand_in(focal, "Submitted House")
    returned, case_waiting = _hand_in(focal, "Returned House")
    declined, case_decided = _hand_in(focal, "Declined House")
    _decide(case_waiting, Decision.ASK_FOR_CHANGES)
    _decide(case_decided, Decision.DECLINE)
    with transaction() as session:
        merged, kept = (session.get_one(Organization, organizations[one]) for one in ("merged", "kept"))
        merge_id = merging.merge(session, curator, kept, merged).id
        session.flush()
        report = claims.request(
            session,
            ANYONE,
            session.get_one(Organization, organizations["published"]),
            CaseKind.REPORT,
            "Wrong.",
            "en",
        )
        report_id = report.id
        editor = persons["editor"].id
        for revision in (draft, submitted, returned, declined):
            memberships.join(
                session,
                OPERATOR,
                editor or 0,
                session.get_one(Revision, revision).organization_id,
                Part.EDITOR,
            )
        draft_house = session.get_one(Revision, draft).organization_id
    houses = {**organizations, "draft": draft_house, "nothing": "0000000000"}
    world.ids = {
        "slug": houses, "id": houses, "organization_id": houses, "first": houses,
        "case_id": {"open": case_open, "waiting": case_waiting, "decided": case_decided, "report": report_id, "nothing": 999},
        "revision_id": {"draft": draft, "submitted": submitted, "declined": declined, "nothing": 999},
        "entry_id": {state: _entered(houses[state]) for state in ("published", "draft")},
        "call_id": _calls(organizations["published"]),
        "merge_id": {"merged": merge_id, "nothing": 999},
        **_meet(persons, organizations),
        **_gather(focal, organizations["published"]),
        "else": {
            "second": organizations["twin"], "user_id": persons["editor"].id, "invitation_id": 999, "notice_id": 999, "part": 1,
            "name": "theme", "filename": "icons/mark.svg",
        },
    }  # fmt: skip
    named = {"PUBLISHED": "published", "TWIN": "twin", "ELSEWHERE": "elsewhere"}
    world.forms = {"CURATOR": str(curator.id), "WRITTEN": str(world.ids["post_id"]["written"])}
    world.forms |= {word: houses[state] for word, state in named.items()}


def _gather(focal: Actor, house: str) -> dict[str, dict[str, Any]]:
    """A network that the published house belongs to, and a discussion that its focal point began there."""
    with transaction() as session:
        session.add(Member(network_key="africa", organization_id=house, standing=Standing.MEMBER))
        session.flush()
        network = session.get_one(Network, "africa")
        words = {"title": "Routes", "text": "Who works on them?"}
        made = posts.write(session, focal, network, PostKind.DISCUSSION, words, organization_id=house)
        return {
            "post_id": {"written": made.id, "nothing": 999},
            "key": {"network": "africa", "written": "africa", "nothing": "nowhere"},
        }


def _entered(organization: str) -> int:
    """The entry of the log with which an organization's history begins."""
    asked = sa.select(LogEntry.id).where(
        LogEntry.organization_id == organization, LogEntry.action == "create"
    )
    return int(db.session.scalars(asked).one())


def _meet(persons: dict[str, Actor], houses: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Requests that the published house made and got, a button in the mail about one, and connections of it."""
    mine = houses["published"]
    with transaction() as session:
        day = {"purpose": Purpose.PROJECT, "expires_at": now() + timedelta(days=9)}
        sides = (
            {"asker_id": mine, "asked_id": houses["kept"]},
            {"asker_id": houses["elsewhere"], "asked_id": mine},
        )
        asked, received = (ConnectionRequest(**one, **pair(one.values()), **day) for one in sides)
        living = Connection(**pair((mine, houses["twin"])))
        ended = Connection(
            **pair((mine, houses["kept"])), state=ConnectionState.ENDED, ended_at=now(), ended_by=mine
        )
        session.add_all([asked, received, living, ended])
        session.flush()
        thread = Thread(connection_id=living.id, subject="A project")
        session.add(thread)
        session.flush()
        message = Message(thread_id=thread.id, organization_id=houses["twin"], text="Hello.")
        session.add(message)
        session.flush()
        tokens = buttons.make(session, received, persons["focal"].id or 0)
        return {
            "request_id": {"received": received.id, "asked": asked.id, "nothing": 999},
            "connection_id": {"living": living.id, "ended": ended.id, "nothing": 999, "published": living.id},
            "thread_id": {"open": thread.id, "nothing": 999},
            "message_id": {"open": message.id, "nothing": 999},
            "button": {"given": tokens["decline"], "nothing": "nonsense"},
        }


def _add(name: str, status: Status) -> str:
    with transaction() as session:
        made = profiles.create(
            session, OPERATOR, {"name": name, "country": "KE", "is_claimable": True}, status=status
        )
        session.flush()
        return made.id


def _calls(caller: str) -> dict[str, int]:
    until = now().date() + timedelta(days=30)
    wanted = {
        "open": (CallState.OPEN, CallAudience.PUBLIC),
        "members": (CallState.OPEN, CallAudience.MEMBERS),
        "waiting": (CallState.WAITING, CallAudience.PUBLIC),
    }
    with transaction() as session:
        made = {
            name: Call(organization_id=caller, state=state, audience=audience, title=name, text=name, language="en",
                       deadline=until, opened_at=now())
            for name, (state, audience) in wanted.items()
        }  # fmt: skip
        session.add_all(made.values())
        session.flush()
        return {**{name: call.id for name, call in made.items()}, "nothing": 999}


def _persons(world: World, organizations: dict[str, str]) -> dict[str, Actor]:
    persons = {
        "member": sign_in(world.app),
        "other": sign_in(world.app, organization=organizations["elsewhere"]),
        "guest": sign_in(world.app, role="guest"),
        "editor": sign_in(world.app, organization=organizations["published"], part="editor"),
        "focal": sign_in(world.app, organization=organizations["published"]),
        "curator": sign_in(world.app, role="curator"),
        "admin": sign_in(world.app, role="administrator"),
    }
    nobody = Person(world.app, world.app.response_class, use_cookies=True)
    for role, client in {**persons, "anonymous": nobody}.items():
        world.tokens[role] = client.csrf_token
        cookie = client.get_cookie("hub")
        world.cookies[role] = cookie.value if cookie else None
    with transaction() as session:
        for state in ("hidden", "archived", "merged"):
            for role, part in (("focal", Part.FOCAL_POINT), ("editor", Part.EDITOR)):
                memberships.join(session, OPERATOR, persons[role].user_id, organizations[state], part)
    return {role: client.actor for role, client in persons.items()}


def _register(actor: Actor, name: str) -> int:
    values = {
        "kind": "civil_society",
        "country": "KE",
        "themes": ["corruption"],
        "texts": {"en": {"short": "Work."}},
    }
    with transaction() as session:
        revision = registration.start(session, actor, name, "en")
        revisions.save(session, _within(actor, revision), revision, values)
        return revision.id


def _hand_in(actor: Actor, name: str) -> tuple[int, int]:
    revision_id = _register(actor, name)
    with transaction() as session:
        revision = session.get_one(Revision, revision_id)
        case = registration.submit(session, _within(actor, revision), revision, registration.TERMS_VERSION)
        return revision_id, case.id


def _within(actor: Actor, revision: Revision) -> Actor:
    return replace(actor, organizations={revision.organization_id: "focal_point"})


def _decide(case_id: int, decision: Decision) -> None:
    decider = Actor("user:9999", frozenset({"curator"}), 9999)
    with transaction() as session:
        case = session.get_one(Case, case_id)
        case.opened_at = now() - timedelta(days=1)
        moderation.decide(session, decider, case, decision, template="incomplete")


def cells(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every route with its method and the states of what it is about."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.endpoint, one.rule)):
        about = next((name for name in STATES if name in rule.arguments), None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for state in STATES[about] if about else ("-",):
                yield rule, method, state


def table() -> dict[tuple[str, str, str], dict[str, str]]:
    """The expected answers, by endpoint, method and state."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    answers: list[str] = []
    for line in EXPECTED.strip().splitlines():
        if not line.startswith(" "):
            answers = line.split()
            assert len(answers) == len(ROLES), f"not an answer for each role: {line}"
            continue
        head, endpoints = line.split(": ")
        method, states = head.split()
        for cell in product(endpoints.split(), [method], states.split(",")):
            assert cell not in found, f"said twice: {cell}"
            found[cell] = dict(zip(ROLES, answers, strict=True))
    return found


def test_every_route_stands_in_the_table_and_nothing_else(world: World) -> None:
    there = {(rule.endpoint, method, state) for rule, method, state in cells(world.app)}
    assert there - table().keys() == set(), "routes that the table forgot"
    assert table().keys() - there == set(), "routes that are gone"


def test_everybody_is_answered_as_the_table_says(world: World) -> None:
    expected = table()
    wrong = []
    for rule, method, state in cells(world.app):
        for role in ROLES:
            answer = world.ask(rule, method, state, role)
            if answer != expected.get((rule.endpoint, method, state), {}).get(role):
                wrong.append(f"{method} {rule.endpoint} ({state}) as {role}: {answer}")
    assert wrong == []


def test_no_form_is_taken_without_its_token(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "tokens", dict.fromkeys(world.tokens, "nonsense"))
    taken = [
        (rule.endpoint, state, role)
        for rule, method, state in cells(world.app)
        if method == "POST"
        for role in ("anonymous", "focal", "curator")
        if world.ask(rule, method, state, role) not in ("400", "404")
    ]
    assert taken == []
