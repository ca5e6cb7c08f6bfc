"""The policy tables: what is not listed is refused, and each action has its actors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from hub.directory.models import Case, Organization, Revision
from hub.directory.permissions import POLICY
from hub.directory.states import CaseKind, CaseState, Decision, RevisionState, Status, Trust
from hub.errors import Forbidden
from hub.permissions import ANYONE, OPERATOR, Actor, allows, require

OWN, OTHER = "a" * 10, "b" * 10


def actor(number: int, role: str = "", **parts: str) -> Actor:
    own = {OWN: parts["own"]} if "own" in parts else {}
    other = {OTHER: parts["other"]} if "other" in parts else {}
    return Actor(f"user:{number}", frozenset({role} - {""}), number, MappingProxyType({**own, **other}))


# a letter for each actor; the organization concerned is OWN, opened by person 3
ACTORS: Mapping[str, Actor] = {
    "-": ANYONE, "O": OPERATOR, "m": actor(1), "r": actor(2, own="reader"), "e": actor(3, own="editor"),
    "f": actor(4, own="focal_point"), "x": actor(5, other="focal_point"), "g": actor(6, "guest"),
    "C": actor(7, "curator"), "c": actor(8, "curator", own="focal_point"), "A": actor(9, "administrator"),
}  # fmt: skip
DESK = "C"
MAY = {
    "profile:import": "O", "profile:create": "OCc", "profile:draft": "OmrefxgCcA", "profile:edit": "OC",
    "profile:confirm": "efc", "case:remind": "O", "case:close": "O",
    "profile:publish": "OC", "profile:hide": "OC", "profile:show": "OC", "profile:archive": "OC",
    "profile:restore": "OC", "profile:own": "refCc", "profile:claim": "mxgCA",
    "revision:begin": "efCc", "revision:read": "refCc", "revision:save": "efCc", "revision:submit": "efCc",
    "revision:withdraw": "efCc", "revision:restore": "efCc",
    "case:list": "CcA", "case:read": "CcA", "case:internal": DESK, "case:claim": DESK, "case:release": DESK,
    "case:assign": "CA", "case:answer": DESK, "case:note": DESK, "case:decide": DESK,
    "case:follow": "efc", "case:reply": "efc", "case:appeal": "", "case:show-again": "",
    "duplicate:list": "Cc", "duplicate:dismiss": "Cc", "duplicate:merge": "C", "duplicate:undo": "Cc",
    "log:read": "A",
}  # fmt: skip


def organization(trust: Trust = Trust.LISTED, status: Status = Status.PUBLISHED) -> Organization:
    return Organization(id=OWN, trust=trust, status=status)


def case(**values: Any) -> Case:
    given = {"kind": CaseKind.EDIT, "state": CaseState.OPEN, "opener_id": 3, "decision": None, **values}
    return Case(id=1, organization_id=OWN, **given)


def thing(action: str) -> Any:
    if action.startswith("case:"):
        return case()
    if action == "revision:withdraw":
        return Revision(id=1, organization_id=OWN, author_id=3, state=RevisionState.SUBMITTED)
    return organization()


def allowed(action: str, about: Any) -> str:
    return "".join(letter for letter, one in ACTORS.items() if allows(POLICY, action, one, about))


def test_the_table_names_every_action() -> None:
    assert MAY.keys() == POLICY.keys()


@pytest.mark.parametrize("action", POLICY)
def test_an_action_is_for_whom_the_table_says(action: str) -> None:
    assert allowed(action, thing(action)) == "".join(one for one in ACTORS if one in MAY[action])


def test_a_verified_organization_publishes_its_own_edits_and_nobody_elses() -> None:
    assert allowed("profile:edit", organization(Trust.VERIFIED)) == "OefCc"
    assert allowed("profile:edit", organization(Trust.CONFIRMED)) == "OC"
    assert allowed("profile:edit", organization(Trust.VERIFIED, Status.HIDDEN)) == "OC"


@pytest.mark.parametrize(
    ("values", "may"),
    [
        ({"decision": Decision.DECLINE}, "efc"),
        ({"decision": Decision.DECLINE, "kind": CaseKind.CLAIM}, "e"),
        ({"decision": Decision.DECLINE, "kind": CaseKind.APPEAL}, ""),
        ({"decision": Decision.PUBLISH}, ""),
        ({"decision": Decision.HIDE, "kind": CaseKind.REPORT, "opener_id": None}, "fc"),
        ({"decision": Decision.ARCHIVE, "kind": CaseKind.REMOVAL, "opener_id": 1}, "fc"),
        ({"decision": Decision.HIDE, "kind": CaseKind.APPEAL, "opener_id": 4}, ""),
    ],
    ids=str,
)
def test_an_appeal_is_for_whom_a_decision_went_against(values: dict[str, Any], may: str) -> None:
    assert allowed("case:appeal", case(state=CaseState.DECIDED, **values)) == may


def test_who_reported_an_organization_is_told_to_nobody_in_it() -> None:
    report = case(kind=CaseKind.REPORT, opener_id=1)
    assert allowed("case:follow", report) == "m"
    assert allowed("case:internal", report) == "C"


def test_a_curator_does_not_decide_what_that_curator_opened() -> None:
    assert allowed("case:decide", case(opener_id=7)) == ""


def test_only_another_curator_shows_again_what_was_taken_down() -> None:
    down: dict[str, Any] = {"kind": CaseKind.REPORT, "state": CaseState.DECIDED, "opener_id": None}
    by_another = case(**down, decision=Decision.HIDE, decided_by="user:20")
    assert allowed("case:show-again", by_another) == "C"
    assert allowed("case:show-again", case(**down, decision=Decision.ARCHIVE, decided_by="user:7")) == ""
    assert allowed("case:show-again", case(**down, decision=Decision.DECLINE, decided_by="user:20")) == ""


def test_an_unknown_action_is_refused_to_everyone() -> None:
    with pytest.raises(Forbidden):
        require(POLICY, "profile:unheard-of", OPERATOR)
