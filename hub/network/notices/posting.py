"""Notices by mail, written by the worker: one at once, or those of a day together.

A notice waits for its mail in ``mail_due_at``, which is cleared in the transaction that writes the letter: however
often a worker is killed, there is one letter. Who has read a notice in the hub by then gets none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import orm

from hub import letters, outbox
from hub.accounts.models import Membership, User
from hub.database import now, transaction
from hub.directory.models import Organization
from hub.directory.states import Audience, Safety, Status
from hub.i18n import DEFAULT, LANGUAGES, language, speaking
from hub.letters import Letter
from hub.network.notices import stopping, wishes
from hub.network.notices.kinds import KINDS, Way
from hub.network.notices.models import Notice
from hub.network.notices.queries import Told, concerns, organizations_of, worded
from hub.web import origin

TOGETHER = "notices-together"
KEPT = timedelta(days=365)
KEPT_READ = timedelta(days=90)
MOST = 50  # notices named in one mail
STOP = stopping.add("together", _l("The daily mail of notices"), wishes.stop_together)


def post(keys: Sequence[str]) -> None:
    """Write a letter for each of these notices that still waits for one (outbox handler)."""
    with transaction() as session:
        waiting = _waiting(session, Notice.id.in_([int(key) for key in keys]))
        for user, told in _by_person(session, waiting):
            for one in told:
                _send(session, user, _alone(session, one, user.id))


def gather() -> None:
    """Note a job for each person for whom notices wait (every day)."""
    with transaction() as session:
        people = session.scalars(sa.select(Notice.user_id).where(_is_waiting()).distinct()).all()
        outbox.enqueue(session, TOGETHER, *map(str, people))


def post_together(keys: Sequence[str]) -> None:
    """Write each of these people one letter of all that waits for them (outbox handler)."""
    with transaction() as session:
        waiting = _waiting(session, Notice.user_id.in_([int(key) for key in keys]))
        for user, told in _by_person(session, waiting):
            _send(session, user, _together(told, user.id))


def _is_waiting() -> sa.ColumnElement[bool]:
    return sa.and_(
        Notice.mail_due_at.is_not(None), Notice.read_at.is_(None), Notice.kind.in_(KINDS), concerns()
    )


def _waiting(session: orm.Session, which: sa.ColumnElement[bool]) -> list[Notice]:
    """The notices to be mailed now, none of them waiting any longer.

    What a person has stopped since is left out, and what was told to those of an organization which they have left.
    """
    found = session.scalars(
        sa.select(Notice).where(_is_waiting(), which).order_by(Notice.user_id, Notice.at, Notice.id)
    ).all()
    people = {one.user_id for one in found}
    chosen = wishes.Wishes(session, people)
    parts = sa.select(Membership.user_id, Membership.organization_id).where(Membership.user_id.in_(people))
    held = {(row.user_id, row.organization_id) for row in session.execute(parts)}
    for one in found:
        one.mail_due_at = None
    return [
        one
        for one in found
        if chosen.way(one.user_id, KINDS[one.kind]) is not Way.OFF
        and (one.organization_id is None or (one.user_id, one.organization_id) in held)
    ]


def _by_person(session: orm.Session, notices: Sequence[Notice]) -> Iterator[tuple[User, list[Told]]]:
    """Each person with what they are told, while their language is spoken."""
    ids = {one.user_id for one in notices}
    users = {one.id: one for one in session.scalars(sa.select(User).where(User.id.in_(ids), User.active))}
    members, guarded = _members(session, ids), _guarded(session, ids)
    silent = _silent(session, notices)
    for user_id, held in groupby(notices, lambda one: one.user_id):
        if user_id in users:
            with _speaking_to(users[user_id]):
                audience = Audience.MEMBERS if user_id in members else Audience.PUBLIC
                yield (
                    users[user_id],
                    worded(list(held), audience, silent, is_guarded=user_id in guarded),
                )


def _members(session: orm.Session, user_ids: Iterable[int]) -> set[int]:
    """Those of these people who belong to a published organization; a mail shows anybody else what the public sees."""
    return set(
        session.scalars(
            sa.select(Membership.user_id)
            .join(Organization, Organization.id == Membership.organization_id)
            .where(Membership.user_id.in_(list(user_ids)), Organization.status == Status.PUBLISHED)
        )
    )


def _guarded(session: orm.Session, user_ids: Iterable[int]) -> set[int]:
    """Those of these people who belong to a protected organization: no mail to them says what it is about."""
    return set(
        session.scalars(
            sa.select(Membership.user_id)
            .join(Organization, Organization.id == Membership.organization_id)
            .where(Membership.user_id.in_(list(user_ids)), Organization.safety == Safety.PROTECTED)
        )
    )


def _silent(session: orm.Session, notices: Sequence[Notice]) -> set[str]:
    """The organizations of these notices about which a mail says nothing: mail may be read by others."""
    ids = {found for one in notices for found in organizations_of(one)}
    return set(
        session.scalars(
            sa.select(Organization.id).where(
                Organization.id.in_(ids), Organization.safety == Safety.PROTECTED
            )
        )
    )


@contextmanager
def _speaking_to(user: User) -> Iterator[None]:
    with speaking(user.language if user.language in LANGUAGES else DEFAULT):
        yield


def _alone(session: orm.Session, one: Told, user_id: int) -> Letter:
    stop = stopping.link(one.notice.kind, user_id)
    if one.is_private:
        return Letter(_("Something new for you"), [_unsaid()], *_inbox(), stop)
    words, link = _link(f"/notices/{one.notice.id}", _("Read it in the hub"))
    buttons = KINDS[one.notice.kind].buttons
    more = [
        _link(path, label)
        for label, path in (buttons(session, one.notice, user_id) if link and buttons else ())
    ]
    return Letter(one.plain, [one.plain], words, link, stop, more)


def _together(told: Sequence[Told], user_id: int) -> Letter:
    said = [one.plain for one in told if not one.is_private][:MOST]
    rest = len(told) - len(said)
    subject = ngettext("%(num)s notice", "%(num)s notices", len(told))
    first = ngettext(
        "%(num)s notice waits for you at WhatsOn hub.",
        "%(num)s notices wait for you at WhatsOn hub.",
        len(told),
    )
    if said and rest:
        said.append(
            ngettext(
                "And %(num)s more, to be read in the hub.", "And %(num)s more, to be read in the hub.", rest
            )
        )
    return Letter(subject, [first, *said], *_inbox(), stopping.link(STOP, user_id))


def _unsaid() -> str:
    return str(
        _("There is something new for you at WhatsOn hub. For safety, this mail does not say what it is.")
    )


def _inbox() -> tuple[str, str]:
    return _link("/notices", _("Read it in the hub"))


def _link(path: str, words: str) -> tuple[str, str]:
    """The words and address of a page; none where nobody knows the hub's address."""
    home = origin()
    return (words, f"{home}/{language()}{path}") if home else ("", "")


def _send(session: orm.Session, user: User, letter: Letter) -> None:
    letters.post(session, user.email, language(), letter)


def clear() -> None:
    """Forget what was read three months ago, and everything after a year."""
    with transaction() as session:
        session.execute(
            sa.delete(Notice)
            .where(sa.or_(Notice.at < now() - KEPT, Notice.read_at < now() - KEPT_READ))
            .execution_options(synchronize_session=False)
        )
