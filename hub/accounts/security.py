"""Flask-Security at home in the hub: its settings, our words and pages, one transaction for each of its views."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import (
    Flask,
    Response,
    abort,
    after_this_request,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import lazy_gettext as _l
from flask_security import FSQLALiteUserDatastore, Security, UserMixin, signals
from flask_security.babel import FsDomain
from flask_wtf import CSRFProtect, FlaskForm

from hub.accounts import failures, limits, log, notices, signing_in
from hub.accounts.factors import Codes, Passkeys, with_the_same_secret
from hub.accounts.forms import ChangePassword, Register, ResetPassword, SignInForm, Verify
from hub.accounts.messages import SETTINGS
from hub.accounts.models import Role, User, WebAuthn
from hub.accounts.passwords import Passwords
from hub.accounts.settings import settings
from hub.config import Config
from hub.database import db, transaction
from hub.errors import Conflict, Forbidden
from hub.i18n import catalog, language
from hub.web import outside, show

View = Callable[..., Any]
FLOOR = 0.5  # seconds: what might tell whether an address is known answers after a multiple of this
BLUEPRINT = "security"
FOLLOW = "account/follow.html"
READ = frozenset({"GET", "HEAD", "OPTIONS"})
# links in mails, and what they ask: programs that look through mail follow them, so each shows a page with a button
FOLLOWED = {
    "confirm_email": _l("Confirm your address"),
    "change_email_confirm": _l("Confirm your new address"),
}
# a letter may be written, with a link in it, or not: the answer comes after the same time
MAILING = frozenset({"register", "forgot_password", "send_confirmation", "change_email"})
UNUSED = frozenset({"two_factor_rescue"})
GUESS = ("sign-in", "sign_in_rate")
MAIL = ("mail", "reset_rate")
CALL = ("call", "register_rate")
FACTOR = ("factor", "factor_rate")
# endpoint -> what is counted, the setting with its rate, and for whom
LIMITED = {
    "login": ((*GUESS, "network"), (*GUESS, "form")),
    "wan_signin_response": ((*GUESS, "network"),),
    "verify": ((*GUESS, "person"),),
    "change_password": ((*GUESS, "person"),),
    "wan_verify_response": ((*GUESS, "person"),),
    "two_factor_token_validation": ((*FACTOR, "half"),),
    "mf_recovery": ((*FACTOR, "half"),),
    "register": ((*CALL, "network"),),
    "forgot_password": ((*CALL, "network"), (*MAIL, "form")),
    "send_confirmation": ((*CALL, "network"), (*MAIL, "form")),
    "change_email": ((*MAIL, "person"),),
}


class Store(FSQLALiteUserDatastore):
    """Users where Flask-Security looks for them; it never commits, for ``transaction()`` around its views does."""

    def commit(self) -> None:
        """Leave the commit to the transaction."""

    def create_user(self, **values: Any) -> UserMixin:
        """Make a user who reads the language of the request."""
        return super().create_user(**{"language": language(), **values})


class Words(FsDomain):
    """Our catalogs first, then those that come with Flask-Security."""

    def gettext(self, string: str, **variables: Any) -> str:
        """Translate a text of ours or of Flask-Security."""
        found = catalog(language()).gettext(string)
        if found == string and string not in _ours():
            return str(super().gettext(string, **variables))  # type: ignore[no-untyped-call]
        return found % variables if variables else found


def _ours() -> set[str]:
    return {text for text, _ in SETTINGS.values()}


def init_app(app: Flask, config: Config) -> None:
    """Set Flask-Security up below ``/<language>/account/``."""
    app.config.from_mapping(settings(app, config), **SETTINGS)
    CSRFProtect(app)
    security = Security(
        mail_util_cls=notices.Post,
        password_util_cls=Passwords,
        totp_cls=Codes,
        webauthn_util_cls=Passkeys,
        render_template=_render,
        login_form=SignInForm,
        register_form=Register,
        reset_password_form=ResetPassword,
        change_password_form=ChangePassword,
        verify_form=Verify,
    )
    hooks = len(app.before_request_funcs.get(None, []))
    security.init_app(app, Store(db, User, Role, WebAuthn))
    # Flask-Principal would look for a person in every request, of style and script too; roles are asked of the actor.
    del app.before_request_funcs.setdefault(None, [])[hooks:]
    security.want_json(lambda request: False)
    security.i18n_domain = Words(app)  # type: ignore[no-untyped-call]
    security.login_manager.user_loader(signing_in.load)
    security.login_manager.request_loader(None)
    security.login_manager.session_protection = None
    _listen(app)
    _let_be_posted(app, "change_email_confirm")
    setting_up = f"{BLUEPRINT}.two_factor_setup_validate"
    app.view_functions[setting_up] = with_the_same_secret(app.view_functions[setting_up])
    for endpoint, view in app.view_functions.items():
        name = endpoint.removeprefix(f"{BLUEPRINT}.")
        if name != endpoint:
            app.view_functions[endpoint] = _gone if name in UNUSED else _guarded(name, view, config)


def _let_be_posted(app: Flask, name: str) -> None:
    """Have a page of Flask-Security take forms, which it takes by GET alone."""
    endpoint = f"{BLUEPRINT}.{name}"
    (rule,) = app.url_map.iter_rules(endpoint)
    app.add_url_rule(rule.rule, endpoint, app.view_functions[endpoint], methods=("POST",))


def _render(template: str, **values: Any) -> str:
    """Render a page of ours; one with a form to be corrected says so by its status."""
    forms = [one for one in values.values() if isinstance(one, FlaskForm)]
    wrong = [form for form in forms if request.method == "POST" and form.errors]
    is_wrong = bool(wrong)
    if is_wrong:
        failures.note_form(wrong[0])
        after_this_request(_to_be_corrected)
    return render_template(template, is_wrong=is_wrong, **values)


def _to_be_corrected(response: Response) -> Response:
    response.status_code = 422
    return response


def _gone(**values: Any) -> Any:
    abort(404)


def _guarded(name: str, view: View, config: Config) -> View:
    """Count tries, hold one transaction around what writes, and give no hint by the time that it took."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        began = time.monotonic()
        if not all(_is_inside(place) for place in request.values.getlist("next")):
            abort(400)
        if request.method in READ:
            return view(**values) if name not in FOLLOWED else show(FOLLOW, title=FOLLOWED[name], messages={})
        if name in MAILING:
            outside(request.path)  # before it is known whether a letter is written at all
        if name in LIMITED:
            _spend(name, config)
        try:
            with transaction():
                answer = view(**values)
        except sa.exc.IntegrityError as error:  # two at once, of which the other was faster
            if name != "register":
                raise Conflict("changed in the meantime") from error
            answer = redirect(url_for("security.login"))
        failures.note_answer(answer)
        if name in MAILING:
            time.sleep(FLOOR - (time.monotonic() - began) % FLOOR)
        return answer

    return guarded


def _spend(name: str, config: Config) -> None:
    keys = {
        "network": f"network {request.remote_addr}",
        "form": f"address {request.form.get('email', '').strip().lower()}",
        "person": f"person {signing_in.current_actor().name}",
        "half": f"half {session.get('tf_user_id', '')}",
    }
    for kind, setting, who in LIMITED[name]:
        limits.spend(kind, str(getattr(config, setting)), keys[who])


def _is_inside(place: str) -> bool:
    """True for an address without a host, so that nobody is led elsewhere by signing in."""
    return not place or re.fullmatch(r"/(?![/\\])[^\x00-\x20\\]*", place) is not None


def _listen(app: Flask) -> None:
    """Follow what Flask-Security tells: sign-ins begin and end with it, and the log is kept."""
    signals.user_authenticated.connect(_signed_in, app)
    signals.password_reset.connect(_new_password, app)
    signals.password_changed.connect(_new_password, app)
    signals.change_email_confirmed.connect(_new_address, app)
    for signal, action in (
        (signals.user_registered, "register"),
        (signals.user_confirmed, "confirm"),
        (signals.tf_disabled, "disable-codes"),
        (signals.wan_deleted, "remove-passkey"),
    ):
        signal.connect(_noting(action), app, weak=False)
    for signal, action in (
        (signals.tf_profile_changed, "enable-codes"),
        (signals.wan_registered, "add-passkey"),
    ):
        signal.connect(_stronger(action), app, weak=False)
    from flask_login import user_logged_out

    user_logged_out.connect(_signed_out, app)


def _signed_in(app: Flask, user: User, authn_via: list[str] | None = None, **rest: Any) -> None:
    if not user.active:
        raise Forbidden("the account is closed")
    half = session.get("tf_user_id")
    if half is not None and half != user.fs_uniquifier:
        raise Forbidden("the second factor is somebody else's")
    signing_in.begin(user, is_strong=half is not None or authn_via == ["webauthn"])


def _signed_out(app: Flask, **rest: Any) -> None:
    signing_in.end_current()


def _new_password(app: Flask, user: User, **rest: Any) -> None:
    mine = signing_in.current_sign_in()
    signing_in.end_all(db.session, user.id, mine.id if mine and mine.user_id == user.id else None)
    log.note(db.session, user.handle, "account:change-password", user.handle)


def _new_address(app: Flask, user: User, old_email: str, **rest: Any) -> None:
    notices.post(old_email, user.language, notices.moved)
    log.note(db.session, user.handle, "account:change-address", user.handle)


def _noting(action: str) -> Callable[..., None]:
    def note(app: Flask, user: User, **rest: Any) -> None:
        db.session.flush()
        log.note(db.session, user.handle, f"account:{action}", user.handle)

    return note


def _stronger(action: str) -> Callable[..., None]:
    def note(app: Flask, user: User, **rest: Any) -> None:
        signing_in.strengthen()
        log.note(db.session, user.handle, f"account:{action}", user.handle)

    return note
