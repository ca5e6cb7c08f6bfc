"""What stands in a form or an address beside what belongs there: more fields change nothing, and nobody is led elsewhere.

Both are tried on every route, in each state of what it is about, in the world of ``tests/test_access.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import product
from typing import Any
from urllib.parse import urljoin, urlsplit

import sqlalchemy as sa
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from hub.database import Model, db
from tests import test_access as access
from tests.accounts.test_attacks import FOREIGN
from tests.people import OutsideClient

world = access.world
Rows = dict[str, list[str]]
# forms that test_access leaves empty, filled so that they change something
FILLED: dict[str, dict[str, str]] = {
    **access.FORMS,
    "accounts.change": {"name": "Ana", "language": "es"},
    "accounts.invite": {"email": "bea@example.org", "role": "editor"},
    "claims.make_request": {"text": "This is wrong.", "contact": "bea@example.org"},
    "claims.make_claim": {"evidence": "I am the director."},
    "claims.make_suggestion": {"name": "Casa Nueva", "country": "MX", "text": "It is missing."},
    "own.appeal": {"text": "Look again, please."},
    "registration.begin": {"name": "Casa Nueva"},
    "registration.task": {"name": "Casa Nueva"},
}
PLACES = (
    "next",
    "url",
    "return",
    "return_to",
    "redirect",
    "redirect_uri",
    "back",
    "continue",
    "to",
    "goto",
    "dest",
)
INSIDE = "/en/marked-place"


# fields of forms that are columns as well, by endpoint: what they say is what the form is for
OWN: dict[str, set[str]] = {
    "accounts.delete": {"password"},
    "calls.decide": {"reason"},
    "claims.make_suggestion": {"contact", "website"},
    "desk.decision": {"reason"},
    "following.choose": {"every"},
    "networks.decide": {"text"},
    "networks.membership": {"text"},
    "security.verify": {"password"},
}


def test_more_fields_than_a_form_has_change_nothing(world: access.World) -> None:
    world.kept.put_back()  # a page that another test asked for may have been noted as read
    extras, before = columns(), rows()
    changed, wrong = 0, []
    for rule, state, role in usable(world):
        more = {name: value for name, value in extras.items() if name not in OWN.get(rule.endpoint, ())}
        plain, full = (left_by(world, rule, state, role, one, before) for one in ({}, more))
        changed += plain != before
        if plain != full:
            again = left_by(world, rule, state, role, {}, before)
            wrong += [
                f"{rule.endpoint} ({state}) as {role}: {table} {full[table]}"
                for table in plain
                if len(plain[table]) != len(full[table]) or (plain[table] == again[table] != full[table])
            ]
    assert wrong == []
    assert changed > 40, "too few of the forms changed anything: they tell nothing"


def columns() -> dict[str, str]:
    """Each column of the database as a field of a form, with a value that it could take."""
    every = [column for table in Model.metadata.sorted_tables for column in table.columns]
    return {column.name: value_for(column) for column in every}


def value_for(column: sa.Column[Any]) -> str:
    if isinstance(column.type, sa.Enum):
        return str(column.type.enums[-1])
    return "2020-01-01" if isinstance(column.type, sa.DateTime | sa.Date) else "1"


def usable(world: access.World) -> Iterator[tuple[Rule, str, str]]:
    """Each form once, in a state in which somebody may use it, as who may do most."""
    table, seen = access.table(), set()
    for wanted in ({"302", "303"}, {"200", "422"}):
        for rule, method, state in access.cells(world.app):
            answers = table.get((rule.endpoint, method, state), {})
            roles = [role for role in reversed(access.ROLES) if answers.get(role) in wanted]
            if method == "POST" and roles and rule.endpoint not in seen:
                seen.add(rule.endpoint)
                yield rule, state, roles[0]


def left_by(
    world: access.World, rule: Rule, state: str, role: str, more: dict[str, str], before: Rows
) -> Rows:
    """What is in the database after a form; then everything is put back."""
    answer = send(world, rule, "POST", state, role, more)
    assert answer.status_code < 500, rule.endpoint
    found = rows()
    if changed := [table for table in found if found[table] != before[table]]:
        world.kept.put_back(changed)
    return found


def rows() -> Rows:
    """All rows of all tables, without the times in them."""
    found = {
        table.name: sorted(
            repr(["a time" if isinstance(value, datetime) else value for value in row])
            for row in db.session.execute(sa.select(table))
        )
        for table in Model.metadata.sorted_tables
    }
    db.session.rollback()
    return found


def send(
    world: access.World, rule: Rule, method: str, state: str, role: str, more: dict[str, str], **query: str
) -> TestResponse:
    """Send a form with more fields, and a query in the address."""
    client = OutsideClient(world.app, world.app.response_class, use_cookies=True)
    if (cookie := world.cookies[role]) is not None:
        client.set_cookie("hub", cookie)
    values = {name: "en" if name == "lang" else world.value(rule, name, state) for name in rule.arguments}
    path = world.app.url_map.bind("localhost").build(rule.endpoint, values, method)
    form = {name: world.forms.get(text, text) for name, text in FILLED.get(rule.endpoint, {}).items()}
    data = {**more, **form, "csrf_token": world.tokens[role]} if method == "POST" else None
    return client.open(path, method=method, data=data, query_string=query)


def test_no_address_in_a_form_or_a_query_leads_elsewhere(world: access.World) -> None:
    """Each route is asked once with a place of ours by many names; where one comes back, all foreign ones are tried."""
    follows, wrong = [], []
    for rule, method, state, role in led(world):
        places = dict.fromkeys(PLACES, INSIDE)
        if any(one.startswith(INSIDE) for one in targets(ask(world, rule, method, state, role, places))):
            follows.append((rule, method, state, role))
        elsewhere = ask(world, rule, method, state, role, dict.fromkeys(PLACES, "//evil.example/"))
        wrong += [f"{rule.endpoint}: {one}" for one in targets(elsewhere) if is_foreign(one)]
    for (rule, method, state, role), foreign in product(follows, FOREIGN):
        answer = ask(world, rule, method, state, role, dict.fromkeys(PLACES, foreign))
        wrong += [f"{rule.endpoint}: {one}" for one in targets(answer) if is_foreign(one)]
    assert wrong == []
    assert "security.logout" in {one[0].endpoint for one in follows}, (
        "nothing was led anywhere: this tells nothing"
    )


def led(world: access.World) -> Iterator[tuple[Rule, str, str, str]]:
    """Every form as who may use it, and every page as nobody, or as somebody where nobody is sent to sign in."""
    yield from ((rule, "POST", state, role) for rule, state, role in usable(world))
    table, seen = access.table(), set()
    for rule, method, state in access.cells(world.app):
        if method == "GET" and rule.endpoint not in seen:
            seen.add(rule.endpoint)
            answers = table.get((rule.endpoint, method, state), {})
            yield rule, method, state, "focal" if answers.get("anonymous") == "in" else "anonymous"


def ask(
    world: access.World, rule: Rule, method: str, state: str, role: str, places: dict[str, str]
) -> TestResponse:
    answer = send(world, rule, method, state, role, places, **places)
    answer.get_data()
    answer.close()
    if method == "POST" and answer.status_code < 400:
        world.kept.put_back()
    return answer


def targets(answer: TestResponse) -> list[str]:
    """Where an answer leads a browser by itself."""
    found = [
        answer.headers.get(name, "")
        for name in ("Location", "HX-Redirect", "HX-Location", "Content-Location")
    ]
    refresh = [answer.headers.get("Refresh", "")]
    if answer.mimetype == "text/html":
        refresh += re.findall(r"(?i)<meta[^>]+http-equiv=.?refresh[^>]+", answer.text)
    return [one for one in (*found, *refresh) if one]


def is_foreign(target: str) -> bool:
    """Whether a browser would leave the hub: it drops blanks and line breaks, and takes a backslash for a slash."""
    read = re.sub(r"[\t\r\n]", "", target).strip().replace("\\", "/")
    place = urlsplit(urljoin("http://localhost/en/", read))
    return (place.scheme, place.netloc) != ("http", "localhost") or "evil" in place.netloc
