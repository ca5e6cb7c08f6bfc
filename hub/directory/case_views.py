"""A case on the curators' desk: all that speaks for and against it on one page, and what a curator does with it.

What is refused (422) or came too late (409) is answered with the case's page as it now is, and with what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.accounts import current_actor
from hub.database import db, transaction
from hub.directory import (
    case_words,
    cases,
    cases_queries,
    curators,
    likeness,
    moderation,
    notices,
    showing_again,
    vocabularies,
)
from hub.directory.desk_views import DESK, desk
from hub.directory.models import Case
from hub.directory.moderation import AlreadyDecided, Taken
from hub.directory.permissions import POLICY
from hub.directory.reasons import TEMPLATES
from hub.directory.revisions import Collision
from hub.directory.states import Decision
from hub.directory.wording import label
from hub.errors import Conflict, Invalid
from hub.i18n import language, speaking
from hub.permissions import Actor, allows
from hub.web import show

CASE = f"{DESK}/cases/<int(max=2147483647):case_id>"
Verb = Callable[[orm.Session, Actor, Case], object]
Texts = Mapping[str, str]


@desk.get(CASE)
def case(case_id: int) -> ResponseReturnValue:
    """Show a case."""
    return _show(case_id)


@desk.post(f"{CASE}/claim")
def claim(case_id: int) -> ResponseReturnValue:
    """Take a case."""
    return _do(case_id, moderation.claim, _("The case is yours."))


@desk.post(f"{CASE}/release")
def release(case_id: int) -> ResponseReturnValue:
    """Give a case back into the queue."""
    return _do(case_id, moderation.release, _("The case is back in the queue."))


@desk.post(f"{CASE}/assign")
def assign(case_id: int) -> ResponseReturnValue:
    """Give a case to a curator."""
    chosen = curators.number_of(request.form.get("curator"))
    if chosen is None:
        return _show(case_id, 422, errors={"curator": [_("Choose a curator.")]})
    return _do(
        case_id,
        lambda s, actor, held: moderation.assign(s, actor, held, chosen),
        _("The case was handed over."),
    )


@desk.post(f"{CASE}/answers")
def answers(case_id: int) -> ResponseReturnValue:
    """Keep the answers to the five questions."""
    return _do(case_id, _answer, _("The answers are kept."), "questions")


def _answer(session: orm.Session, actor: Actor, held: Case) -> None:
    """Keep the answers that were sent; those that are as they were are left alone."""
    wrong: dict[str, list[str]] = {}
    for number in moderation.QUESTIONS:
        if not (given := request.form.get(f"answer-{number}")):
            continue
        try:
            ends = _day(request.form.get(f"expires-{number}", ""))
            comment = request.form.get(f"comment-{number}")
            moderation.answer(session, actor, held, number, given, comment, ends)
        except Invalid as error:
            wrong |= {_field_of(number, name): texts for name, texts in error.messages.items()}
    if wrong:
        raise Invalid(wrong)


@desk.post(f"{CASE}/notes")
def notes(case_id: int) -> ResponseReturnValue:
    """Write a note among curators, or ask the applicant."""
    is_internal = request.form.get("to") != "applicant"
    said = _("The note is kept.") if is_internal else _("The question was sent to the applicant.")
    return _do(
        case_id,
        lambda s, actor, held: moderation.note(
            s, actor, held, request.form.get("text", ""), is_internal=is_internal
        ),
        said,
        "thread",
    )


@desk.post(f"{CASE}/decision")
def decision(case_id: int) -> ResponseReturnValue:
    """Decide a case, with the answers that were given meanwhile, or show the words of a reason before that."""
    if request.form.get("act") == "words":
        words = _prepared(db.session, cases.one(db.session, case_id)) or request.form.get("reason", "")
        return _show(case_id, typed={**request.form, "reason": words})
    chosen = request.form.get("decision", "")

    def decide(session: orm.Session, actor: Actor, held: Case) -> None:
        if chosen not in list(Decision):
            raise Invalid({"decision": [_("Choose a decision.")]})
        _answer(session, actor, held)
        moderation.decide(
            session,
            actor,
            held,
            Decision(chosen),
            template=request.form.get("template") or None,
            reason=_reason(session, held),
            overrule=request.form.get("overrule") == "yes",
        )

    said = _("Case %(number)s: %(decision)s.", number=case_id, decision=_decided_word(chosen))
    return _do(case_id, decide, said, then=url_for("desk.queue"))


@desk.post(f"{CASE}/again")
def show_again(case_id: int) -> ResponseReturnValue:
    """Show an entry again that was hidden or archived wrongly."""
    return _do(
        case_id,
        lambda s, actor, held: showing_again.show_again(s, actor, held, request.form.get("again", "")),
        _("The entry is shown again."),
    )


def _do(
    case_id: int, verb: Verb, said: str, place: str | None = None, then: str | None = None
) -> ResponseReturnValue:
    """Do something with a case in one transaction; what is refused comes back with all that was typed."""
    try:
        with transaction() as session:
            verb(session, current_actor(), cases.one(session, case_id))
    except Invalid as error:
        return _show(case_id, 422, errors=error.messages, typed=request.form)
    except Collision as error:
        return _show(case_id, 409, collisions=error.collisions, typed=request.form)
    except Conflict as error:
        return _show(case_id, 409, late=error, typed=request.form)
    flash(said)
    return redirect(then or url_for("desk.case", case_id=case_id, _anchor=place))


def _show(
    case_id: int,
    status: int = 200,
    errors: Mapping[str, Sequence[str]] | None = None,
    typed: Texts | None = None,
    late: Conflict | None = None,
    collisions: Sequence[Any] = (),
) -> ResponseReturnValue:
    found = cases_queries.case_page(current_actor(), case_id, language())
    held = found.case
    spoken = curators.language_of(db.session, held)
    return show(
        "desk/case.html",
        status=status,
        found=found,
        case=held,
        questions=moderation.QUESTIONS,
        findings=[one for one in found.findings if one.other_id is None],
        duplicates=likeness.others(db.session, found.findings),
        labels=label,
        terms=vocabularies.current(),
        is_first_decider=cases_queries.is_first_decider(current_actor(), held),
        sent_reason=_sent(held, spoken),
        first_reason=_sent(found.first, language()) if found.first else "",
        reasons=_reasons(spoken),
        spoken=spoken,
        people=curators.names(db.session, _persons(found, late)),
        curators=curators.everyone(db.session),
        errors=errors or {},
        typed=typed or {},
        late=late if isinstance(late, AlreadyDecided | Taken) else None,
        is_late=late is not None,
        is_decided=isinstance(late, AlreadyDecided),
        collisions=collisions,
        may_see_past=allows(POLICY, "revision:read", current_actor(), found.organization),
        me=current_actor().id,
    )


def _persons(found: Any, late: Conflict | None) -> list[str | int | None]:
    """All whom the page names."""
    held = found.case
    persons: list[str | int | None] = [held.assignee_id, held.decided_by, held.opener_id]
    persons += [note.author_id for note in found.notes]
    persons += [one.answered_by for one in found.answers.values()]
    persons += [one.decided_by for one in (*found.earlier, found.first) if one]
    return [*persons, getattr(late, "by", None)]


def _reasons(spoken: str) -> list[tuple[str, str, str]]:
    """The prepared reasons: key, words for the curator, words for who reads the decision."""
    with speaking(spoken):
        sent = {key: str(text) for key, text in TEMPLATES.items()}
    return [(key, str(text), sent[key]) for key, text in TEMPLATES.items()]


def _reason(session: orm.Session, held: Case) -> str | None:
    """What will be sent: the words as they were edited, else those of the chosen reason; None for nothing."""
    return request.form.get("reason", "").strip() or _prepared(session, held) or None


def _prepared(session: orm.Session, held: Case) -> str:
    """The words of the chosen reason, in the applicant's language; empty where none is chosen."""
    if (key := request.form.get("template", "")) not in TEMPLATES:
        return ""
    with speaking(curators.language_of(session, held)):
        return str(TEMPLATES[key])


def _sent(held: Case, spoken: str) -> str:
    with speaking(spoken):
        return notices.why(held)


def _decided_word(chosen: str) -> str:
    return str(case_words.DECIDED[Decision(chosen)]) if chosen in list(Decision) else ""


def _day(text: str) -> date | None:
    """Read a day as date fields send it.

    Raises:
        Invalid: it is none.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid({"expires_on": [_("is not a date such as 2026-01-31")]}) from error


def _field_of(number: int, name: str) -> str:
    """The field of the form that a message of the verb is about."""
    return {"expires_on": f"expires-{number}", "text": f"comment-{number}"}.get(name, f"answer-{number}")
