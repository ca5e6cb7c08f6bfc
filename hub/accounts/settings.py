"""The settings of Flask-Security and of the cookie, in one place."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from hub.accounts.passwords import LEAST
from hub.config import Config
from hub.i18n import PREFIX

# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane
HASHING = {"argon2__memory_cost": 19456, "argon2__time_cost": 2, "argon2__parallelism": 1}


FIXED: dict[str, Any] = {
    "SECURITY_URL_PREFIX": f"{PREFIX}/account",
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    "SECURITY_PASSWORD_SCHEMES": ["argon2", "plaintext"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": ["plaintext"],
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": HASHING,
    "SECURITY_HASHING_SCHEMES": ["hex_sha256"],  # for what signed links hold: long and random, or no secret
    "SECURITY_PASSWORD_LENGTH_MIN": LEAST,
    "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,
    "SECURITY_TOTP_ISSUER": "WhatsOn hub",
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 10,
    "SECURITY_REGISTERABLE": True,
    "SECURITY_CONFIRMABLE": True,
    "SECURITY_RECOVERABLE": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CHANGE_EMAIL": True,
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
    "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,  # who has the mailbox has the password already
    "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "accounts.home",
    "SECURITY_WEBAUTHN": True,
    "SECURITY_WAN_RP_NAME": "WhatsOn hub",
    "SECURITY_WAN_ALLOW_USER_HINTS": False,
    "SECURITY_WAN_POST_REGISTER_VIEW": ".wan_register",
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_DATETIME_FACTORY": lambda: datetime.now(UTC).replace(microsecond=0),
    "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=2),
    "SECURITY_FRESHNESS": timedelta(minutes=30),
    "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=30),
    "SECURITY_LOGOUT_CSRF": True,
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_EMAIL_PLAINTEXT": False,  # letters are written by Post
    "SECURITY_EMAIL_HTML": False,
    "SECURITY_REGISTER_EMAIL_TEMPLATE": "confirm",
    "SECURITY_REGISTER_EMAIL_EXISTING_TEMPLATE": "exists",
    "SECURITY_EMAIL_TEMPLATE_CONFIRM": "confirm",
    "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET": "reset",
    "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "changed",
    "SECURITY_EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "changed",
    "SECURITY_CHANGE_EMAIL_EMAIL_TEMPLATE": "move",
    "SECURITY_POST_LOGIN_VIEW": "accounts.home",
    "SECURITY_POST_LOGOUT_VIEW": "search.home",
    "SECURITY_POST_REGISTER_VIEW": ".login",
}


def settings(app: Flask, config: Config) -> dict[str, Any]:
    """Make the settings of an app, its keys from the hub's secret key."""
    return {
        "SESSION_COOKIE_NAME": "__Host-hub" if app.config["SESSION_COOKIE_SECURE"] else "hub",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=config.session_limit),
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # it wants a Referer, which our pages tell browsers not to send
        **FIXED,
        **_keys(str(app.config["SECRET_KEY"])),
        **{f"SECURITY_{name}_URL": f"/{path}" for name, path in PATHS.items()},
        **{f"SECURITY_{name}_TEMPLATE": f"account/{page}.html" for name, page in PAGES.items()},
    }


def _keys(key: str) -> dict[str, Any]:
    return {
        "SECURITY_PASSWORD_SALT": _derived(key, "password"),
        "SECURITY_TOTP_SECRETS": {"1": _derived(key, "totp")},
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [_derived(key, "recovery").encode()],
    }


PATHS = {
    "LOGIN": "sign-in",
    "LOGOUT": "sign-out",
    "REGISTER": "register",
    "RESET": "reset",
    "CONFIRM": "confirm",
    "CHANGE": "password",
    "VERIFY": "verify",
    "CHANGE_EMAIL": "address",
    "TWO_FACTOR_SETUP": "codes",
    "TWO_FACTOR_TOKEN_VALIDATION": "code",
    "TWO_FACTOR_SELECT": "second-step",
    "TWO_FACTOR_RESCUE": "rescue",
    "MULTI_FACTOR_RECOVERY_CODES": "recovery-codes",
    "MULTI_FACTOR_RECOVERY": "recover",
    "WAN_REGISTER": "passkeys",
    "WAN_SIGNIN": "passkey",
    "WAN_DELETE": "passkeys/remove",
    "WAN_VERIFY": "passkey/verify",
}
PAGES = {
    "LOGIN_USER": "sign_in",
    "LOGOUT_USER": "sign_out",
    "REGISTER_USER": "register",
    "FORGOT_PASSWORD": "forgot",
    "RESET_PASSWORD": "reset",
    "CHANGE_PASSWORD": "password",
    "SEND_CONFIRMATION": "confirm",
    "CHANGE_EMAIL": "address",
    "VERIFY": "verify",
    "TWO_FACTOR_SETUP": "codes",
    "TWO_FACTOR_VERIFY_CODE": "code",
    "TWO_FACTOR_SELECT": "second_step",
    "MULTI_FACTOR_RECOVERY_CODES": "recovery_codes",
    "MULTI_FACTOR_RECOVERY": "recover",
    "WAN_REGISTER": "passkeys",
    "WAN_SIGNIN": "passkey",
    "WAN_VERIFY": "passkey_verify",
}


def _derived(key: str, purpose: str) -> str:
    """Make a key of its own for each purpose, in the form that Fernet takes."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"hub {purpose}\0{key}".encode()).digest()).decode()
