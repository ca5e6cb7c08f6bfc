"""Letters to those who opened a case: what was asked of them, and what was decided and why.

They are rows of the same transaction as the decision, so that neither is ever without the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from hub import letters
from hub.accounts.models import User
from hub.directory.models import Case, Organization
from hub.directory.reasons import TEMPLATES
from hub.directory.states import CaseKind, Decision
from hub.i18n import DEFAULT, LANGUAGES, language, speaking
from hub.letters import Letter
from hub.web import origin

SUBJECTS = {
    Decision.PUBLISH: _l("The entry is published"),
    Decision.ACCEPT: _l("Your request was granted"),
    Decision.ASK_FOR_CHANGES: _l("Something should be changed before we can publish the entry"),
    Decision.DECLINE: _l("Your request was declined"),
    Decision.HIDE: _l("The entry is no longer shown"),
    Decision.ARCHIVE: _l("The entry was taken from the directory"),
}
FINAL = (Decision.DECLINE, Decision.HIDE, Decision.ARCHIVE)


def asked(session: orm.Session, case: Case, text: str) -> None:
    """Send the applicant a curator's question."""
    _post(
        session,
        case,
        lambda name: Letter(_("A question about your entry"), [_about(name), text], *_link(case)),
    )


def reminded(session: orm.Session, case: Case, closes: date) -> None:
    """Remind the applicant that the curators wait for changes."""
    _post(session, case, lambda name: _reminder(case, name, closes))


def decided(session: orm.Session, case: Case) -> None:
    """Tell the applicant what was decided, why, and what can be done."""
    _post(session, case, lambda name: _decision(case, name))


def why(case: Case) -> str:
    """The reason of a decision: as the curator wrote it, else that of its template in the language in force."""
    template = str(TEMPLATES[case.reason_template]) if case.reason_template else ""
    return case.reason or template


def _decision(case: Case, name: str) -> Letter:
    decision = case.decision or Decision.DECLINE
    paragraphs = [_about(name), *why(case).split("\n\n")]
    if decision is Decision.ASK_FOR_CHANGES:
        paragraphs.append(_("Nothing of what you wrote is lost. Change it and send it again."))
    elif decision in FINAL and case.kind is not CaseKind.APPEAL and case.opener_id is not None:
        paragraphs.append(
            _("If you think that this is wrong, you can ask once that another curator looks at it.")
        )
    return Letter(str(SUBJECTS[decision]), [one for one in paragraphs if one], *_link(case))


def _reminder(case: Case, name: str, closes: date) -> Letter:
    waits = _("We asked you for changes and wait for them. Nothing of what you wrote is lost: change it and send it again.")  # fmt: skip  # noqa: E501
    until = _("If we hear nothing, the case is closed after %(date)s. You can begin again later.", date=format_date(closes, "long"))  # fmt: skip  # noqa: E501
    paragraphs = [_about(name), waits, *why(case).split("\n\n"), until]
    return Letter(_("The curators wait for your changes"), [one for one in paragraphs if one], *_link(case))


def _about(name: str) -> str:
    return str(_("This is about the entry “%(name)s” at WhatsOn hub.", name=name))


def _link(case: Case) -> tuple[str, str]:
    """The words and address of the case's page; none for who has no account, or where nobody knows the hub's address."""
    home = origin()
    if case.opener_id is None or not home:
        return ("", "")
    return _("See the case"), f"{home}/{language()}/cases/{case.id}"


def _post(session: orm.Session, case: Case, write: Callable[[str], Letter]) -> None:
    user = session.get(User, case.opener_id) if case.opener_id is not None else None
    to = user.email if user is not None else case.contact
    code = user.language if user is not None else case.language
    if to is None:
        return
    organization = session.get_one(Organization, case.organization_id)
    shown = organization.name if user is not None else organization.pseudonym or organization.name
    with speaking(code if code in LANGUAGES else DEFAULT):
        letters.post(session, to, language(), write(shown))
