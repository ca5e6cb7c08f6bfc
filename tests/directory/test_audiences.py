"""Who looks as whom: an account alone opens nothing, and what is not published is seen by its own people only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from hub.database import db
from hub.directory import queries
from hub.directory.audiences import audience_of, audience_towards
from hub.directory.models import Organization
from hub.directory.states import Audience, Safety, Status
from hub.errors import NotFound
from hub.permissions import ANYONE, Actor
from tests.directory.acting import person
from tests.people import Person

Add = Callable[..., Organization]
UNSEEN = (Status.DRAFT, Status.HIDDEN, Status.ARCHIVED)


def actors(own: str, other: str) -> dict[str, Actor]:
    return {
        "anyone": ANYONE,
        "account": person(),
        "reader": person(organization=own, part="reader"),
        "other": person(organization=other),
        "guest": person("guest"),
        "administrator": person("administrator"),
        "curator": person("curator"),
    }


@pytest.mark.parametrize("others", list(Status))
def test_members_are_those_of_published_organizations_and_verified_guests(add: Add, others: Status) -> None:
    own, other = add("Own", indexed=False), add("Other", status=others, indexed=False)
    found = {
        name: audience_towards(db.session, one, own.id) for name, one in actors(own.id, other.id).items()
    }
    assert found == {
        "anyone": Audience.PUBLIC,
        "account": Audience.PUBLIC,
        "reader": Audience.OWN,
        "other": Audience.MEMBERS if others is Status.PUBLISHED else Audience.PUBLIC,
        "guest": Audience.MEMBERS,
        "administrator": Audience.MEMBERS,
        "curator": Audience.CURATORS,
    }
    assert audience_of(db.session, person(organization=own.id)) is Audience.MEMBERS


@pytest.mark.parametrize("status", UNSEEN)
def test_what_is_not_published_is_seen_by_its_own_people_and_curators_alone(add: Add, status: Status) -> None:
    own, other = add("Own", status=status, indexed=False), add("Other", indexed=False)
    for name, actor in actors(own.id, other.id).items():
        audience = audience_towards(db.session, actor, own.id)
        if name in ("reader", "curator"):
            assert queries.profile(own.id, audience).name == "Own"
        else:
            with pytest.raises(NotFound):
                queries.profile(own.id, audience)


@pytest.mark.parametrize("status", UNSEEN)
@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.MEMBERS, Audience.PARTNERS])
def test_no_query_of_many_gives_what_is_not_published(add: Add, status: Status, audience: Audience) -> None:
    shown = add("Shown", indexed=False)
    hidden = add("Hidden", status=status, safety=Safety.OPEN, indexed=False)
    ids = [shown.id, hidden.id]
    assert [one.id for one in queries.profiles(ids, audience)] == [shown.id]
    assert [one.id for batch in queries.every_profile(audience) for one in batch] == [shown.id]
    assert queries.count_published() == 1
    assert [slug[-10:] for slug in queries.listed_slugs(0, 10)] == [shown.id]


def test_the_page_of_an_entry_shows_each_circle_what_is_theirs(
    add: Add, client: FlaskClient, signed_in: Callable[..., Person]
) -> None:
    open_to_all = add("Refugio del Sur", city="Yaren")
    for_members = add("Casa", audiences={"name": "members"})
    member = signed_in(role="guest")
    paths = [
        f"/en/organizations/{queries.profile(one.id, Audience.MEMBERS).slug}"
        for one in (open_to_all, for_members)
    ]
    assert [client.get(path).status_code for path in paths] == [200, 404]
    assert [member.get(path).status_code for path in paths] == [200, 200]
    assert "Yaren" not in client.get(paths[0]).text
    assert "Yaren" in member.get(paths[0]).text
    assert "ld+json" not in member.get(paths[0]).text
