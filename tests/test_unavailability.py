"""The database gone, locked or full: reads go on where they can, the rest is a plain page that says when to ask again."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, abort
from flask.testing import FlaskClient
from markupsafe import escape

from hub import database
from hub.database import bound_statements, db, transaction, unavailability
from hub.directory.models import LogEntry, Organization
from hub.errors import DatabaseUnavailable, DiskFull
from hub.logs import configure
from tests.conftest import OutsideClient, hub_in
from tests.guard import Guard

Add = Callable[..., Organization]
TEXT = "We look where things come from, mine by mine & port by port."
SECRETS = {
    "password": "p" * 50,
    "new_password": "p" * 50,
    "csrf_token": "p" * 50,
    "credential": "p" * 50,
    "next": "/" + "p" * 50,
}


@pytest.fixture
def impatient(pattern: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A hub that waits for locks a moment only, with an address at which something is written."""
    monkeypatch.setattr(database, "LOCK_WAIT", 1)
    with hub_in(tmp_path, pattern) as app:
        app.test_client_class = OutsideClient

        @app.post("/write")
        def write() -> str:
            with transaction() as session:
                session.add(LogEntry(actor="x", action="y", organization_id="0" * 10))
            return "written"

        app.extensions["csrf"].exempt(write)
        yield app


def test_a_locked_database_refuses_writes_plainly_and_goes_on_reading(impatient: Flask) -> None:
    client = impatient.test_client()
    if db.engine.dialect.name == "sqlite":
        holder = db.engine.connect().execution_options(writes=True)
        holder.begin()
    else:
        holder = db.engine.connect()
        holder.exec_driver_sql("LOCK TABLE log_entry IN EXCLUSIVE MODE")
    try:
        refused = client.post("/write", data={"text": TEXT}, headers={"Sec-Fetch-Site": "same-origin"})
        assert refused.status_code == 503
        assert escape(TEXT) in refused.text
        assert int(refused.headers["Retry-After"]) > 0
        assert "not available at the moment" in refused.get_data(as_text=True)
        assert refused.headers["X-Request-ID"] in refused.get_data(as_text=True)
        assert client.get("/en/search?q=x").status_code == 200
    finally:
        holder.close()
    assert client.post("/write").data == b"written"


def test_a_connection_that_died_between_two_requests_is_not_noticed(client: FlaskClient, add: Add) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server that could go away")
    made = add("Refugio")
    address = f"/en/organizations/refugio-{made.id}"
    assert client.get(address).status_code == 200
    db.session.rollback()
    db.session.close()
    server = sa.create_engine(db.engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as other:
        ended = other.exec_driver_sql(
            f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{db.engine.url.database}'"
        ).scalar_one()
    server.dispose()
    assert ended
    assert client.get(address).status_code == 200


def test_statements_of_a_web_process_end_in_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no such limit")
    assert db.session.scalar(sa.text("SHOW statement_timeout")) == "0"
    db.session.rollback()
    monkeypatch.setattr(database, "VISIT_WAIT", 1)
    bound_statements(db.engine)
    with pytest.raises(sa.exc.OperationalError) as late:
        db.session.execute(sa.text("SELECT pg_sleep(3)"))
    assert isinstance(unavailability(late.value), DatabaseUnavailable)


def test_a_database_that_may_not_be_written_is_called_full(app: Flask) -> None:
    readonly = "PRAGMA query_only = ON" if db.engine.dialect.name == "sqlite" else "SET TRANSACTION READ ONLY"
    with pytest.raises(sa.exc.DBAPIError) as refused, db.engine.connect() as connection:
        connection.exec_driver_sql(readonly)
        connection.exec_driver_sql("DELETE FROM job")
    db.engine.dispose()
    assert isinstance(unavailability(refused.value), DiskFull)


def test_a_full_disk_refuses_writes_and_keeps_what_was_there(impatient: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("filling the server's disk would harm others")
    client = impatient.test_client()
    assert client.post("/write").status_code == 200

    @sa.event.listens_for(db.engine, "connect")
    def limit(connection: sqlite3.Connection, record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    db.engine.dispose()
    answers = [client.post("/write") for _ in range(300)]
    assert answers[-1].status_code == 503
    assert answers[-1].headers["Retry-After"] == "60"
    Guard(client).get("/en/search")
    written = sum(one.status_code == 200 for one in answers)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogEntry)) == written + 1


def test_a_form_that_was_not_taken_gives_its_long_texts_back_and_no_secret(
    app: Flask, client: FlaskClient
) -> None:
    def fail(status: int) -> None:
        raise DatabaseUnavailable("away") if status == 503 else abort(status)

    app.add_url_rule("/fail/<int:status>", view_func=fail, methods=["POST"])
    app.extensions["csrf"].exempt(fail)
    for status in (403, 409, 429, 500, 503):
        given, foreign, unsaid = (
            client.post(f"/fail/{status}", data={"text": ["short", TEXT], **SECRETS}, headers=headers)
            for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}, {})
        )
        page = Guard(client).check(given, f"/fail/{status}", status)
        assert [one.text.strip() for one in page.all("textarea")] == [TEXT], status
        assert "ppp" not in given.text
        assert "<textarea" not in foreign.text + unsaid.text
    large = client.post(
        "/en/account/sign-in", data={"text": TEXT * 50_000}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert (large.status_code, "<textarea" in large.text) == (413, False)


def test_other_faults_stay_faults() -> None:
    assert unavailability(ValueError()) is None
    assert unavailability(sa.exc.ProgrammingError("SELECT", {}, Exception("no such table"))) is None
    assert unavailability(OSError(errno.ENOENT, "no such file")) is None
    assert isinstance(unavailability(OSError(errno.ENOSPC, "no space left")), DiskFull)


def test_the_page_of_a_failure_asks_the_database_nothing(
    app: Flask, client: FlaskClient, statements: Callable[[], object]
) -> None:
    app.add_url_rule("/gone", view_func=lambda: (_ for _ in ()).throw(DatabaseUnavailable("gone")))
    with statements() as counted:  # type: ignore[attr-defined]
        Guard(client).get("/gone", status=503)
    assert counted.count == 0


def test_a_failure_says_nothing_of_what_was_written(app: Flask, client: FlaskClient) -> None:
    with pytest.raises(sa.exc.DBAPIError) as failed:
        db.session.execute(sa.text("SELECT nothing FROM nowhere WHERE x = :x"), {"x": "a secret"})
    assert "a secret" not in str(failed.value)


def test_page_header_and_log_carry_the_same_number(
    app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError

    configure("text", "error")  # to the standard error that is being watched
    response = client.get("/broken")
    number = response.headers["X-Request-ID"]
    assert response.status_code == 500
    assert number in response.get_data(as_text=True)
    assert f"request={number}" in capsys.readouterr().err


def test_the_log_of_a_failure_names_the_route_and_not_the_address_whose_link_may_hold_a_secret(
    app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = [ZeroDivisionError(), DatabaseUnavailable("gone")]

    @app.get("/letters/<token>")
    def letter(token: str) -> str:
        raise faults.pop()

    configure("text", "error")  # to the standard error that is being watched
    assert [client.get("/letters/lantern").status_code for _ in (1, 2)] == [503, 500]
    said = capsys.readouterr().err
    assert said.count("route=letter") == 2
    assert "lantern" not in said
