"""Notices: who is told, what repeats itself, and what the inbox shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask.testing import FlaskClient
from flask_babel import lazy_gettext as _l

from hub import outbox
from hub.accounts import memberships
from hub.accounts.models import Membership, Part, User
from hub.database import db, now, transaction
from hub.directory import profiles
from hub.directory.models import Organization
from hub.directory.states import Status
from hub.network.notices import Kind, declare, posting, queries, tell, wishes
from hub.network.notices.models import Notice
from hub.permissions import OPERATOR
from tests.conftest import hub_in
from tests.guard import Guard
from tests.people import OutsideClient, Person, sign_in

Add = Callable[..., Organization]
SignedIn = Callable[..., Person]
ASKED = declare(Kind("test-asked", _l("%(organization)s asks for something")))
WROTE = declare(Kind("test-wrote", _l("Somebody wrote %(word)s"), is_private=True, label=_l("Words")))
CALLED = declare(Kind("test-called", _l("%(organization)s calls"), mail="digest"))
SILENT = declare(Kind("test-silent", _l("%(organization)s is quiet"), mail="off"))


def told(user_id: int) -> list[Notice]:
    db.session.rollback()
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
    assert "new: 1" in shown.text
    kept = told(focal.user_id)[0].id
    assert f"/en/notices/{kept}" in shown.links()
    assert other.get(f"/en/notices/{kept}").status_code == 404
    followed = focal.get(f"/en/notices/{kept}")
    assert (followed.status_code, followed.location) == (303, "/en/search")
    assert told(focal.user_id)[0].read_at is not None

    assert editor.submit("/en/notices/read").status_code == 303
    assert "New" not in editor.page.get("/en/notices").text
    say(organization_id=house.id, about=about, link="/search", group="1")
    again = told(focal.user_id)
    assert [(one.times, one.read_at) for one in again] == [(1, None)]
    stranger = told(editor.user_id)[0]
    assert stranger.read_at is None
    focal.submit("/en/notices/read", notice=stranger.id)
    assert told(editor.user_id)[0].read_at is None


def test_an_organization_that_is_hidden_since_is_named_to_nobody(add: Add, signed_in: SignedIn) -> None:
    house, asker = add("House", indexed=False), add("Asker", indexed=False)
    focal = signed_in(organization=house.id)
    say(organization_id=house.id, about={"organization": {"organization": asker.id}})
    with transaction() as session:
        session.get_one(Organization, asker.id).status = Status.HIDDEN
    say(organization_id=house.id, about={})
    text = focal.page.get("/ar/notices").text
    assert "Asker" not in text
    assert "… asks for something" in text


def test_a_kind_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declare(Kind("test-asked", "again"))


@pytest.fixture
def mailing(pattern: tuple[Path, str], tmp_path: Path) -> Iterator[Flask]:
    """A hub that knows its own address, so that its letters hold links."""
    with hub_in(tmp_path, pattern, base_url="https://hub.example.org") as app:
        yield app


def organization(name: str, **values: Any) -> str:
    with transaction() as session:
        made = profiles.create(session, OPERATOR, {"name": name, **values}, status=Status.PUBLISHED)
        session.flush()
        return made.id


def letters() -> list[EmailMessage]:
    """The letters written since the last look, oldest first."""
    folder = current_app.config["HUB"].data_dir / "mail"
    found = [(path.stat().st_mtime_ns, path) for path in folder.glob("*.eml")] if folder.exists() else []
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for _, path in sorted(found)]
    for _, path in found:
        path.unlink()
    return read  # type: ignore[return-value]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_mail_of_a_notice_is_in_the_readers_language_and_can_be_stopped_from_it(mailing: Flask) -> None:
    house, asker = organization("House"), organization("Asker & Co.")
    focal = sign_in(mailing, organization=house, language="ar")
    about = {"organization": {"organization": asker}}
    for _ in range(2):
        say(organization_id=house, about=about, link="/search", group="7")
    outbox.drain(mailing)
    (letter,) = letters()
    assert letter["To"] == focal.email
    assert letter["Content-Language"] == "ar"
    assert letter["Subject"] == "Asker & Co. asks for something"
    notice = told(focal.user_id)[0]
    assert f"https://hub.example.org/ar/notices/{notice.id}" in text_of(letter)
    assert "Asker &amp; Co." in letter.get_body(("html",)).get_content()  # type: ignore[union-attr]

    stop = letter["List-Unsubscribe"].strip("<>")
    assert stop in text_of(letter)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = urlsplit(stop).path
    anybody = OutsideClient(mailing, mailing.response_class)
    shown = Guard(anybody).get(path)
    assert [form.get("method") for form in shown.all("form") if form.get("action") == path] == ["post"]
    assert wishes.Wishes(db.session, [focal.user_id]).way(focal.user_id, ASKED) == "now"
    assert anybody.post(path + "x").status_code == 404
    for _ in range(2):
        assert anybody.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    say(organization_id=house, about=about, group="8")
    outbox.drain(mailing)
    assert letters() == []
    assert len(told(focal.user_id)) == 2

    focal.submit("/en/notices/settings", **{"test-asked": "now", "test-silent": "nonsense", "nothing": "now"})
    say(organization_id=house, about=about, group="9")
    with transaction() as session:
        session.delete(session.get_one(User, focal.user_id))
    outbox.drain(mailing)
    assert letters() == []
    assert anybody.post(path).status_code == 200


def test_a_mail_says_nothing_of_what_is_private_or_has_to_do_with_a_protected_organization(
    mailing: Flask,
) -> None:
    house, shelter = organization("House"), organization("Shelter", safety="protected", pseudonym="A house")
    focal = sign_in(mailing, organization=house)
    say(WROTE, organization_id=house, about={"word": "secret"})
    say(organization_id=house, about={"organization": {"organization": shelter}})
    outbox.drain(mailing)
    found = letters()
    assert {letter["Subject"] for letter in found} == {"Something new for you"}
    whole = "".join(letter.as_string() for letter in found)
    assert not any(word in whole for word in ("secret", "Shelter", "A house", "asks", "/notices/1"))
    shown = focal.page.get("/en/notices").text
    assert "Somebody wrote secret" in shown
    assert "A house asks for something" in shown
    assert "Shelter" not in shown


def test_what_comes_together_comes_once_a_day_and_only_what_was_not_read(mailing: Flask) -> None:
    house, caller = organization("House"), organization("Caller")
    focal, editor = sign_in(mailing, organization=house), sign_in(mailing, organization=house, part="editor")
    about = {"organization": {"organization": caller}}
    for group in "12":
        say(CALLED, organization_id=house, about=about, group=group)
    say(SILENT, organization_id=house, about=about)
    outbox.drain(mailing)
    assert letters() == []
    editor.submit("/en/notices/read")
    for _ in range(2):
        posting.gather()
        outbox.drain(mailing)
    (letter,) = letters()
    assert (letter["To"], letter["Subject"]) == (focal.email, "2 notices")
    assert text_of(letter).count("Caller calls") == 2
    assert "quiet" not in text_of(letter)
    token = urlsplit(letter["List-Unsubscribe"].strip("<>")).path
    assert OutsideClient(mailing, mailing.response_class).post(token).status_code == 200
    say(CALLED, organization_id=house, about=about, group="3")
    posting.gather()
    outbox.drain(mailing)
    assert [letter["To"] for letter in letters()] == [editor.email]


def test_the_inbox_is_paged_counted_given_out_and_forgotten_in_the_end(
    add: Add, signed_in: SignedIn, client: FlaskClient, statements: Callable[[], Any]
) -> None:
    house = add("House", indexed=False)
    focal = signed_in(organization=house.id)
    about = {"organization": {"organization": house.id}}
    say(SILENT, organization_id=house.id, about=about)
    with statements() as few:
        focal.get("/en/notices")
    for _ in range(25):
        say(SILENT, organization_id=house.id, about=about)
    with statements() as many:
        shown = focal.page.get("/en/notices")
    assert many.count <= few.count
    assert len(shown.all("li", class_="told-one")) == queries.PAGE
    assert len(focal.page.get("/en/notices?page=2").all("li", class_="told-one")) == 6
    assert "house.id" not in focal.page.get("/en/notices?page=999").text
    assert focal.page.get("/ar/notices/settings").all("select", name="test-called")
    with statements() as anybody:
        client.get("/en/about")
    assert not any("notice" in text for text in anybody.texts)

    kept = focal.get("/en/account/data").json or {}
    assert len(kept["notices"]) == 26
    with transaction() as session:
        session.execute(sa.update(Notice).values(at=now() - timedelta(days=100)))
        first = session.scalars(sa.select(Notice.id).limit(2)).all()
        session.execute(
            sa.update(Notice).where(Notice.id.in_(first)).values(read_at=now() - timedelta(days=91))
        )
    posting.clear()
    assert len(told(focal.user_id)) == 24
    with transaction() as session:
        session.execute(sa.update(Notice).values(at=now() - timedelta(days=366)))
    posting.clear()
    assert told(focal.user_id) == []


def test_who_left_an_organization_hears_no_more_of_what_was_told_to_its_people(mailing: Flask) -> None:
    house, asker = organization("House"), organization("Asker")
    focal, gone = sign_in(mailing, organization=house), sign_in(mailing, organization=house)
    lowered, stays = (sign_in(mailing, organization=house, part="editor") for _ in range(2))
    for kind in (ASKED, CALLED):
        say(kind, organization_id=house, about={"organization": {"organization": asker}})
    with transaction() as session:
        memberships.remove(session, focal.actor, house, gone.user_id)
        session.get_one(Membership, (lowered.user_id, house)).role = Part.READER
    posting.gather()
    outbox.drain(mailing)
    addressed = [one["To"] for one in letters()]
    for person, count in ((gone, 0), (lowered, 0), (stays, 2)):
        assert addressed.count(person.email) == count
        page = person.page.get("/en/notices").text
        assert ("Asker" in page, "new: 2" in page) == (bool(count), bool(count))
        statuses = {person.get(f"/en/notices/{one.id}").status_code for one in told(person.user_id)}
        assert statuses == {303 if count else 404}
