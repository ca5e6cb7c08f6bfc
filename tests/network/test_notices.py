"""Notices: who is told, what repeats itself, and what the inbox shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from hub.database import db, transaction
from hub.directory.models import Organization
from hub.directory.states import Status
from hub.network.notices import Kind, declare, tell
from hub.network.notices.models import Notice
from tests.people import Person

Add = Callable[..., Organization]
SignedIn = Callable[..., Person]
ASKED = declare(Kind("test-asked", _l("%(organization)s asks for something")))
WROTE = declare(Kind("test-wrote", _l("Somebody wrote"), is_private=True))


def told(user_id: int) -> list[Notice]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Notice).where(Notice.user_id == user_id).order_by(Notice.id)))


def say(kind: Kind = ASKED, **values: Any) -> None:
    with transaction() as session:
        tell(session, kind, **values)


def test_those_who_act_for_an_organization_are_told_once_for_each_group(
    add: Add, signed_in: SignedIn
) -> None:
    house, asker = add("House", indexed=False), add("Asker", indexed=False)
    focal = signed_in(organization=house.id)
    editor = signed_in(organization=house.id, part="editor")
    reader = signed_in(organization=house.id, part="reader")
    other = signed_in()
    about = {"organization": {"organization": asker.id}}
    for _ in range(2):
        say(
            organization_id=house.id,
            to=[other.user_id, focal.user_id],
            about=about,
            link="/search",
            group="1",
        )
    assert [len(told(one.user_id)) for one in (focal, editor, reader, other)] == [1, 1, 0, 1]
    assert told(focal.user_id)[0].times == 2
    shown = focal.page.get("/en/notices")
    assert "Asker asks for something" in shown.text
    assert "2 times" in shown.text
    assert "/en/search" in shown.links()

    assert focal.submit("/en/notices/read").status_code == 303
    assert "New" not in focal.page.get("/en/notices").text
    say(organization_id=house.id, about=about, link="/search", group="1")
    again = told(focal.user_id)
    assert [(one.times, one.read_at) for one in again] == [(1, None)]
    stranger = told(editor.user_id)[0].id
    focal.submit("/en/notices/read", notice=stranger)
    assert told(editor.user_id)[0].read_at is None


def test_an_organization_that_is_hidden_since_is_named_to_nobody(add: Add, signed_in: SignedIn) -> None:
    house, asker = add("House", indexed=False), add("Asker", indexed=False)
    focal = signed_in(organization=house.id)
    say(organization_id=house.id, about={"organization": {"organization": asker.id}})
    with transaction() as session:
        session.get_one(Organization, asker.id).status = Status.HIDDEN
    text = focal.page.get("/ar/notices").text
    assert "Asker" not in text


def test_a_kind_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declare(Kind("test-asked", "again"))
