"""Commands for accounts: make one, list those with roles, grant and take back roles."""

from __future__ import annotations

import secrets

import click
import sqlalchemy as sa
from flask import Flask, url_for
from flask_security import hash_password
from flask_security.recoverable import generate_reset_password_token

from hub.accounts import users
from hub.accounts.models import Standing, User
from hub.accounts.passwords import faults
from hub.database import db, transaction
from hub.errors import Conflict, Invalid
from hub.i18n import DEFAULT, LANGUAGES, speaking
from hub.permissions import OPERATOR

role_option = click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Standing if role is not Standing.MEMBER]),
    help="A role to grant; may be repeated.",
)
label_option = click.option("--label", help="For a guest: the government body the person speaks for.")


@click.group("user")
def user() -> None:
    """Accounts: the first administrator is made here."""


@user.command()
@click.argument("email")
@role_option
@label_option
@click.option("--language", type=click.Choice(list(LANGUAGES)), default=DEFAULT, show_default=True)
@click.option("--password", "asks", is_flag=True, help="Ask for the password here, in place of a link.")
def create(email: str, roles: tuple[str, ...], label: str | None, language: str, asks: bool) -> None:
    """Make an account and print a link, good for two hours and once, under which its password is set."""
    from hub.cli import make_app

    app = make_app()
    with app.app_context(), speaking(DEFAULT):
        email = _address(app, email)
        password = _ask(email) if asks else None
        with transaction() as session:
            hashed = hash_password(password or secrets.token_urlsafe(32))
            made = users.create(session, OPERATOR, email, hashed, language)
            for role in roles:
                users.grant(session, OPERATOR, made, Standing(role), label)
        click.echo(f"{email} has an account" + (f": {', '.join(roles)}" if roles else ""))
        if not asks:
            click.echo(f"Set the password within two hours: {_link(app, made, language)}")
        if made.check_tf_required_setup():
            click.echo(
                "These roles take effect once a code of an app or a passkey is set up on the account page."
            )


@user.command("list")
@click.option("--all", "shows_all", is_flag=True, help="List everybody, not only those with roles.")
def list_users(shows_all: bool) -> None:
    """List who holds roles."""
    from hub.cli import make_app

    with make_app().app_context():
        for found, role, label in users.holders(db.session):
            factor = "" if found.has_second_factor else "  (no second factor)"
            click.echo(f"{found.handle}  {found.email}  {role}{f' for {label}' if label else ''}{factor}")
        if shows_all:
            for one in db.session.scalars(sa.select(User).where(~User.grants.any()).order_by(User.id)):
                click.echo(f"{one.handle}  {one.email}  member")


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Standing if role is not Standing.MEMBER]))
@label_option
@click.option("--remove", is_flag=True, help="Take the role back.")
def role(email: str, role: str, label: str | None, remove: bool) -> None:
    """Grant a role, or take it back."""
    from hub.cli import make_app

    with make_app().app_context(), speaking(DEFAULT):
        with transaction() as session:
            found = users.by_email(session, email)
            if remove:
                users.revoke(session, OPERATOR, found, Standing(role))
            else:
                users.grant(session, OPERATOR, found, Standing(role), label)
        click.echo(f"{email}: {role} {'taken back' if remove else 'granted'}")


def _address(app: Flask, email: str) -> str:
    from flask_security import EmailValidateException

    try:
        return str(app.extensions["security"].mail_util.validate(email))
    except EmailValidateException as error:
        raise Invalid({"email": [str(error)]}) from error


def _ask(email: str) -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if wrong := faults(password, [email]):
        raise Conflict(" ".join(wrong))
    return password


def _link(app: Flask, made: User, language: str) -> str:
    base = app.config["HUB"].base_url or "http://127.0.0.1:5000"
    with app.test_request_context(base_url=base):
        token = generate_reset_password_token(made)  # type: ignore[no-untyped-call]
        return url_for("security.reset_password", lang=language, token=token, _external=True)


COMMANDS = (user,)
