"""What the calendar brings: reminders and endings, each once, in the log, and told to those whom it concerns."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from hub import outbox
from hub.database import db, now, transaction
from hub.directory import logos, moderation, profiles, queries, revisions
from hub.directory.cases_queries import Filter, case_page, queue
from hub.directory.models import Case, LogEntry, Organization, Revision
from hub.directory.states import CaseKind, CaseState, Decision, RevisionState, Trust
from hub.mail import Mail
from hub.outbox import Schedule
from tests.directory.acting import all_of, decide, fresh, loaded, person, register, revision_of
from tests.people import Person

Add = Callable[..., Organization]
DAY = timedelta(days=1)


def night(app: Flask) -> list[str]:
    """Let a night pass, and the same night once more; returns the subjects of the letters that came of it."""
    before = {one.id for one in all_of(Mail)}
    db.session.rollback()
    for _ in range(2):
        outbox.tick(app)
        with transaction() as session:
            session.execute(sa.update(Schedule).values(due_at=now() - DAY))
        outbox.tick(app)
        outbox.drain(app)
    return sorted(one.subject for one in all_of(Mail) if one.id not in before)


def age(case_id: int, days: int) -> None:
    """Have all that was done upon a case be some days older."""
    with loaded(Case, case_id) as (session, case):
        case.updated_at -= DAY * days
        case.decided_at = case.decided_at and case.decided_at - DAY * days
        if case.revision_id:
            session.get_one(Revision, case.revision_id).updated_at -= DAY * days


def actions(actor: str = "schedule") -> list[str]:
    return [one.action for one in all_of(LogEntry) if one.actor == actor]


def test_who_does_not_answer_is_reminded_once_and_the_case_closed_in_the_end(app: Flask) -> None:
    applicant, case = register("Water for All")
    curator = person("curator")
    decide(curator, case.id, "ask_for_changes", template="incomplete", reason="Add your website.")
    assert night(app) == []
    age(case.id, 15)
    assert night(app) == ["The curators wait for your changes"]
    letters = [path.read_text("ascii") for path in (app.config["HUB"].data_dir / "mail").glob("*.eml")]
    assert sum("Add your website." in one for one in letters) == 2
    assert queue(curator, Filter(state=CaseState.WAITING)).rows[0].quiet_days == 15
    age(case.id, 50)
    assert night(app) == [], "two weeks must pass after a reminder"
    with transaction() as session:
        if db.engine.dialect.name == "sqlite":
            session.execute(sa.text("DROP TRIGGER log_entry_no_update"))
        else:
            session.execute(sa.text("ALTER TABLE log_entry DISABLE TRIGGER USER"))
        moved = sa.update(LogEntry).where(LogEntry.action == "case:remind").values(at=now() - DAY * 15)
        session.execute(moved.execution_options(synchronize_session=False))
    assert night(app) == ["Your request was declined"]
    closed = fresh(Case, case.id)
    assert (closed.state, closed.decision, closed.decided_by) == (
        CaseState.DECIDED,
        Decision.DECLINE,
        "schedule",
    )
    assert revision_of(case).state is RevisionState.DECLINED
    assert [one for one in actions() if one.startswith("case:")] == ["case:remind", "case:close"]
    with loaded(Organization, case.organization_id) as (session, organization):
        again = revisions.begin(session, applicant, organization, "en")
        assert again.values["texts"], "what was written is lost"


def test_whoever_works_on_the_answer_is_left_alone(app: Flask) -> None:
    applicant, case = register()
    decide(person("curator"), case.id, "ask_for_changes", template="incomplete")
    age(case.id, 70)
    with loaded(Revision, case.revision_id) as (session, revision):
        revisions.save(session, applicant, revision, {"website": "https://water.example.org/"})
    assert night(app) == []
    assert fresh(Case, case.id).state is CaseState.WAITING


def verified(name: str = "Water for All", days: int = 365) -> Case:
    """An organization whose five answers end after some days."""
    _applicant, case = register(name)
    curator = person("curator")
    with loaded(Case, case.id) as (session, held):
        for question in moderation.QUESTIONS:
            ends = now().date() + DAY * days if question == 2 else None
            moderation.answer(session, curator, held, question, "yes", None, ends)
    decide(curator, case.id, "publish")
    return case


def expire(case: Case, days: int) -> None:
    """Have the answers of a case end some days ago, or in some days where negative."""
    with transaction() as session:
        session.execute(
            sa.text("UPDATE case_answer SET expires_on = :day WHERE question = 2 AND case_id = :case"),
            {"day": (now().date() - DAY * days).isoformat(), "case": case.id}
            if db.engine.dialect.name == "sqlite"
            else {"day": now().date() - DAY * days, "case": case.id},
        )


def test_a_verification_ends_with_its_answers_and_can_be_repeated(app: Flask) -> None:
    case = verified()
    assert night(app) == []
    expire(case, -20)
    assert night(app) == ["The verification of your entry ends soon"]
    (again,) = [one for one in all_of(Case) if one.kind is CaseKind.VERIFICATION]
    curator = person("curator")
    assert queue(curator, Filter(kind=CaseKind.VERIFICATION)).rows[0].ends_on == again.details["ends_on"]
    assert case_page(curator, again.id, "en").standing[2].case_id == case.id
    expire(case, 1)
    assert night(app) == ["The verification of your entry has ended"]
    assert queries.profile(case.organization_id).trust is Trust.CONFIRMED
    assert [one for one in actions() if "verif" in one] == ["verification:warn", "verification-ended"]

    with loaded(Case, again.id) as (session, held):
        for question in moderation.QUESTIONS:
            ends = now().date() + DAY * 400 if question == 2 else None
            moderation.answer(session, curator, held, question, "yes", None, ends)
    decide(curator, again.id, "accept")
    assert queries.profile(case.organization_id).trust is Trust.VERIFIED
    assert night(app) == []
    assert queries.profile(case.organization_id).trust is Trust.VERIFIED


def test_a_verification_that_is_declined_ends_at_once(app: Flask) -> None:
    case = verified()
    expire(case, -5)
    night(app)
    (again,) = [one for one in all_of(Case) if one.kind is CaseKind.VERIFICATION]
    decide(person("curator"), again.id, "decline", template="inactive")
    assert queries.profile(case.organization_id).trust is Trust.CONFIRMED
    assert all_of(Mail)[-1].subject in {one.subject for one in all_of(Mail)}
    assert "The verification of your entry has ended" in {one.subject for one in all_of(Mail)}


def confirmed_ago(public_id: str, days: int) -> None:
    with loaded(Organization, public_id) as (_session, organization):
        organization.last_confirmed_at = now() - DAY * days


def test_a_hotline_is_shown_for_three_months_and_again_once_confirmed(
    app: Flask, add: Add, signed_in: Callable[..., Person]
) -> None:
    made = add(hotline={"number": "01800 555"})
    focal, reader = signed_in(organization=made.id), signed_in(organization=made.id, part="reader")
    address = f"/en/organizations/{queries.profile(made.id).slug}"
    confirmed_ago(made.id, 80)
    assert night(app) == ["Please confirm your hotline"]
    assert "01800 555" in reader.page.get(address).text
    confirmed_ago(made.id, 93)
    assert queries.profile(made.id).hotline is None
    assert night(app) == [], "nobody is warned twice"
    assert "hotline:lapse" in actions()
    assert "01800 555" not in reader.page.get(address).text
    page = focal.page.get("/en/my-organizations")
    assert "not shown until you confirm" in page.text

    place = f"/en/my-organizations/{made.id}/confirm"
    assert reader.submit(place).status_code == 404
    assert focal.submit(place).status_code == focal.submit(place).status_code == 303
    db.session.rollback()
    assert [one.action for one in all_of(LogEntry)].count("confirm") == 1
    assert queries.profile(made.id).trust is Trust.CONFIRMED
    assert "01800 555" in reader.page.get(address).text
    assert night(app) == []


def test_an_entry_is_to_be_confirmed_once_a_year(app: Flask, add: Add) -> None:
    kept, nobodys = add("Kept", indexed=False), add("Nobody's", indexed=False)
    person(organization=kept.id, language="fr")
    for one in (kept, nobodys):
        confirmed_ago(one.id, 400)
    assert len(night(app)) == 1
    assert all_of(Mail)[-1].language == "fr"
    assert night(app) == []


def test_logos_that_nothing_names_are_cleared_after_a_week(app: Flask, add: Add) -> None:
    folder = app.config["HUB"].data_dir / logos.FOLDER
    folder.mkdir(exist_ok=True)
    used, proposed, former, unused, fresh_one = (f"{digit * 40}.png" for digit in "abcde")
    for name in (used, proposed, former, unused, fresh_one):
        (folder / name).write_bytes(b"x")
        if name != fresh_one:
            old = (now() - DAY * 8).timestamp()
            os.utime(folder / name, (old, old))
    made = add(indexed=False)
    focal = person(organization=made.id)
    with loaded(Organization, made.id) as (session, organization):
        for name in (former, used):
            profiles._change(session, focal, organization, {"logo": name}, "test")
        revision = revisions.begin(session, focal, organization, "en")
        revisions.save_logo(session, focal, revision, proposed)
    logos.clear(app)
    assert {path.name for path in folder.iterdir()} == {used, proposed, former, fresh_one}
