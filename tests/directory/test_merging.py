"""Two profiles made one, field by field, and taken apart again exactly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from hub.accounts.models import Membership
from hub.database import db, now, transaction
from hub.directory import claims, matching, merging, pairs, profiles, queries
from hub.directory.models import Duplicate, MatchKey, Merge, Organization, Source
from hub.directory.states import CaseKind, Safety, Status, Trust
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.permissions import ANYONE, OPERATOR
from tests.directory.acting import fresh, loaded, person, within

Add = Callable[..., Organization]


@pytest.fixture
def two(add: Add) -> tuple[str, str]:
    kept = add(
        "Refugio", country="MX", themes=["forced-labour"], texts={"es": {"short": "Apoyo"}}, website="https://a.example.org/",
        offers=[{"service": "legal-aid", "is_direct": True}], indexed=False,
    )  # fmt: skip
    merged = add(
        "El Refugio", country="MX", themes=["sexual-exploitation", "forced-labour"], founded=1999, safety=Safety.CAREFUL,
        texts={"es": {"short": "Otro"}, "en": {"short": "Help"}}, trust=Trust.CONFIRMED,
        offers=[{"service": "legal-aid", "is_direct": False}, {"service": "housing", "is_direct": True}], indexed=False,
    )  # fmt: skip
    child = add("Child", parent_id=merged.id, indexed=False)
    with transaction() as session:
        session.add(Source(organization_id=merged.id, source="ror", record="1"))
        matching.flag(
            session,
            {tuple(sorted((kept.id, merged.id))): ["name"], tuple(sorted((child.id, merged.id))): ["host"]},
        )  # type: ignore[dict-item]
    person(organization=merged.id, part="editor")
    return kept.id, merged.id


def merge(public_ids: tuple[str, str], actor: Any = None, **chosen: str) -> int:
    with transaction() as session:
        kept, merged = (session.get_one(Organization, one) for one in public_ids)
        made = merging.merge(session, actor or person_curator(), kept, merged, chosen)
        session.flush()
        return made.id


def person_curator() -> Any:
    from hub.permissions import Actor

    return Actor("user:900", frozenset({"curator"}), 900)


def state() -> dict[str, Any]:
    db.session.expire_all()
    names = (*profiles.COLUMNS, "status")
    tables: dict[str, Any] = {
        "organizations": {
            one.id: {name: getattr(one, name) for name in names}
            for one in db.session.scalars(sa.select(Organization))
        }
    }
    for table in (Source.__table__, Membership.__table__, Duplicate.__table__, MatchKey.__table__):
        columns = [column for column in table.columns if column.name != "since"]
        tables[table.name] = sorted(map(repr, db.session.execute(sa.select(*columns))))
    return tables


def test_the_choices_advise_to_unite_lists_and_fill_gaps(two: tuple[str, str]) -> None:
    kept, merged = (fresh(Organization, one) for one in two)
    sides = {one.field: one.side for one in merging.choices(kept, merged, "en")}
    assert sides == {
        "name": "kept",
        "themes": "both",
        "offers": "both",
        "texts": "both",
        "website": "kept",
        "founded": "merged",
    }


def test_a_merge_takes_what_was_chosen_and_moves_what_belongs(two: tuple[str, str]) -> None:
    merge(two, name="merged")
    kept, merged = (fresh(Organization, one) for one in two)
    assert (kept.name, kept.founded, kept.safety, kept.trust) == (
        "El Refugio",
        1999,
        Safety.CAREFUL,
        Trust.CONFIRMED,
    )
    assert kept.themes == ["forced-labour", "sexual-exploitation"]
    assert [one["service"] for one in kept.offers] == ["legal-aid", "housing"]
    assert kept.offers[0]["is_direct"]
    assert kept.texts == {"es": {"short": "Apoyo"}, "en": {"short": "Help"}}
    assert merged.status is Status.ARCHIVED
    assert db.session.scalars(sa.select(Source.organization_id)).all() == [kept.id]
    assert db.session.scalars(sa.select(Membership.organization_id)).all() == [kept.id]
    child = db.session.scalars(sa.select(Organization).where(Organization.name == "Child")).one()
    assert child.parent_id == kept.id
    pair = db.session.scalars(sa.select(Duplicate)).one()
    assert {pair.first_id, pair.second_id} == {child.id, kept.id}
    assert not db.session.scalars(sa.select(MatchKey).where(MatchKey.organization_id == merged.id)).all()


def test_old_ids_lead_to_the_one_kept_through_later_merges(two: tuple[str, str], add: Add) -> None:
    third = add("Third", indexed=False)
    assert merging.successor(db.session, two[1]) is None
    merge(two)
    merge((third.id, two[0]))
    assert merging.successor(db.session, two[1]) == third.id
    assert merging.successor(db.session, third.id) is None
    with pytest.raises(NotFound):
        queries.profile(two[1])


def test_undoing_restores_both_exactly(two: tuple[str, str]) -> None:
    before = state()
    number = merge(two, name="merged", themes="merged")
    assert state() != before
    with loaded(Merge, number) as (session, record):
        assert merging.undo(session, person_curator(), record) == []
    assert state() == before
    assert merging.successor(db.session, two[1]) is None
    with loaded(Merge, number) as (session, record), pytest.raises(Conflict):
        merging.undo(session, person_curator(), record)
    merge(two)


def test_what_changed_since_the_merge_stays(two: tuple[str, str]) -> None:
    number = merge(two, name="merged")
    with loaded(Organization, two[0]) as (session, kept):
        profiles.revise(session, OPERATOR, kept, {"name": "Newer"})
    with loaded(Merge, number) as (session, record):
        assert merging.undo(session, person_curator(), record) == ["name"]
    assert fresh(Organization, two[0]).name == "Newer"
    assert fresh(Organization, two[0]).founded is None


def test_after_thirty_days_a_merge_stays(two: tuple[str, str]) -> None:
    number = merge(two)
    with loaded(Merge, number) as (session, record):
        assert [one.id for one in merging.merges(session, person_curator())] == [number]
        record.merged_at = now() - timedelta(days=31)
    with loaded(Merge, number) as (session, record), pytest.raises(Conflict):
        merging.undo(session, person_curator(), record)
    assert merging.merges(db.session, person_curator()) == []


def test_a_merge_waits_until_open_cases_are_decided(two: tuple[str, str]) -> None:
    with loaded(Organization, two[1]) as (session, organization):
        claims.request(session, ANYONE, organization, CaseKind.REPORT, "Wrong.", "en")
    with pytest.raises(Conflict):
        merge(two)


@pytest.mark.parametrize(
    "chosen", [{"name": "both"}, {"no": "kept"}, {"name": "mine"}, {"parent_id": "merged"}]
)
def test_a_choice_that_there_is_not_is_refused(two: tuple[str, str], chosen: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        merge(two, **chosen)


def test_only_an_impartial_curator_merges(two: tuple[str, str]) -> None:
    for actor in (ANYONE, person(), person("administrator"), person(organization=two[0]), within(person_curator(), two[0]),
                  within(person_curator(), two[1])):  # fmt: skip
        with pytest.raises(Forbidden):
            merge(two, actor)
    for verb in (pairs.candidates, merging.merges):
        with pytest.raises(Forbidden):
            verb(db.session, person())


def test_candidates_are_listed_with_reasons_until_dismissed(two: tuple[str, str]) -> None:
    curator = person_curator()
    found = pairs.candidates(db.session, curator)
    assert sorted(one.reasons for one in found) == [("host",), ("name",)]
    with transaction() as session:
        pairs.dismiss(session, curator, *two)
        with pytest.raises(NotFound):
            pairs.dismiss(session, curator, two[0], "z" * 10)
    assert [one.reasons for one in pairs.candidates(db.session, curator)] == [("host",)]
