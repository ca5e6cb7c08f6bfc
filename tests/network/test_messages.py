"""Messages inside a connection: who writes and reads, what is shown of links, what is told, reported, kept and given out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import outbox
from hub.database import db, now, transaction
from hub.directory.models import Case, LogEntry, Organization
from hub.directory.states import Status
from hub.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from hub.mail import Mail
from hub.network.connections import connecting
from hub.network.connections.models import Connection
from hub.network.messages import clear, links, queries, threads
from hub.network.messages.models import Message, Thread
from hub.network.messages.states import THREAD_STEPS, ThreadState
from hub.network.notices.models import Notice
from hub.permissions import Actor
from hub.workflow import advance
from tests.directory.acting import person
from tests.network.acting import House, all_of, block, connect, house, part
from tests.people import sign_in

pytestmark = pytest.mark.usefixtures("no_pause")


def begin(sender: House, connection: Connection, text: str = "Hello.", subject: str = "A project") -> int:
    """Have a house begin a thread; returns its number."""
    number = connection.id
    with transaction() as session:
        held = connecting.connection_of(session, sender.focal, number)
        return threads.begin(session, sender.focal, held, sender.id, subject, text).id


def write(sender: House, thread_id: int, text: str) -> int:
    """Have a house go on with a thread; returns the message's number."""
    with transaction() as session:
        thread = session.get_one(Thread, thread_id)
        held = connecting.connection_of(session, sender.focal, thread.connection_id)
        return threads.write(session, sender.focal, held, thread, sender.id, text).id


def test_a_thread_is_open_or_closed_and_nothing_else() -> None:
    table = {
        ("close", ThreadState.OPEN): ThreadState.CLOSED,
        ("reopen", ThreadState.CLOSED): ThreadState.OPEN,
    }
    for step, state in product(THREAD_STEPS, ThreadState):
        if (step, state) in table:
            assert advance(THREAD_STEPS, step, state) is table[step, state]
        else:
            with pytest.raises(Conflict):
                advance(THREAD_STEPS, step, state)


def test_two_organizations_write_to_each_other_on_pages(app: Flask) -> None:
    ana, bob = house("Ana House"), house("Bob House")
    number = connect(ana, bob).id
    one, other = sign_in(app, organization=ana.id), sign_in(app, organization=bob.id, part="editor")
    mine, theirs = (f"/en/my-organizations/{of.id}/connections/{number}/messages" for of in (ana, bob))
    assert one.fill(mine, subject=" ", text="x").status_code == 422
    sent = one.fill(mine, subject="A project", text="Hello <b>you</b>")
    twice = one.submit(mine, subject="A project", text="Hello <b>you</b>")
    assert (sent.status_code, sent.location) == (303, twice.location)
    assert len(all_of(Message)) == 1
    thread = sent.location.rpartition("/")[2]
    listed = theirs.rpartition("/connections/")[0] + "/connections"
    assert "1 new" in other.page.get(listed).text
    assert "New" in other.page.get(theirs).text
    page = other.page.get(f"{theirs}/{thread}")
    assert "Hello <b>you</b>" in page.text
    assert one.email not in page.response.get_data(as_text=True)
    assert "New A project" not in other.page.get(theirs).text
    assert "1 new" not in other.page.get(listed).text
    assert other.submit(f"{theirs}/{thread}", act="write", text="Gladly.").status_code == 303
    assert "Gladly." in one.page.get(f"{mine}/{thread}").text
    assert one.submit(f"{mine}/{thread}", act="close").status_code == 303
    assert "Closed" in other.page.get(f"{theirs}/{thread}").text
    other.submit(f"{theirs}/{thread}", act="write", text="Too late.")
    assert len(all_of(Message)) == 2
    one.submit(f"{mine}/{thread}", act="reopen")
    for wrong in (f"{mine}/999", f"/en/my-organizations/{bob.id}/connections/{number}/messages/{thread}"):
        assert one.get(wrong).status_code == 404
    part(bob, ana)
    ended = one.page.get(f"{mine}/{thread}")
    assert "Nothing more can be written" in ended.text
    assert one.submit(f"{mine}/{thread}", act="write", text="Still here?").status_code == 403


def test_only_the_two_sides_read_and_only_partners_write(app: Flask) -> None:
    ana, bob = house(), house()
    found = connect(ana, bob)
    number, thread_id = found.id, begin(ana, found)
    strangers = [person(), house().focal, person("curator"), person("guest"), person("administrator")]
    readers = [person(organization=ana.id, part="reader"), person(organization=bob.id, part="reader")]
    for actor in (*strangers, *readers):
        with pytest.raises(NotFound), transaction() as session:
            connecting.connection_of(session, actor, number)
        _forbidden(actor, number, thread_id, ana.id)
    block(bob, ana)
    for former in (ana, bob):
        _forbidden(former.focal, number, thread_id, former.id)
        held = connecting.connection_of(db.session, former.focal, number)
        assert queries.threads(db.session, former.focal, held)[0][0].count == 1


def _forbidden(actor: Actor, number: int, thread_id: int, organization_id: str) -> None:
    """Whatever changes something is refused, also where the connection came from elsewhere."""
    with transaction() as session:
        held, thread = session.get_one(Connection, number), session.get_one(Thread, thread_id)
        for attempt in (
            lambda: threads.begin(session, actor, held, organization_id, "Subject", "Text"),
            lambda: threads.write(session, actor, held, thread, organization_id, "Text"),
            lambda: threads.turn(session, actor, held, thread, organization_id, "close"),
        ):
            with pytest.raises(Forbidden):
                attempt()


def test_notices_and_the_log_hold_no_word_of_a_message(app: Flask) -> None:
    ana, bob = house(), house()
    thread_id = begin(ana, connect(ana, bob), "A very secret text.", "Secret subject")
    write(ana, thread_id, "More secret text.")
    told = [one for one in all_of(Notice) if one.kind == "message"]
    assert [(one.user_id, one.times) for one in told] == [(bob.focal.id, 2)]
    outbox.drain(app)
    files = [path.read_text("utf-8") for path in (app.config["HUB"].data_dir / "mail").glob("*.eml")]
    assert files
    rows = [str(vars(one)) for one in (*told, *all_of(LogEntry))]
    assert not any("ecret" in text for text in (*files, *rows))


def test_a_message_has_bounds_and_an_hour_too(app: Flask) -> None:
    app.config["HUB"] = replace(app.config["HUB"], message_rate="3/hour")
    ana, bob = house(), house()
    found = connect(ana, bob)
    for wrong in ("", " \u200b ", "x" * 5001):
        with pytest.raises(Invalid):
            begin(ana, found, wrong)
    thread_id = begin(ana, found)
    for text in ("Second.", "Third."):
        write(ana, thread_id, text)
    assert write(ana, thread_id, "Third.") == all_of(Message)[-1].id
    with pytest.raises(TooMany):
        write(ana, thread_id, "Fourth.")
    write(bob, thread_id, "Ours are counted apart.")
    here = f"/en/my-organizations/{bob.id}/connections/{found.id}/messages/{thread_id}"
    long = sign_in(app, organization=bob.id).fill(here, act="write", text="y" * 5001)
    assert long.status_code == 422
    assert "y" * 5001 in long.get_data(as_text=True)  # given back whole, not cut
    page = sign_in(app, organization=ana.id).fill(
        f"/en/my-organizations/{ana.id}/connections/{found.id}/messages/{thread_id}",
        act="write",
        text="Fifth.",
    )
    assert page.status_code == 429
    assert "Fifth." in page.get_data(as_text=True)


def test_a_link_says_where_it_leads_and_waits_until_the_two_know_each_other() -> None:
    text = 'See https://example.org/a?b=1&c="2". Not javascript:alert(1), not <a href="x">, nor https://bank.com@evil.org/.'
    shown = links.linked(text, is_trusted=True)
    assert shown.count("<a ") == 1
    assert 'href="https://example.org/a?b=1&amp;c="' in shown
    assert 'rel="nofollow noopener noreferrer external ugc"' in shown
    assert "[example.org]" in shown
    assert "&lt;a href=" in shown
    assert "<a " not in links.linked(text, is_trusted=False)
    assert "[xn--80ak6aa92e.com]" in links.linked("https://аррӏе.com/", is_trusted=True)


def test_a_reported_message_reaches_the_desk_with_what_stands_around_it(app: Flask) -> None:
    ana, bob = house("Ana House"), house("Bob House")
    found = connect(ana, bob)
    number, thread_id = found.id, begin(ana, found, "Message 0")
    for one in range(1, 7):
        write(bob if one == 3 else ana, thread_id, f"Message {one}")
    bad = next(one.id for one in all_of(Message) if one.organization_id == bob.id)
    curator = sign_in(app, role="curator")
    reader = sign_in(app, organization=ana.id)
    place = f"/en/my-organizations/{ana.id}/connections/{number}/messages/{thread_id}"
    own = all_of(Message)[0].id
    assert reader.get(f"{place}/report/{own}").status_code == 404
    assert reader.fill(f"{place}/report/{bad}", text=" ").status_code == 422
    assert reader.fill(f"{place}/report/{bad}", text="A threat.").status_code == 303
    (case,) = all_of(Case)
    assert case.organization_id == bob.id
    assert [one["text"] for one in case.details["quoted"]] == [f"Message {one}" for one in range(1, 6)]
    desk = curator.page.get(f"/en/desk/cases/{case.id}").text
    assert "Message 3" in desk
    assert "Message 6" not in desk
    assert curator.get(place).status_code == 404
    assert queries.counts(db.session, ana.id) == queries.Counts(1, 6, 6)


def test_old_messages_are_forgotten_and_own_words_are_given_out(app: Flask) -> None:
    ana, bob = house(), house()
    writer = sign_in(app, organization=ana.id)
    ana = replace(ana, focal=writer.actor)
    found = connect(ana, bob)
    old, young = begin(ana, found, "Old words", "Old"), begin(ana, found, "Young words", "Young")
    write(bob, young, "Words of somebody else")
    given = writer.get("/en/account/data").get_json()
    assert [one["text"] for one in given["messages"]] == ["Old words", "Young words"]
    assert [one["to"] for one in given["connection_requests"]] == [bob.id]
    with transaction() as session:
        long_ago = now() - timedelta(days=760)
        session.execute(sa.update(Message).where(Message.thread_id == old).values(at=long_ago))
        session.get_one(Thread, old).written_at = long_ago
    clear()
    assert [one.id for one in all_of(Thread)] == [young]
    assert [one.text for one in all_of(Message)] == ["Young words", "Words of somebody else"]


def test_threads_are_paged_and_cost_the_same_however_many(
    app: Flask, statements: Callable[..., object]
) -> None:
    ana, bob = house(), house()
    number = connect(ana, bob).id
    reader = sign_in(app, organization=bob.id)
    reader.page.get(f"/en/my-organizations/{bob.id}/connections/{number}/messages")
    costs = []
    for total in (2, 60):
        with transaction() as session:
            made = [Thread(connection_id=number, subject=f"Subject {one}") for one in range(total)]
            session.add_all(made)
            session.flush()
            session.add_all(
                Message(thread_id=made[0].id, organization_id=ana.id, text=f"Text {one}")
                for one in range(total)
            )
            first = made[0].id
        place = f"/en/my-organizations/{bob.id}/connections/{number}/messages"
        for path in (place, f"{place}/{first}"):
            with statements() as counted:  # type: ignore[attr-defined]
                reader.page.get(path)
            costs.append(counted.count)
    assert costs[:2] == costs[2:]
    assert "Page 4 of 4" in reader.page.get(f"{place}?page=99").text
    assert "Text 59" in reader.page.get(f"{place}/{first}").text
    assert "Text 0" in reader.page.get(f"{place}/{first}?page=1").text


def test_many_threads_are_one_mail_until_one_is_read(app: Flask) -> None:
    one, other = house(), house()
    connection = connect(one, other)
    reader = sign_in(app, organization=other.id)
    here = f"/en/my-organizations/{other.id}/connections/{connection.id}/messages"

    def told() -> list[tuple[int, bool]]:
        outbox.drain(app)
        db.session.rollback()
        asked = sa.select(Notice).where(Notice.user_id == reader.user_id, Notice.kind == "message")
        return [(found.times, found.read_at is None) for found in db.session.scalars(asked)]

    def mails() -> int:
        asked = sa.select(sa.func.count()).where(Mail.recipient == reader.email)
        return db.session.scalar(asked) or 0

    for number in range(4):
        thread = begin(one, connection, subject=f"Subject {number}")
    assert (told(), mails()) == ([(4, True)], 1)
    assert reader.get(f"{here}/{thread}").status_code == 200
    assert told() == [(4, False)]
    write(one, thread, "And once more.")
    assert (told(), mails()) == ([(1, True)], 2)


def test_what_was_taken_from_the_directory_writes_to_nobody(app: Flask) -> None:
    one, other = house(), house()
    connection = connect(one, other)
    thread = begin(one, connection)
    with transaction() as session:
        session.get_one(Organization, one.id).status = Status.HIDDEN
    for sender in (one, other):
        with pytest.raises(Conflict):
            begin(sender, connection, subject="Another")
        with pytest.raises(Conflict):
            write(sender, thread, "Still there?")
        visitor = sign_in(app, organization=sender.id)
        here = f"/en/my-organizations/{sender.id}/connections/{connection.id}/messages"
        for page in (here, f"{here}/{thread}"):
            assert "Nothing can be written while" in visitor.page.get(page).text
        assert visitor.submit(here, subject="Another", text="Hello.").status_code == 409
        visitor.submit(f"{here}/{thread}", act="write", text="Hello.")
    assert len(all_of(Message)) == 1
