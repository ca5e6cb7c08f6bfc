"""Finding profiles that may be the same organization: shared name and country, website host or identifier."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy import event, orm

from hub.directory.models import Duplicate, MatchKey, Organization
from hub.folding import fold

Key = tuple[str, str]  # scheme, value
PORTION = 10_000  # pairs in one statement
LONGEST = 400  # of MatchKey.value
KEYED = ("name", "country", "website", "identifiers")  # columns that the keys are made from
ID = "id:"  # before the scheme of an identifier

# Hosts under which many organizations have a page each: sharing one says nothing.
SHARED_HOSTS = frozenset(
    """
    about.me academia.edu angelfire.com bit.ly blogger.com blogspot.com business.site charity.org.uk drive.google.com
    facebook.com fb.com fb.me flickr.com github.com github.io google.com gofundme.com hpage.com instagram.com jimdo.com
    jimdofree.com justgiving.com linkedin.com linktr.ee livejournal.com medium.com meetup.com ning.com ok.ru orcid.org
    patreon.com pinterest.com ror.org sites.google.com squarespace.com strikingly.com substack.com t.me telegram.me
    tiktok.com tripod.com tumblr.com twitter.com vk.com wa.me wattpad.com webnode.com webs.com weebly.com weixin.qq.com
    whatsapp.com wikidata.org wikipedia.org wix.com wixsite.com wordpress.com x.com yolasite.com youtu.be youtube.com
    """.split()  # noqa: SIM905 - seventy quoted names read worse
)


def keys_of(organization: Organization) -> Iterator[Key]:
    """Yield the keys under which an organization may be found again, each once."""
    yield from dict.fromkeys(_keys(organization))


@event.listens_for(orm.Session, "after_flush")
def _follow(session: orm.Session, context: Any) -> None:
    """Keep the keys level with the profiles of a flush, in the same transaction, in two statements for all of them."""
    new = [thing for thing in session.new if isinstance(thing, Organization)]
    changed = [thing for thing in session.dirty if isinstance(thing, Organization) and _is_renamed(thing)]
    connection = session.connection()
    if changed:
        ids = [organization.id for organization in changed]
        connection.execute(sa.delete(MatchKey).where(MatchKey.organization_id.in_(ids)))
    rows = [
        {"organization_id": organization.id, "scheme": scheme, "value": value}
        for organization in (*new, *changed)
        for scheme, value in keys_of(organization)
    ]
    if rows:
        connection.execute(sa.insert(MatchKey), rows)


def _is_renamed(organization: Organization) -> bool:
    attributes = sa.inspect(organization).attrs
    return any(attributes[name].history.has_changes() for name in KEYED)


def _keys(organization: Organization) -> Iterator[Key]:
    name = fold(organization.name)
    if name:
        yield "name", _cut(f"{organization.country or '--'}:{name}")
    host = host_of(organization.website)
    if host:
        yield "host", _cut(host)
    for identifier in organization.identifiers or ():
        value = "".join(c for c in identifier["value"].casefold() if c.isalnum())
        if value:
            yield ID + identifier["scheme"][: 40 - len(ID)], _cut(value)


def _cut(value: str) -> str:
    """Fit a value into its column; what is cut off lives on in a digest, so that long values stay apart."""
    if len(value) <= LONGEST:
        return value
    digest = hashlib.sha256(value.encode(errors="replace")).hexdigest()
    return value[: LONGEST - len(digest)] + digest


def host_of(address: str | None) -> str | None:
    """The host of a web address without ``www.``; None where many organizations share it or there is none."""
    try:
        host = (urlsplit(address or "").hostname or "").rstrip(".")
        host = host.encode("idna").decode("ascii").lower().removeprefix("www.")
    except (UnicodeError, ValueError):
        return None
    parents = {host.split(".", count)[-1] for count in range(host.count(".") + 1)}
    return None if not host or parents & SHARED_HOSTS else host


def portions(several: Iterable[Key]) -> Iterator[list[Key]]:
    """Cut pairs into lists that one statement can ask for: databases bound the number of its parameters."""
    ordered = sorted(several)
    for start in range(0, len(ordered), PORTION):
        yield ordered[start : start + PORTION]


class Holders:
    """Which profiles hold a key: for each key the smallest id and, to tell a profile from itself, the largest.

    Pairing with one holder keeps 500 departments that share a host at 499 pairs; the smallest id is the same whenever
    and in however many pieces an import runs.
    """

    def __init__(self) -> None:
        self._held: dict[Key, tuple[str, str]] = {}

    def look_up(self, session: orm.Session, keys: Iterable[Key]) -> None:
        """Learn who holds these keys, in one statement unless they are very many; what is known already stays known."""
        least, most = sa.func.min(MatchKey.organization_id), sa.func.max(MatchKey.organization_id)
        for portion in portions(set(keys) - self._held.keys()):
            rows = session.execute(
                sa.select(MatchKey.scheme, MatchKey.value, least, most)
                .where(sa.tuple_(MatchKey.scheme, MatchKey.value).in_(portion))
                .group_by(MatchKey.scheme, MatchKey.value)
            )
            self._held.update({(scheme, value): (first, last) for scheme, value, first, last in rows})

    def meet(self, public_id: str, keys: Iterable[Key]) -> dict[str, list[str]]:
        """Name the other profiles that hold keys of this one, with the reasons, and remember this one as a holder."""
        met: dict[str, list[str]] = {}
        for key in keys:
            held = self._held.get(key)
            other = next((one for one in held or () if one != public_id), None)
            if other is not None:
                met.setdefault(other, []).append(key[0])
            ids = (public_id, *(held or ()))
            self._held[key] = (min(ids), max(ids))
        return {other: sorted(reasons) for other, reasons in met.items()}


def find_duplicates(session: orm.Session, organizations: Sequence[Organization]) -> dict[Key, list[str]]:
    """Find pairs (smaller id, larger id) of which one is given, with the reasons; one statement for all of them."""
    keys = {organization.id: list(keys_of(organization)) for organization in organizations}
    holders = Holders()
    holders.look_up(session, (key for several in keys.values() for key in several))
    return pairs({public_id: holders.meet(public_id, several) for public_id, several in keys.items()})


def pairs(met: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[Key, list[str]]:
    """Turn profile -> other -> reasons into ordered pair -> reasons."""
    found: dict[Key, set[str]] = {}
    for one, others in met.items():
        for other, reasons in others.items():
            found.setdefault((min(one, other), max(one, other)), set()).update(reasons)
    return {pair: sorted(reasons) for pair, reasons in found.items()}


def flag(session: orm.Session, found: Mapping[Key, Sequence[str]]) -> None:
    """Note pairs for a curator; reasons add up, and what a curator dismissed stays dismissed."""
    held: dict[Key, Duplicate] = {}
    for portion in portions(found):
        column: Any = sa.tuple_(Duplicate.first_id, Duplicate.second_id)
        noted = session.scalars(sa.select(Duplicate).where(column.in_(portion)))
        held.update({(one.first_id, one.second_id): one for one in noted})
    for (first, second), reasons in sorted(found.items()):
        known = held.get((first, second))
        if known is None:
            session.add(Duplicate(first_id=first, second_id=second, reasons=list(reasons)))
        elif known.dismissed_at is None and not set(reasons) <= set(known.reasons):
            known.reasons = sorted({*known.reasons, *reasons})
