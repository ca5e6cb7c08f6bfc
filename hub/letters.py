"""What mails say: a letter of a few paragraphs with at most one link, in one look, as text and as HTML alike.

A letter loads nothing from anywhere and tells nobody that it was opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import orm

from hub import mail
from hub.i18n import direction


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject, paragraphs, and perhaps a link with its words, which stands after the first of ``paragraphs``.

    ``more`` are further links of a letter that offers a choice, words and address of each. ``stop`` is the address at
    which letters of this kind are stopped without signing in.
    """

    subject: str
    paragraphs: Sequence[str]
    words: str = ""
    link: str = ""
    stop: str = ""
    more: Sequence[tuple[str, str]] = ()


def post(session: orm.Session, to: str, language: str, letter: Letter) -> None:
    """Write a letter in the session's own transaction; call it while speaking ``language``."""
    templates = current_app.jinja_env  # not with what pages get: a letter may be written outside a request
    spoken = {"lang": language, "dir": direction(language)}
    text, html = (
        templates.get_template(f"mail/letter.{kind}").render(letter=letter, **spoken)
        for kind in ("txt", "html")
    )
    mail.send(
        session,
        mail.Message(
            to=to,
            subject=letter.subject,
            text=text,
            html=html,
            language=language,
            unsubscribe=letter.stop,
        ),
    )
