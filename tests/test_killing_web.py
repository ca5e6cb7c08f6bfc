"""A web server that is killed while people write loses nothing that was acknowledged, and leaves nothing half done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from bench.faults.kill_web import try_it
from bench.faults.whole import disagreements
from hub import outbox
from hub.database import transaction
from hub.directory.models import Organization


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_after_five_kills_all_that_was_acknowledged_is_there_once() -> None:
    figures = try_it(kills=5, seed=20)
    assert figures.kills == 5
    assert figures.acknowledged > 10
    assert figures.wrong == []


def test_the_drill_sees_what_is_half_done(add: Callable[..., Organization]) -> None:
    public_id = add().id
    assert disagreements() == []
    with transaction() as session:
        session.get_one(Organization, public_id).name = "Renamed"
    assert disagreements() == []
    with transaction() as session:
        session.execute(sa.delete(outbox.Job))
    assert disagreements() == [
        f"the index {name} lacks 1 changes that no job waits for" for name in ("embedded", "embedded-members")
    ]
