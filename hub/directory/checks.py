"""What a curator should look at in a proposed profile: found by rules, without asking any other server.

A finding is a hint, never a decision; what is found stands in the text for a curator to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.directory import vocabularies
from hub.directory.hosts import is_public_host
from hub.directory.lookalikes import looks_like, mixed_words
from hub.directory.matching import SHARED_HOSTS, keys_of
from hub.directory.models import MatchKey, Organization
from hub.directory.schemas import SHELTER
from hub.directory.sensitive import ADDRESS, EMAIL, PHONE, POSTCODE, SHELTER_WORDS
from hub.directory.states import Status

SHORTENERS = frozenset(
    [
        "bit.ly",
        "t.co",
        "tinyurl.com",
        "goo.gl",
        "ow.ly",
        "is.gd",
        "buff.ly",
        "rebrand.ly",
        "cutt.ly",
        "shorturl.at",
    ]
)
KEY_FIELDS = ("kind", "country", "themes", "texts", "website", "languages")
MOST_DUPLICATES = 10
SEVERAL = 500  # that share a key, such as the host of a university, are enough to look through


class Severity(StrEnum):
    """How much hangs on it: nothing but quality, trust, or somebody's safety."""

    NOTE = "note"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: the field, how grave, in words, and where it helps what was found or the other's id."""

    field: str
    severity: Severity
    text: str
    found: str = ""
    other_id: str | None = None


def findings(session: orm.Session, organization: Organization, values: Mapping[str, Any]) -> list[Finding]:
    """Look over the columns that would be published, gravest first, in the language in force."""
    found = [finding for check in CHECKS for finding in check(values)]
    found += [*_moved(organization, values), *_duplicates(session, organization, values)]
    found += _lookalikes(session, organization, values)
    return sorted(found, key=lambda one: list(Severity).index(one.severity), reverse=True)


def public_texts(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (field, text) of all that visitors read as prose or names."""
    for name in ("name", "pseudonym"):
        if values.get(name):
            yield name, values[name]
    yield from (("names", other["value"]) for other in values.get("names") or ())
    for parts in (values.get("texts") or {}).values():
        yield from (("texts", text) for text in parts.values() if text)
    yield from (("links", link["label"]) for link in values.get("links") or () if link.get("label"))
    if (values.get("hotline") or {}).get("hours"):
        yield "hotline", values["hotline"]["hours"]


def _empty(values: Mapping[str, Any]) -> Iterator[Finding]:
    for field in KEY_FIELDS:
        if values.get(field) in (None, "", [], {}):
            yield Finding(field, Severity.NOTE, _("Nothing is given here."))


def _personal(values: Mapping[str, Any]) -> Iterator[Finding]:
    patterns = (
        (EMAIL, _("A public text holds an e-mail address.")),
        (PHONE, _("A public text holds what may be a telephone number.")),
    )
    for field, text in public_texts(values):
        for pattern, words in patterns:
            if match := pattern.search(text):
                yield Finding(field, Severity.WARNING, words, match.group().strip())


def _places(values: Mapping[str, Any]) -> Iterator[Finding]:
    is_shelter = any(offer["service"] == SHELTER for offer in values.get("offers") or ())
    texts = list(public_texts(values))
    speaks_of_shelter = is_shelter or any(SHELTER_WORDS.search(text) for _field, text in texts)
    for field, text in texts:
        match = ADDRESS.search(text) or POSTCODE.search(text)
        if match is None:
            continue
        place = match.group().strip()
        if speaks_of_shelter:
            yield Finding(
                field, Severity.DANGER, _("A shelter is named together with what may be its address."), place
            )
        else:
            yield Finding(
                field, Severity.WARNING, _("A public text holds what may be a street address."), place
            )
    if not is_shelter and speaks_of_shelter:
        yield Finding(
            "offers", Severity.NOTE, _("A text speaks of a shelter, but no shelter is among the services.")
        )


def _links(values: Mapping[str, Any]) -> Iterator[Finding]:
    addresses = [("website", values["website"])] if values.get("website") else []
    addresses += [("links", link["url"]) for link in values.get("links") or ()]
    for field, address in addresses:
        yield from _link(field, address)
    yield from _foreign_mailbox(values)


def _link(field: str, address: str) -> Iterator[Finding]:
    host = _host(address)
    parents = {host.split(".", count)[-1] for count in range(host.count(".") + 1)}
    if not is_public_host(host):
        yield Finding(field, Severity.WARNING, _("The link cannot lead anywhere."), address)
    elif parents & SHORTENERS:
        yield Finding(field, Severity.WARNING, _("The link hides where it leads."), address)
    elif field == "website" and parents & SHARED_HOSTS:
        yield Finding(field, Severity.NOTE, _("The website is a page on a site that many share."), address)
    if urlsplit(address).scheme == "http":
        yield Finding(field, Severity.NOTE, _("The link is not encrypted."), address)
    if mixed_words(host) or "xn--" in host:
        yield Finding(
            field, Severity.WARNING, _("The link's host name holds letters that may deceive."), address
        )


def _foreign_mailbox(values: Mapping[str, Any]) -> Iterator[Finding]:
    host = (urlsplit(values.get("website") or "").hostname or "").removeprefix("www.")
    domain = (values.get("mailbox") or "").rpartition("@")[2].lower()
    if (
        host
        and domain
        and host != domain
        and not (host.endswith("." + domain) or domain.endswith("." + host))
    ):
        yield Finding("mailbox", Severity.NOTE, _("The mailbox is not at the domain of the website."), domain)


def _mixed(values: Mapping[str, Any]) -> Iterator[Finding]:
    for field in ("name", "legal_name", "pseudonym"):
        for word in mixed_words(values.get(field) or ""):
            yield Finding(field, Severity.WARNING, _("A word mixes letters of several scripts."), word)


def _moved(organization: Organization, values: Mapping[str, Any]) -> Iterator[Finding]:
    """A website on another host leads readers to somebody else, should who asks not speak for the organization."""
    old, new = (_host(address) for address in (organization.website, values.get("website")))
    if old and new and old != new:
        yield Finding("website", Severity.WARNING, _("The website moves to another site. Until now:"), old)


def _host(address: str | None) -> str:
    return (urlsplit(address or "").hostname or "").removeprefix("www.")


def _duplicates(
    session: orm.Session, organization: Organization, values: Mapping[str, Any]
) -> Iterator[Finding]:
    keyed = {name: values.get(name) for name in ("name", "country", "website")}
    probe = Organization(id=organization.id, identifiers=values.get("identifiers") or [], **keyed)
    pairs: Any = sa.tuple_(MatchKey.scheme, MatchKey.value)
    asked = sa.select(MatchKey.scheme, MatchKey.organization_id).where(pairs.in_(list(keys_of(probe))))
    alike: dict[str, set[str]] = {}
    for scheme, public_id in session.execute(asked.limit(SEVERAL)):
        alike.setdefault(scheme, set()).add(public_id)
    for scheme, ids in sorted(alike.items()):
        yield from _named(session, ids - {organization.id}, "name", Severity.WARNING, _alike(scheme))


def _alike(reason: str) -> str:
    if reason == "name":
        return str(_("Another entry has the same name in the same country."))
    if reason == "host":
        return str(_("Another entry has the same website."))
    return str(_("Another entry has the same number in a register."))


def _lookalikes(
    session: orm.Session, organization: Organization, values: Mapping[str, Any]
) -> Iterator[Finding]:
    read = looks_like(values.get("name") or "")
    if read is None:
        return
    countries = [*vocabularies.current().terms.get("country", {}), "--"]
    keys = [f"{code}:{read}" for code in countries]
    asked = sa.select(MatchKey.organization_id).where(MatchKey.scheme == "name", MatchKey.value.in_(keys))
    others = set(session.scalars(asked)) - {organization.id}
    yield from _named(
        session, others, "name", Severity.DANGER, _("The name looks like that of another entry.")
    )


def _named(
    session: orm.Session, ids: Iterable[str], field: str, severity: Severity, words: str
) -> Iterator[Finding]:
    asked = sa.select(Organization.id, Organization.name).where(
        Organization.id.in_(sorted(ids)), Organization.status != Status.ARCHIVED
    )
    for public_id, name in session.execute(asked.order_by(Organization.id).limit(MOST_DUPLICATES)):
        yield Finding(field, severity, words, name, public_id)


CHECKS: tuple[Callable[[Mapping[str, Any]], Iterator[Finding]], ...] = (
    _empty,
    _personal,
    _places,
    _links,
    _mixed,
)
