"""Logs name what failed and never what somebody searched for."""

from __future__ import annotations

import traceback

import pytest
import sqlalchemy as sa
import structlog
from flask import Flask

from hub.database import transaction
from hub.logs import configure
from hub.outbox import Lane


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_holds_no_values_of_variables(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(form, "error")

    def search(q: str) -> None:
        raise ValueError("it broke")

    try:
        search("a secret " + "question")
    except ValueError:
        structlog.get_logger().error("failed", exc_info=True)
    said = capsys.readouterr().err
    assert "it broke" in said
    assert "secret question" not in said


def test_an_error_of_the_database_tells_nothing_of_the_row(app: Flask) -> None:
    lane = {"name": "ana@example.org", "failures": 0}
    with pytest.raises(sa.exc.IntegrityError) as caught, transaction() as session:
        session.execute(sa.insert(Lane), [lane])
        session.execute(sa.insert(Lane), [lane])
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value.orig)
    assert "lane" in told
    assert "ana@example.org" not in told
