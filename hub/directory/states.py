"""The states, levels and modes of a profile, and the steps between states."""

from __future__ import annotations

from enum import StrEnum

from hub.workflow import step


class Status(StrEnum):
    """Where a profile stands in its life; only ``published`` is shown to anyone but its owner and curators."""

    DRAFT = "draft"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    ARCHIVED = "archived"


class Trust(StrEnum):
    """How far an entry was confirmed, least first; a listing is no endorsement at any level."""

    LISTED = "listed"
    CONFIRMED = "confirmed"
    VERIFIED = "verified"

    @property
    def rank(self) -> int:
        """0 for the least, one more for each level."""
        return list(Trust).index(self)


class Safety(StrEnum):
    """How much an organization shows by default, least careful first."""

    OPEN = "open"
    CAREFUL = "careful"
    PROTECTED = "protected"


class Audience(StrEnum):
    """Who looks, from the widest to the narrowest circle."""

    PUBLIC = "public"
    MEMBERS = "members"
    PARTNERS = "partners"
    OWN = "own"
    CURATORS = "curators"

    @property
    def rank(self) -> int:
        """0 for the widest circle; a field of rank n is seen by audiences of rank n and above."""
        return RANKS[self]


RANKS = {audience: rank for rank, audience in enumerate(Audience)}


STEPS = {
    "publish": step(Status.DRAFT, reaches=Status.PUBLISHED),
    "hide": step(Status.PUBLISHED, reaches=Status.HIDDEN),
    "show": step(Status.HIDDEN, reaches=Status.PUBLISHED),
    "archive": step(Status.DRAFT, Status.PUBLISHED, Status.HIDDEN, reaches=Status.ARCHIVED),
    "restore": step(Status.ARCHIVED, reaches=Status.HIDDEN),
}


class RevisionState(StrEnum):
    """Where a proposed state of a profile stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


REVISION_STEPS = {
    "submit": step(RevisionState.DRAFT, reaches=RevisionState.SUBMITTED),
    "return": step(RevisionState.SUBMITTED, reaches=RevisionState.DRAFT),
    "withdraw": step(RevisionState.DRAFT, RevisionState.SUBMITTED, reaches=RevisionState.WITHDRAWN),
    "publish": step(RevisionState.SUBMITTED, reaches=RevisionState.PUBLISHED),
    "decline": step(
        RevisionState.SUBMITTED, RevisionState.DRAFT, reaches=RevisionState.DECLINED
    ),  # a draft: given back, and never sent again
    "resume": step(RevisionState.DECLINED, reaches=RevisionState.SUBMITTED),  # an appeal
    "supersede": step(RevisionState.PUBLISHED, reaches=RevisionState.SUPERSEDED),  # taken back after a review
}


class CaseKind(StrEnum):
    """What a case is about; a review looks after at an edit that a trusted organization published at once.

    A verification is opened when the answers that made an organization verified grow old.
    """

    REGISTRATION = "registration"
    EDIT = "edit"
    REVIEW = "review"
    CLAIM = "claim"
    REPORT = "report"
    REMOVAL = "removal"
    CORRECTION = "correction"
    APPEAL = "appeal"
    VERIFICATION = "verification"
    SUGGESTION = "suggestion"


class CaseState(StrEnum):
    """Whose turn it is: the curators', the applicant's, or nobody's any more."""

    OPEN = "open"
    WAITING = "waiting"
    DECIDED = "decided"


class Decision(StrEnum):
    """How a case may end; ``accept`` grants what is asked where nothing is to be published."""

    PUBLISH = "publish"
    ACCEPT = "accept"
    ASK_FOR_CHANGES = "ask_for_changes"
    DECLINE = "decline"
    HIDE = "hide"
    ARCHIVE = "archive"
    WITHDRAWN = "withdrawn"  # by who opened it


CASE_STEPS = {
    "ask_for_changes": step(CaseState.OPEN, reaches=CaseState.WAITING),
    "resubmit": step(CaseState.WAITING, reaches=CaseState.OPEN),
    "withdraw": step(CaseState.OPEN, CaseState.WAITING, reaches=CaseState.DECIDED),
    "decide": step(CaseState.OPEN, CaseState.WAITING, reaches=CaseState.DECIDED),
    "close": step(CaseState.WAITING, reaches=CaseState.DECIDED),  # nobody answered
}
