"""The queue of the demonstration: cases of every kind about the organizations that the project ships.

What they ask for is made up and says so where readers would see it; no person stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.accounts import memberships, users
from hub.accounts.models import Part, Standing, User
from hub.accounts.signing_in import actor_of
from hub.database import db, now, transaction
from hub.demo import groups
from hub.demo.accounts import APPLICANT, COLLEAGUE, FOCAL_POINT, account
from hub.directory import cases, claims, moderation, profiles, registration, revisions, suggesting
from hub.directory.models import Case, Organization
from hub.directory.states import CaseKind, Decision, Safety, Status, Trust
from hub.permissions import ANYONE, OPERATOR, Actor

# where the organizations of the eleven cases are taken from; another one where a country has none
COUNTRIES = ("KE", "MX", "GB", "FR", "IN", "ES", "BR", "ZA", "EG", "US", "NG")
Values = dict[str, Any]


def fill() -> None:
    """Open eleven cases, the oldest three weeks ago; nothing happens where there are cases already."""
    has_cases = db.session.scalar(sa.select(Case.id).limit(1))
    chosen = _organizations()
    db.session.rollback()
    if has_cases is not None or len(chosen) < len(COUNTRIES):
        return
    people = _people(chosen[3])
    groups.gather(COUNTRIES, chosen)
    for number, open_case in enumerate(CASES):
        with transaction() as session:
            organization = session.get_one(Organization, chosen[number])
            case = open_case(session, people, organization)
            case.opened_at = now() - timedelta(days=2 * (len(CASES) - number) + 1, hours=3 * number)


def _organizations() -> list[str]:
    """One published organization with texts, themes and a website from each country, all different."""
    wanted = sa.select(Organization.id, Organization.country, Organization.themes, Organization.texts).where(
        Organization.status == Status.PUBLISHED, Organization.website.is_not(None)
    )
    rows = [row for row in db.session.execute(wanted.order_by(Organization.id).limit(4000)) if row.themes]
    rows.sort(key=lambda row: not row.texts)
    found: list[str] = []
    for country in COUNTRIES:
        free = [row for row in rows if row.id not in found]
        best = next((row for row in free if row.country == country), free[0] if free else None)
        found += [best.id] if best else []
    return found


def _people(organization_id: str) -> Mapping[str, int]:
    with transaction() as session:
        known = {email: account(session, email) for email in (FOCAL_POINT, APPLICANT, COLLEAGUE)}
        users.grant(session, OPERATOR, known[COLLEAGUE], Standing.CURATOR)
        memberships.join(session, OPERATOR, known[FOCAL_POINT].id, organization_id, Part.FOCAL_POINT)
        session.get_one(Organization, organization_id).is_claimable = False
        return {email: user.id for email, user in known.items()}


def _actor(session: orm.Session, people: Mapping[str, int], email: str) -> Actor:
    user = session.get_one(User, people[email])
    session.refresh(user, ["memberships"])
    return actor_of(user, is_strong=True)


def _register(
    session: orm.Session, people: Mapping[str, int], name: str, language: str, values: Values
) -> Case:
    applicant = _actor(session, people, APPLICANT)
    revision = registration.start(session, applicant, name, language)
    applicant = replace(applicant, organizations={revision.organization_id: Part.FOCAL_POINT.value})
    revisions.save(session, applicant, revision, values)
    return registration.submit(session, applicant, revision, registration.TERMS_VERSION)


def _like(organization: Organization, **changed: Any) -> Values:
    """The values of a registration that resembles an organization."""
    names = ("kind", "subtype", "country", "themes", "sectors", "languages", "website", "founded")
    return {name: value for name in names if (value := getattr(organization, name))} | changed


def _office(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    text = (
        f"Demonstration: an office of {organization.name} that gives legal aid to workers who were deceived."
    )
    values = _like(
        organization,
        country="UG",
        countries_of_work=[{"country": "UG", "roles": ["origin"]}, {"country": "KE", "roles": ["transit"]}],
        offers=[{"service": "legal-aid"}, {"service": "case-management"}],
        populations=["labour-migrants"],
        texts={"en": {"short": text}},
        website="https://office.example.org/",
    )
    return _register(session, people, f"{organization.name} – Uganda office", "en", values)


def _twin(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    text = "Demostración: la organización ya está en el directorio con el mismo sitio web."
    return _register(
        session, people, organization.name, "es", _like(organization, texts={"es": {"short": text}})
    )


def _unsafe(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    text = "Demonstration: our shelter for women is at 12 Example Street. Write to shelter@example.org."
    values = _like(organization, website="http://bit.ly/example", texts={"en": {"short": text}})
    return _register(session, people, f"Shelter of {organization.name}", "en", values)


def _edit(
    session: orm.Session, actor: Actor, organization: Organization, language: str, values: Values
) -> Case:
    revision = revisions.begin(session, actor, organization, language)
    revisions.save(session, actor, revision, values)
    return revisions.submit(session, actor, revision)


def _update(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    texts = {**organization.texts, "fr": {"short": "Démonstration : un texte plus court, en français."}}
    themes = [*organization.themes, *(t for t in ("asset-recovery",) if t not in organization.themes)]
    values = {
        "texts": texts,
        "themes": themes,
        "languages": [*dict.fromkeys([*organization.languages, "fr"])],
    }
    return _edit(session, _actor(session, people, FOCAL_POINT), organization, "fr", values)


def _rename(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    applicant = _actor(session, people, APPLICANT)
    memberships.join(session, OPERATOR, people[APPLICANT], organization.id, Part.EDITOR)
    applicant = replace(applicant, organizations={organization.id: Part.EDITOR.value})
    values = {
        "names": [*organization.names, {"value": f"{organization.name} (demonstration)", "type": "former"}],
        "website": "http://www.example.org/",
        "hotline": {"number": "+91 800 0000", "hours": "9–17", "languages": ["hi", "en"]},
    }
    return _edit(session, applicant, organization, "en", values)


def _trusted(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    profiles.revise(
        session,
        OPERATOR,
        organization,
        {"trust": Trust.VERIFIED, "is_claimable": False, "last_confirmed_at": now()},
    )
    memberships.join(session, OPERATOR, people[APPLICANT], organization.id, Part.EDITOR)
    applicant = replace(
        _actor(session, people, APPLICANT), organizations={organization.id: Part.EDITOR.value}
    )
    texts = {**organization.texts, "es": {"short": "Demostración: lo que cambió se publicó enseguida."}}
    return _edit(session, applicant, organization, "es", {"texts": texts})


def _claim(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    organization.is_claimable = True
    evidence = (
        "Demonstration: I am in charge of its communications; the page about its team names the office."
    )
    return claims.claim(session, _actor(session, people, APPLICANT), organization, "en", evidence)


def _report(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    text = (
        "Demonstration: this organization closed two years ago, and its website belongs to somebody else now."
    )
    return claims.request(session, ANYONE, organization, CaseKind.REPORT, text, "en")


def _removal(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    profiles.revise(session, OPERATOR, organization, {"safety": Safety.PROTECTED})
    text = "عرض توضيحي: نرجو حذف هذا المدخل، فنشر بلدنا يعرّض العاملين معنا للخطر."
    contact = "relay@demo.example.org"
    return claims.request(session, ANYONE, organization, CaseKind.REMOVAL, text, "ar", contact)


def _appeal(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    values = _like(organization, country="CA", website="https://chapter.example.org/")
    values["texts"] = {
        "en": {"short": "Demonstration: a chapter that looks into the financing of trafficking."}
    }
    case = _register(session, people, f"{organization.name} – Canada chapter", "en", values)
    colleague = _actor(session, people, COLLEAGUE)
    moderation.decide(session, colleague, case, Decision.DECLINE, template="duplicate")
    text = "Demonstration: the chapter is a body of its own, with its own board and its own register number."
    applicant = replace(
        _actor(session, people, APPLICANT), organizations={case.organization_id: Part.FOCAL_POINT.value}
    )
    return cases.appeal(session, applicant, case, text)


def _suggestion(session: orm.Session, people: Mapping[str, int], organization: Organization) -> Case:
    values = {"name": f"Friends of {organization.name}", "country": organization.country or COUNTRIES[-1]}
    why = "Demonstration: they accompany witnesses in trials against traffickers and are not listed yet."
    return suggesting.suggest(session, ANYONE, values, why, "en")


CASES: tuple[Callable[[orm.Session, Mapping[str, int], Organization], Case], ...] = (
    _office, _twin, _unsafe, _update, _rename, _trusted, _claim, _report, _removal, _appeal,
    _suggestion,
)  # fmt: skip
