"""One's own data, and roles: granting, taking back, exporting, erasing; the commands."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from hub.accounts import commands, users
from hub.accounts.models import AccountEntry, Membership, SignIn, Standing, User
from hub.database import db, transaction
from hub.directory.models import Organization
from hub.directory.states import Status
from hub.permissions import OPERATOR
from tests.accounts.conftest import PASSWORD, path
from tests.people import Person, Visitor

SignedIn = Callable[..., Person]
ROLES = path("roles")


def roles_of(email: str) -> set[str]:
    db.session.rollback()
    return {role.name for role in users.by_email(db.session, email).roles}


@pytest.mark.parametrize(
    ("actor", "role", "status"),
    [
        ("administrator", "curator", 303),
        ("administrator", "guest", 303),
        ("curator", "guest", 303),
        ("curator", "curator", 403),
        ("curator", "administrator", 403),
        ("guest", "guest", 403),
        ("member", "guest", 403),
    ],
)
def test_who_grants_which_role(signed_in: SignedIn, actor: str, role: str, status: int) -> None:
    one, other = signed_in(role=actor), signed_in(email="bea@example.org")
    answer = one.submit(ROLES, email=other.email, role=role, label="Ministry of Justice")
    assert answer.status_code == status
    assert roles_of(other.email) == ({role} if status == 303 else set())


def test_a_guest_needs_a_label_and_the_grant_is_logged(signed_in: SignedIn) -> None:
    curator, other = signed_in(role="curator"), signed_in(email="bea@example.org")
    curator.page.check(curator.submit(ROLES, email=other.email, role="guest", label=" "), ROLES, 422)
    curator.submit(ROLES, email=other.email, role="guest", label="Ministry of Justice")
    assert "Ministry of Justice" in curator.page.get(ROLES).text
    curator.submit(ROLES, email=other.email, role="guest", act="revoke")
    found = db.session.scalars(
        sa.select(AccountEntry)
        .where(AccountEntry.actor == f"user:{curator.user_id}")
        .order_by(AccountEntry.id)
    ).all()
    assert [one.action for one in found] == ["role:grant", "role:revoke"]
    assert found[0].after == {"role": "guest", "label": "Ministry of Justice"}
    assert roles_of(other.email) == set()


def test_the_last_administrator_stays(signed_in: SignedIn) -> None:
    only = signed_in(role="administrator")
    answer = only.submit(ROLES, email=only.email, role="administrator", act="revoke")
    only.page.check(answer, ROLES, 422)
    assert roles_of(only.email) == {"administrator"}


def test_nobody_grants_themselves_anything_by_more_fields(
    visitor: Callable[[], Visitor], signed_in: SignedIn
) -> None:
    extra = {
        "active": "1",
        "roles": "administrator",
        "confirmed_at": "2020-01-01",
        "id": "1",
        "is_strong": "1",
    }
    someone = visitor()
    someone.fill(path("register"), email="eve@example.org", password=PASSWORD, **extra)
    eve = users.by_email(db.session, "eve@example.org")
    assert (eve.confirmed_at, eve.roles) == (None, [])
    person = signed_in(email="bea@example.org")
    person.submit(
        path(""), name="Bea", language="fr", email="admin@example.org", role="administrator", **extra
    )
    db.session.rollback()
    bea = users.by_email(db.session, "bea@example.org")
    assert (bea.name, bea.language, bea.roles) == ("Bea", "fr", [])


def test_everything_about_oneself_is_given_out(signed_in: SignedIn, add: Callable[..., Organization]) -> None:
    person = signed_in(role="guest", organization=add(indexed=False).id)
    answer = person.get(path("data"))
    held = json.loads(answer.text)
    assert held["email"] == person.email
    assert held["roles"][0]["label"] == "Ministry of Justice"
    assert held["organizations"][0]["role"] == "focal_point"
    assert "digest" not in answer.text
    assert "attachment" in answer.headers["Content-Disposition"]


def test_an_account_is_erased_and_its_log_stays(
    user: User, visitor: Callable[[], Visitor], add: Callable[..., Organization]
) -> None:
    from hub.accounts import memberships
    from hub.accounts.models import Part

    organization = add(indexed=False).id
    with transaction() as session:
        memberships.join(session, OPERATOR, user.id, organization, Part.FOCAL_POINT)
        user_id = user.id
    someone = visitor()
    someone.fill(path("sign-in"), email="ana@example.org", password=PASSWORD)
    wrong = someone.fill(path("delete"), password="not this one at all")
    someone.page.check(wrong, path("delete"), 422)
    assert someone.fill(path("delete"), password=PASSWORD).status_code == 303
    db.session.rollback()
    for kind in (User, SignIn, Membership):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(kind)) == 0, kind
    held = db.session.scalars(sa.select(AccountEntry).where(AccountEntry.subject == f"user:{user_id}")).all()
    assert held[-1].action == "account:erase"
    assert "ana@example.org" not in repr([(one.before, one.after, one.reason, one.actor) for one in held])
    assert someone.get(path("")).status_code == 302


def test_who_alone_looks_after_others_hands_over_first(
    user: User, visitor: Callable[[], Visitor], signed_in: SignedIn, add: Callable[..., Organization]
) -> None:
    from hub.accounts import memberships
    from hub.accounts.models import Part

    organization = add(indexed=False).id
    signed_in(organization=organization, part="editor")
    with transaction() as session:
        memberships.join(session, OPERATOR, user.id, organization, Part.FOCAL_POINT)
    someone = visitor()
    someone.fill(path("sign-in"), email="ana@example.org", password=PASSWORD)
    answer = someone.fill(path("delete"), password=PASSWORD)
    someone.page.check(answer, path("delete"), 422)
    assert users.by_email(db.session, "ana@example.org")


@pytest.fixture
def hub(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command of accounts in the hub of the test."""
    monkeypatch.setattr("hub.cli.make_app", lambda: app)

    def run(*words: str, typed: str | None = None) -> str:
        result = CliRunner().invoke(commands.user, words, input=typed)
        db.session.rollback()
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return run


def test_the_first_administrator_is_made_by_command(
    hub: Callable[..., str], visitor: Callable[[], Visitor]
) -> None:
    said = hub("create", "Root@Example.org", "--role", "administrator")
    link = "/" + said.split("http://")[1].split()[0].split("/", 1)[1]
    someone = visitor()
    assert someone.fill(link, password=PASSWORD).status_code == 302
    assert someone.fill(path("sign-in"), email="root@example.org", password=PASSWORD).status_code == 302
    assert "needs a second factor" in someone.page.get(path("")).text
    assert "root@example.org  administrator  (no second factor)" in hub("list")


def test_a_password_may_be_typed_and_roles_granted_by_command(
    hub: Callable[..., str], visitor: Callable[[], Visitor]
) -> None:
    hub("create", "ana@example.org", "--password", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert visitor().fill(path("sign-in"), email="ana@example.org", password=PASSWORD).status_code == 302
    assert "granted" in hub("role", "ana@example.org", "guest", "--label", "Ministry of Justice")
    assert roles_of("ana@example.org") == {Standing.GUEST}
    assert "guest for Ministry of Justice" in hub("list")
    hub("role", "ana@example.org", "guest", "--remove")
    assert "ana@example.org  member" in hub("list", "--all")


@pytest.mark.parametrize(("role", "is_noted"), [("guest", True), ("member", False), ("curator", False)])
def test_what_guests_look_at_is_noted_and_nobody_elses_reading(
    signed_in: SignedIn,
    visitor: Callable[[], Visitor],
    add: Callable[..., Organization],
    role: str,
    is_noted: bool,
) -> None:
    shown, hidden = add("Alpha"), add("Beta", status=Status.HIDDEN)
    someone = signed_in(role=role)
    assert someone.get(f"/en/organizations/alpha-{shown.id}").status_code == 200
    assert someone.get(f"/en/organizations/beta-{hidden.id}").status_code == 404
    someone.get(f"/en/organizations/former-name-{shown.id}", follow_redirects=True)
    visitor().get(f"/en/organizations/alpha-{shown.id}")
    db.session.rollback()
    noted = db.session.execute(
        sa.select(AccountEntry.actor, AccountEntry.organization_id).where(AccountEntry.action == "guest:view")
    ).all()
    assert [tuple(one) for one in noted] == [(f"user:{someone.user_id}", shown.id)] * 2 * is_noted
