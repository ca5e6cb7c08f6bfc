"""Proposed states of profiles: saved beside the live one, published, collided, taken back, and their history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.database import db, transaction
from hub.directory import history, profiles, queries, revisions
from hub.directory.models import Organization, Revision
from hub.directory.states import CaseKind, CaseState, Decision, RevisionState, Safety, Trust
from hub.directory.wording import Change, ChangeKind, differences
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.permissions import OPERATOR
from tests.directory.acting import all_of, decide, edit, fresh, loaded, person, revision_of

Add = Callable[..., Organization]


def begin(actor: object, public_id: str) -> int:
    with loaded(Organization, public_id) as (session, organization):
        return revisions.begin(session, actor, organization, "en").id  # type: ignore[arg-type]


def test_an_edit_waits_beside_the_live_profile_until_a_curator_publishes_it(add: Add) -> None:
    made = add("Refugio", themes=["forced-labour"])
    editor = person(organization=made.id, part="editor")
    case = edit(editor, made.id, name="Refugio del Norte", safety="careful")
    assert queries.profile(made.id).name == "Refugio"
    assert (case.kind, case.state) == (CaseKind.EDIT, CaseState.OPEN)
    decide(person("curator"), case.id, "publish")
    shown = queries.profile(made.id)
    assert (shown.name, shown.safety, shown.trust) == ("Refugio del Norte", Safety.CAREFUL, Trust.CONFIRMED)
    assert revision_of(case).state is RevisionState.PUBLISHED


def test_what_is_right_is_kept_and_what_is_wrong_is_named(add: Add) -> None:
    made = add()
    editor = person(organization=made.id)
    number = begin(editor, made.id)
    with loaded(Revision, number) as (session, revision):
        wrong = revisions.save(
            session, editor, revision, {"name": "Better", "website": "not a site", "founded": "old", "no": 1}
        )
        assert wrong.keys() == {"website", "founded", "no"}
    assert fresh(Revision, number).values == {"name": "Better"}


def test_kind_and_subtype_are_checked_against_what_is_there(add: Add) -> None:
    made = add(kind="academia", subtype="university")
    editor = person(organization=made.id)
    number = begin(editor, made.id)
    with loaded(Revision, number) as (session, revision):
        assert revisions.save(session, editor, revision, {"subtype": "sme", "name": "X"}).keys() == {
            "subtype"
        }
        assert revisions.save(session, editor, revision, {"kind": "private_sector"}) != {}
        assert revisions.save(session, editor, revision, {"kind": "private_sector", "subtype": "sme"}) == {}
    assert fresh(Revision, number).values == {"name": "X", "kind": "private_sector", "subtype": "sme"}


def test_a_value_set_back_is_no_longer_proposed(add: Add) -> None:
    made = add("Refugio")
    editor = person(organization=made.id)
    number = begin(editor, made.id)
    with loaded(Revision, number) as (session, revision):
        revisions.save(session, editor, revision, {"name": "Other"})
        revisions.save(session, editor, revision, {"name": "Refugio"})
        with pytest.raises(Invalid):
            revisions.submit(session, editor, revision)


def test_a_shelter_keeps_no_town_in_a_draft_either(add: Add) -> None:
    made = add(city="Nairobi")
    editor = person(organization=made.id)
    number = begin(editor, made.id)
    shelter = [{"service": "emergency-shelter", "is_direct": True}]
    with loaded(Revision, number) as (session, revision):
        revisions.save(session, editor, revision, {"offers": shelter})
        revisions.save(session, editor, revision, {"city": "Mombasa", "subdivision": "Coast"})
    assert fresh(Revision, number).values == {"offers": shelter, "city": None}


def test_two_editors_see_each_others_drafts_and_each_has_one(add: Add) -> None:
    made = add()
    one, two = (person(organization=made.id, part="editor") for _ in range(2))
    first, second = begin(one, made.id), begin(two, made.id)
    assert first != second
    assert begin(one, made.id) == first
    assert [other.id for other in revisions.others(db.session, fresh(Revision, first))] == [second]


def test_fields_that_both_changed_collide_and_nothing_is_overwritten(add: Add) -> None:
    made = add("Refugio", themes=["forced-labour"])
    one, two = (person(organization=made.id) for _ in range(2))
    case = edit(one, made.id, name="One", website="https://one.example.com/")
    other = edit(two, made.id, name="Two", founded=1999)
    curator = person("curator")
    decide(curator, case.id, "publish")
    with pytest.raises(revisions.Collision) as caught:
        decide(curator, other.id, "publish")
    found = caught.value.collisions[0]
    assert (found.field, found.base, found.theirs, found.ours) == ("name", ("Refugio",), ("One",), ("Two",))
    assert queries.profile(made.id).name == "One"
    assert fresh(type(other), other.id).state is CaseState.OPEN, "the decision was rolled back"
    decide(curator, other.id, "publish", overrule=True)
    shown = queries.profile(made.id)
    assert (shown.name, shown.founded, shown.website) == ("Two", 1999, "https://one.example.com/")


def test_a_draft_that_collides_is_settled_field_by_field(add: Add) -> None:
    made = add("Refugio", founded=1990)
    editor = person(organization=made.id)
    number = begin(editor, made.id)
    with loaded(Revision, number) as (session, revision):
        revisions.save(session, editor, revision, {"name": "Ours", "founded": 1991})
    with loaded(Organization, made.id) as (session, live):
        profiles.revise(session, OPERATOR, live, {"name": "Theirs", "founded": 1992})
    with loaded(Revision, number) as (session, revision):
        revisions.rebase(session, editor, revision, {"founded"})
    assert fresh(Revision, number).values == {"founded": 1991}
    assert revisions.collisions(fresh(Organization, made.id), fresh(Revision, number)) == []


def test_a_verified_organization_publishes_at_once_and_is_looked_at_after(add: Add) -> None:
    made = add("Refugio", trust=Trust.VERIFIED)
    editor = person(organization=made.id, part="editor")
    case = edit(editor, made.id, name="New", founded=2000)
    assert case.kind is CaseKind.REVIEW
    assert queries.profile(made.id).name == "New"
    with loaded(Organization, made.id) as (session, live):
        profiles.revise(session, OPERATOR, live, {"founded": 2001})
    decide(person("curator"), case.id, "decline", template="misleading")
    shown = queries.profile(made.id)
    assert (shown.name, shown.founded) == ("Refugio", 2001), "what others changed since stays"
    assert revision_of(case).state is RevisionState.SUPERSEDED


def test_what_is_withdrawn_ends_its_case(add: Add) -> None:
    made = add()
    editor = person(organization=made.id)
    case = edit(editor, made.id, name="Other")
    with loaded(Revision, case.revision_id) as (session, revision):
        revisions.withdraw(session, editor, revision)
    ended = fresh(type(case), case.id)
    assert (ended.state, ended.decision, ended.decided_by) == (
        CaseState.DECIDED,
        Decision.WITHDRAWN,
        editor.name,
    )
    with loaded(Revision, case.revision_id) as (session, revision), pytest.raises(Forbidden):
        revisions.withdraw(session, editor, revision)


def test_what_was_handed_in_is_not_changed_any_more(add: Add) -> None:
    made = add()
    editor = person(organization=made.id)
    case = edit(editor, made.id, name="Other")
    with loaded(Revision, case.revision_id) as (session, revision), pytest.raises(Conflict):
        revisions.save(session, editor, revision, {"name": "Third"})


VERBS: dict[str, Callable[[Any, Any, Organization, Revision], object]] = {
    "begin": lambda session, actor, live, revision: revisions.begin(session, actor, live, "en"),
    "save": lambda session, actor, live, revision: revisions.save(session, actor, revision, {"name": "X"}),
    "submit": lambda session, actor, live, revision: revisions.submit(session, actor, revision),
    "withdraw": lambda session, actor, live, revision: revisions.withdraw(session, actor, revision),
    "rebase": lambda session, actor, live, revision: revisions.rebase(session, actor, revision, set()),
    "restore": lambda session, actor, live, revision: history.restore(session, actor, live, 1, "en"),
    "history": lambda session, actor, live, revision: history.history(session, actor, live),
}


@pytest.mark.parametrize("verb", VERBS)
def test_strangers_and_other_organizations_touch_no_revision(add: Add, verb: str) -> None:
    made, other = add("One", indexed=False), add("Two", indexed=False)
    number = begin(person(organization=made.id), made.id)
    for actor in (person(), person(organization=other.id), person("administrator"), person("guest")):
        with transaction() as session, pytest.raises(Forbidden):
            live, revision = session.get_one(Organization, made.id), session.get_one(Revision, number)
            VERBS[verb](session, actor, live, revision)


def test_an_older_state_comes_back_as_a_new_revision(add: Add) -> None:
    made = add("First", founded=1990)
    editor = person(organization=made.id)
    for name, founded in (("Second", 1990), ("Third", 1995), ("Fourth", 1999)):
        with loaded(Organization, made.id) as (session, live):
            profiles.revise(session, OPERATOR, live, {"name": name, "founded": founded})
    with loaded(Organization, made.id) as (session, live):
        entries = history.history(session, editor, live)
        assert [entry.action for entry in entries] == ["revise", "revise", "revise", "create"]
        restored = history.restore(session, editor, live, entries[2].id, "en")
        assert restored.values == {"name": "Second", "founded": 1990}
        assert restored.state is RevisionState.SUBMITTED
        assert history.restore(session, editor, live, entries[2].id, "en").id == restored.id, "a second click"
        first = history.restore(session, editor, live, entries[3].id, "en")
        assert (first.id != restored.id, first.values["name"]) == (True, "First")
        with pytest.raises(NotFound):
            history.restore(session, editor, live, 10**6, "en")
    assert queries.profile(made.id).name == "Fourth", "it waits, as any edit does"


def test_differences_are_told_in_words_and_lists_are_sets(app: object) -> None:
    before = {
        "name": "Old",
        "country": "KE",
        "themes": ["forced-labour", "sexual-exploitation"],
        "texts": {"fr": {"short": "Ancien"}},
        "website": None,
        "hotline": None,
    }
    after = {
        "name": "New",
        "country": "UG",
        "themes": ["sexual-exploitation", "forced-labour"],
        "texts": {"fr": {"short": "Nouveau", "long": "Tout"}},
        "website": "https://example.org/",
        "hotline": {"number": "116", "hours": None, "languages": ["sw"]},
    }
    found = differences(before, after, "en")
    assert found == [
        Change("name", "Name", ChangeKind.CHANGED, ("Old",), ("New",)),
        Change("country", "Country", ChangeKind.CHANGED, ("Kenya",), ("Uganda",)),
        Change("texts", "Short description (French)", ChangeKind.CHANGED, ("Ancien",), ("Nouveau",)),
        Change("texts", "Long description (French)", ChangeKind.ADDED, (), ("Tout",)),
        Change("website", "Website", ChangeKind.ADDED, (), ("https://example.org/",)),
        Change("hotline", "Hotline", ChangeKind.ADDED, (), ("116 · Swahili",)),
    ]
    assert differences(after, after, "ar") == []
    added = differences({"offers": []}, {"offers": [{"service": "legal-aid", "is_direct": False}]}, "en")
    assert added[0].after == ("Legal aid (through others)",)


def test_drafts_are_in_no_public_query(add: Add) -> None:
    made = add("Refugio")
    begin(person(organization=made.id), made.id)
    assert len(all_of(Revision)) == 1
    assert queries.profile(made.id).name == "Refugio"
