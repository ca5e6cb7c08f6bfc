"""Registering an organization: drafts that are resumed, how complete they are, who they may repeat, handing in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.accounts import memberships
from hub.database import db, transaction
from hub.directory import queries, registration, revisions
from hub.directory.models import Organization, Revision
from hub.directory.registration import TERMS_VERSION, WEIGHTS, TaskState
from hub.directory.states import Audience, CaseKind, RevisionState, Status, Trust
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.permissions import ANYONE
from tests.directory.acting import WHOLE, decide, fresh, loaded, person, register, revision_of, within

Add = Callable[..., Organization]


def test_a_registration_is_a_draft_that_nobody_else_sees(app: object) -> None:
    applicant = person()
    with transaction() as session:
        begun = registration.start(session, applicant, "Water for All", "fr")
        public_id = begun.organization_id
    assert (begun.state, begun.language) == (RevisionState.DRAFT, "fr")
    assert fresh(Organization, public_id).status is Status.DRAFT
    assert [one.role for one in memberships.members(db.session, public_id)] == ["focal_point"]
    for audience in (Audience.PUBLIC, Audience.MEMBERS, Audience.PARTNERS):
        with pytest.raises(NotFound):
            queries.profile(public_id, audience)
    assert queries.profile(public_id, Audience.OWN).name == "Water for All"
    assert [one.id for one in registration.mine(db.session, applicant)] == [begun.id]
    assert registration.mine(db.session, person()) == []


def test_a_draft_is_resumed_by_all_its_people(app: object) -> None:
    applicant = person()
    with transaction() as session:
        begun = registration.start(session, applicant, "Water for All", "en")
    colleague = person(organization=begun.organization_id, part="editor")
    with loaded(Organization, begun.organization_id) as (session, organization):
        assert revisions.begin(session, colleague, organization, "es").id == begun.id


def test_nobody_begins_without_a_name_or_an_account_or_too_often(app: object) -> None:
    applicant = person()
    with transaction() as session, pytest.raises(Forbidden):
        registration.start(session, ANYONE, "Water for All", "en")
    for name in ("", "...", "https://example.org"):
        with transaction() as session, pytest.raises(Invalid) as caught:
            registration.start(session, applicant, name, "en")
        assert caught.value.messages.keys() == {"name"}
    for number in range(registration.MOST_DRAFTS):
        with transaction() as session:
            registration.start(session, applicant, f"Water {number}", "en")
    with transaction() as session, pytest.raises(Conflict):
        registration.start(session, applicant, "One more", "en")


def test_handing_in_asks_for_what_is_needed_and_keeps_the_declaration(app: object) -> None:
    applicant = person()
    with transaction() as session:
        begun = registration.start(session, applicant, "Water for All", "en")
    applicant = within(applicant, begun.organization_id)
    with loaded(Revision, begun.id) as (session, revision), pytest.raises(Invalid) as caught:
        registration.submit(session, applicant, revision, None)
    assert caught.value.messages.keys() == {"kind", "country", "themes", "texts", "terms"}
    with loaded(Revision, begun.id) as (session, revision):
        revisions.save(session, applicant, revision, WHOLE)
    with loaded(Revision, begun.id) as (session, revision), pytest.raises(Invalid) as caught:
        registration.submit(session, applicant, revision, "1999-01")
    assert caught.value.messages.keys() == {"terms"}
    with loaded(Revision, begun.id) as (session, revision):
        case = registration.submit(session, applicant, revision, TERMS_VERSION)
    assert (case.kind, case.opener_id) == (CaseKind.REGISTRATION, applicant.id)
    kept = revision_of(case)
    assert kept.terms_version == TERMS_VERSION
    assert kept.terms_at is not None
    with loaded(Revision, begun.id) as (session, revision), pytest.raises(Conflict):
        registration.submit(session, applicant, revision, TERMS_VERSION)


def test_from_registration_to_publication(app: object) -> None:
    _applicant, case = register("Water for All", safety="careful")
    decide(person("curator"), case.id, "publish")
    shown = queries.profile(case.organization_id)
    assert (shown.name, shown.themes, shown.trust, shown.is_claimable) == (
        "Water for All",
        ("forced-labour",),
        Trust.CONFIRMED,
        False,
    )
    assert shown.last_confirmed_at is not None


def test_what_was_declined_is_not_lost(app: object) -> None:
    applicant, case = register("Water for All")
    decide(person("curator"), case.id, "decline", template="incomplete", reason="Say more of what you do.")
    with loaded(Organization, case.organization_id) as (session, organization):
        again = revisions.begin(session, applicant, organization, "en")
        assert again.id != case.revision_id
        assert {name: again.values[name] for name in WHOLE} == WHOLE
        revisions.save(session, applicant, again, {"founded": 2001})
        second = registration.submit(session, applicant, again, TERMS_VERSION)
    assert second.id != case.id
    decide(person("curator"), second.id, "publish")
    assert queries.profile(case.organization_id).founded == 2001


def test_the_meter_names_what_helps_most(app: object) -> None:
    assert sum(WEIGHTS.values()) == 100
    little = registration.completeness({"name": "Water", "themes": []})
    assert little.percent == WEIGHTS["name"]
    assert little.missing[0] == ("texts", 14)
    assert registration.completeness(dict.fromkeys(WEIGHTS, "x")).percent == 100


def test_the_task_list_tells_how_far_each_task_is(app: object) -> None:
    states = {task.name: task.state for task in registration.tasks({"name": "Water", "sectors": ["energy"]})}
    assert states["name"] is TaskState.DONE
    assert states["what"] is TaskState.BEGUN, "themes are needed"
    assert states["where"] is TaskState.TODO
    assert states["contact"] is TaskState.TODO


def test_who_may_be_there_already_is_shown_while_typing(add: Add) -> None:
    same = add("Water for All", country="KE", indexed=False)
    longer = add("Water for All Kenya", country="KE", indexed=False)
    hidden = add("Water for All", country="UG", status=Status.HIDDEN, indexed=False)
    site = add("Quite another", website="https://www.water.example.org/", indexed=False)
    find = registration.possible_duplicates

    def ids(*asked: str | None) -> set[str]:
        return {one.id for one in find(db.session, *asked)}  # type: ignore[arg-type]

    assert ids("water for ALL") == {same.id}
    assert ids("Water f", "KE") == {same.id, longer.id}
    assert ids("W", "KE") == set()
    assert ids("x" * 10, None, "http://water.example.org/about") == {site.id}
    assert hidden.id not in ids("Water for All", "UG")


@pytest.mark.parametrize(
    ("safety", "audience", "seen"),
    [
        ("open", Audience.PUBLIC, {"country": "KE", "city": None}),
        ("open", Audience.MEMBERS, {"country": "KE", "city": "Nairobi"}),
        ("careful", Audience.PUBLIC, {"country": None, "themes": ("forced-labour",)}),
        ("protected", Audience.MEMBERS, {"country": None, "texts": {}, "themes": ("forced-labour",)}),
        ("protected", Audience.OWN, {"country": "KE", "city": "Nairobi"}),
    ],
)
def test_the_preview_is_what_each_audience_would_see(
    app: object, safety: str, audience: Audience, seen: dict[str, object]
) -> None:
    organization = Organization(id="a" * 10, trust=Trust.LISTED, status=Status.DRAFT)
    values = {"name": "Water", **WHOLE, "city": "Nairobi", "safety": safety}
    shown = registration.preview(organization, values, audience)
    assert {name: getattr(shown, name) for name in seen} == seen
