"""Showing an entry again that was hidden or archived by mistake: by another curator, with a reason, never a removal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from hub.database import db, transaction
from hub.directory import claims, moderation, profiles, showing_again
from hub.directory.models import Case, CaseNote, LogEntry, Organization
from hub.directory.states import CaseKind, Decision, Status
from hub.errors import Conflict, Forbidden, Invalid
from hub.permissions import ANYONE, OPERATOR, Actor
from tests.directory.acting import fresh, loaded
from tests.guard import Page
from tests.people import Person

Add = Callable[..., Organization]
SignIn = Callable[..., Person]


def taken_down(
    public_id: str, by: Actor, how: str = "hide", kind: str = "report", why: str = "misleading"
) -> int:
    """Have an entry reported without an account and taken down; return the number of the case."""
    with loaded(Organization, public_id) as (session, organization):
        case = claims.request(session, ANYONE, organization, CaseKind(kind), "Wrong.", "en")
        moderation.decide(session, by, case, Decision(how), template=why)
        return case.id


def again(actor: Actor, case_id: int, reason: str = "The report was a lie.") -> bool:
    with loaded(Case, case_id) as (session, case):
        return showing_again.show_again(session, actor, case, reason)


def logged(public_id: str) -> list[tuple[str, str | None]]:
    asked = sa.select(LogEntry).where(LogEntry.subject == f"organization:{public_id}").order_by(LogEntry.id)
    rows = db.session.scalars(asked)
    return [(one.action, one.reason) for one in rows if one.action in ("restore", "show")]


def posted(person: Person, path: str, status: int, **data: Any) -> Page:
    return person.page.check(person.submit(path, **data), path, status)


@pytest.mark.parametrize(("how", "steps"), [("hide", ["show"]), ("archive", ["restore", "show"])])
def test_another_curator_shows_again_what_was_taken_down_by_mistake(
    add: Add, signed_in: SignIn, how: str, steps: list[str]
) -> None:
    made = add()
    first, second = signed_in(role="curator"), signed_in(role="curator")
    case_id = taken_down(made.id, first.actor, how)
    path, history = f"/en/desk/cases/{case_id}", f"/en/organizations/{made.id}/history"
    assert "Show again" not in first.page.get(path).text
    assert "by mistake" not in first.page.get(history).text
    assert first.submit(f"{path}/again", again="I was wrong.").status_code == 403
    assert "Show again" in second.page.get(path).text
    link = second.page.get(history).all("a", href=f"{path}#decide")
    assert "by mistake" in "".join(link[0].itertext())
    refused = posted(second, f"{path}/again", 422, again="  ")
    assert "Give a reason" in refused.text
    assert fresh(Organization, made.id).status is not Status.PUBLISHED
    db.session.rollback()
    for _click in range(2):
        assert second.submit(f"{path}/again", again="The report was a lie.").status_code == 302
    assert fresh(Organization, made.id).status is Status.PUBLISHED
    assert logged(made.id) == [(step, "The report was a lie.") for step in steps]
    (note,) = db.session.scalars(sa.select(CaseNote).where(CaseNote.case_id == case_id))
    assert (note.is_internal, note.text) == (True, "The report was a lie.")
    assert "Show again" not in second.page.get(path).text
    assert second.get(f"/en/organizations/{made.id}", follow_redirects=True).status_code == 200


def test_who_is_not_impartial_or_no_curator_shows_nothing_again(add: Add, signed_in: SignIn) -> None:
    made = add()
    case_id = taken_down(made.id, signed_in(role="curator").actor)
    belongs = signed_in(role="curator", organization=made.id)
    for one in (
        belongs.actor,
        signed_in(role="administrator").actor,
        signed_in(organization=made.id).actor,
        ANYONE,
    ):
        with pytest.raises(Forbidden):
            again(one, case_id)
    assert belongs.get(f"/en/desk/cases/{case_id}").status_code == 404


def test_what_was_asked_to_go_or_hidden_for_safety_stays_away(add: Add, signed_in: SignIn) -> None:
    """An asked removal, a shelter hidden at once, the prepared reason of an own request, the operator's hiding."""
    first, second = signed_in(role="curator"), signed_in(role="curator")
    plain, shelter, own, operated, waiting = (add(source_id=f"{n}", name=f"Wells {n}") for n in range(5))
    with loaded(Organization, shelter.id) as (_session, held):
        held.offers = [{"service": "emergency-shelter", "is_direct": True}]
    found = [taken_down(one.id, first.actor, kind="removal", why="unsafe") for one in (plain, shelter)]
    found.append(taken_down(own.id, first.actor, "archive", why="own-request"))
    found.append(taken_down(operated.id, first.actor))
    with loaded(Organization, operated.id) as (session, held):
        profiles.move(session, OPERATOR, held, "archive", "by law")
    found.append(taken_down(waiting.id, first.actor))
    with transaction() as session:
        held = session.get_one(Organization, waiting.id)
        claims.request(session, ANYONE, held, CaseKind.REMOVAL, "Take us out.", "en")
    for case_id in found:
        assert "Show again" not in second.page.get(f"/en/desk/cases/{case_id}").text
        with pytest.raises(Conflict):
            again(second.actor, case_id)
    page = posted(second, f"/en/desk/cases/{found[0]}/again", 409, again="Why not?")
    assert "Nothing was changed by you." in page.text


def test_only_the_last_decision_is_undone_and_not_by_who_took_it(add: Add, signed_in: SignIn) -> None:
    made = add()
    one, other = signed_in(role="curator").actor, signed_in(role="curator").actor
    earlier, later = taken_down(made.id, one), taken_down(made.id, other, "archive")
    with pytest.raises(Conflict):
        again(other, earlier)
    with pytest.raises(Forbidden):
        again(other, later)
    with pytest.raises(Invalid):
        again(one, later, " ")
    assert again(one, later) is True
    assert again(one, later) is False
    assert logged(made.id) == [("restore", "The report was a lie."), ("show", "The report was a lie.")]
