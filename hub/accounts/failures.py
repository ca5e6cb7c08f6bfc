"""Failed tries to sign in, in the operator's log: by a handle or a keyed digest of the address, never by more."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response, request
from flask_security import url_for_security
from flask_wtf import FlaskForm

from hub.accounts.limits import digest
from hub.accounts.signing_in import current_actor

log = structlog.get_logger(__name__)

# endpoint -> what is logged where it refuses
EVENTS = {
    "login": "sign-in-failed",
    "wan_signin_response": "sign-in-failed",
    "two_factor_token_validation": "second-factor-failed",
    "mf_recovery": "second-factor-failed",
    "verify": "check-failed",
    "wan_verify_response": "check-failed",
    "change_password": "check-failed",
}
BACK = {
    "wan_signin_response": "wan_signin",
    "wan_verify_response": "wan_verify",
}  # where these lead when they refuse
SHOWN = 16  # characters of a digest


def note_form(form: FlaskForm) -> None:
    """Log that a form of this request was not taken, where that may be somebody guessing."""
    name = _endpoint()
    is_guess = name != "change_password" or "password" in form.errors
    if name in EVENTS and is_guess:
        _note(EVENTS[name], getattr(form, "user", None))


def note_answer(answer: Any) -> None:
    """Log that a passkey was not taken, which shows in where the answer leads."""
    name = _endpoint()
    if name in BACK and isinstance(answer, Response) and answer.location == url_for_security(BACK[name]):
        _note(EVENTS[name], None)


def note_check() -> None:
    """Log that who is signed in gave a wrong password."""
    _note("check-failed", None)


def _note(event: str, user: Any) -> None:
    address = request.form.get("email", "").strip().lower()
    log.warning(
        event,
        who=getattr(user, "handle", None) or current_actor().name,
        route=request.endpoint,
        **({"address": digest("log", address)[:SHOWN]} if address else {}),
    )


def _endpoint() -> str:
    return (request.endpoint or "").removeprefix("security.")
