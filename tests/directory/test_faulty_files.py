"""Faulty files: each fault is reported with its line and reason, and nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from hub.database import db
from hub.directory.commands import import_, import_files
from hub.directory.importing import Import, Outcome, Result
from hub.directory.models import Organization
from hub.directory.reading import Broken, read_rows
from hub.permissions import OPERATOR
from tests.directory.faulty import CORPUS, Faulty


def run(path: Path, dry_run: bool = False) -> tuple[list[Outcome], str]:
    found: list[Outcome] = []
    try:
        for outcomes in Import(OPERATOR, dry_run=dry_run).take(read_rows(path), "test"):
            found += outcomes
    except Broken as error:
        return found, str(error)
    return found, ""


def names() -> set[str]:
    return set(db.session.scalars(sa.select(Organization.name)))


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 40
    assert len({faulty.name for faulty in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("faulty", CORPUS, ids=lambda faulty: faulty.name)
def test_each_fault_is_named_and_the_rest_is_taken(app: Flask, tmp_path: Path, faulty: Faulty) -> None:
    path = tmp_path / faulty.name
    path.write_bytes(faulty.content)

    outcomes, breaks = run(path)

    reasons = [(one.line, reason.field, reason.why) for one in outcomes for reason in one.reasons]
    assert len(reasons) == len(faulty.faults), reasons
    for (line, field, why), (wanted_line, wanted_field, part) in zip(reasons, faulty.faults, strict=True):
        assert (line, field) == (wanted_line, wanted_field), why
        assert part in why
    assert (faulty.breaks in breaks) if faulty.breaks else not breaks
    created = [one for one in outcomes if one.result is Result.CREATED]
    if faulty.taken >= 0:
        assert len(created) == faulty.taken
        assert names() <= {"Casa Abierta", "Haus am Fluss", "Foyer du Nord"}
    assert len(names()) == len({one.id for one in created}) or faulty.taken < 0
    assert tuple(name for one in outcomes for name in one.left_out) == faulty.left_out


@pytest.mark.parametrize("faulty", CORPUS, ids=lambda faulty: faulty.name)
def test_a_dry_run_says_the_same_and_changes_nothing(app: Flask, tmp_path: Path, faulty: Faulty) -> None:
    path = tmp_path / faulty.name
    path.write_bytes(faulty.content)
    told = run(path, dry_run=True)
    assert not names()
    assert told == run(path)


def test_rows_before_a_break_are_kept(app: Flask, tmp_path: Path) -> None:
    cut = next(faulty for faulty in CORPUS if faulty.name == "cut-off.ndjson.gz")
    path = tmp_path / cut.name
    path.write_bytes(cut.content)
    outcomes, _breaks = run(path)
    assert 1000 < len(outcomes) < 20000
    assert [one.line for one in outcomes] == list(range(1, len(outcomes) + 1))


def test_the_exit_code_and_the_report_tell_what_happened(app: Flask, tmp_path: Path) -> None:
    chosen = {faulty.name: faulty for faulty in CORPUS}
    expected = {"people.ndjson": 0, "unknown-country.ndjson": 1, "cut-off.ndjson": 2}
    for name, code in expected.items():
        (tmp_path / name).write_bytes(chosen[name].content)
        with (tmp_path / "report").open("w+", encoding="utf-8") as report:
            summary = import_files(app, [tmp_path / name], quiet=True, report=report)
            report.seek(0)
            lines = [json.loads(line) for line in report]
        assert summary.exit_code == code
        assert len([line for line in lines if line["result"] != "broken"]) == summary.rows
    assert lines[-1]["result"] == "broken"


def test_a_report_that_cannot_be_written_is_said_in_words(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.cli.make_app", lambda: app)
    good = tmp_path / "good.csv"
    good.write_text("name\nCasa Abierta\n", encoding="utf-8")
    report = str(tmp_path / "absent" / "report")
    result = CliRunner().invoke(import_, ["--report", report, str(good)])
    assert result.exit_code == 1
    assert "No such file or directory" in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_report_never_takes_the_place_of_a_file_that_is_to_be_read(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.cli.make_app", lambda: app)
    good = tmp_path / "good.csv"
    good.write_text("name\nCasa Abierta\n", encoding="utf-8")
    result = CliRunner().invoke(import_, ["--report", str(good.parent / "." / "good.csv"), str(good)])
    assert result.exit_code == 2
    assert "take the place" in result.output
    assert good.read_text("utf-8") == "name\nCasa Abierta\n"


def test_a_folder_among_the_files_does_not_stop_the_others(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.cli.make_app", lambda: app)
    (tmp_path / "good.csv").write_text("name\nCasa Abierta\n", encoding="utf-8")
    result = CliRunner().invoke(import_, ["--quiet", str(tmp_path), str(tmp_path / "good.csv")])
    assert result.exit_code == 2
    assert "cannot be read" in result.output
    assert names() == {"Casa Abierta"}


def test_a_missing_file_is_said_in_words_and_the_others_are_read(app: Flask, tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_text("name\nCasa Abierta\n", encoding="utf-8")
    summary = import_files(app, [tmp_path / "absent.csv", tmp_path, good], quiet=True)
    assert summary.exit_code == 2
    assert [why for _file, why in summary.broken if "cannot be read" in why] == [
        why for _file, why in summary.broken
    ]
    assert names() == {"Casa Abierta"}


def test_in_a_list_on_one_line_items_are_told_by_their_number(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.cli.make_app", lambda: app)
    path, report = tmp_path / "list.json", tmp_path / "report"
    items = [{"id": "1", "name": "Foyer"}, {"id": "2"}, {"id": "1", "name": "Maison"}]
    path.write_text(json.dumps(items), "utf-8")
    result = CliRunner().invoke(import_, ["--report", str(report), str(path)])
    assert "list.json, item 2: name: is missing" in result.output
    assert "list.json, item 3: source_id: item 1 is about the same record, and differs" in result.output
    told = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    assert [(one["line"], one["item"]) for one in told] == [(1, 1), (1, 2), (1, 3)]
