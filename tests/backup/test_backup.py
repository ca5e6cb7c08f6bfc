"""A backup brings every row back as it was, into a database of either kind; a damaged one changes nothing."""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import create_app
from hub.backup import archive
from hub.backup.archive import Damaged, reading
from hub.backup.restoring import restore
from hub.backup.rows import lines, tables_of
from hub.backup.saving import save
from hub.config import Config
from hub.database import db, now, transaction
from hub.directory.models import Duplicate, LogEntry, Organization, Source
from hub.directory.states import Status
from hub.errors import Conflict
from hub.outbox.models import Job, Lane, Presence
from hub.setup import alembic_config
from tests.databases import create_database, drop_database
from tests.test_migrations import run

Add = Callable[..., Organization]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
times = st.datetimes(timezones=st.just(UTC))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def dump() -> dict[str, bytes]:
    """All tables, as lines."""
    with db.engine.connect() as connection:
        return {table.name: b"".join(lines(connection, table)) for table in tables_of(connection)}


@contextmanager
def empty_hub(folder: Path, kind: str) -> Iterator[Flask]:
    """A hub without even tables, on either kind of database."""
    name = f"hub_test_{hashlib.sha1(str(folder).encode()).hexdigest()[:12]}"
    url = create_database(name) if kind == "postgresql" else ""
    app = create_app(Config(data_dir=folder, database_url=url, log_level="error"))
    try:
        with app.app_context():
            yield app
            db.session.rollback()
            db.engine.dispose()
    finally:
        if url:
            drop_database(name)


@pytest.fixture
def odd(add: Add) -> None:
    """Rows that are easily spoilt on the way."""
    add(
        "Ünïcødé 🦊 مؤسسة\n\t\"'\\", id="zzzzzzzzzz", texts={"en": {"short": ""}}, names=[], founded=2**31 - 1
    )
    add("Child", id="0000000000", parent_id="zzzzzzzzzz", hotline=None, legal_name="", indexed=False)
    add("Hidden", id="aaaaaaaaaa", status=Status.HIDDEN, hotline={"number": "0", "big": 2**70, "none": None})
    with transaction() as session:
        session.add(Source(organization_id="0000000000", source="s", record="é", also_in=["a", "b"]))
        session.add(Duplicate(first_id="0000000000", second_id="zzzzzzzzzz", reasons=["name"]))
        session.add(
            LogEntry(actor="x", action="y", organization_id="0" * 10, at=datetime(1969, 7, 20, tzinfo=UTC))
        )


@pytest.fixture
def saved(app: Flask, odd: None, tmp_path: Path) -> Path:
    """A backup of the odd rows."""
    path = tmp_path / "saved.zip"
    assert save(app.config["HUB"], path) == sum(text.count(b"\n") for text in dump().values())
    return path


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_saved_comes_back_byte_for_byte_on_either_database(
    app: Flask, saved: Path, tmp_path: Path, kind: str
) -> None:
    before = dump()
    assert before["job"], "also what waits in the outbox"
    with empty_hub(tmp_path / "other", kind) as other:
        with reading(saved) as backup:
            restore(other.config["HUB"], backup)
        assert dump() == before
        assert Organization.metadata.tables.keys() >= before.keys()
        with transaction() as session:
            session.add(LogEntry(actor="new", action="y", organization_id="0" * 10))
            session.flush()
        assert (
            db.session.scalar(sa.select(sa.func.count()).select_from(LogEntry))
            == before["log_entry"].count(b"\n") + 1
        )
        again = tmp_path / "again.zip"
        save(other.config["HUB"], again)
    with reading(again) as backup:
        restore(app.config["HUB"], backup, replace=True)
    after = dump()
    assert after.pop("log_entry").startswith(before.pop("log_entry"))
    assert after == before


def test_references_are_checked_as_ever_after_a_restore(saved: Path, tmp_path: Path, database: str) -> None:
    with empty_hub(tmp_path / "other", database) as other:
        with reading(saved) as backup:
            restore(other.config["HUB"], backup)
        with pytest.raises(sa.exc.IntegrityError), transaction() as session:
            session.execute(sa.update(Organization).values(parent_id="9" * 10))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=texts, held=st.dictionaries(texts, values, max_size=3), at=times)
def test_any_text_number_and_time_survives(
    app: Flask, tmp_path: Path, name: str, held: dict[str, Any], at: datetime
) -> None:
    with transaction() as session:
        session.execute(sa.delete(Organization))
        session.add(
            Organization(
                id="1" * 10,
                status=Status.DRAFT,
                name="x" + name,
                hotline=held,
                legal_name=name,
                updated_at=at,
            )
        )
    before = dump()
    path = tmp_path / "one.zip"
    path.unlink(missing_ok=True)
    save(app.config["HUB"], path)
    with reading(path) as backup:
        restore(app.config["HUB"], backup, replace=True)
    assert dump() == before
    db.session.expunge_all()
    found = db.session.get(Organization, "1" * 10)
    assert found is not None
    assert (found.hotline, found.legal_name, found.updated_at) == (held, name, at)
    db.session.rollback()


def test_a_backup_is_of_one_moment(
    app: Flask, add: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("First")
    added: list[str] = []

    def add_meanwhile(count: int) -> None:
        if not added:
            added.append("Second")
            with transaction() as session:
                session.add(Organization(id="2" * 10, status=Status.DRAFT, name="Second"))

    path = tmp_path / "one.zip"
    save(app.config["HUB"], path, progress=add_meanwhile)
    with reading(path) as backup:
        assert [row["name"] for row in backup.rows("organization")] == ["First"]


def test_a_hub_that_holds_something_is_not_overwritten(app: Flask, saved: Path, add: Add) -> None:
    before = dump()
    with reading(saved) as backup, pytest.raises(Conflict, match="--replace"):
        restore(app.config["HUB"], backup)
    assert dump() == before


def test_an_older_backup_is_brought_up_to_date_and_a_newer_one_refused(
    app: Flask, saved: Path, tmp_path: Path
) -> None:
    revisions = [one.revision for one in ScriptDirectory.from_config(alembic_config()).walk_revisions()]
    before = dump()
    db.session.rollback()
    run(db.engine, "downgrade", revisions[-1])
    old = tmp_path / "old.zip"
    save(app.config["HUB"], old)
    with reading(old) as backup:
        assert backup.manifest.revision == revisions[-1]
        restore(app.config["HUB"], backup, replace=True)
    assert dump()["source"] == before["source"]
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == revisions[0]
    rewrite(saved, lambda manifest, members: manifest.update(revision="9999"))
    with pytest.raises(Damaged, match="newer version"), reading(saved) as backup:
        restore(app.config["HUB"], backup, replace=True)


def test_files_and_the_key_come_along_where_they_should(app: Flask, tmp_path: Path) -> None:
    config: Config = app.config["HUB"]
    (config.data_dir / "logos").mkdir()
    (config.data_dir / "logos" / "a.png").write_bytes(b"\x89PNG\x00")
    save(config, tmp_path / "plain.zip")
    save(config, tmp_path / "secret.zip", with_secret=True)
    assert "secret-key" not in zipfile.ZipFile(tmp_path / "plain.zip").namelist()
    assert (tmp_path / "secret.zip").stat().st_mode & 0o077 == 0
    with empty_hub(tmp_path / "other", "sqlite") as other:
        with reading(tmp_path / "secret.zip") as backup:
            restore(other.config["HUB"], backup)
        folder = other.config["HUB"].data_dir
        assert (folder / "logos" / "a.png").read_bytes() == b"\x89PNG\x00"
        assert (folder / "secret-key").read_bytes() == (config.data_dir / "secret-key").read_bytes()
        assert not list(folder.glob(".restore-*"))


def rewrite(
    path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], Any], recount: bool = False
) -> None:
    """Write a backup anew with changes, its digests made to fit where ``recount`` says so."""
    with zipfile.ZipFile(path) as held:
        members = {name: held.read(name) for name in held.namelist()}
    manifest = json.loads(members.pop(archive.MANIFEST))
    change(manifest, members)
    if recount:
        for name, content in members.items():
            rows = content.count(b"\n") if name.startswith("tables/") else None
            manifest["members"][name] = {
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "rows": rows,
            }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
        made.writestr(archive.MANIFEST, json.dumps(manifest))


TERMS = "tables/term.ndjson"
HARM: dict[str, tuple[Callable[[dict[str, Any], dict[str, bytes]], Any], bool]] = {
    "a member missing": (lambda manifest, members: members.pop(TERMS), False),
    "a table missing": (lambda manifest, members: (members.pop(TERMS), manifest["members"].pop(TERMS)), False),
    "one too many": (lambda manifest, members: members.update(more=b""), False),
    "another content": (lambda manifest, members: members.update({TERMS: members[TERMS].replace(b"a", b"b")}), False),
    "a way out": (lambda manifest, members: members.update({"files/../../evil": b"x"}), True),
    "a way out by the root": (lambda manifest, members: members.update({"/etc/passwd": b"x"}), True),
    "a hidden file": (lambda manifest, members: members.update({"files/logos/.evil": b"x"}), True),
    "a bomb": (lambda manifest, members: members.update({TERMS: b"\n" * (40 << 20)}), True),
    "no JSON": (lambda manifest, members: members.update({TERMS: members[TERMS] + b"{\n"}), True),
    "no object": (lambda manifest, members: members.update({TERMS: members[TERMS] + b"1\n"}), True),
    "another column": (lambda manifest, members: members.update({TERMS: members[TERMS] + b'{"x": 1}\n'}), True),
    "a row twice": (lambda manifest, members: members.update({TERMS: members[TERMS] + members[TERMS].splitlines(True)[0]}), True),
    "no such time": (lambda manifest, members: members.update({"tables/log_entry.ndjson": members["tables/log_entry.ndjson"].replace(b"1969-", b"19x9-")}), True),
    "nobody's child": (lambda manifest, members: members.update({"tables/organization.ndjson": members["tables/organization.ndjson"].replace(b'"parent_id": "zzzzzzzzzz"', b'"parent_id": "nnnnnnnnnn"')}), True),
    "a strange format": (lambda manifest, members: manifest.update(format=2), False),
    "a strange manifest": (lambda manifest, members: manifest.update(members=[1]), False),
    "a size that is none": (lambda manifest, members: manifest["members"][TERMS].update(bytes="1"), False),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM)
def test_a_backup_that_was_tampered_with_changes_nothing(app: Flask, saved: Path, harm: str) -> None:
    before = dump()
    rewrite(saved, *HARM[harm])
    with pytest.raises(Damaged), reading(saved) as backup:
        restore(app.config["HUB"], backup, replace=True)
    assert dump() == before


def test_any_byte_flipped_and_any_end_cut_off_is_noticed(app: Flask, saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    spoilt = tmp_path / "spoilt.zip"
    held = {name: zipfile.ZipFile(saved).read(name) for name in zipfile.ZipFile(saved).namelist()}
    for at in range(0, len(whole), len(whole) // 60):
        spoilt.write_bytes(whole[:at])
        with pytest.raises(Damaged), reading(spoilt):
            pass
        spoilt.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            with reading(spoilt) as backup:  # a byte that means nothing, as that of a time stamp, may differ
                for name in backup.manifest.members:
                    assert b"".join(backup.pieces(name)) == held[name]
        except Damaged:
            pass


def test_a_failed_backup_leaves_no_file_and_an_older_one_is_kept(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.backup.saving.lines", lambda connection, table: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(app.config["HUB"], tmp_path / "one.zip")
    (tmp_path / "two.zip").write_text("older")
    with pytest.raises(Conflict):
        save(app.config["HUB"], tmp_path / "two.zip")
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["two.zip"]
    assert not list(tmp_path.glob(".*"))


def test_the_commands_move_a_hub(
    pattern: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    if database != "sqlite":
        pytest.skip("the commands are tried on SQLite; what they call is tested on both databases")

    def hub(folder: str, *words: str, **options: Any) -> Any:
        monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / folder))
        return CliRunner().invoke(main, words, catch_exceptions=False, **options)

    main = importlib.import_module("hub.cli").main
    monkeypatch.setenv("HUB_LOG_LEVEL", "error")
    shutil.copytree(pattern[0], tmp_path / "var")
    (tmp_path / "one.ndjson").write_text(
        json.dumps({"name": "Water for Kenya", "kind": "ngo", "country": "KE"})
    )
    hub("var", "import", "--quiet", str(tmp_path / "one.ndjson"))
    path = str(tmp_path / "saved.zip")
    assert hub("var", "backup", path).exit_code == 0
    assert hub("new", "restore", path).exit_code == 0
    assert "1 organizations" in hub("new", "search", "water").output
    assert "nothing to save" in hub("nowhere", "backup", str(tmp_path / "nothing.zip")).output
    assert not (tmp_path / "nothing.zip").exists()
    refused = hub("new", "restore", path)
    assert (refused.exit_code, "not empty" in refused.output) == (1, True)
    assert hub("new", "restore", path, "--replace", input="n\n").exit_code == 1
    assert hub("new", "restore", path, "--replace", "--yes").exit_code == 0
    assert hub("new", "index", "check").output.count(": 1 documents: 0 missing, 0 stale") == 2
    assert not (tmp_path / "nowhere").exists(), "what saves nothing leaves nothing"
    whole = Path(path).read_bytes()
    (tmp_path / "empty").mkdir()
    rewrite(Path(path), *HARM["a row twice"])  # found only when it is put in place
    Path(tmp_path / "cut.zip").write_bytes(whole[:-100])
    for file in (path, str(tmp_path / "cut.zip"), str(tmp_path / "absent.zip")):
        for place in ("fresh/deep", "empty"):
            failed = hub(place, "restore", file)
            assert (failed.exit_code, failed.output.startswith("Error: ")) == (1, True), failed.output
        assert not (tmp_path / "fresh").exists()
        assert not list((tmp_path / "empty").iterdir())


def test_who_was_at_work_when_it_was_saved_is_forgotten(app: Flask, tmp_path: Path, database: str) -> None:
    later = now() + timedelta(hours=1)
    with transaction() as session:
        session.add(Presence(id="host:1:x", host="host", pid=1))
        session.add(Job(id=7, topic="index", key="x", claimed_by="host:1:x", claimed_until=later))
        session.add(Lane(name="odd", claimed_by="host:1:x", claimed_until=later))
    save(app.config["HUB"], tmp_path / "saved.zip")
    with empty_hub(tmp_path / "other", database) as other:
        with reading(tmp_path / "saved.zip") as backup:
            restore(other.config["HUB"], backup)
        held = dump()
        assert held["worker"] == b""
        assert b"host:1:x" not in held["job"] + held["lane"]
        assert json.loads(held["job"])["id"] == 7
