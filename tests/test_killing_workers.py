"""Workers that are killed again and again lose no job and no mail."""

from __future__ import annotations

import pytest

from bench.faults.kill_worker import try_it


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_after_six_kills_every_job_is_done_and_every_mail_has_arrived() -> None:
    figures = try_it(kills=6, seed=20, rows=100)
    assert figures.kills == 6
    assert figures.mails > 0
    assert figures.wrong == []
