"""Taking rows into the directory: batches, each in one transaction, so that an import may stop anywhere and begin again.

A row is found again by its source and the record there, or by the hub's own id; its public id follows from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import db, transaction
from hub.directory import profiles
from hub.directory.entries import Entry, Reason, Records, Unreadable, read_entry
from hub.directory.ledger import Held, Ledger
from hub.directory.matching import flag, keys_of, pairs
from hub.directory.models import Organization, Source
from hub.directory.permissions import POLICY
from hub.directory.reading import Broken, Row
from hub.directory.states import Safety, Status, Trust
from hub.permissions import Actor, require

BATCH = 500  # rows
LABELS = {"url": "url", "licence": "licence", "date": "retrieved_on", "also_in": "also_in", "flags": "flags"}


class Result(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # it differs, but the organization has confirmed what is there
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row, why, what was left out of it, and the profiles it may repeat: (id, reasons).

    ``look_at`` names what was taken though it may be personal or an address; ``line`` and ``item`` are those of the row.
    """

    line: int
    result: Result
    id: str | None = None
    reasons: tuple[Reason, ...] = ()
    left_out: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    duplicates: tuple[tuple[str, tuple[str, ...]], ...] = ()
    item: int | None = None
    look_at: tuple[str, ...] = ()


class Import:
    """One run over one or more files; in a dry run nothing is written, and the outcomes are the same.

    Raises:
        Forbidden: the actor may not import.
    """

    def __init__(self, actor: Actor, *, dry_run: bool = False) -> None:
        require(POLICY, "profile:import", actor)
        self.actor = actor
        self.dry_run = dry_run
        self.ledger = Ledger()
        self.orphans: list[tuple[str, str]] = []  # (child, parent) where the parent may still come

    def take(self, rows: Iterable[Row], default_source: str) -> Iterator[list[Outcome]]:
        """Take the rows of a file, yielding the outcomes of each batch once it is committed.

        Raises:
            Broken: the rows break off; those before are taken.
        """
        records = Records()
        for batch in _batches(rows):
            outcomes = self._take([records.once(read_entry(row, default_source), row) for row in batch])
            yield [replace(one, item=row.item) for one, row in zip(outcomes, batch, strict=True)]

    def _take(self, entries: Sequence[Entry | Unreadable]) -> list[Outcome]:
        try:
            return self._take_at_once(entries)
        except (sa.exc.IntegrityError, sa.exc.DataError) as error:
            # One row that the database refuses must not stop the others: halve until it stands alone.
            if len(entries) == 1:
                reason = Reason("", _("the database refuses it: %(why)s", why=type(error.orig).__name__))
                return [
                    Outcome(entries[0].line, Result.REJECTED, reasons=(reason,), left_out=entries[0].left_out)
                ]
            middle = len(entries) // 2
            return [*self._take(entries[:middle]), *self._take(entries[middle:])]

    def _take_at_once(self, entries: Sequence[Entry | Unreadable]) -> list[Outcome]:
        if not self.dry_run:
            self.ledger = Ledger()
        with self._session() as session:
            good = [entry for entry in entries if isinstance(entry, Entry)]
            if good:
                self.ledger.look_up(session, good)
            settled = [self._settle(session, entry) for entry in entries]
            changed = [organization for _outcome, organization in settled if organization is not None]
            keys = {organization.id: list(keys_of(organization)) for organization in changed}
            self.ledger.holders.look_up(session, (key for several in keys.values() for key in several))
            met = {
                public_id: self.ledger.holders.meet(public_id, several) for public_id, several in keys.items()
            }
            if not self.dry_run:
                session.flush()
                flag(session, pairs(met))
        return [
            _with_duplicates(outcome, met.get(outcome.id or "", {})) for outcome, _organization in settled
        ]

    @contextmanager
    def _session(self) -> Iterator[orm.Session]:
        if not self.dry_run:
            with transaction() as session:
                yield session
            return
        try:
            yield db.session
        finally:
            db.session.rollback()
            db.session.expunge_all()

    def _settle(self, session: orm.Session, entry: Entry | Unreadable) -> tuple[Outcome, Organization | None]:
        """Decide about one row; gives the organization too where it is new or changed."""
        if isinstance(entry, Unreadable):
            return Outcome(entry.line, Result.REJECTED, reasons=entry.reasons, left_out=entry.left_out), None
        held = self.ledger.held(entry)
        other = self.ledger.holder_of_another(entry) if entry.own_id else None
        organization: Organization | None = None
        if other or not (entry.own_id or entry.record):
            why = (
                _("its record in the source belongs to profile %(id)s", id=other)
                if other
                else _("has no source")
            )
            return Outcome(
                entry.line, Result.REJECTED, reasons=(Reason("sources", why),), left_out=entry.left_out
            ), None
        if held is None:
            organization = self._create(session, entry)
            public_id, result = organization.id, Result.CREATED
        else:
            public_id, result = held.id, self._revise(session, entry, held)
            organization = held.organization if result is Result.UPDATED else None
        outcome = Outcome(
            entry.line,
            result,
            public_id,
            left_out=entry.left_out,
            unknown=entry.unknown,
            look_at=entry.look_at,
        )
        return outcome, organization

    def _create(self, session: orm.Session, entry: Entry) -> Organization:
        public_id = entry.own_id or self.ledger.free_id(session, entry.record or ("", ""))
        about = {"trust": Trust.LISTED, "is_claimable": True, **entry.about}
        status = about.pop("status", None) or Status.PUBLISHED
        given = {name: value for name, value in entry.values.items() if value not in (None, [], {})}
        values = {**given, **about, **self._parent(entry, public_id)}
        if self.dry_run:
            organization = Organization(id=public_id, **values)
        else:
            organization = profiles.create(session, self.actor, values, public_id=public_id, status=status)
            organization.sources = [_source(one, entry.fingerprint) for one in entry.sources]
        held = Held(public_id, entry.fingerprint, None if self.dry_run else organization)
        self.ledger.note(entry, held)
        return organization

    def _revise(self, session: orm.Session, entry: Entry, held: Held) -> Result:
        organization = held.organization
        if held.fingerprint == entry.fingerprint and not entry.own_id:
            return Result.UNCHANGED
        if organization is None:  # only in a dry run, of a row that stands twice in the files
            return Result.UPDATED
        values = {**_not_laxer(organization, entry.values), **self._parent(entry, organization.id)}
        is_changed = any(getattr(organization, name) != value for name, value in values.items())
        if is_changed and organization.trust is not Trust.LISTED:
            return Result.KEPT
        is_changed |= _sources_differ(organization, entry)
        if not self.dry_run:
            profiles.revise(session, self.actor, organization, values)
            _align_sources(organization, entry)
        held.fingerprint = entry.fingerprint
        return Result.UPDATED if is_changed else Result.UNCHANGED

    def _parent(self, entry: Entry, public_id: str) -> dict[str, str]:
        """The column of the parent, where it is stored already; others wait until all rows were read."""
        if entry.parent_id is None or entry.parent_id == public_id:
            return {}
        if entry.parent_id in self.ledger.stored:
            return {"parent_id": entry.parent_id}
        self.orphans.append((public_id, entry.parent_id))
        return {}

    def link(self) -> int:
        """Give the rows whose parents came later in the files their parents; returns how many never came."""
        missing = 0
        for start in range(0, 0 if self.dry_run else len(self.orphans), BATCH):
            wanted = dict(self.orphans[start : start + BATCH])
            with transaction() as session:
                ids = {*wanted, *wanted.values()}
                rows = session.scalars(sa.select(Organization).where(Organization.id.in_(sorted(ids))))
                found = {row.id: row for row in rows}
                for child, parent in wanted.items():
                    if child in found and parent in found:
                        profiles.revise(session, self.actor, found[child], {"parent_id": parent})
                    else:
                        missing += 1
        return missing


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Gather rows; when they break off, what was gathered comes first."""
    batch: list[Row] = []
    try:
        for row in rows:
            batch.append(row)
            if len(batch) >= BATCH:
                yield batch
                batch = []
    except Broken:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _not_laxer(organization: Organization, values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what would show more of a profile than its organization or a curator has allowed."""
    modes = list(Safety)
    kept = dict(values)
    if "safety" in kept and modes.index(kept["safety"]) < modes.index(organization.safety):
        del kept["safety"]
    if organization.audiences:
        kept.pop("audiences", None)
    return kept


def _source(one: Mapping[str, Any], fingerprint: str) -> Source:
    labels = {column: one[name] for name, column in LABELS.items() if name in one}
    return Source(source=one["source"], record=one["id"], fingerprint=fingerprint, **labels)


def _sources_differ(organization: Organization, entry: Entry) -> bool:
    held = {(one.source, one.record): one for one in organization.sources}
    for one in entry.sources:
        known = held.get((one["source"], one["id"]))
        if known is None or any(
            getattr(known, column) != one[name] for name, column in LABELS.items() if name in one
        ):
            return True
    return False


def _align_sources(organization: Organization, entry: Entry) -> None:
    held = {(one.source, one.record): one for one in organization.sources}
    for one in entry.sources:
        known = held.get((one["source"], one["id"]))
        if known is None:
            organization.sources.append(_source(one, entry.fingerprint))
        else:
            known.fingerprint = entry.fingerprint
            for name, column in LABELS.items():
                if name in one:
                    setattr(known, column, one[name])


def _with_duplicates(outcome: Outcome, met: Mapping[str, Sequence[str]]) -> Outcome:
    found = tuple((other, tuple(reasons)) for other, reasons in sorted(met.items()))
    return replace(outcome, duplicates=found) if found else outcome
