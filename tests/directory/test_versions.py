"""A profile's version changes with all that is shown of it, so that what was loaded may be kept without going stale."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db, transaction
from hub.directory import profiles, queries
from hub.directory.models import Organization, Source
from hub.permissions import OPERATOR

Add = Callable[..., Organization]


def version(public_id: str) -> str:
    db.session.expire_all()
    return queries.profile(public_id).version


def test_a_revision_gives_a_new_version_and_is_seen_at_once(add: Add) -> None:
    made = add("Refugio del Sur")
    before = version(made.id)
    with transaction() as session:
        profiles.revise(
            session, OPERATOR, session.get_one(Organization, made.id), {"name": "Refugio del Norte"}
        )
    assert version(made.id) != before
    assert queries.profile(made.id).name == "Refugio del Norte"


def test_a_revision_that_changes_nothing_keeps_the_version(add: Add) -> None:
    made = add("Refugio del Sur")
    before = version(made.id)
    with transaction() as session:
        profiles.revise(
            session, OPERATOR, session.get_one(Organization, made.id), {"name": "Refugio del Sur"}
        )
    assert version(made.id) == before


def test_a_source_added_changed_or_taken_away_gives_a_new_version(add: Add) -> None:
    made = add()
    seen = [version(made.id)]
    with transaction() as session:
        session.add(Source(organization_id=made.id, source="ror", record="https://ror.org/1"))
    seen.append(version(made.id))
    with transaction() as session:
        session.scalars(sa.select(Source)).one().licence = "CC0"
    seen.append(version(made.id))
    assert queries.profile(made.id).sources[0]["licence"] == "CC0"
    with transaction() as session:
        session.delete(session.scalars(sa.select(Source)).one())
    seen.append(version(made.id))
    assert len(set(seen)) == 4
    assert queries.profile(made.id).sources == ()


def test_what_was_read_in_a_failed_transaction_is_not_kept(add: Add) -> None:
    made = add("Refugio del Sur")
    with pytest.raises(ZeroDivisionError), transaction() as session:
        profiles.revise(session, OPERATOR, session.get_one(Organization, made.id), {"name": "Never seen"})
        session.flush()
        assert queries.profile(made.id).name == "Never seen"
        1 / 0  # noqa: B018
    assert queries.profile(made.id).name == "Refugio del Sur"


def test_a_profile_seen_before_takes_one_statement(
    app: Flask, add: Add, statements: Callable[[], object]
) -> None:
    made = add()
    queries.profile(made.id)
    with statements() as counted:  # type: ignore[attr-defined]
        queries.profile(made.id)
    assert counted.count == 1


def test_a_hidden_profile_is_gone_at_once(add: Add) -> None:
    made = add()
    queries.profile(made.id)
    with transaction() as session:
        profiles.move(session, OPERATOR, session.get_one(Organization, made.id), "hide", "asked")
    assert queries.profiles([made.id]) == []
