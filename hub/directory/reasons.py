"""Reasons that curators may give by a key; whoever asked reads them in the own language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

TEMPLATES = {
    "incomplete": _l("Important parts are missing, so readers could not tell what the organization does."),
    "unclear-work": _l("It is not clear how the work relates to organized crime or corruption."),
    "out-of-scope": _l("The work lies outside the subjects of this directory."),
    "not-found": _l("We could not find signs that the organization exists or is active."),
    "not-authorized": _l("We could not tell that you may speak for the organization."),
    "duplicate": _l("The organization is in the directory already."),
    "unsafe": _l("What is written could put people in danger."),
    "personal-data": _l("The text names or describes private persons."),
    "misleading": _l("Some statements are wrong or cannot be checked."),
    "no-answer": _l(
        "We asked for changes and heard nothing for two months. You can send it again at any time."
    ),
    "inactive": _l("The organization is no longer active."),
    "own-request": _l("The organization itself asked for it."),
    "unfounded": _l("We looked into it and found no reason to change the entry."),
    "conduct": _l("The conduct of the organization is against the rules of the directory."),
}
