"""Which passwords are taken: long ones that are neither much used nor about their owner.

After NIST SP 800-63B-4, 3.1.1.2 and OWASP ASVS 5.0, 6.2: at least twelve characters, up to 128, of any kind, and a list
of those known from breaches. The list and the weighing come with the library zxcvbn; nothing is asked of other servers.
"""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_security import PasswordUtil

LEAST = 12
MOST = 128
WEIGHED = 72  # characters that the library takes
SAFE = 3  # of 4: more than 10^8 guesses
HUB = ("whatson", "hub", "whatsonhub", "unodc", "corruption", "crime", "trafficking")


def faults(password: str, about: list[str]) -> list[str]:
    """Say what is wrong with a password of somebody who is described by the words ``about``; nothing if it is good."""
    if len(password) < LEAST:
        return [_("Use at least %(least)s characters.", least=LEAST)]
    if len(password) > MOST:
        return [_("Use at most %(most)s characters.", most=MOST)]
    words = sorted({word.casefold() for text in about for word in re.findall(r"\w{3,}", text)} | set(HUB))
    if _rest(password, words) < LEAST - 4 or _score(password, words) < SAFE:
        return [_("This password is easy to guess: it is much used, or about you or this site. Use several words that have nothing to do with each other, or a password manager.")]  # fmt: skip  # noqa: E501
    return []


def _rest(password: str, words: list[str]) -> int:
    """How many characters are left when words about the person and the site are taken out."""
    left = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return len(left)


def _score(password: str, words: list[str]) -> int:
    from zxcvbn import zxcvbn  # takes long to import, and few processes ever need it

    return int(zxcvbn(password[:WEIGHED], user_inputs=words, max_length=WEIGHED)["score"])


class Passwords(PasswordUtil):
    """The check in the shape in which Flask-Security asks for it."""

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:
        """Normalize a password and say what is wrong with it."""
        normal = self.normalize(password)
        user = about.get("user")
        words = [user.email, user.name or ""] if user is not None else [str(about.get("email") or "")]
        return faults(normal, words) or None, normal
