"""A page that has not changed is not sent again; one that has, is."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from hub.database import transaction
from hub.directory import profiles
from hub.directory.models import Organization
from hub.permissions import OPERATOR

Add = Callable[..., Organization]


def test_an_unchanged_page_is_not_sent_again_and_keeps_its_policy(client: FlaskClient, add: Add) -> None:
    add("Refugio del Sur")
    first = client.get("/en/search?q=refugio")
    again = client.get("/en/search?q=refugio", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Security-Policy" not in again.headers
    assert again.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_a_change_is_sent(client: FlaskClient, add: Add) -> None:
    made = add("Refugio del Sur")
    first = client.get(f"/en/organizations/{made.id}", follow_redirects=True)
    with transaction() as session:
        profiles.revise(session, OPERATOR, session.get_one(Organization, made.id), {"founded": 1999})
    path = first.request.path
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, b"1999" in again.data) == (200, True)


def test_a_fragment_and_another_language_have_tags_of_their_own(client: FlaskClient, add: Add) -> None:
    add("Refugio del Sur")
    part = {"HX-Request": "true", "HX-Request-Type": "partial"}
    tags = [
        client.get("/en/search").headers["ETag"],
        client.get("/en/search", headers=part).headers["ETag"],
        client.get("/fr/search").headers["ETag"],
    ]
    assert len(set(tags)) == 3


def test_errors_are_not_kept(client: FlaskClient) -> None:
    assert "ETag" not in client.get("/en/nowhere").headers
