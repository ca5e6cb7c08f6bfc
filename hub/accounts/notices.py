"""The letters of accounts, each in the language of whom it goes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_security import MailUtil

from hub import letters
from hub.database import db
from hub.i18n import LANGUAGES, language, speaking
from hub.letters import Letter
from hub.web import outside


def _ignore() -> str:
    return str(_("If it was not you, you need not do anything."))


def _alarm() -> str:
    return str(_("If it was not you, set a new password at once and end all sign-ins on your account page."))


def confirm(confirmation_link: str, **rest: Any) -> Letter:
    """Ask whether the address is right."""
    first = _(
        "Somebody, we hope you, made an account at WhatsOn hub with this address. Confirm that it is yours."
    )
    valid = _("The link works for two days.")
    words = _("Confirm the address")
    return Letter(_("Confirm your address"), [first, valid, _ignore()], words, confirmation_link)


def exists(reset_link: str, confirmation_link: str = "", **rest: Any) -> Letter:
    """Tell who has an account already that somebody tried to make another."""
    if confirmation_link:
        return confirm(confirmation_link)
    first = _("Somebody, we hope you, tried to make an account with this address. You have one already. If you forgot its password, set a new one.")  # fmt: skip  # noqa: E501
    return Letter(_("You have an account already"), [first, _ignore()], _("Set a new password"), reset_link)


def reset(reset_link: str, **rest: Any) -> Letter:
    """Send the link for a new password."""
    first = _("Somebody, we hope you, asked for a new password for your account at WhatsOn hub.")
    valid = _("The link works for two hours and once.")
    return Letter(_("Set a new password"), [first, valid, _ignore()], _("Set a new password"), reset_link)


def changed(**rest: Any) -> Letter:
    """Tell that the password is a new one."""
    first = _("The password of your account at WhatsOn hub was changed. All other sign-ins have ended.")
    return Letter(_("Your password was changed"), [first, _alarm()])


def move(link: str, **rest: Any) -> Letter:
    """Ask whether the new address is right."""
    first = _("Somebody, we hope you, wants to use this address for an account at WhatsOn hub from now on.")
    valid = _("The link works for two hours.")
    return Letter(_("Confirm your new address"), [first, valid, _ignore()], _("Confirm the address"), link)


def moved(**rest: Any) -> Letter:
    """Tell the old address that another is in use."""
    first = _("Your account at WhatsOn hub uses another address from now on.")
    return Letter(_("Your address was changed"), [first, _("If it was not you, answer this mail at once.")])


def invite(organization: str, part: str, link: str) -> Letter:
    """Offer a part in an organization."""
    first = _("You are invited to look after the entry of “%(name)s” at WhatsOn hub, as %(part)s.", name=organization, part=part)  # fmt: skip  # noqa: E501
    valid = _("The link works for seven days and once, for whoever is signed in with this address.")
    subject = _("Invitation: %(name)s", name=organization)
    return Letter(" ".join(subject.split()), [first, valid, _ignore()], _("See the invitation"), link)


LETTERS: dict[str, Callable[..., Letter]] = {
    one.__name__: one for one in (confirm, exists, reset, changed, move, moved)
}


def post(to: str, code: str, write: Callable[..., Letter], **context: Any) -> None:
    """Write a letter to an address in a language, in the transaction of now."""
    with speaking(code if code in LANGUAGES else language()):
        letters.post(db.session, to, language(), write(**context))


class Post(MailUtil):
    """The door by which Flask-Security sends: its letters are named by functions of this module."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)

    def normalize(self, email: str) -> str:
        """Write an address in small letters: nobody tells two persons apart by capitals."""
        return str(super().normalize(email)).lower()

    def validate(self, email: str) -> str:
        """Like ``normalize``; whether mail arrives is seen when it is confirmed, not by asking around."""
        return self.normalize(email)

    def send_mail(
        self, template: str, subject: str, recipient: Any, sender: Any, body: Any, html: Any, **context: Any
    ) -> None:
        """Write the letter called ``template`` in the language of the user it is about."""
        user = context.pop("user")
        context.pop("security", None)
        context |= {name: outside(link) for name, link in context.items() if name.endswith("link") and link}
        post(recipient, user.language, LETTERS[template], **context)
