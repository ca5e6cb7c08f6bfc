"""Who may do what to the messages of a connection: its two sides, and nobody else whatever their role.

The thing is the connection. Curators know of a message only what a side put before them.
"""

from __future__ import annotations

from typing import Any

from hub.network.connections.permissions import READING, either
from hub.network.connections.states import ConnectionState
from hub.permissions import Actor, Policy


def living(actor: Actor, connection: Any) -> bool:
    """Holds while the two are connected."""
    return connection.state is ConnectionState.LIVING


POLICY: Policy = {
    "message:read": [[either(*READING)]],
    "message:write": [[either(*READING), living]],
    "message:report": [[either(*READING)]],
    "thread:close": [[either(*READING), living]],
}
