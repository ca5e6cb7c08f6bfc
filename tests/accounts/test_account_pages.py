"""The pages of accounts are what every page must be, in a language from left to right and one from right to left."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from hub.accounts.models import User
from hub.database import db, now
from tests.accounts.conftest import path
from tests.people import Person, Visitor

OUTSIDE = ("sign-in", "register", "reset", "confirm", "passkey")
INSIDE = ("", "password", "address", "codes", "recovery-codes", "passkeys", "verify", "delete")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", OUTSIDE)
def test_pages_before_signing_in(visitor: Callable[[], Visitor], name: str, language: str) -> None:
    visitor().page.get(path(name, language))


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", INSIDE)
def test_pages_of_a_person(
    visitor: Callable[[], Visitor], signed_in: Callable[..., Person], name: str, language: str
) -> None:
    signed_in().page.get(path(name, language))
    answer = visitor().get(path(name, language))
    assert answer.status_code == 302
    assert f"/{language}/account/sign-in" in answer.location


@pytest.mark.parametrize(("usage", "verification"), [("first", "required"), ("secondary", "discouraged")])
def test_a_passkey_is_asked_for_by_a_form_that_a_script_fills(
    signed_in: Callable[..., Person], usage: str, verification: str
) -> None:
    person = signed_in()
    answer = person.submit(path("passkeys"), name="Phone", usage=usage)
    page = person.page.check(answer, path("passkeys"))
    (form,) = page.all("form", data_passkey="create")
    options = json.loads(form.get("data-options", ""))
    assert options["authenticatorSelection"]["userVerification"] == verification
    assert options["rp"]["id"] == "localhost"
    assert "Passkeys need JavaScript" in page.text
    wrong = person.submit(form.get("action", ""), credential='{"id": "made-up"}')
    assert wrong.status_code == 302
    assert "Your passkeys" not in person.page.get(path("passkeys")).text


def test_signing_in_with_a_passkey_names_nobody(visitor: Callable[[], Visitor]) -> None:
    someone = visitor()
    answer = someone.fill(path("passkey"))
    (form,) = someone.page.check(answer, path("passkey")).all("form", data_passkey="get")
    assert json.loads(form.get("data-options", ""))["allowCredentials"] == []


def test_who_has_no_password_is_asked_for_a_passkey_and_for_nothing_typed(
    signed_in: Callable[..., Person],
) -> None:
    """Neither a wrong nor an empty password lets anybody past, long after the last sign-in."""
    person = signed_in()
    for password in ("", "seven otters juggle lanterns"):
        refused = person.page.check(person.submit(path("verify"), password=password), path("verify"), 422)
        assert "Your account has no password." in refused.text
        assert not refused.all("input", type="password")
    with person.session_transaction() as held:
        held["fs_paa"] = now().timestamp() - 6 * 60
    for answer in (person.get(path("delete")), person.submit(path("delete"), password="")):
        assert (answer.status_code, answer.location) == (303, f"{path('verify')}?next={path('delete')}")
    assert db.session.get(User, person.user_id) is not None
    with person.session_transaction() as held:
        held["fs_paa"] = now().timestamp()
    assert not person.page.get(path("delete")).all("input", type="password")
    assert person.submit(path("delete")).status_code == 303
    db.session.rollback()
    assert db.session.get(User, person.user_id) is None
