"""Public figures, and an audit log that is only added to and replays to the present state."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db, now, transaction
from hub.directory import (
    cases,
    claims,
    journal,
    merging,
    moderation,
    openness,
    profiles,
    registration,
    revisions,
)
from hub.directory.journal import LogFilter
from hub.directory.log import note, plain
from hub.directory.models import Case, LogEntry, Merge, Organization, Revision
from hub.directory.states import CaseKind, CaseState, Decision, Status, Trust
from hub.errors import Forbidden, HubError
from hub.permissions import ANYONE, OPERATOR
from tests.directory.acting import WHOLE, decide, loaded, person, register, within

Add = Callable[..., Organization]
ACTIONS = 1000


def test_no_entry_is_altered_or_deleted_by_anyone(add: Add) -> None:
    add(indexed=False)
    for how in (
        lambda session, entry: setattr(entry, "actor", "another"),
        lambda session, entry: session.delete(entry),
    ):
        with pytest.raises(RuntimeError, match="only ever added to"), transaction() as session:
            how(session, session.scalars(sa.select(LogEntry)).first())
    statements = ["UPDATE log_entry SET actor = 'another'", "DELETE FROM log_entry"]
    if db.engine.dialect.name == "postgresql":
        statements.append("TRUNCATE log_entry")
    for statement in statements:
        with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), transaction() as session:
            session.execute(sa.text(statement))
    assert [one.actor for one in db.session.scalars(sa.select(LogEntry))] == ["operator"]


def test_figures_count_what_was_received_and_decided(app: Flask) -> None:
    curator = person("curator")
    first, second = register("One")[1], register("Two")[1]
    register("Three")
    decide(curator, first.id, "publish")
    decide(curator, second.id, "decline", template="out-of-scope")
    with loaded(Case, second.id) as (_session, case):
        case.opened_at = case.opened_at - timedelta(days=3)
    found = openness.statistics(db.session, now() - timedelta(days=1), now() + timedelta(days=1))
    assert found.received == {CaseKind.REGISTRATION: 2}
    assert found.decided == {
        (CaseKind.REGISTRATION, Decision.PUBLISH): 1,
        (CaseKind.REGISTRATION, Decision.DECLINE): 1,
    }
    assert (found.reasons, found.median_days, found.waiting) == ({"out-of-scope": 1}, 1.5, 1)
    nothing = openness.statistics(db.session, now() - timedelta(days=9), now() - timedelta(days=8))
    assert (nothing.received, nothing.decided, nothing.median_days) == ({}, {}, None)


def test_the_log_is_read_by_administrators_alone(app: Flask) -> None:
    _applicant, case = register("One")
    curator = person("curator")
    decide(curator, case.id, "decline", template="out-of-scope")
    for actor in (person("administrator"),):
        found = journal.read(db.session, actor, LogFilter(actor=curator.name))
        assert {one.action for one in found} == {"case:decide", "revision:decline"}
        assert journal.read(db.session, actor, LogFilter(action="case:decide"))[0].reason == "out-of-scope"
        assert journal.read(db.session, actor, LogFilter(since=now() + timedelta(days=1))) == []
    for actor in (ANYONE, person(), curator, person("guest"), person(organization=case.organization_id)):
        with pytest.raises(Forbidden):
            journal.read(db.session, actor)


class Chance:
    """Somebody who does anything at all, again and again."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.curators = [person("curator") for _ in range(3)]
        self.people = [person() for _ in range(3)]
        self.done = 0

    def act(self) -> None:
        verb = self.chance.choice((self.register, self.propose, self.propose, self.decide, self.decide, self.decide,
                                   self.take, self.ask, self.appeal, self.move, self.revise, self.merge, self.undo,
                                   self.withdraw))  # fmt: skip
        try:
            with transaction() as session:
                verb(session)
            self.done += 1
        except (HubError, IndexError):
            pass  # refused: nothing may have changed

    def any_of(self, session: Any, model: Any, *conditions: Any) -> Any:
        keys = session.scalars(sa.select(model.id).where(*conditions).order_by(model.id)).all()
        return session.get_one(model, self.chance.choice(keys))

    def curator(self) -> Any:
        return self.chance.choice(self.curators)

    def register(self, session: Any) -> None:
        who = self.chance.choice(self.people)
        begun = registration.start(session, who, f"Number {self.chance.random()}", "en")
        who = within(who, begun.organization_id)
        revisions.save(session, who, begun, WHOLE)
        registration.submit(session, who, begun, registration.TERMS_VERSION)

    def propose(self, session: Any) -> None:
        organization = self.any_of(session, Organization)
        who = within(self.chance.choice(self.people), organization.id)
        begun = revisions.begin(session, who, organization, "en")
        revisions.save(session, who, begun, {"founded": self.chance.randint(1900, 2020), **WHOLE})
        revisions.submit(session, who, begun)

    def withdraw(self, session: Any) -> None:
        revision = self.any_of(session, Revision)
        revisions.withdraw(session, within(self.people[0], revision.organization_id), revision)

    def decide(self, session: Any) -> None:
        case = self.any_of(session, Case, Case.state != CaseState.DECIDED)
        decision = self.chance.choice(moderation.DECISIONS[case.kind])
        moderation.decide(
            session, self.curator(), case, decision, template="unsafe", overrule=self.chance.random() < 0.3
        )

    def take(self, session: Any) -> None:
        verb = self.chance.choice((moderation.claim, moderation.release))
        verb(session, self.curator(), self.any_of(session, Case))

    def ask(self, session: Any) -> None:
        kind = self.chance.choice(claims.REQUESTS)
        claims.request(session, ANYONE, self.any_of(session, Organization), kind, "Wrong.", "en")

    def appeal(self, session: Any) -> None:
        case = self.any_of(session, Case, Case.state == CaseState.DECIDED)
        cases.appeal(session, within(self.people[0], case.organization_id), case, "No.")

    def move(self, session: Any) -> None:
        step = self.chance.choice(("publish", "hide", "show", "archive", "restore"))
        profiles.move(session, self.curator(), self.any_of(session, Organization), step)

    def revise(self, session: Any) -> None:
        values = {
            "name": f"Name {self.chance.random()}",
            "trust": self.chance.choice(list(Trust)),
            "sectors": ["energy"],
        }
        profiles.revise(session, self.curator(), self.any_of(session, Organization), values)

    def merge(self, session: Any) -> None:
        pair = [self.any_of(session, Organization) for _ in range(2)]
        merging.merge(session, self.curator(), *pair)

    def undo(self, session: Any) -> None:
        merging.undo(session, self.curator(), self.any_of(session, Merge))


def present() -> dict[str, dict[str, Any]]:
    """What the tables hold, in the words of the log."""
    db.session.expire_all()
    found = {}
    for one in db.session.scalars(sa.select(Organization)):
        found[f"organization:{one.id}"] = plain({**profiles.columns_of(one), "status": one.status})
    for case in db.session.scalars(sa.select(Case)):
        found[f"case:{case.id}"] = plain(cases.state_of(case))
    for revision in db.session.scalars(sa.select(Revision)):
        found[f"revision:{revision.id}"] = {"state": revision.state.value}
    return {subject: values or {} for subject, values in found.items()}


def logged(subject: str, replayed: dict[str, Any]) -> dict[str, Any]:
    """What the log says, with what a row starts from where the log says nothing."""
    start = {
        "organization": {**dict.fromkeys(profiles.COLUMNS), **{name: [] for name in profiles.LISTS}, "texts": {},
                         "audiences": {}},
        "case": dict.fromkeys(cases.LOGGED),
        "revision": {"state": "draft"},
    }[subject.split(":")[0]]  # fmt: skip
    return {**start, **replayed}


def test_after_a_thousand_random_actions_the_log_replays_to_the_same_state(
    app: Flask, add: Add, pytestconfig: pytest.Config
) -> None:
    for number in range(6):
        add(f"Start {number}", country="KE", status=Status.PUBLISHED, indexed=False)
    chance = Chance(seed=4)
    for _ in range(ACTIONS):
        chance.act()
    assert chance.done > ACTIONS // 5, "most actions were refused, which shows little"
    entries = db.session.scalars(sa.select(LogEntry).order_by(LogEntry.id)).all()
    replayed = openness.replay(entries).things
    now_held = present()
    told = {subject: logged(subject, replayed.get(subject, {})) for subject in now_held}
    assert told == now_held


def test_a_change_behind_the_logs_back_is_noticed(add: Add) -> None:
    made = add("One", indexed=False)
    with transaction() as session:
        session.execute(sa.update(Organization).values(founded=1900))
    with loaded(Organization, made.id) as (session, organization):
        profiles.revise(session, OPERATOR, organization, {"founded": 1950})
    with pytest.raises(ValueError, match="founded"):
        openness.replay(db.session.scalars(sa.select(LogEntry).order_by(LogEntry.id)))


def test_the_audit_log_shows_nobody_what_organizations_did_towards_each_other(add: Add) -> None:
    house, administrator = add(indexed=False), person("administrator")
    acts = (
        "request:decline", "request:keep_back", "connection:block", "connection:begin", "thread:begin", "message:report",
        "match:dismiss", "call:answer",
    )  # fmt: skip
    with transaction() as session:
        for act in (*acts, "requests", "hide"):
            note(session, OPERATOR, act, house.id)
    shown = [one.action for one in journal.read(db.session, administrator)]
    assert {"requests", "hide"} <= set(shown)
    assert not set(acts) & set(shown)
    for act in acts:
        assert journal.read(db.session, administrator, LogFilter(action=act)) == []
