"""What the kinds, states and decisions of cases are called on screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _pl

from hub.directory.states import CaseKind, CaseState, Decision

KINDS: Mapping[CaseKind, Any] = {
    CaseKind.REGISTRATION: _l("Registration"),
    CaseKind.EDIT: _l("Edit"),
    CaseKind.REVIEW: _l("Review after publication"),
    CaseKind.CLAIM: _l("Claim"),
    CaseKind.REPORT: _l("Report"),
    CaseKind.REMOVAL: _l("Removal request"),
    CaseKind.CORRECTION: _l("Correction request"),
    CaseKind.APPEAL: _pl("kind of case", "Appeal"),
    CaseKind.VERIFICATION: _l("Verification"),
    CaseKind.SUGGESTION: _l("Suggestion"),
}
STATES: Mapping[CaseState, Any] = {
    CaseState.OPEN: _pl("state of a case", "Open"),
    CaseState.WAITING: _l("Waiting for the applicant"),
    CaseState.DECIDED: _l("Decided"),
}
# as a button says it, and as the past of a case does
DECISIONS: Mapping[Decision, Any] = {
    Decision.PUBLISH: _l("Publish"),
    Decision.ACCEPT: _l("Accept"),
    Decision.ASK_FOR_CHANGES: _l("Ask for changes"),
    Decision.DECLINE: _l("Decline"),
    Decision.HIDE: _l("Hide the entry"),
    Decision.ARCHIVE: _l("Archive the entry"),
    Decision.WITHDRAWN: _l("Withdraw"),
}
DECIDED: Mapping[Decision, Any] = {
    Decision.PUBLISH: _l("Published"),
    Decision.ACCEPT: _l("Accepted"),
    Decision.ASK_FOR_CHANGES: _l("Changes asked for"),
    Decision.DECLINE: _l("Declined"),
    Decision.HIDE: _l("Entry hidden"),
    Decision.ARCHIVE: _l("Entry archived"),
    Decision.WITHDRAWN: _l("Withdrawn by the applicant"),
}
# what follows from a decision, beside its button
FOLLOWS: Mapping[tuple[CaseKind, Decision], Any] = {
    (CaseKind.REGISTRATION, Decision.PUBLISH): _l("The entry is shown as proposed."),
    (CaseKind.REGISTRATION, Decision.ASK_FOR_CHANGES): _l("The applicant can change it and send it again."),
    (CaseKind.EDIT, Decision.PUBLISH): _l("The changes go live."),
    (CaseKind.EDIT, Decision.ASK_FOR_CHANGES): _l("The applicant can change it and send it again."),
    (CaseKind.EDIT, Decision.DECLINE): _l("The entry stays as it is."),
    (CaseKind.REVIEW, Decision.ACCEPT): _l("The changes stay."),
    (CaseKind.REVIEW, Decision.DECLINE): _l("The changes are taken back."),
    (CaseKind.CLAIM, Decision.ACCEPT): _l("The applicant becomes focal point."),
    (CaseKind.REPORT, Decision.ACCEPT): _l("The report is right; you see to the entry."),
    (CaseKind.REPORT, Decision.DECLINE): _l("The entry stays as it is."),
    (CaseKind.CORRECTION, Decision.ACCEPT): _l("The request is right; you see to the entry."),
    (CaseKind.CORRECTION, Decision.DECLINE): _l("The entry stays as it is."),
    (CaseKind.REMOVAL, Decision.DECLINE): _l("The entry is shown again."),
    (CaseKind.APPEAL, Decision.ACCEPT): _l("The first decision is reversed."),
    (CaseKind.APPEAL, Decision.DECLINE): _l("The first decision stands."),
    (CaseKind.VERIFICATION, Decision.ACCEPT): _l(
        "It stays verified; needs a yes to all five questions here."
    ),
    (CaseKind.VERIFICATION, Decision.DECLINE): _l("It is no longer verified, but confirmed by itself."),
    (CaseKind.SUGGESTION, Decision.PUBLISH): _l("The entry is shown as listed and can be claimed."),
    (CaseKind.SUGGESTION, Decision.DECLINE): _l("Nothing is shown."),
}
# what follows wherever it is decided
FOLLOWS_ANYWHERE: Mapping[Decision, Any] = {
    Decision.HIDE: _l("It is no longer shown, for as long as the danger or the doubt lasts."),
    Decision.ARCHIVE: _l("It is taken from the directory: it has ended, or asked to go."),
}
ANSWERS: Mapping[str, Any] = {"yes": _l("Yes"), "no": _l("No"), "unclear": _l("Unclear")}
SEVERITIES: Mapping[str, Any] = {"danger": _l("Danger"), "warning": _l("Warning"), "note": _l("Note")}
ALIKE: Mapping[str, Any] = {
    "name": _l("Same name and country"),
    "host": _l("Same website"),
    "id": _l("Same number in a register"),
}


def alike(reason: str) -> str:
    """Say why two entries may be the same organization; a reason is ``name``, ``host`` or ``id:`` and a register."""
    return str(ALIKE.get(reason.split(":")[0], reason))
