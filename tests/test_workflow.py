"""Every step from every state, by table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from hub.directory.states import CASE_STEPS, REVISION_STEPS, STEPS, CaseState, RevisionState, Status
from hub.errors import Conflict
from hub.workflow import Step, advance

R, C = RevisionState, CaseState
LEADS: Mapping[str, tuple[Mapping[str, Step[Any]], type[StrEnum], Mapping[str, Mapping[Any, Any]]]] = {
    "profile": (STEPS, Status, {
        "publish": {Status.DRAFT: Status.PUBLISHED},
        "hide": {Status.PUBLISHED: Status.HIDDEN},
        "show": {Status.HIDDEN: Status.PUBLISHED},
        "archive": dict.fromkeys((Status.DRAFT, Status.PUBLISHED, Status.HIDDEN), Status.ARCHIVED),
        "restore": {Status.ARCHIVED: Status.HIDDEN},
    }),
    "revision": (REVISION_STEPS, R, {
        "submit": {R.DRAFT: R.SUBMITTED},
        "return": {R.SUBMITTED: R.DRAFT},
        "withdraw": {R.DRAFT: R.WITHDRAWN, R.SUBMITTED: R.WITHDRAWN},
        "publish": {R.SUBMITTED: R.PUBLISHED},
        "decline": {R.SUBMITTED: R.DECLINED, R.DRAFT: R.DECLINED},
        "resume": {R.DECLINED: R.SUBMITTED},
        "supersede": {R.PUBLISHED: R.SUPERSEDED},
    }),
    "case": (CASE_STEPS, C, {
        "ask_for_changes": {C.OPEN: C.WAITING},
        "resubmit": {C.WAITING: C.OPEN},
        "withdraw": {C.OPEN: C.DECIDED, C.WAITING: C.DECIDED},
        "decide": {C.OPEN: C.DECIDED, C.WAITING: C.DECIDED},
        "close": {C.WAITING: C.DECIDED},
    }),
}  # fmt: skip
EVERY = [
    (machine, name, state)
    for machine, (steps, states, _) in LEADS.items()
    for name in steps
    for state in states
]


@pytest.mark.parametrize("machine", LEADS)
def test_the_table_names_every_step(machine: str) -> None:
    steps, _states, expected = LEADS[machine]
    assert expected.keys() == steps.keys()


@pytest.mark.parametrize(("machine", "name", "current"), EVERY)
def test_a_step_leads_on_or_is_refused(machine: str, name: str, current: Any) -> None:
    steps, _states, expected = LEADS[machine]
    if current in expected[name]:
        assert advance(steps, name, current) is expected[name][current]
    else:
        with pytest.raises(Conflict, match=f"cannot {name}"):
            advance(steps, name, current)
