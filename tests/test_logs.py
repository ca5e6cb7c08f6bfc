"""Logs name what failed and never what somebody searched for."""

from __future__ import annotations

import pytest
import structlog

from hub.logs import configure


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
