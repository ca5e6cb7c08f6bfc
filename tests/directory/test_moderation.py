"""The desk: taking, asking, answering, deciding once; nobody decides their own; appeals; the queue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db, now, transaction
from hub.directory import cases, claims, moderation, profiles, queries, revisions
from hub.directory.cases_queries import Filter, case_page, queue
from hub.directory.models import Case, CaseAnswer, LogEntry, Organization, Revision
from hub.directory.moderation import DECISIONS, AlreadyDecided, Taken
from hub.directory.reasons import TEMPLATES
from hub.directory.states import CaseKind, CaseState, Decision, RevisionState, Status, Trust
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.mail import Mail
from hub.permissions import ANYONE, OPERATOR
from tests.directory.acting import all_of, decide, edit, fresh, loaded, person, register, revision_of, within

Add = Callable[..., Organization]


def ask(public_id: str, kind: str = "report", actor: Any = ANYONE, **more: Any) -> Case:
    with loaded(Organization, public_id) as (session, organization):
        return claims.request(session, actor, organization, CaseKind(kind), "Wrong.", "en", **more)


def test_twenty_curators_at_once_make_one_decision_and_nineteen_know_who_and_when(app: Flask) -> None:
    _applicant, case = register()
    curators = [person("curator") for _ in range(20)]
    case_id, told, faults = case.id, [], []
    gate = threading.Barrier(20)

    def try_to(curator: Any) -> None:
        gate.wait()
        try:
            with app.app_context():
                decide(curator, case_id, "publish")
        except AlreadyDecided as error:
            told.append(error)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=try_to, args=(one,)) for one in curators]
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decided = fresh(Case, case_id)
    assert (faults, len(told)) == ([], 19)
    assert {(one.by, one.at) for one in told} == {(decided.decided_by, decided.decided_at)}
    assert decided.decided_by in {one.name for one in curators}
    moves = [one for one in all_of(LogEntry) if one.action in ("publish", "case:decide")]
    assert len(moves) == 2
    assert len(all_of(Mail)) == 1
    assert queries.profile(case.organization_id).name == "Water for All"


def test_a_case_is_taken_by_one_curator_until_released_or_assigned(add: Add) -> None:
    made = add()
    case = ask(made.id)
    one, two, head = person("curator"), person("curator"), person("administrator")
    with loaded(Case, case.id) as (session, held):
        moderation.claim(session, one, held)
        moderation.claim(session, one, held)
        with pytest.raises(Taken) as caught:
            moderation.claim(session, two, held)
        assert (caught.value.by, caught.value.at) == (one.name, held.claimed_at)
        with pytest.raises(Taken):
            moderation.release(session, two, held)
    with pytest.raises(Taken):
        decide(two, case.id, "decline", template="unfounded")
    with loaded(Case, case.id) as (session, held):
        moderation.assign(session, head, held, two.id)  # type: ignore[arg-type]
        assert held.assignee_id == two.id
        with pytest.raises(Forbidden):
            moderation.assign(session, head, held, head.id)  # type: ignore[arg-type]
        moderation.release(session, two, held)
        assert held.assignee_id is None


def test_nobody_decides_upon_the_own_organization_or_the_own_request(add: Add) -> None:
    made = add()
    member = within(person("curator"), made.id)
    opener = person("curator")
    case = ask(made.id, "removal", actor=opener)
    for curator in (member, opener):
        for act in (
            lambda session, held: moderation.claim(session, curator, held),  # noqa: B023
            lambda session, held: moderation.answer(session, curator, held, 1, "yes"),  # noqa: B023
            lambda session, held: moderation.note(session, curator, held, "x", is_internal=True),  # noqa: B023
        ):
            with loaded(Case, case.id) as (session, held), pytest.raises(Forbidden):
                act(session, held)
        with pytest.raises(Forbidden):
            decide(curator, case.id, "hide", template="unsafe")
        page = case_page(curator, case.id, "en")
        assert (page.decisions, page.findings, page.answers) == ((), [], {})
    assert queue(member).rows[0].is_own


def test_who_belongs_to_an_organization_does_not_see_what_others_report_of_it(add: Add) -> None:
    made = add()
    member = within(person("curator"), made.id)
    case = ask(made.id)
    with pytest.raises(NotFound):
        case_page(member, case.id, "en")
    assert queue(member).rows == ()
    assert len(queue(person("curator")).rows) == 1


@pytest.mark.parametrize("who", ["member", "guest", "administrator", "focal", "other"])
def test_only_curators_decide(add: Add, who: str) -> None:
    made, other = add(indexed=False), add("Other", indexed=False)
    actor = {
        "member": person(),
        "guest": person("guest"),
        "administrator": person("administrator"),
        "focal": person(organization=made.id),
        "other": person(organization=other.id),
    }[who]
    case = ask(made.id)
    with pytest.raises(Forbidden):
        decide(actor, case.id, "decline", template="unfounded")
    if who != "administrator":
        with pytest.raises(Forbidden):
            queue(actor)


@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize("decision", Decision)
def test_each_kind_of_case_has_its_decisions_and_a_no_needs_a_reason(
    kind: CaseKind, decision: Decision
) -> None:
    case = Case(id=1, kind=kind, organization_id="a" * 10)
    fits = decision in DECISIONS[kind]
    check = moderation._require_reason
    if fits:
        check(case, decision, "unsafe", None)
        check(case, decision, None, "Because.")
    if not fits or decision not in moderation.FAVOURABLE:
        with pytest.raises(Invalid):
            check(case, decision, None, "  ")
    else:
        check(case, decision, None, None)
    with pytest.raises(Invalid):
        check(case, decision, "no-such-reason", None)


def test_a_case_given_back_goes_on_where_it_stood(app: Flask) -> None:
    applicant, case = register("Water for All")
    curator = person("curator")
    decide(curator, case.id, "ask_for_changes", template="incomplete", reason="Add your website.")
    assert fresh(Case, case.id).state is CaseState.WAITING
    assert revision_of(case).state is RevisionState.DRAFT
    notes = cases.thread(db.session, applicant, fresh(Case, case.id))
    assert "Add your website." in notes[-1].text
    with loaded(Revision, case.revision_id) as (session, revision):
        revisions.save(session, applicant, revision, {"website": "https://water.example.org/"})
        again = revisions.submit(session, applicant, revision)
    assert (again.id, again.state, again.decision) == (case.id, CaseState.OPEN, None)
    decide(curator, case.id, "publish")
    assert queries.profile(case.organization_id).website == "https://water.example.org/"


def test_a_case_that_waits_for_its_applicant_can_only_be_declined(app: Flask) -> None:
    applicant, case = register("Water for All")
    curator = person("curator")
    decide(curator, case.id, "ask_for_changes", template="incomplete")
    assert case_page(curator, case.id, "en").decisions == (Decision.DECLINE,)
    for other in ("publish", "ask_for_changes"):
        with pytest.raises(Conflict):
            decide(curator, case.id, other, template="incomplete")
    with pytest.raises(Invalid):
        decide(curator, case.id, "decline")
    decide(curator, case.id, "decline", template="out-of-scope")
    assert (fresh(Case, case.id).state, revision_of(case).state) == (
        CaseState.DECIDED,
        RevisionState.DECLINED,
    )
    assert all_of(Mail)[-1].recipient == all_of(Mail)[0].recipient
    with loaded(Revision, case.revision_id) as (session, revision), pytest.raises(Conflict):
        revisions.submit(session, applicant, revision)


def test_the_thread_shows_the_applicant_all_but_what_is_internal(app: Flask) -> None:
    applicant, case = register()
    curator = person("curator")
    with loaded(Case, case.id) as (session, held):
        moderation.note(session, curator, held, "Looks odd to me.", is_internal=True)
        moderation.note(session, curator, held, "Who is your director?", is_internal=False)
        cases.reply(session, applicant, held, "Ms Achieng.")
        with pytest.raises(Invalid):
            cases.reply(session, applicant, held, " \n")
        with pytest.raises(Forbidden):
            cases.reply(session, person_of_another, held, "Me!") if (
                person_of_another := within(ANYONE, "z" * 10)
            ) else None
    held = fresh(Case, case.id)
    assert [one.text for one in cases.thread(db.session, applicant, held)] == [
        "Who is your director?",
        "Ms Achieng.",
    ]
    assert len(cases.thread(db.session, curator, held)) == 3
    with pytest.raises(NotFound):
        cases.thread(db.session, ANYONE, held)
    sent = all_of(Mail)
    assert len(sent) == 1
    assert "Who is your director?" in sent[0].text
    assert "odd" not in sent[0].text


def test_the_reason_comes_by_mail_in_the_persons_own_language(add: Add) -> None:
    made = add()
    editor = person(organization=made.id, language="fr", email="fati@example.org")
    case = edit(editor, made.id, name="Autre")
    decide(person("curator"), case.id, "decline", template="misleading", reason="Voir la page 3.")
    mail = all_of(Mail)[0]
    assert (mail.recipient, mail.language) == ("fati@example.org", "fr")
    assert "Voir la page 3." in mail.text
    assert "Voir la page 3." in mail.html
    assert "user:" not in mail.text


def test_five_answers_are_kept_and_five_times_yes_verifies(app: Flask) -> None:
    _applicant, case = register()
    curator = person("curator")
    soon = now().date() + timedelta(days=365)
    with loaded(Case, case.id) as (session, held):
        moderation.answer(session, curator, held, 3, "unclear", "No seal.")
        for question in moderation.QUESTIONS:
            moderation.answer(session, curator, held, question, "yes", "Seen.", soon)
        for wrong in ((6, "yes", None), (1, "maybe", None), (1, "yes", now().date())):
            with pytest.raises(Invalid):
                moderation.answer(session, curator, held, wrong[0], wrong[1], None, wrong[2])
    assert len(list(db.session.scalars(sa.select(CaseAnswer)))) == 5
    assert case_page(curator, case.id, "en").answers[3].expires_on == soon
    decide(curator, case.id, "publish")
    assert queries.profile(case.organization_id).trust is Trust.VERIFIED
    logged = [one.after for one in all_of(LogEntry) if one.subject == f"answer:{case.id}:3"]
    assert [one["answer"] for one in logged] == ["unclear", "yes"]


def test_an_appeal_goes_once_to_another_curator(app: Flask) -> None:
    applicant, case = register("Water for All")
    first, second = person("curator"), person("curator")
    decide(first, case.id, "decline", template="not-found")
    with loaded(Case, case.id) as (session, held):
        appeal = cases.appeal(session, applicant, held, "We do exist.")
        with pytest.raises(Conflict):
            cases.appeal(session, applicant, held, "Really.")
    with pytest.raises(Forbidden):
        decide(first, appeal.id, "accept")
    decide(second, appeal.id, "accept")
    assert queries.profile(case.organization_id).name == "Water for All"
    with loaded(Case, appeal.id) as (session, held), pytest.raises(Forbidden):
        cases.appeal(session, applicant, held, "Again.")


def test_a_hidden_profile_is_shown_again_when_its_appeal_is_granted(add: Add) -> None:
    made = add()
    focal = person(organization=made.id)
    case = ask(made.id)
    decide(person("curator"), case.id, "hide", template="conduct")
    assert fresh(Organization, made.id).status is Status.HIDDEN
    with loaded(Case, case.id) as (session, held), pytest.raises(Forbidden):
        cases.appeal(session, person_without := within(ANYONE, "z" * 10), held, f"{person_without.name}")
    with loaded(Case, case.id) as (session, held):
        appeal = cases.appeal(session, focal, held, "It is not so.")
    decide(person("curator"), appeal.id, "accept")
    assert fresh(Organization, made.id).status is Status.PUBLISHED


@pytest.mark.parametrize(
    ("kind", "decision", "status"),
    [
        ("report", "accept", Status.PUBLISHED),
        ("report", "hide", Status.HIDDEN),
        ("report", "archive", Status.ARCHIVED),
        ("removal", "hide", Status.HIDDEN),
        ("removal", "archive", Status.ARCHIVED),
        ("removal", "decline", Status.PUBLISHED),
        ("correction", "accept", Status.PUBLISHED),
        ("correction", "decline", Status.PUBLISHED),
    ],
)
def test_what_follows_from_a_decision(add: Add, kind: str, decision: str, status: Status) -> None:
    made = add()
    case = ask(made.id, kind, contact="someone@example.org")
    decide(person("curator"), case.id, decision, template="unsafe")
    assert fresh(Organization, made.id).status is status
    assert fresh(Case, case.id).contact is None, "forgotten when it was answered"
    assert all_of(Mail)[0].recipient == "someone@example.org"


def test_the_queue_is_oldest_first_and_takes_two_statements(add: Add, statements: Callable[[], Any]) -> None:
    made = [add(f"Number {n}", country="KE" if n % 2 else "MX", indexed=False) for n in range(30)]
    asked = [ask(one.id, "report" if n % 3 else "removal").id for n, one in enumerate(made)]
    curator = person("curator")
    counts = set()
    queue(curator, Filter(region="002"))
    for wanted, page in (
        (Filter(), 1),
        (Filter(), 2),
        (Filter(kind=CaseKind.REPORT), 1),
        (Filter(region="002"), 1),
    ):
        with statements() as counted:
            found = queue(curator, wanted, page)
        counts.add(counted.count)
        assert [row.id for row in found.rows] == sorted(row.id for row in found.rows)
    assert counts == {2}
    assert [row.id for row in queue(curator).rows] == asked[:25]
    assert (queue(curator).total, queue(curator).pages, len(queue(curator, page=99).rows)) == (30, 2, 5)
    assert {row.country for row in queue(curator, Filter(region="002")).rows} == {"KE"}
    assert queue(curator, Filter(kind=CaseKind.REMOVAL)).total == 10
    assert queue(curator, Filter(older_than_days=1)).total == 0
    assert queue(curator, Filter(is_mine=True)).total == 0
    with loaded(Case, asked[4]) as (session, held):
        moderation.claim(session, curator, held)
    assert [row.id for row in queue(curator, Filter(is_mine=True)).rows] == [asked[4]]
    assert queue(curator, Filter(is_unassigned=True)).total == 29


def test_a_registration_is_found_by_the_region_it_proposes(app: Flask) -> None:
    _applicant, case = register(name="Agua", country="MX")
    assert [row.id for row in queue(person("curator"), Filter(region="419")).rows] == [case.id]
    assert queue(person("curator"), Filter(region="002")).total == 0


def test_the_case_page_shows_difference_findings_and_earlier_cases(add: Add) -> None:
    made = add("Refugio", country="KE")
    ask(made.id)
    editor = person(organization=made.id)
    case = edit(editor, made.id, texts={"en": {"short": "Write to mary.w@example.org, 12 Long Street."}})
    page = case_page(person("curator"), case.id, "en")
    assert [change.field for change in page.changes] == ["texts"]
    assert {one.field for one in page.findings} >= {"texts", "kind", "themes"}
    assert [one.kind for one in page.earlier] == [CaseKind.REPORT]
    assert page.decisions == DECISIONS[CaseKind.EDIT]
    with pytest.raises(Forbidden):
        case_page(editor, case.id, "en")


def test_what_a_person_may_follow_is_listed(add: Add) -> None:
    made = add()
    focal = person(organization=made.id)
    ask(made.id)
    case = edit(focal, made.id, name="Other")
    with transaction() as session:
        assert [one.id for one in cases.mine(session, focal)] == [case.id]
        assert cases.mine(session, ANYONE) == []


def test_a_decision_upon_a_profile_that_moved_on_changes_nothing(add: Add) -> None:
    made = add()
    case = ask(made.id)
    with loaded(Organization, made.id) as (session, organization):
        profiles.move(session, OPERATOR, organization, "archive")
    with pytest.raises(Conflict):
        decide(person("curator"), case.id, "archive", template="inactive")
    assert fresh(Case, case.id).state is CaseState.OPEN


def test_every_reason_has_words(app: Flask) -> None:
    assert all(str(text).endswith(".") for text in TEMPLATES.values())
