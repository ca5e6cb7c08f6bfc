"""`hub doctor` finds what is unsafe or broken and says what mends it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from hub import findings as doctor
from hub.config import Config
from hub.database import db, now, transaction
from hub.directory import profiles
from hub.directory.states import Status
from hub.findings import Finding, Severity, filesystem, findings
from hub.outbox.models import Job, Presence
from hub.permissions import OPERATOR
from tests.conftest import hub_in
from tests.test_migrations import run

SOUND: dict[str, Any] = {
    "trusted_hosts": ("hub.example.org",),
    "base_url": "https://hub.example.org",
    "contact": "hub@example.org",
    "rate_store": "redis://127.0.0.1",
    "proxies": 1,
    **dict.fromkeys(("sign_in_rate", "factor_rate", "reset_rate", "register_rate"), "5/day"),
}


@pytest.fixture
def sound(pattern: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """A hub about which there is nothing to say; `tests/test_rates.py` looks at real stores of rates."""
    monkeypatch.setattr(doctor.rates, "problem", lambda store: "OutOfMemoryError" if "full" in store else "")
    with hub_in(tmp_path, pattern, **SOUND) as app:
        with transaction() as session:
            session.add(Presence(id="host:1:x", host="host", pid=1))
        yield app.config["HUB"]


def said(config: Config, severity: Severity) -> str:
    return " ".join(f"{one.words} {one.mend}" for one in findings(config) if one.severity is severity)


def test_of_a_sound_hub_there_is_nothing_to_say(sound: Config) -> None:
    assert findings(sound) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"trusted_hosts": ()}, "HUB_TRUSTED_HOSTS"), ({"base_url": ""}, "HUB_BASE_URL is empty"),
        ({"base_url": "http://hub.example.org"}, "not https"), ({"secret_key": "short"}, "HUB_SECRET_KEY"),
        ({"rate_store": "memory://"}, "HUB_RATE_STORE"), ({"log_level": "debug"}, "HUB_LOG_LEVEL"),
    ],
)  # fmt: skip
def test_unsafe_settings_are_named(sound: Config, change: dict[str, Any], words: str) -> None:
    assert words in said(replace(sound, **change), Severity.UNSAFE)


@pytest.mark.parametrize(
    ("change", "severity", "words"),
    [
        ({"trusted_hosts": ("other.example.org",)}, Severity.BROKEN, "does not name hub.example.org"),
        ({"proxies": 0}, Severity.HINT, "HUB_PROXIES is 0"),
        ({"sign_in_rate": "off"}, Severity.UNSAFE, "HUB_SIGN_IN_RATE is off"),
        ({"reset_rate": "off"}, Severity.UNSAFE, "HUB_RESET_RATE is off"),
    ],
)
def test_settings_that_do_not_go_together_are_named(
    change: dict[str, Any], severity: Severity, words: str
) -> None:
    assert list(doctor._slips(Config(**SOUND))) == []
    (only,) = doctor._slips(Config(**{**SOUND, **change}))
    assert (only.severity, words in only.words) == (severity, True)


def test_a_hub_for_one_machine_is_fine_there_and_every_sign_of_visitors_makes_it_unsafe(
    sound: Config,
) -> None:
    alone = replace(
        sound,
        **dict.fromkeys(("base_url", "contact", "database_url"), ""),
        trusted_hosts=(),
        proxies=0,
        rate_store="memory://",
    )
    (only,) = findings(alone)
    assert (only.severity, "fine for a demonstration" in only.words) == (Severity.HINT, True)
    for sign in (
        {"proxies": 1},
        {"database_url": "postgresql+psycopg://db/hub"},
        {"smtp_url": "smtp://mail"},
    ):
        exposed = " ".join(one.words for one in doctor._exposure(replace(alone, **sign)))
        assert all(name in exposed for name in ("HUB_TRUSTED_HOSTS", "HUB_BASE_URL", "Rates", "HUB_CONTACT"))


def test_a_data_folder_open_to_others_is_unsafe(sound: Config) -> None:
    sound.data_dir.chmod(0o755)
    assert "chmod" in said(sound, Severity.UNSAFE)


def test_what_waits_too_long_died_or_stopped_is_broken(sound: Config) -> None:
    with transaction() as session:
        session.query(Presence).delete()
        session.add(Job(topic="index", key="x", due_at=now() - timedelta(hours=1)))
        session.add(Job(topic="index", key="y", dead_at=now()))
    broken = said(sound, Severity.BROKEN)
    for words in ("jobs wait", "failed for good", "hub jobs retry", "No worker"):
        assert words in broken


def test_an_index_that_differs_is_broken(sound: Config) -> None:
    with transaction() as session:
        profiles.create(session, OPERATOR, {"name": "Unseen"}, status=Status.PUBLISHED)
    assert "hub index check --repair" in said(sound, Severity.BROKEN)


def test_a_pending_migration_is_found_and_not_made(sound: Config) -> None:
    db.session.rollback()
    run(db.engine, "downgrade", "0001")
    assert "hub db upgrade" in said(sound, Severity.BROKEN)
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0001"


def test_a_store_of_rates_that_does_not_count_is_broken(sound: Config) -> None:
    words = said(replace(sound, rate_store="redis://full"), Severity.BROKEN)
    assert "HUB_RATE_STORE (OutOfMemoryError)" in words


def test_a_mail_server_that_is_away_is_broken(sound: Config) -> None:
    assert "HUB_SMTP_URL" in said(replace(sound, smtp_url="smtp://127.0.0.1:1"), Severity.BROKEN)


def test_a_search_server_that_is_away_is_broken(sound: Config) -> None:
    away = replace(sound, search_url="http://127.0.0.1:1", search_key="x", search_admin_key="y")
    assert "docs/search.md" in said(away, Severity.BROKEN)


def test_a_full_disk_and_a_network_disk_are_found(
    sound: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 10**6))  # type: ignore[attr-defined]
    monkeypatch.setattr(doctor, "filesystem", lambda path: "nfs4")
    assert "nearly full" in said(sound, Severity.BROKEN)
    assert "network disk" in said(sound, Severity.UNSAFE)
    mounts = tmp_path / "mounts"
    mounts.write_text("a / ext4 rw 0 0\nb /srv nfs4 rw 0 0\nc /srv/data xfs rw 0 0\n")
    assert [filesystem(Path(one), mounts) for one in ("/srv/x", "/srv/data/x", "/home")] == [
        "nfs4",
        "xfs",
        "ext4",
    ]


def test_the_command_speaks_json_and_ends_with_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    from hub.cli import main

    if database != "sqlite":
        pytest.skip("the commands are tried on SQLite; what they call is tested on both databases")
    monkeypatch.setenv("HUB_DATA_DIR", str(app.config["HUB"].data_dir))
    monkeypatch.setenv("HUB_SMPT_URL", "a slip of the pen")
    result = CliRunner().invoke(main, ["doctor", "--json"], catch_exceptions=False)
    found = [Finding(**one) for one in json.loads(result.stdout)]
    assert result.exit_code == 1
    assert any("HUB_SMPT_URL" in one.words and one.severity == Severity.HINT for one in found)
