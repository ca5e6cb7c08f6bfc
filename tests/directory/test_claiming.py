"""Claiming by the own domain or by evidence, and requests without an account."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.database import db
from hub.directory import claims, queries
from hub.directory.claims import Way, own_domains, speaks_for
from hub.directory.models import Case, Organization
from hub.directory.people import has_focal_point
from hub.directory.states import CaseKind, CaseState, Safety, Status, Trust
from hub.errors import Conflict, Forbidden, Invalid
from hub.permissions import ANYONE, Actor
from tests.directory.acting import all_of, decide, fresh, loaded, person, within

Add = Callable[..., Organization]
SITE = "https://www.refugio.example.org/about"


def claim(actor: Actor, public_id: str, evidence: str | None = None) -> Case:
    with loaded(Organization, public_id) as (session, organization):
        return claims.claim(session, actor, organization, "en", evidence)


def way(actor: Actor, public_id: str) -> Way:
    with loaded(Organization, public_id) as (session, organization):
        return claims.way(session, actor, organization)


@pytest.mark.parametrize(
    ("email", "website", "speaks"),
    [
        ("ana@water.org", "https://water.org/", True),
        ("ana@WATER.org", "https://www.water.org/en", True),
        ("ana@water.org", "https://kenya.water.org/", True),
        ("ana@kenya.water.org", "https://kenya.water.org/", True),
        ("ana@uganda.water.org", "https://kenya.water.org/", False),
        ("ana@mail.water.org", "https://water.org/", False),
        ("ana@evil-water.org", "https://water.org/", False),
        ("ana@water.org.evil.com", "https://water.org/", False),
        ("ana@evilwater.org", "https://water.org/", False),
        ("ana@water.org@evil.com", "https://water.org/", False),
        ("ana@org", "https://water.org/", False),
        ("ana@co.uk", "https://water.co.uk/", False),
        ("ana@water.co.uk", "https://www.water.co.uk/", True),
        ("ana@xn--bcher-kva.example", "https://bücher.example/", True),
        ("ana@bücher.example", "https://bücher.example/", True),
        ("ana@wordpress.com", "https://water.wordpress.com/", False),
        ("ana@water.wordpress.com", "https://water.wordpress.com/", False),
        ("ana@github.io", "https://water.github.io/", False),
        ("ana@water.github.io", "https://water.github.io/", False),
        ("ana@facebook.com", "https://facebook.com/water", False),
        ("ana@gmail.com", "https://gmail.com/", False),
        ("ana@gmail.com", "https://water.org/", False),
        ("ana@water.org", None, False),
        ("ana@water.org", "https://10.0.0.1/", False),
        ("", "https://water.org/", False),
        ("ana@" + "a" * 70 + ".org", "https://water.org/", False),
    ],
)
def test_an_address_speaks_for_a_site_only_at_its_own_domain(
    email: str, website: str | None, speaks: bool
) -> None:
    assert speaks_for(email, website) is speaks


def test_a_public_suffix_is_nobodys_domain() -> None:
    assert own_domains("https://co.uk/") == frozenset()
    assert own_domains("https://a.b.gov.uk/") == {"a.b.gov.uk", "b.gov.uk"}


def test_a_confirmed_address_at_the_own_domain_claims_at_once(add: Add) -> None:
    made = add(website=SITE, is_claimable=True)
    ana = person(email="ana@refugio.example.org")
    case = claim(ana, made.id)
    assert (case.state, case.decided_by) == (CaseState.DECIDED, "hub")
    assert has_focal_point(db.session, made.id)
    shown = queries.profile(made.id)
    assert (shown.is_claimable, shown.trust) == (False, Trust.CONFIRMED)
    assert way(person(email="bob@refugio.example.org"), made.id) is Way.NONE


@pytest.mark.parametrize(
    ("email", "site", "values", "expected"),
    [
        ("ana@refugio.example.org", SITE, {}, Way.AT_ONCE),
        ("ana@example.org", SITE, {}, Way.AT_ONCE),
        ("ana@other.org", SITE, {}, Way.EVIDENCE),
        ("ana@gmail.com", SITE, {}, Way.EVIDENCE),
        ("ana@refugio.example.org", SITE, {"safety": Safety.PROTECTED}, Way.EVIDENCE),
        ("ana@refugio.example.org", SITE, {"is_claimable": False}, Way.NONE),
        ("ana@refugio.example.org", SITE, {"status": Status.HIDDEN}, Way.NONE),
    ],
    ids=str,
)
def test_the_way_depends_on_address_and_profile(
    add: Add, email: str, site: str, values: dict[str, object], expected: Way
) -> None:
    made = add(website=site, indexed=False, **{"is_claimable": True, **values})
    assert way(person(email=email), made.id) is expected


def test_who_is_unconfirmed_or_a_stranger_claims_nothing(add: Add) -> None:
    made = add(website=SITE, is_claimable=True)
    assert way(person(email="ana@refugio.example.org", is_confirmed=False), made.id) is Way.NONE
    assert way(ANYONE, made.id) is Way.NONE
    with pytest.raises(Forbidden):
        claim(ANYONE, made.id)


def test_a_site_that_two_entries_share_speaks_for_neither(add: Add) -> None:
    made = add("One", website=SITE, is_claimable=True, indexed=False)
    add("Two", website=SITE, is_claimable=True, indexed=False)
    assert way(person(email="ana@refugio.example.org"), made.id) is Way.EVIDENCE


def test_evidence_goes_to_a_curator_who_may_grant_it(add: Add) -> None:
    made = add(website=SITE, is_claimable=True)
    ana = person(email="ana@gmail.com")
    with pytest.raises(Invalid):
        claim(ana, made.id)
    case = claim(ana, made.id, "I am its director; see the register.")
    assert (case.kind, case.state) == (CaseKind.CLAIM, CaseState.OPEN)
    with pytest.raises(Conflict):
        claim(ana, made.id, "Again.")
    decide(person("curator"), case.id, "accept")
    assert has_focal_point(db.session, made.id)
    with pytest.raises(Forbidden):
        claim(within(ana, made.id), made.id, "Once more.")


def test_a_declined_claim_changes_nothing(add: Add) -> None:
    made = add(website=SITE, is_claimable=True)
    case = claim(person(email="ana@gmail.com"), made.id, "Trust me.")
    decide(person("curator"), case.id, "decline", template="not-authorized")
    assert not has_focal_point(db.session, made.id)
    assert queries.profile(made.id).is_claimable


def ask(public_id: str, kind: str, **more: str) -> Case:
    with loaded(Organization, public_id) as (session, organization):
        return claims.request(session, ANYONE, organization, CaseKind(kind), "It is wrong.", "ar", **more)


@pytest.mark.parametrize("kind", ["report", "correction", "removal"])
def test_anybody_may_ask_without_an_account(add: Add, kind: str) -> None:
    made = add()
    case = ask(made.id, kind, contact="someone@example.org")
    assert (case.opener_id, case.contact, case.language) == (None, "someone@example.org", "ar")
    assert fresh(Organization, made.id).status is Status.PUBLISHED


@pytest.mark.parametrize("contact", ["nobody", "a@b", "a b@example.org", "a@example.org\nBcc: b@example.org"])
def test_an_address_that_is_none_is_refused(add: Add, contact: str) -> None:
    made = add()
    with pytest.raises(Invalid):
        ask(made.id, "report", contact=contact)
    assert all_of(Case) == []


@pytest.mark.parametrize("kind", ["registration", "edit", "review", "claim", "appeal"])
def test_no_other_case_is_opened_this_way(add: Add, kind: str) -> None:
    made = add()
    with pytest.raises(Invalid):
        ask(made.id, kind)


SHELTER = [{"service": "emergency-shelter", "is_direct": True}]


@pytest.mark.parametrize(
    ("values", "hidden"),
    [
        ({}, False),
        ({"safety": Safety.PROTECTED}, True),
        ({"offers": SHELTER}, True),
        ({"offers": SHELTER, "trust": Trust.CONFIRMED}, False),
    ],
    ids=str,
)
def test_a_removal_hides_at_once_only_what_is_dangerous_and_nobodys(
    add: Add, values: dict[str, object], hidden: bool
) -> None:
    made = add(**values)
    case = ask(made.id, "removal")
    assert (fresh(Organization, made.id).status is Status.HIDDEN) is hidden
    decide(person("curator"), case.id, "decline", template="unfounded")
    assert fresh(Organization, made.id).status is Status.PUBLISHED


def test_nobody_takes_down_a_shelter_that_looks_after_its_own_entry(add: Add) -> None:
    made = add(offers=SHELTER)
    person(organization=made.id)
    ask(made.id, "removal")
    assert fresh(Organization, made.id).status is Status.PUBLISHED
