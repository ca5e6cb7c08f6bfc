"""The demonstration: accounts and a queue in ``hub demo``, nothing of it in ``hub run``."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from hub import demo, operating
from hub.accounts.models import SignIn, User
from hub.cli import main
from hub.database import db
from hub.demo.accounts import ADMINISTRATOR, CURATOR, DOMAIN, FOCAL_POINT
from hub.demo.queue import COUNTRIES
from hub.directory.models import Case, Organization
from hub.directory.states import CaseKind, CaseState
from hub.network.connections.models import ConnectionRequest
from hub.network.connections.states import RequestState
from hub.network.matching.call_models import Call, CallState
from hub.network.messages.models import Message
from hub.web import origin
from tests.guard import Guard
from tests.people import OutsideClient

Add = Callable[..., Organization]
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture
def some(add: Callable[..., Organization]) -> None:
    """An organization of each country that the cases come from."""
    for code in COUNTRIES:
        add(
            f"House of {code}", country=code, themes=["corruption"], website=f"https://{code.lower()}.example.org",
            kind="civil_society", texts={"en": {"short": "What they do."}}, is_claimable=True, indexed=False,
        )  # fmt: skip


def sign_in(app: Flask, email: str, password: str) -> FlaskClient:
    """Sign in as a person would."""
    client = OutsideClient(app, app.response_class, use_cookies=True)
    found = TOKEN.search(client.get("/en/account/sign-in").get_data(as_text=True))
    assert found
    client.post("/en/account/sign-in", data={"csrf_token": found[1], "email": email, "password": password})
    return client


def test_the_focal_point_finds_a_connection_a_thread_and_a_request(app: Flask, some: None, add: Add) -> None:
    for name in ("Partner House", "Newcomer House"):
        add(name, website="https://www.example.org", indexed=False)
    demo.prepare(app)
    db.session.rollback()
    assert [one.state for one in db.session.scalars(sa.select(ConnectionRequest).order_by(ConnectionRequest.id))] == [
        RequestState.ACCEPTED, RequestState.OPEN,
    ]  # fmt: skip
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 3
    made = {one.email: one.password for one in demo.prepare(app)}
    focal = Guard(sign_in(app, FOCAL_POINT, made[FOCAL_POINT]), may_set_cookies=True)
    connections = next(
        one for one in focal.get("/en/my-organizations").links() if one.endswith("/connections")
    )
    messages = next(one for one in focal.get(connections).links() if one.endswith("/messages"))
    assert "A guide for workers" in focal.get(messages).text


def test_the_focal_point_finds_a_call_with_an_answer_and_one_to_answer(
    app: Flask, some: None, add: Add
) -> None:
    for name in ("Partner House", "Newcomer House", "Calling House"):
        add(name, website="https://www.example.org", indexed=False)
    demo.prepare(app)
    made = {one.email: one.password for one in demo.prepare(app)}
    db.session.rollback()
    ours, theirs = db.session.scalars(sa.select(Call).order_by(Call.id))
    assert (ours.state, theirs.state) == (CallState.OPEN, CallState.OPEN)
    focal = Guard(sign_in(app, FOCAL_POINT, made[FOCAL_POINT]), may_set_cookies=True)
    answered = focal.get(f"/en/calls/{ours.id}")
    assert "two of our lawyers could" in answered.text
    assert [one for one in answered.links() if "/connect?" in one]
    assert "Send the answer" in focal.get(f"/en/calls/{theirs.id}").text


def test_the_demonstration_has_three_accounts_and_eleven_cases(app: Flask, some: None) -> None:
    made = {one.email: one.password for one in demo.prepare(app)}
    assert list(made) == [FOCAL_POINT, CURATOR, ADMINISTRATOR]
    curator = Guard(sign_in(app, CURATOR, made[CURATOR]), may_set_cookies=True)
    assert "11 cases" in curator.get("/en/desk").text
    db.session.rollback()
    open_ones = db.session.scalars(sa.select(Case).where(Case.state == CaseState.OPEN)).all()
    assert {one.kind for one in open_ones} == set(CaseKind) - {CaseKind.CORRECTION, CaseKind.VERIFICATION}
    assert len({one.opened_at for one in open_ones}) == 11
    assert len({one.language for one in open_ones}) >= 3
    for one in open_ones:
        curator.get(f"/en/desk/cases/{one.id}")
    Guard(sign_in(app, FOCAL_POINT, made[FOCAL_POINT]), may_set_cookies=True).get("/en/desk", 404)
    Guard(sign_in(app, ADMINISTRATOR, made[ADMINISTRATOR]), may_set_cookies=True).get("/en/desk/log")
    assert not any(user.name for user in db.session.scalars(sa.select(User)))


def test_each_start_has_new_passwords_and_the_same_queue(app: Flask, some: None) -> None:
    first, second = demo.prepare(app), demo.prepare(app)
    assert {one.password for one in first} & {one.password for one in second} == set()
    assert sign_in(app, CURATOR, first[1].password).get("/en/desk").status_code == 302
    assert sign_in(app, CURATOR, second[1].password).get("/en/desk").status_code == 200
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 12


def test_closed_accounts_let_nobody_in_and_end_all_sign_ins(app: Flask, some: None) -> None:
    made = demo.prepare(app)
    curator = sign_in(app, CURATOR, made[1].password)
    assert curator.get("/en/desk").status_code == 200
    assert demo.close() == 5
    assert curator.get("/en/desk").status_code == 302
    assert sign_in(app, CURATOR, made[1].password).get("/en/desk").status_code == 302
    assert db.session.scalars(sa.select(SignIn)).all() == []


def test_hub_run_serves_no_account_of_the_demonstration(
    pattern: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    if database != "sqlite":
        pytest.skip("the commands are tried on SQLite")
    served: list[tuple[set[str], int]] = []

    def serve(app: Flask, *address: Any) -> None:
        with app.app_context():
            users = db.session.scalars(sa.select(User).where(User.active)).all()
            hooks = [one for one in app.before_request_funcs.get(None, []) if "demo" in one.__module__]
            served.append(({user.email for user in users if user.email.endswith(DOMAIN)}, len(hooks)))
            db.session.rollback()
            db.engine.dispose()

    shutil.copytree(pattern[0], tmp_path / "var")
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setattr(operating, "_serve", serve)
    monkeypatch.setattr(operating, "DEMO", tmp_path / "none.ndjson")
    (tmp_path / "none.ndjson").write_text('{"name": "One", "source": "test", "source_id": "1"}\n')
    runs = [CliRunner().invoke(main, [name], catch_exceptions=False) for name in ("run", "demo", "run")]
    assert [one.exit_code for one in runs] == [0, 0, 0]
    assert served == [(set(), 0), ({FOCAL_POINT, CURATOR, ADMINISTRATOR}, 1), (set(), 0)]
    assert [one.output.count(DOMAIN) for one in runs] == [0, 3, 0]


def test_letters_of_a_hub_for_this_machine_lead_to_where_it_serves(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent:
        def __init__(self, *_: Any) -> None: ...
        def run(self) -> None: ...

    monkeypatch.setattr(operating, "Server", Silent)
    app.config["HUB"] = replace(app.config["HUB"], base_url="", database_url="")
    operating._serve(app, "127.0.0.1", 5123)
    with app.app_context():
        assert origin() == "http://127.0.0.1:5123"
