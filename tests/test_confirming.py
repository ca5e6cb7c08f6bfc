"""Nobody learns that a guess is right: a hidden name, or one like it, is answered as a name that nobody bears."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient

from hub.directory.models import Organization
from hub.directory.states import Safety, Status
from tests.people import Person

HIDDEN, NOBODY = "Zarqovia Lumen", "Qarvozia Nemul"  # as long, and of the same letters
WAYS = (
    "/en/search?q={}", "/en/search.atom?q={}", "/en/search.csv?q={}", "/en/search.ndjson?q={}", "/en/search.jsonld?q={}",
    "/en/suggestions?q={}", "/api/v1/organizations?q={}", "/api/v1/suggestions?q={}", "/api/v1/match?name={}",
    "/api/v1/match?name={}&country=KI", "/en/organizations/new?name={}",
)  # fmt: skip


def test_a_hidden_name_is_answered_as_nobodys(
    signed_in: Callable[..., Person], client: FlaskClient, add: Callable[..., Organization], statements: Any
) -> None:
    add(
        HIDDEN, legal_name=f"{HIDDEN} Ltd", pseudonym="A house by the sea", safety=Safety.PROTECTED, country="KI",
        website="https://zarqovia.example.org", acronyms=["ZLM"], themes=["corruption"], indexed=False,
    )  # fmt: skip
    add(HIDDEN, status=Status.HIDDEN, indexed=False)
    add("Public House", country="KI", themes=["corruption"])
    person = signed_in()
    for client_, ways in ((client, WAYS[:-1]), (person, WAYS)):
        for way in ways:
            for hidden, nobody in (
                (HIDDEN, NOBODY),
                (
                    HIDDEN.replace("o", "a"),
                    NOBODY.replace("o", "a"),
                ),  # a slip of the pen: nothing is offered instead
                (f"{HIDDEN} Ltd", f"{NOBODY} Ltd"),
                (HIDDEN.split()[0][:5], NOBODY.split()[0][:5]),
                ("ZLM", "QRV"),
            ):
                told = [_told(client_, way, one, statements) for one in (hidden, nobody)]
                assert told[0] == told[1], way.format(hidden)
    for country in ("KI", "MX"):  # nor where a pseudonym's bearer is
        answer = client.get(f"/api/v1/match?name=A+house+by+the+sea&country={country}").get_json()
        assert [one["reasons"] for one in answer["candidates"]] == [["same name"]]


def _told(client: FlaskClient, way: str, asked: str, statements: Any) -> tuple[object, ...]:
    """All that an answer tells, and how many statements it took, without the words of the question."""
    with statements() as counted:
        response = client.get(way.format(quote(asked)))
        text = response.get_data(as_text=True)
    for word in sorted({asked, quote(asked), asked.replace(" ", "+"), *asked.split()}, key=len, reverse=True):
        text = text.replace(word, "ASKED")
    text = re.sub(r'(csrf_token" value=|nonce=)"[^"]*"|<updated>[^<]*<|"took_ms":[0-9.]+', "", text)
    return response.status_code, text, counted.count
