"""What the forms of Flask-Security take here: nothing but what is shown."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_security import ChangePasswordForm, LoginForm, RegisterFormV2, ResetPasswordForm, VerifyForm


class SignInForm(LoginForm):
    """Address and password; nobody is remembered beyond the sign-in."""

    remember = None


class Register(RegisterFormV2):
    """Address and password of a new account; the password is typed once, for a mistake is mended by mail."""


class ResetPassword(ResetPasswordForm):
    """A new password for one that was forgotten."""

    password_confirm = None


class ChangePassword(ChangePasswordForm):
    """A new password in place of the present one."""

    new_password_confirm = None


class Verify(VerifyForm):
    """The password once more; nothing that is typed is the password of somebody who has none."""

    def validate(self, **rest: Any) -> bool:
        """Tell whether the form is right."""
        if self.user.password:
            return bool(super().validate(**rest))
        self.password.errors = [_("Your account has no password.")]
        return False
