"""The digest: one letter of what is new among what a person follows, daily or weekly, and none where nothing is.

The letter is written in the transaction that notes up to when the person was told, so a killed worker repeats nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import orm

from hub import letters, outbox
from hub.accounts.models import User
from hub.accounts.signing_in import actor_of
from hub.database import db, now, transaction
from hub.directory.audiences import audience_of, widest
from hub.directory.visibility import Profile
from hub.i18n import DEFAULT, LANGUAGES, language, speaking
from hub.letters import Letter
from hub.network.following.follows import stop
from hub.network.following.models import Digest, Every, Follow
from hub.network.following.queries import News, news
from hub.network.notices import stopping
from hub.web import origin

TOPIC = "followed"
PERIODS = {Every.DAY: timedelta(days=1), Every.WEEK: timedelta(days=7)}
SLACK = timedelta(hours=1)  # the worker does not come at the same second each day
STOP = stopping.add("followed", _l("What is new among what you follow"), stop)


def gather() -> None:
    """Note a job for each person whose digest is due (every day)."""
    due = [
        sa.and_(Digest.every == one, Digest.told_until < now() - period + SLACK)
        for one, period in PERIODS.items()
    ]
    with transaction() as session:
        follows = sa.exists().where(Follow.user_id == Digest.user_id)
        people = session.scalars(sa.select(Digest.user_id).where(sa.or_(*due), follows)).all()
        outbox.enqueue(session, TOPIC, *map(str, people))


def post(keys: Sequence[str]) -> None:
    """Write the digest of each of these people, unless another worker was first or nothing is new (outbox handler)."""
    for key in keys:
        held = db.session.get(Digest, int(key))
        user = db.session.get(User, int(key))
        if held is not None and user is not None and user.active and held.every is not Every.OFF:
            _post(user, held.told_until)


def _post(user: User, since: datetime) -> None:
    moment = now()
    user_id, email, code = user.id, user.email, user.language
    audience = widest(audience_of(db.session, actor_of(user, is_strong=False)))
    found = news(db.session, user_id, audience, since)
    with transaction() as session:
        if _note(session, user_id, since, moment) and found:
            with speaking(code if code in LANGUAGES else DEFAULT):
                letters.post(session, email, language(), _letter(found, user_id))


def _note(session: orm.Session, user_id: int, since: datetime, moment: datetime) -> bool:
    """Note that the person was told up to ``moment``; False where somebody did so since we looked."""
    noted = session.execute(
        sa.update(Digest)
        .where(Digest.user_id == user_id, Digest.told_until == since, Digest.every != Every.OFF)
        .values(told_until=moment)
        .returning(Digest.user_id)
        .execution_options(synchronize_session=False)
    )
    return noted.first() is not None


def _letter(found: News, user_id: int) -> Letter:
    """Name what is new; what is protected is only counted, for a mail may be read by others."""
    paragraphs = []
    shown = 0
    for title, profiles in ((_("New in the directory:"), found.came), (_("Changed:"), found.changed)):
        open_ones = [one for one in profiles if not one.is_protected]
        shown += len(open_ones)
        paragraphs += [title, *map(_line, open_ones)] if open_ones else []
    if found.calls:
        paragraphs += [
            _("New calls for partners:"),
            *(_pointed(one.title, f"/calls/{one.id}") for one in found.calls),
        ]
    total = len(found.came) + len(found.changed) + found.more
    if total:
        paragraphs.insert(0, _counted(total))
    if shown and total > shown:
        paragraphs.append(ngettext("And %(num)s more.", "And %(num)s more.", total - shown))
    home = origin()
    words, link = (_("See what you follow"), f"{home}/{language()}/following") if home else ("", "")
    subject, end = _("What is new among what you follow"), stopping.link(STOP, user_id)
    return Letter(subject, paragraphs, words, link, end)


def _counted(total: int) -> str:
    return str(
        ngettext(
            "%(num)s organization that you follow, or that a search of yours finds, is new or has changed.",
            "%(num)s organizations that you follow, or that searches of yours find, are new or have changed.",
            total,
        )
    )


def _line(profile: Profile) -> str:
    return _pointed(profile.name, f"/organizations/{profile.slug}")


def _pointed(text: str, path: str) -> str:
    """A text with the address it stands for, where the hub knows its own."""
    home = origin()
    return f"{text}: {home}/{language()}{path}" if home else text
