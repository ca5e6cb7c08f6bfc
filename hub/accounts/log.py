"""The log of accounts and memberships: written in the transaction of what it tells, never altered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import orm

from hub.accounts.models import AccountEntry


def note(
    session: orm.Session,
    actor: str,
    action: str,
    subject: str,
    organization_id: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Write down who did what to whom, both by their handles."""
    session.add(
        AccountEntry(
            actor=actor,
            action=action,
            subject=subject,
            organization_id=organization_id,
            before=dict(before) if before else None,
            after=dict(after) if after else None,
            reason=reason,
        )
    )
