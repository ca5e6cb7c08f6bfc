"""A hub with three public organizations, a protected one and a hidden one, and a way to ask its API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.database import now, transaction
from hub.directory.models import Organization, Source
from hub.directory.states import Safety, Status, Trust

Add = Callable[..., Organization]
Ask = Callable[..., TestResponse]
FULL: dict[str, Any] = {
    "name": "Refugio del Sur", "name_language": "es", "legal_name": "Refugio del Sur Legal, A.C.",
    "country": "MX", "kind": "civil_society", "subtype": "survivor_led", "city": "Oaxaca", "subdivision": "Oaxaca State",
    "names": [{"value": "Southern Refuge", "language": "en", "type": "translation"}, {"value": "Sur"}],
    "acronyms": ["RDS"], "memberships": [{"name": "Alliance of Houses"}],
    "countries_of_work": [{"country": "GT", "roles": ["origin", "transit"]}, {"country": "HN"}],
    "networks": ["network-africa"], "joined": ["anti-corruption"], "joined_inside": ["ppp-finance"], "themes": ["trafficking-in-persons", "victim-assistance"],
    "treaties": ["untoc-25"], "sectors": ["construction"],
    "offers": [{"service": "legal-aid", "is_direct": False}], "seeks": [{"service": "job-placement"}],
    "populations": ["women"], "languages": ["es", "en"], "sdg_targets": ["8.7"],
    "texts": {"es": {"short": "Apoyo a sobrevivientes"}, "en": {"short": "Help for survivors <b>", "long": "More *words*."}},
    "website": "https://www.example.org/refugio", "links": [{"url": "https://refugio.example.org/x", "label": "Report"}],
    "mailbox": "role@refugio.example.org", "hotline": {"number": "800 1234", "hours": "24/7"}, "founded": 1999,
    "staff_band": "1-9", "budget_band": "under-10k", "identifiers": [{"scheme": "ror", "value": "031m5qz90"}],
    "last_confirmed_at": None, "is_claimable": True, "trust": Trust.LISTED,
}  # fmt: skip


@pytest.fixture
def ask(app: Flask, client: FlaskClient) -> Ask:
    """Ask the API: path below ``/api/v1``, parameters, headers as ``If_None_Match``."""

    def get(path: str, query: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address, _, given = path.partition("?")
        with app.app_context():  # else the test's own would be kept from call to call, with its language
            return client.get(f"/api/v1{address}", query_string=query or given, headers=named)

    return get


@pytest.fixture
def filled(add: Add) -> Organization:
    """Three public organizations; gives the full one."""
    return fill(add)


def fill(add: Add) -> Organization:
    """Add three public organizations, the last with every field filled, and return that."""
    add("Universidad Autónoma de Prueba", country="MX", kind="academia", indexed=False)
    add("مؤسسة الأمل", country="EG", kind="civil_society", name_language="ar", trust=Trust.CONFIRMED,
        last_confirmed_at=now(), texts={"ar": {"long": "مأوى للنساء"}}, indexed=False)  # fmt: skip
    made = add(**FULL, indexed=False)
    with transaction() as session:
        session.add(
            Source(
                organization_id=made.id,
                source="ror",
                record="031m5qz90",
                url="https://ror.org/031m5qz90",
                licence="CC0-1.0",
                retrieved_on="2026-03-01",
            )
        )
    add("Universidad Hermana", country="MX", kind="academia", status=Status.HIDDEN, indexed=False)
    add(**{**FULL, "name": "Casa Secreta", "safety": Safety.PROTECTED, "pseudonym": "A house in the south"})
    return made
