"""An import that is killed again and again leaves what an undisturbed one leaves."""

from __future__ import annotations

import pytest

from bench.faults.kill_import import try_it


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_after_eight_kills_nothing_is_missing_and_nothing_is_there_twice() -> None:
    figures = try_it(kills=8, rows=400, seed=20, per_round=4)
    assert figures.kills == 8
    assert figures.wrong == []
