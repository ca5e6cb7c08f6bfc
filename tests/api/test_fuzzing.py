"""Calls made up from the description of the API, valid and not: no fault of the server, every answer as described.

``HUB_TEST_EXAMPLES`` sets the number of calls for each operation and kind: 420 make more than 5,000 in all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import BaseSchema, Case, GenerationMode

from hub import outbox
from hub.database import transaction
from hub.directory import profiles
from hub.directory.states import Safety, Status
from hub.permissions import OPERATOR
from hub.search.criteria import MAX_RESULTS, PAGE_SIZE
from tests.api.conftest import FULL
from tests.conftest import hub_in

EXAMPLES = int(os.environ.get("HUB_TEST_EXAMPLES", "25"))
KNOWN = ("abcdefghjk", "bcdefghjkm")
OPERATIONS = ("search_organizations", "read_organization", "suggest_while_typing", "list_vocabularies", "read_vocabulary",
              "match_name")  # fmt: skip


@pytest.fixture(scope="module")
def served(pattern: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A hub with an open and a protected organization, and a hidden one."""
    with hub_in(tmp_path_factory.mktemp("fuzzed"), pattern) as app:
        with transaction() as session:
            for public_id, changes in zip(
                (*KNOWN, None),
                (
                    {},
                    {"safety": Safety.PROTECTED, "pseudonym": "A house"},
                    {"name": "Hidden", "status": Status.HIDDEN},
                ),
                strict=True,
            ):
                values = {**FULL, **changes}
                status = values.pop("status", Status.PUBLISHED)
                profiles.create(session, OPERATOR, values, public_id=public_id, status=status)
        outbox.drain(app)
        yield app


@pytest.fixture(scope="module")
def described(served: Flask) -> BaseSchema:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", served)


def is_too_deep(case: Case) -> bool:
    """True for a page that each parameter allows and both together do not: JSON Schema cannot say so."""
    page, size = (case.query.get(name, default) for name, default in (("page", 1), ("page_size", PAGE_SIZE)))
    return isinstance(page, int) and isinstance(size, int) and page * size > MAX_RESULTS


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_is_asked_is_answered_as_described(
    described: BaseSchema, operation: str, mode: GenerationMode
) -> None:
    found = described.find_operation_by_id(operation)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=found.as_strategy(generation_mode=mode), known=st.sampled_from([None, None, *KNOWN]))
    def run(case: Case, known: str | None) -> None:
        if known and operation == "read_organization" and mode is GenerationMode.POSITIVE:
            case.path_parameters["id"] = known
        if mode is GenerationMode.POSITIVE and is_too_deep(case):
            assert case.call().status_code == 422
        else:
            case.call_and_validate()

    run()


def test_every_operation_is_tried(described: BaseSchema) -> None:
    found = {result.ok().definition.raw["operationId"] for result in described.get_all_operations()}
    assert found == set(OPERATIONS)
