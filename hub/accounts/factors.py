"""Second factors: codes of an app, each good once; passkeys; and the drawing that an app reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import Response, current_app, session
from flask_security import (
    Totp,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    UserMixin,
    WebauthnUtil,
    current_user,
    url_for_security,
)
from flask_security.utils import check_and_get_token_status, get_message
from markupsafe import Markup
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hub.accounts.models import User


class Codes(Totp):
    """Codes of an app, none of which is taken twice (RFC 6238, 5.2)."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        """The number of the newest code taken."""
        return cast(User, user).tf_totp_counter

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        """Note the number of a code that was taken."""
        cast(User, user).tf_totp_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> str:
        """Draw the secret inside the page itself, where the policy loads no picture from data."""
        import qrcode

        code = qrcode.QRCode(border=4)
        code.add_data(self.get_totp_uri(username, totp))
        code.make()
        rows = code.get_matrix()
        cells = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
        )
        return Markup(
            '<svg class="qr" viewBox="0 0 {0} {0}" aria-hidden="true"><path d="{1}"/></svg>'
        ).format(len(rows), cells)


class Passkeys(WebauthnUtil):
    """What is asked of a passkey: in place of the password it must know its owner, after it it need not."""

    def authenticator_selection(self, user: UserMixin, usage: str) -> AuthenticatorSelectionCriteria:
        """Take any kind of passkey, in a phone, a computer or on a key ring."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED
            if usage == "first"
            else ResidentKeyRequirement.DISCOURAGED,
            user_verification=_verification([usage]),
        )

    def user_verification(self, user: UserMixin | None, usage: list[str]) -> UserVerificationRequirement:
        """Ask for PIN or finger where nothing else is asked for."""
        return _verification(usage)


def _verification(usage: list[str]) -> UserVerificationRequirement:
    if usage == ["first"]:
        return UserVerificationRequirement.REQUIRED
    return UserVerificationRequirement.DISCOURAGED


def with_the_same_secret(view: Callable[..., Any]) -> Callable[..., Any]:
    """Have a wrong code answered by the page that it was typed on, where the app knows its secret already."""

    @wraps(view)
    def guarded(token: str) -> Any:
        answer = view(token=token)
        if not isinstance(answer, Response) or answer.location != url_for_security("two_factor_setup"):
            return answer
        within = current_app.config["SECURITY_TWO_FACTOR_SETUP_WITHIN"]
        expired, invalid, state = check_and_get_token_status(token, "tf_setup", within)
        return answer if expired or invalid else _once_more(token, state["totp_secret"])

    return guarded


def _once_more(token: str, secret: str) -> Any:
    session.pop("_flashes", None)  # the page itself says what is wrong
    security = current_app.extensions["security"]
    form = TwoFactorVerifyCodeForm()
    form.code.errors = [get_message("TWO_FACTOR_INVALID_TOKEN")[0]]
    values = security.totp_factory.fetch_setup_values(secret, current_user)
    return security.render_template(
        current_app.config["SECURITY_TWO_FACTOR_SETUP_TEMPLATE"],
        two_factor_setup_form=TwoFactorSetupForm(),
        two_factor_verify_code_form=form,
        chosen_method="authenticator",
        state_token=token,
        authr_qrcode=values["image"],
        authr_key=values["key"],
    )
