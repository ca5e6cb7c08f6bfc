"""Following: what may be followed, and the digest that says once what is new, as each may see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import outbox
from hub.database import db, now, transaction
from hub.directory import profiles
from hub.directory.models import Organization
from hub.directory.states import Status
from hub.mail import Mail
from hub.network.following import digest, follows
from hub.network.following.models import Digest, Follow
from hub.network.matching.call_models import Call, CallAudience, CallState
from hub.permissions import OPERATOR
from tests.conftest import hub_in
from tests.people import OutsideClient, Person, sign_in


@pytest.fixture
def hub(pattern: tuple[Path, str], tmp_path: Path) -> Iterator[Flask]:
    """A hub that knows its own address, so that its letters hold links."""
    with hub_in(tmp_path, pattern, base_url="https://hub.example.org") as app:
        yield app


def add(name: str, **values: Any) -> str:
    with transaction() as session:
        status = values.pop("status", Status.PUBLISHED)
        made = profiles.create(session, OPERATOR, {"name": name, **values}, status=status)
        session.flush()
        return made.id


def change(public_id: str, **values: Any) -> None:
    with transaction() as session:
        profiles.revise(session, OPERATOR, session.get_one(Organization, public_id), values)


def look_back(days: int) -> None:
    """Let everybody have been told so many days ago, and all entries be older than that, so that only changes are new."""
    with transaction() as session:
        session.execute(sa.update(Digest).values(told_until=now() - timedelta(days=days)))


def digests(app: Flask) -> list[tuple[str, str, str]]:
    """Whom a digest is written to now, in which language, and what it says."""
    written: list[tuple[str, str, str]] = []

    def note(mapper: object, connection: object, mail: Mail) -> None:
        written.append((mail.recipient, mail.language, mail.text))

    sa.event.listen(Mail, "after_insert", note)
    digest.gather()
    outbox.drain(app)
    sa.event.remove(Mail, "after_insert", note)
    return written


def test_a_digest_says_once_what_is_new_among_what_a_person_follows(hub: Flask) -> None:
    kenya = add("Nairobi House", country="KE", themes=["corruption"])
    person = sign_in(hub, language="ar")
    shown = person.page.get("/en/search?country=KE&theme=corruption")
    assert [form for form in shown.all("form") if form.get("action") == "/en/following/search"]
    for query in ("theme=corruption&country=KE&page=7", "country=KE&theme=corruption&sort=name", "", "zzz=1"):
        assert person.submit("/en/following/search", query=query).status_code == 303
    person.submit(f"/en/organizations/{kenya}/follow")
    person.submit(f"/en/organizations/{kenya}/follow")
    assert db.session.scalars(sa.select(Follow.key).order_by(Follow.kind)).all() == [
        kenya, "country=KE&theme=corruption",
    ]  # fmt: skip
    home = person.page.get("/ar/following")
    assert "Nairobi House" in home.text

    assert digests(hub) == []
    look_back(8)
    later = add("Mombasa House", country="KE", themes=["corruption"])
    add("Lima House", country="PE", themes=["corruption"])
    outbox.drain(hub)
    (written,) = digests(hub)
    assert written[:2] == (person.email, "ar")
    assert "Nairobi House: https://hub.example.org/ar/organizations/nairobi-house" in written[2]
    assert "Mombasa House" in written[2]
    assert "Lima House" not in written[2]
    assert digests(hub) == []

    look_back(6)
    change(later, founded=1999)
    assert digests(hub) == []
    person.submit("/en/following", every="day")
    outbox.drain(hub)
    assert len(digests(hub)) == 1
    look_back(2)
    stop = next(word for word in written[2].split() if "/notices/stop/" in word)
    assert OutsideClient(hub, hub.response_class).post(urlsplit(stop).path).status_code == 200
    assert digests(hub) == []
    person.submit("/en/following/remove", kind="search", key="country=KE&theme=corruption")
    person.submit(f"/en/organizations/{kenya}/follow", stop="yes")
    assert (person.get("/en/account/data").json or {})["follows"] == []


def test_a_digest_says_nothing_that_its_reader_may_not_see(hub: Flask) -> None:
    hidden = add("Hidden House", country="KE")
    careful = add("Careful House", safety="careful", country="KE")
    shelter = add("Shelter", pseudonym="A house", safety="protected", country="KE", themes=["corruption"])
    outsider, member = sign_in(hub), sign_in(hub, organization=add("Home", country="PE"))
    for one in (outsider, member):
        one.submit("/en/following/search", query="country=KE")
        for public_id in (hidden, shelter):
            one.submit(f"/en/organizations/{public_id}/follow")
    assert outsider.submit("/en/organizations/0000000000/follow").status_code == 404
    look_back(8)
    with transaction() as session:
        profiles.move(session, OPERATOR, session.get_one(Organization, hidden), "hide", "for now")
    change(careful, founded=1990)
    change(shelter, founded=1990)
    outbox.drain(hub)
    assert outsider.submit(f"/en/organizations/{hidden}/follow").status_code == 404
    assert "Hidden House" not in outsider.page.get("/en/following").text
    told = {to: text for to, _, text in digests(hub)}
    assert "Careful House" in told[member.email]
    assert "Careful House" not in told[outsider.email]
    for text in told.values():
        assert not any(name in text for name in ("Hidden House", "Shelter", "A house"))


def test_a_worker_killed_while_it_writes_a_digest_writes_it_once(
    hub: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person: Person = sign_in(hub)
    person.submit(f"/en/organizations/{add('House')}/follow")
    look_back(8)
    digest.post([str(person.user_id)])
    digest.post([str(person.user_id)])
    db.session.rollback()
    assert len(db.session.scalars(sa.select(Mail)).all()) == 1

    look_back(8)
    monkeypatch.setattr(digest, "_letter", lambda *rest: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        digest.post([str(person.user_id)])
    monkeypatch.undo()
    digest.post([str(person.user_id)])
    db.session.rollback()
    assert len(db.session.scalars(sa.select(Mail)).all()) == 2


def test_what_is_followed_is_bounded(hub: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follows, "MOST", 1)
    person: Person = sign_in(hub)
    for query in ("q=a", "q=b"):
        person.submit("/en/following/search", query=query)
    assert db.session.scalars(sa.select(Follow.key)).all() == ["q=a"]
    assert "You follow 1 things already" in person.page.get("/en/following").text


def test_a_digest_tells_of_calls_that_opened_since(hub: Flask) -> None:
    caller, other = add("Caller", country="KE"), add("Other", country="KE")
    shelter = add("Shelter", pseudonym="A house", safety="protected")
    outbox.drain(hub)
    person = sign_in(hub, organization=add("Home", country="PE"))
    for public_id in (caller, shelter):
        person.submit(f"/en/organizations/{public_id}/follow")
    look_back(8)
    with transaction() as session:
        session.execute(sa.update(Organization).values(updated_at=now() - timedelta(days=20)))
        for public_id, title, days in (
            (caller, "New", 1),
            (caller, "Old", 9),
            (other, "Not followed", 1),
            (shelter, "Quiet", 1),
        ):
            session.add(
                Call(
                    organization_id=public_id, state=CallState.OPEN, audience=CallAudience.MEMBERS,
                    title=f"{title} call", text="We look for partners.", language="en",
                    deadline=now().date() + timedelta(days=30), opened_at=now() - timedelta(days=days),
                )
            )  # fmt: skip
    (written,) = digests(hub)
    assert "New call: https://hub.example.org/en/calls/" in written[2]
    assert not any(title in written[2] for title in ("Old call", "Not followed", "Quiet"))
