"""What the forms of Flask-Security take here: nothing but what is shown."""

from __future__ import annotations

from flask_security import ChangePasswordForm, LoginForm, RegisterFormV2, ResetPasswordForm


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
