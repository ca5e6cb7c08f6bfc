"""The past of a profile as its people and curators see it, and bringing a state of it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from hub.accounts import memberships
from hub.accounts.models import Part, User
from hub.database import db, transaction
from hub.directory import history, profiles, queries, revisions
from hub.directory.models import Case, LogEntry, Organization, Revision
from hub.directory.states import CaseKind, RevisionState, Safety, Trust
from hub.errors import Conflict, Invalid
from hub.permissions import OPERATOR
from tests.directory import acting
from tests.directory.acting import decide, edit, loaded, person
from tests.people import Person

Add = Callable[..., Organization]
SignedIn = Callable[..., Person]
SHELTER = [{"service": "emergency-shelter", "is_direct": True}]


def all_of(model: Any) -> list[Any]:
    """Every row of a table, also what requests have changed."""
    db.session.rollback()
    return acting.all_of(model)


def fresh(model: Any, key: Any) -> Any:
    """A row, also where requests have changed it."""
    db.session.rollback()
    return acting.fresh(model, key)


def revise(public_id: str, **values: object) -> int:
    """Change a profile as the operator; returns the number of the entry in the log."""
    with loaded(Organization, public_id) as (session, live):
        profiles.revise(session, OPERATOR, live, values)
    return int(all_of(LogEntry)[-1].id)


def created(public_id: str) -> int:
    return next(
        one.id for one in all_of(LogEntry) if (one.action, one.organization_id) == ("create", public_id)
    )


def test_its_people_see_its_past_and_bring_a_state_back_that_waits_like_an_edit(
    signed_in: SignedIn, add: Add
) -> None:
    made = add("First", indexed=False, founded=1990)
    one = signed_in(organization=made.id, part="editor")
    other = signed_in()
    with transaction() as session:
        memberships.join(session, OPERATOR, other.user_id, made.id, Part.READER)
        session.get_one(User, other.user_id).name = "Ana"
    revise(made.id, name="Second")
    curator = person("curator")
    decide(curator, edit(one.actor, made.id, name="Third", founded=1999).id, "publish")
    path = f"/en/organizations/{made.id}/history"
    assert path in one.page.get("/en/my-organizations").links()
    page = one.page.get(path)
    links = [link for link in page.links() if link.startswith(f"{path}/")]
    assert len(links) == 4, "entered, changed, published by the curator, and confirmed by it"
    assert "A curator or a former colleague" in page.text
    assert curator.name not in page.text
    assert "Second" in page.text
    oldest = one.page.get(links[-1])
    assert "First" in oldest.text
    assert "Restore this state" in oldest.text
    sent = [one.submit(f"{links[-1]}/restore") for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    assert sent[0].location == sent[1].location
    page = one.page.get(sent[0].location or "")
    last = all_of(Case)[-1]
    assert (last.kind, len(all_of(Case))) == (CaseKind.EDIT, 2)
    assert queries.profile(made.id).name == "Third"
    decide(curator, last.id, "publish")
    shown = queries.profile(made.id)
    assert (shown.name, shown.founded) == ("First", 1990)
    seen = other.page.get(links[-1])
    assert "Restore this state" not in seen.text, "a reader looks only"
    assert other.submit(f"{links[-1]}/restore").status_code == 403
    assert one.page.get(path.replace("/en/", "/ar/")).root.get("dir") == "rtl"


def test_curators_see_who_did_what_and_others_see_nothing(signed_in: SignedIn, add: Add) -> None:
    made, other = add("Refugio", indexed=False), add("Other", indexed=False)
    curator, stranger = signed_in(role="curator"), signed_in(organization=other.id)
    editor = person(organization=made.id)
    with transaction() as session:
        session.get_one(User, editor.id).name = "Ana Editor"
    case = edit(editor, made.id, name="Refugio del Norte")
    decide(curator.actor, case.id, "publish")
    with loaded(Organization, made.id) as (session, live):
        profiles.confirm(session, editor, live)
    path = f"/en/organizations/{made.id}/history"
    page = curator.page.get(path)
    assert "You" in page.text
    assert path in curator.page.get(f"/en/desk/cases/{case.id}").links()
    state = f"{path}/{created(made.id)}"
    assert curator.submit(f"{state}/restore").status_code == 303, "a curator proposes; another decides"
    assert (all_of(Case)[-1].kind, all_of(Case)[-1].opener_id) == (CaseKind.EDIT, curator.user_id)
    for address in (path, state, f"/en/organizations/{made.id}/history/{created(other.id)}"):
        assert stranger.get(address).status_code == 404
    assert curator.get(f"{path}/{created(other.id)}").status_code == 404, "an entry of another profile"


def test_a_trusted_organization_restores_at_once_and_once(add: Add) -> None:
    made = add("First", indexed=False)
    editor = person(organization=made.id)
    revise(made.id, name="Second", trust=Trust.VERIFIED)
    first = created(made.id)
    done = []
    for _ in range(2):
        with loaded(Organization, made.id) as (session, live):
            done.append(history.restore(session, editor, live, first, "en").id)
    assert done[0] == done[1]
    assert queries.profile(made.id).name == "First"
    assert [case.kind for case in all_of(Case)] == [CaseKind.REVIEW]
    curator = person("curator")
    with loaded(Organization, made.id) as (session, live), pytest.raises(Invalid):
        history.restore(session, curator, live, first, "en")


def test_a_begun_edit_is_not_overwritten(signed_in: SignedIn, add: Add) -> None:
    made = add("First", indexed=False)
    editor = signed_in(organization=made.id)
    revise(made.id, name="Second")
    with loaded(Organization, made.id) as (session, live):
        begun = revisions.begin(session, editor.actor, live, "en")
        revisions.save(session, editor.actor, begun, {"name": "Third"})
        number = begun.id
    path = f"/en/organizations/{made.id}/history/{created(made.id)}/restore"
    answer = editor.submit(path)
    assert answer.status_code == 409
    assert f"/en/revisions/{number}" in answer.text
    assert fresh(Revision, number).values == {"name": "Third"}


def test_an_old_state_never_widens_who_sees_what_and_says_no_town_of_a_shelter(add: Add) -> None:
    made = add("First", indexed=False, city="Mombasa")
    editor = person(organization=made.id)
    first = created(made.id)
    revise(made.id, name="Second", safety=Safety.CAREFUL, pseudonym="Us", audiences={"website": "members"})
    last = revise(made.id, offers=SHELTER)
    with loaded(Organization, made.id) as (session, live):
        entries = history.history(session, editor, live)
        told = [change.field for one in entries for change in history.changes(live, one, "en")]
        assert "city" not in told
        assert history.state_after(session, editor, live, first)[1]["city"] is None
        restored = history.restore(session, editor, live, first, "en")
        assert restored.values == {"name": "First", "offers": []}
        assert entries[0].id == last
    with loaded(Organization, made.id) as (session, live):
        profiles.move(session, OPERATOR, live, "archive")
    with loaded(Organization, made.id) as (session, live), pytest.raises(Conflict):
        history.restore(session, editor, live, first, "en")


def test_the_past_is_paged(signed_in: SignedIn, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 2)
    made = add("Name 0", indexed=False)
    reader = signed_in(organization=made.id, part="reader")
    for number in range(1, 4):
        revise(made.id, name=f"Name {number}")
    path = f"/en/organizations/{made.id}/history"
    page = reader.page.get(path)
    assert len(re.findall("field changed", page.text)) == 2
    older = next(link for link in page.links() if "before=" in link)
    page = reader.page.get(older)
    assert "Entered" in page.text
    assert "Entered" not in reader.page.get(path).text


def test_a_declined_edit_of_a_published_profile_is_amended_not_lost(signed_in: SignedIn, add: Add) -> None:
    made = add("First", indexed=False, founded=1990)
    editor = signed_in(organization=made.id)
    case = edit(editor.actor, made.id, name="Best of All", founded=1991)
    decide(person("curator"), case.id, "decline", template="incomplete", reason="No praise.")
    assert "Amend and send again" in editor.page.get(f"/en/cases/{case.id}").text
    revise(made.id, founded=1995)
    begun = editor.submit(f"/en/organizations/{made.id}/edit").location or ""
    number = int(begun.rsplit("/", 1)[-1])
    assert fresh(Revision, number).values == {"name": "Best of All"}, "what changed meanwhile stays"
    assert "This begins with what was declined" in editor.page.get(begun).text
    assert "Amend and send again" not in editor.page.get(f"/en/cases/{case.id}").text
    assert editor.submit(f"{begun}/withdraw").status_code == 303
    afresh = editor.submit(f"/en/organizations/{made.id}/edit").location or ""
    assert fresh(Revision, int(afresh.rsplit("/", 1)[-1])).values == {}, "it was given up"
    assert fresh(Revision, case.revision_id).state is RevisionState.DECLINED
