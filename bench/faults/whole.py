"""What must agree in a hub at any moment: revisions, cases, log, mails, and what the index lacks with the outbox."""

from __future__ import annotations

from collections import Counter, defaultdict

import sqlalchemy as sa

from hub import outbox
from hub.database import db
from hub.directory.log import LogEntry
from hub.directory.models import Case, Organization, Revision
from hub.directory.states import CaseState, Decision, RevisionState, Status
from hub.mail import Mail
from hub.search import indexing

SENT = {RevisionState.SUBMITTED, RevisionState.PUBLISHED}


def disagreements() -> list[str]:
    """Say what is half done; nothing else may write meanwhile."""
    db.session.rollback()
    db.session.expire_all()
    logged = Counter((entry.subject, entry.action) for entry in db.session.scalars(sa.select(LogEntry)))
    cases = list(db.session.scalars(sa.select(Case)))
    found = [*_revisions(logged, cases), *_cases(logged, cases), *_live(), *_index()]
    db.session.rollback()
    return found


def _revisions(logged: Counter[tuple[str, str]], cases: list[Case]) -> list[str]:
    per_revision = Counter(case.revision_id for case in cases)
    found = []
    for revision in db.session.scalars(sa.select(Revision)):
        subject, is_sent = f"revision:{revision.id}", revision.state in SENT
        counts = {
            "begun": (logged[subject, "revision:begin"], 1),
            "submitted": (logged[subject, "revision:submit"], is_sent),
            "published": (logged[subject, "revision:publish"], revision.state is RevisionState.PUBLISHED),
            "cases": (per_revision[revision.id], is_sent),
        }
        found += [
            f"{subject} ({revision.state}): {what} {is_} times"
            for what, (is_, must) in counts.items()
            if is_ != must
        ]
    return found


def _cases(logged: Counter[tuple[str, str]], cases: list[Case]) -> list[str]:
    found = [
        f"case {case.id}: not opened once in the log"
        for case in cases
        if logged[f"case:{case.id}", "case:open"] != 1
    ]
    decided = [
        case for case in cases if case.state is CaseState.DECIDED and case.decision is not Decision.WITHDRAWN
    ]
    found += [
        f"case {case.id}: not decided once in the log"
        for case in decided
        if logged[f"case:{case.id}", "case:decide"] != 1
    ]
    mails = db.session.scalar(sa.select(sa.func.count()).select_from(Mail)) or 0
    if mails != len(decided):
        found.append(f"{len(decided)} decisions and {mails} mails")
    unsent = set(db.session.scalars(sa.select(Mail.id).where(Mail.sent_at.is_(None))))
    if lost := unsent - set(db.session.scalars(sa.select(outbox.Job.key).where(outbox.Job.topic == "mail"))):
        found.append(f"{len(lost)} mails that nobody will send")
    return found


def _live() -> list[str]:
    """Published revisions and what is shown: the last one's words stand on the profile."""
    asked = sa.select(Revision).where(Revision.state == RevisionState.PUBLISHED).order_by(Revision.id)
    said: dict[str, dict[str, object]] = defaultdict(dict)
    for revision in db.session.scalars(asked):
        said[revision.organization_id] |= revision.values
    found = []
    for public_id, values in said.items():
        organization = db.session.get_one(Organization, public_id)
        if organization.status is not Status.PUBLISHED or any(
            getattr(organization, name) != value for name, value in values.items()
        ):
            found.append(f"organization {public_id} does not show what was published")
    return found


def _index() -> list[str]:
    found = []
    for name in indexing.engines():
        noted = set(
            db.session.scalars(
                sa.select(outbox.Job.key).where(outbox.Job.topic == indexing.topic(indexing.INDEX, name))
            )
        )
        difference = indexing.check(name=name)
        if lost := {*difference.missing, *difference.stale, *difference.surplus} - noted:
            found.append(f"the index {name} lacks {len(lost)} changes that no job waits for")
    return found
