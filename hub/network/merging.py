"""What becomes of the meetings of two entries that curators make one: all of it belongs to the one kept.

Each part says in ``moving.py`` what it moves, in this order: who blocked whom comes first, for a block wins. Nobody is
told: it is the same organization as before. Undoing puts back what nobody has changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import orm

from hub.network.connections import moving as connections
from hub.network.following import moving as following
from hub.network.matching import moving as matching
from hub.network.messages import moving as messages
from hub.network.moved import Moved, put_back
from hub.network.networks import moving as networks
from hub.network.notices import moving as notices
from hub.network.safety import moving as safety

PARTS = (connections, messages, networks, matching, following, safety, notices)


def move(session: orm.Session, kept_id: str, merged_id: str) -> dict[str, Any]:
    """Give the one kept what the other had; returns what is needed to undo it."""
    session.flush()
    moved = Moved(session)
    for part in PARTS:
        part.move(session, moved, kept_id, merged_id)
    return {"rows": moved.notes}


def move_back(session: orm.Session, kept_id: str, merged_id: str, noted: Mapping[str, Any]) -> None:
    """Give the other back what it had."""
    session.flush()
    put_back(session, noted["rows"])
    session.flush()
    messages.move_back(session, kept_id, merged_id)
    networks.show(session, kept_id, merged_id)
