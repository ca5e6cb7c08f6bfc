"""What Flask-Security says to visitors, in the words of this site."""

from __future__ import annotations


def _l(text: str) -> str:
    """Mark a text for the catalogs; it is translated when it is said."""
    return text


ERRORS = {
    "API_ERROR": _l("This cannot be used any more. Begin again."),
    "GENERIC_AUTHN_FAILED": _l(
        "The address or the password is not right, or the address is not confirmed yet."
    ),
    "UNAUTHORIZED": _l("You have no permission for this. Nothing was changed."),
    "UNAUTHENTICATED": _l("Sign in first."),
    "REAUTHENTICATION_REQUIRED": _l("Show once more that it is you."),
    "INVALID_CONFIRMATION_TOKEN": _l("This link is not right, or was used already. Ask for a new one."),
    "CONFIRMATION_EXPIRED": _l("This link is too old. Ask for a new one."),
    "INVALID_RESET_PASSWORD_TOKEN": _l("This link is not right, or was used already. Ask for a new one."),
    "PASSWORD_RESET_EXPIRED": _l("This link is too old. Ask for a new one."),
    "CHANGE_EMAIL_EXPIRED": _l("This link is too old. Ask for a new one."),
    "EMAIL_NOT_PROVIDED": _l("Enter your e-mail address."),
    "INVALID_EMAIL_ADDRESS": _l("Enter an address such as name@example.org."),
    "EMAIL_ALREADY_ASSOCIATED": _l("Enter another address."),
    "PASSWORD_NOT_PROVIDED": _l("Enter a password."),
    "INVALID_PASSWORD": _l("The password is not right."),
    "PASSWORD_MISMATCH": _l("The two are not the same."),
    "RETYPE_PASSWORD_MISMATCH": _l("The two are not the same."),
    "PASSWORD_IS_THE_SAME": _l("The new password is the old one. Choose another."),
    "INVALID_CODE": _l("The code is not right."),
    "INVALID_RECOVERY_CODE": _l("The code is not right, or was used already."),
    "NO_RECOVERY_CODES_SETUP": _l("There are none yet."),
    "TWO_FACTOR_INVALID_TOKEN": _l("The code is not right. It changes every 30 seconds and works once."),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": _l("Choose one of these."),
    "TWO_FACTOR_PERMISSION_DENIED": _l("Sign in with your password first."),
    "TWO_FACTOR_SETUP_EXPIRED": _l("This took too long. Begin again."),
    "WEBAUTHN_EXPIRED": _l("This took too long. Begin again."),
    "WEBAUTHN_NAME_REQUIRED": _l("Give the passkey a name."),
    "WEBAUTHN_NAME_INUSE": _l("You have a passkey of this name. Choose another."),
    "WEBAUTHN_NAME_NOT_FOUND": _l("You have no passkey of this name."),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": _l("Use letters, digits, blanks, hyphens and underscores only."),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": _l("This passkey is in use already."),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": _l("This passkey is not known here."),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": _l("This passkey is not known here."),
    "WEBAUTHN_MISMATCH_USER_HANDLE": _l("This passkey is not known here."),
    "WEBAUTHN_NO_VERIFY": _l("The passkey could not be checked. Try again."),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": _l("This passkey is for another step of signing in."),
    "INVALID_INPUT": _l("This is not a value for this field."),
    "INVALID_INPUT_LENGTH": _l("This is too long."),
    "DISABLED_ACCOUNT": _l("This account is closed."),
    "CONFIRMATION_REQUIRED": _l("The address is not confirmed yet."),
    "INVALID_REDIRECT": _l("This is not a value for this field."),
    "FAILED_TO_SEND_CODE": _l("Something went wrong"),
}
NEWS = {
    "CONFIRM_REGISTRATION": _l("We have sent a mail to %(email)s. Follow the link in it to go on."),
    "CONFIRMATION_REQUEST": _l("If %(email)s waits for confirmation, a mail is on its way."),
    "EMAIL_CONFIRMED": _l("Your address is confirmed. You can sign in now."),
    "ALREADY_CONFIRMED": _l("Your address is confirmed. You can sign in now."),
    "PASSWORD_RESET_REQUEST": _l("If there is an account for %(email)s, a mail is on its way."),
    "PASSWORD_RESET_NO_LOGIN": _l(
        "Your password is a new one, and all sign-ins have ended. Sign in with it now."
    ),
    "PASSWORD_CHANGE": _l("Your password is a new one, and all other sign-ins have ended."),
    "CHANGE_EMAIL_SENT": _l("We have sent a mail to %(email)s. Follow the link in it to go on."),
    "CHANGE_EMAIL_CONFIRMED": _l("Your address was changed."),
    "REAUTHENTICATION_SUCCESSFUL": _l("Thank you. You can go on."),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": _l("You are signed in."),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": _l("From now on, a code is asked for when you sign in."),
    "TWO_FACTOR_DISABLED": _l("No code is asked for any more when you sign in."),
    "WEBAUTHN_REGISTER_SUCCESSFUL": _l("The passkey “%(name)s” can be used from now on."),
    "WEBAUTHN_CREDENTIAL_DELETED": _l("The passkey “%(name)s” was removed."),
    "ANONYMOUS_USER_REQUIRED": _l("You are signed in."),
    "FORGOT_PASSWORD": _l("Forgot your password?"),
}
SETTINGS = {
    **{f"SECURITY_MSG_{key}": (text, "error") for key, text in ERRORS.items()},
    **{f"SECURITY_MSG_{key}": (text, "info") for key, text in NEWS.items()},
}
