"""What the directory holds of the rows at hand, learned in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory.entries import Entry, id_for
from hub.directory.matching import Holders, portions
from hub.directory.models import Organization, Source


@dataclass(slots=True)
class Held:
    """A profile that an entry is about; without ``organization`` where nothing of it was needed, or in a dry run."""

    id: str
    fingerprint: str | None = None
    organization: Organization | None = None


class Ledger:
    """Knows which profiles hold the records, ids and match keys of a batch; in a dry run also of earlier batches."""

    def __init__(self) -> None:
        self.by_record: dict[tuple[str, str], Held] = {}
        self.by_id: dict[str, Held] = {}
        self.stored: set[str] = set()
        self.holders = Holders()

    def look_up(self, session: orm.Session, entries: Sequence[Entry]) -> None:
        """Find the profiles that the entries are about, and load those that may have to change."""
        self._find_records(session, entries)
        self._find_ids(session, entries)
        changing = {
            held.id
            for entry in entries
            if (held := self.held(entry)) and (entry.own_id or held.fingerprint != entry.fingerprint)
        }
        loaded = session.scalars(
            sa.select(Organization)
            .where(Organization.id.in_(sorted(changing & self.stored)))
            .options(orm.selectinload(Organization.sources))
        )
        for organization in loaded:
            self.by_id[organization.id].organization = organization

    def _find_records(self, session: orm.Session, entries: Sequence[Entry]) -> None:
        records = {
            (one["source"], one["id"]) for entry in entries for one in entry.sources
        } - self.by_record.keys()
        for portion in portions(records):
            column: Any = sa.tuple_(Source.source, Source.record)
            rows = session.execute(
                sa.select(Source.source, Source.record, Source.organization_id, Source.fingerprint).where(
                    column.in_(portion)
                )
            )
            for source, record, public_id, fingerprint in rows:
                held = self.by_id.setdefault(public_id, Held(public_id))
                held.fingerprint = fingerprint
                self.by_record[source, record] = held
                self.stored.add(public_id)

    def _find_ids(self, session: orm.Session, entries: Sequence[Entry]) -> None:
        wanted = {entry.own_id for entry in entries} | {entry.parent_id for entry in entries}
        wanted |= {id_for(*entry.record) for entry in entries if entry.record and not entry.own_id}
        rows = session.scalars(
            sa.select(Organization.id).where(Organization.id.in_(wanted - self.stored - {None}))
        )
        for public_id in rows:
            self.by_id.setdefault(public_id, Held(public_id))
            self.stored.add(public_id)

    def held(self, entry: Entry) -> Held | None:
        """The profile that an entry is about, if there is one."""
        if entry.own_id:
            return self.by_id.get(entry.own_id)
        return self.by_record.get(entry.record) if entry.record else None

    def holder_of_another(self, entry: Entry) -> str | None:
        """The id of another profile that a record of this entry belongs to already."""
        for one in entry.sources:
            held = self.by_record.get((one["source"], one["id"]))
            if held and held.id != entry.own_id:
                return held.id
        return None

    def free_id(self, session: orm.Session, record: tuple[str, str]) -> str:
        """The id that follows from a record; should another record have it, the next that follows."""
        attempt = 0
        while True:
            public_id = id_for(*record, attempt)
            if public_id not in self.by_id and (not attempt or session.get(Organization, public_id) is None):
                return public_id
            attempt += 1

    def note(self, entry: Entry, held: Held) -> None:
        """Remember a profile that this batch has added."""
        self.by_id[held.id] = held
        for one in entry.sources:
            self.by_record[one["source"], one["id"]] = held
