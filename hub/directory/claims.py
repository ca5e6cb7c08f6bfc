"""Claiming a profile that was imported, and asking for a correction or removal, also without an account.

Who has a confirmed address at the profile's own domain becomes its focal point at once; everybody else shows evidence to
a curator. The domain says something only where it is the organization's own: not a provider that anybody gets an address
from, not a host under which many have pages, not a domain that several entries name.

A request to remove an entry that may put people in danger hides it at once, until a curator has looked: an entry that
is missing for a day costs little, a shelter that is found costs lives. It holds only for imported entries that nobody
looks after, so that nobody can take down an organization that speaks for itself.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from publicsuffixlist import PublicSuffixList
from sqlalchemy import orm

from hub.accounts.models import User
from hub.database import now
from hub.directory import cases, profiles
from hub.directory.effects import grant_claim
from hub.directory.matching import host_of
from hub.directory.models import Case, MatchKey, Organization
from hub.directory.people import has_focal_point
from hub.directory.permissions import POLICY
from hub.directory.schemas import SHELTER
from hub.directory.states import CASE_STEPS, CaseKind, CaseState, Decision, Safety, Status, Trust
from hub.errors import Conflict, Invalid
from hub.permissions import Actor, require
from hub.workflow import advance

HUB = Actor("hub", frozenset({"operator"}))  # what follows by rule, without a person
REQUESTS = (CaseKind.REPORT, CaseKind.CORRECTION, CaseKind.REMOVAL)
ADDRESS = re.compile(r"[^@\s<>\"(),:;]{1,64}@[^@\s]+\.[^@\s.]{2,}")
MOST_OPEN = 5  # open claims of one person


class Way(StrEnum):
    """How an actor may claim a profile."""

    AT_ONCE = "at_once"
    EVIDENCE = "evidence"
    NONE = "none"


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@cache
def _providers() -> frozenset[str]:
    text = (files("hub.directory") / "data" / "mail-providers.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def own_domains(website: str | None) -> frozenset[str]:
    """The domains whose addresses speak for who has this website: its host and its registrable domain.

    Empty where the host is shared, a public suffix itself, or a provider of mail to anybody.
    """
    host = host_of(website)
    registrable = _suffixes().privatesuffix(host) if host else None
    if host is None or registrable is None:
        return frozenset()
    domains = {host, registrable}
    return frozenset() if domains & _providers() else frozenset(domains)


def speaks_for(email: str, website: str | None) -> bool:
    """Tell whether an address is at the website's own domain, letter for letter; nothing below it, nothing like it."""
    try:
        domain = email.rpartition("@")[2].rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return False
    return domain in own_domains(website) and domain not in _providers()


def way(session: orm.Session, actor: Actor, organization: Organization) -> Way:
    """Tell how the actor may claim this profile."""
    is_open = organization.is_claimable and organization.status is Status.PUBLISHED
    if actor.id is None or not is_open or organization.id in actor.organizations:
        return Way.NONE
    user = session.get(User, actor.id)
    if user is None or user.confirmed_at is None:
        return Way.NONE
    is_plain = organization.safety is not Safety.PROTECTED and not has_focal_point(session, organization.id)
    speaks = speaks_for(user.email, organization.website)
    return Way.AT_ONCE if is_plain and speaks and _is_alone(session, organization) else Way.EVIDENCE


def claim(
    session: orm.Session, actor: Actor, organization: Organization, language: str, evidence: str | None = None
) -> Case:
    """Ask to become focal point; granted at once to who has a confirmed address at the profile's own domain.

    Raises:
        Forbidden: nobody is signed in, or the actor belongs to the organization.
        Conflict: the profile cannot be claimed, or the actor's claim waits already.
        Invalid: evidence is needed and was not given.
    """
    require(POLICY, "profile:claim", actor, organization)
    session.refresh(organization, with_for_update=True)
    found = way(session, actor, organization)
    if found is Way.NONE:
        raise Conflict("the profile cannot be claimed")
    _bound(session, actor, organization)
    details = {"way": str(found)}
    if found is Way.EVIDENCE:
        details["evidence"] = cases.checked(evidence or "")
    case = cases.open_case(session, actor, CaseKind.CLAIM, organization, details=details, spoken=language)
    if found is Way.AT_ONCE:
        _grant(session, case)
    return case


def request(
    session: orm.Session,
    actor: Actor,
    organization: Organization,
    kind: CaseKind,
    text: str,
    language: str,
    contact: str | None = None,
) -> Case:
    """Report an entry, or ask for its correction or removal; needs no account, and an address only for an answer.

    Raises:
        Invalid: the text is empty or too long, or the address is none.
    """
    if kind not in REQUESTS:
        raise Invalid({"kind": [_("must be one of %(choices)s", choices=", ".join(REQUESTS))]})
    require_address(contact)
    hides = kind is CaseKind.REMOVAL and is_hidden_at_once(session, organization)
    details: dict[str, Any] = {"text": cases.checked(text)}
    if hides:
        details |= {"hid": True, "is_urgent": True}
    case = cases.open_case(
        session, actor, kind, organization, details=details, contact=contact or None, spoken=language
    )
    if hides:
        profiles.move(session, HUB, organization, "hide", f"case:{case.id}")
    return case


def require_address(contact: str | None) -> None:
    """Return where no address is given, or one to which an answer can be sent.

    Raises:
        Invalid: it is none.
    """
    if (contact and not ADDRESS.fullmatch(contact)) or len(contact or "") > 254:
        raise Invalid({"contact": [_("is not an e-mail address")]})


def is_hidden_at_once(session: orm.Session, organization: Organization) -> bool:
    """Tell whether a removal request hides the entry until a curator has looked (see above for why)."""
    is_sensitive = organization.safety is Safety.PROTECTED or any(
        offer["service"] == SHELTER for offer in organization.offers
    )
    is_ours = organization.trust is Trust.LISTED and not has_focal_point(session, organization.id)
    return is_sensitive and is_ours and organization.status is Status.PUBLISHED


def _grant(session: orm.Session, case: Case) -> None:
    before = cases.state_of(case)
    case.state = advance(CASE_STEPS, "decide", case.state)
    case.decision, case.decided_by, case.decided_at = Decision.ACCEPT, HUB.name, now()
    cases.log_change(
        session, HUB, "case:decide", case, before, "confirmed address at the profile's own domain"
    )
    grant_claim(session, HUB, case)


def _bound(session: orm.Session, actor: Actor, organization: Organization) -> None:
    asked = sa.select(Case.organization_id).where(
        Case.kind == CaseKind.CLAIM, Case.opener_id == actor.id, Case.state != CaseState.DECIDED
    )
    held = list(session.scalars(asked))
    if organization.id in held or len(held) >= MOST_OPEN:
        raise Conflict("a claim of yours waits already")


def _is_alone(session: orm.Session, organization: Organization) -> bool:
    """No other entry has its website on the same host: an address there could speak for either."""
    host = host_of(organization.website)
    asked = sa.select(MatchKey.organization_id).where(
        MatchKey.scheme == "host", MatchKey.value == host, MatchKey.organization_id != organization.id
    )
    return session.scalar(asked.limit(1)) is None
