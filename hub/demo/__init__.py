"""The demonstration: accounts to sign in with and a queue to work through, in ``hub demo`` and nowhere else.

Its accounts get new passwords at each start, printed once, and need no second factor while the demonstration runs;
``hub run`` closes them before it serves anything.
"""

from __future__ import annotations

from flask import Flask

from hub.demo.accounts import Credentials, close, let_in, renew
from hub.demo.calling import call
from hub.demo.meeting import meet
from hub.demo.queue import fill

__all__ = ["Credentials", "close", "prepare"]


def prepare(app: Flask) -> list[Credentials]:
    """Make the accounts, and where there are none the queue, connections and calls; no second factor is asked for."""
    with app.app_context():
        made = renew()
        fill()
        meet()
        call()
    let_in(app)
    return made
