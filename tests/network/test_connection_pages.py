"""Connections on pages and in mails: silence, partner fields, blocks, buttons that work once, lists of constant cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import outbox
from hub.database import db, now, transaction
from hub.directory.models import Case, Organization
from hub.directory.states import Safety, Status
from hub.mail import Mail
from hub.network.connections.models import Connection, ConnectionRequest, MailButton, pair
from hub.network.connections.states import Answer, Purpose, RequestState
from tests.conftest import hub_in
from tests.network.acting import House, act, again, all_of, ask, block, connect, house, part
from tests.people import OutsideClient, Person, sign_in

BASE = "https://hub.example.org"


@pytest.fixture
def hub(pattern: tuple[Path, str], tmp_path: Path) -> Iterator[Flask]:
    """A hub that knows its own address, in which nobody need wait before asking."""
    with hub_in(tmp_path, pattern, base_url=BASE, connect_pause=0) as app:
        app.config["SESSION_COOKIE_SECURE"] = False
        yield app


def visitor(app: Flask, of: House, part: str = "focal_point") -> Person:
    """Somebody who is signed in and plays a part in a house."""
    return sign_in(app, organization=of.id, part=part)


def place(of: House, rest: str = "") -> str:
    """The address of a house's connections."""
    return f"/en/my-organizations/{of.id}/connections{rest}"


def test_two_organizations_meet_by_forms_alone(hub: Flask) -> None:
    ana, bob = house("Ana's House"), house("Bob's House")
    asker, asked = visitor(hub, ana), visitor(hub, bob)
    entry = f"/en/organizations/{bob.id}"
    profile = asker.page.get(f"/en/organizations/bob-s-house-{bob.id}")
    assert any(link.endswith("/connect") for link in profile.links())
    wrong = asker.fill(f"{entry}/connect", purpose="project", note="see www.example.org", organization=ana.id)
    assert "Leave out web addresses" in asker.page.check(wrong, entry, 422).text
    sent = asker.fill(f"{entry}/connect", purpose="project", note="We met in Vienna.", reply_by="")
    twice = asker.submit(f"{entry}/connect", organization=ana.id, purpose="project", note="We met in Vienna.")
    assert (sent.status_code, sent.location) == (303, twice.location)
    assert "No answer yet" in asker.page.get(sent.location).text
    (request,) = all_of(ConnectionRequest)
    received = asked.page.get(place(bob, f"/requests/{request.id}"))
    assert "We met in Vienna." in received.text
    assert "Ana's House" in asked.page.get(place(bob, "?show=received")).text
    done = asked.submit(place(bob, f"/requests/{request.id}"), act="accept")
    assert "You are connected now." in asked.page.get(done.location).text
    again_ = asked.submit(place(bob, f"/requests/{request.id}"), act="accept")
    assert "settled in the meantime" in asked.page.get(again_.location).text
    assert "Bob's House" in asker.page.get(place(ana)).text
    assert "Connected since" in asker.page.get(f"/en/organizations/bob-s-house-{bob.id}").text
    ended = asker.submit(place(ana, f"/{all_of(Connection)[0].id}"), act="end")
    assert "Ended" in asker.page.get(ended.location).text
    assert "connection ended on" in asked.page.get(place(bob, "?show=past")).text


def seen(app: Flask, asker: House, other: House) -> list[str]:
    """All that the asking side sees of its request, with what differs between any two requests taken out."""
    person = visitor(app, asker)
    (request,) = db.session.scalars(
        sa.select(ConnectionRequest).where(ConnectionRequest.asker_id == asker.id)
    )
    db.session.rollback()
    paths = [place(asker, f"?show={one}") for one in ("living", "received", "asked", "past")]
    paths += [place(asker, f"/requests/{request.id}"), f"/en/organizations/{other.name}-{other.id}".lower()]
    paths += [f"/en/organizations/{other.id}/connect", "/en/notices"]
    pages = [
        f"{one.status_code} {one.get_data(as_text=True)}" for one in (person.get(path) for path in paths)
    ]
    return [_same(page, asker, other, request) for page in pages]


def _same(page: str, asker: House, other: House, request: ConnectionRequest) -> str:
    for word, stands_for in ((asker.id, "ASKER"), (other.id, "OTHER"), (f"requests/{request.id}", "REQUEST")):
        page = page.replace(word, stands_for)
    page = re.sub(r'(nonce="|csrf_token" value=")[^"]*', r"\1", page)
    page = re.sub(r"\d{1,2}:\d\d(:\d\d)?", "TIME", page)
    return page.replace(asker.name, "Asker").replace(other.name, "Other").replace(other.name.lower(), "other")


def test_whatever_was_answered_the_asker_sees_the_same_bytes(hub: Flask) -> None:
    shown = {}
    for number, answered in enumerate(("nothing", "ignore", "decline", "block", "blocked before")):
        asker, other = house(f"Asker{number}"), house(f"Other{number}")
        if answered == "blocked before":
            block(other, asker)
        request = ask(asker, other)
        if answered in ("ignore", "decline"):
            act(other.focal, answered, request)
        if answered == "block":
            block(other, asker)
        early = seen(hub, asker, other)
        with transaction() as session:
            session.get_one(ConnectionRequest, request.id).expires_at = now() - timedelta(seconds=1)
        outbox_run_expire()
        assert again(request.id).state is RequestState.EXPIRED
        shown[answered] = early, seen(hub, asker, other)
    assert all("no answer yet" in early[2] for early, _ in shown.values())
    for early, late in shown.values():
        assert early == shown["nothing"][0]
        assert late == shown["nothing"][1]


def outbox_run_expire() -> None:
    """Let requests run out as the worker does."""
    from hub.network.connections import expire

    expire()


def test_what_is_for_partners_appears_with_the_connection_and_vanishes_with_it(hub: Flask) -> None:
    shy = {
        "mailbox": "role@shy.example.org",
        "website": "https://shy.example.org/",
        "audiences": {"website": "partners"},
    }
    ana, bob = house("Ana House"), house("Bob House", country="KE", **shy)
    outbox.drain(hub)
    reader, stranger = visitor(hub, ana, "reader"), visitor(hub, house("Else House"))
    people = [reader, stranger, sign_in(hub, role="guest"), hub.test_client(), sign_in(hub, role="curator")]
    path = f"/en/organizations/bob-house-{bob.id}"

    def who_sees() -> list[bool]:
        db.session.rollback()
        pages = [one.get(path).get_data(as_text=True) for one in people]
        assert all(("role@shy" in page) == ("shy.example.org" in page) for page in pages)
        return ["role@shy.example.org" in page for page in pages]

    def elsewhere() -> str:
        found = [
            reader.get(other).get_data(as_text=True)
            for other in (
                f"/api/v1/organizations/{bob.id}",
                "/en/search?q=bob",
                "/en/search?q=shy",
                "/en/export.json",
            )
        ]
        return "\n".join(found)

    assert who_sees() == [False] * 5
    connect(ana, bob)
    assert who_sees() == [True, False, False, False, False]
    page = reader.page.get(path)
    assert "because your organization is connected" in page.text
    assert "Website" in page.text
    assert "shy.example" not in elsewhere()
    with transaction() as session:
        session.get_one(Organization, ana.id).status = Status.HIDDEN
    assert who_sees()[0] is False
    with transaction() as session:
        session.get_one(Organization, ana.id).status = Status.PUBLISHED
    assert who_sees()[0] is True
    part(bob, ana)
    assert who_sees() == [False] * 5
    assert "shy.example" not in elsewhere()


def mails(app: Flask, to: str | None = None) -> list[Mail]:
    """The mails on their way, after all that causes them was done."""
    for topic in range(3):
        assert topic < 3
        outbox.work_once(app)
    db.session.expire_all()
    return [
        one
        for one in db.session.scalars(sa.select(Mail).order_by(Mail.created_at))
        if to in (None, one.recipient)
    ]


def tokens_of(person: Person) -> dict[str, str]:
    """The buttons in a person's mail about the newest request, by what they do."""
    from hub.network.connections import buttons

    db.session.rollback()
    with transaction() as session:
        request = session.scalars(sa.select(ConnectionRequest).order_by(ConnectionRequest.id.desc())).first()
        assert request is not None
        return buttons.make(session, request, person.user_id)


def press(client: OutsideClient, token: str) -> tuple[int, int]:
    """Open a button's page and press it, as a browser without script does; the statuses of the two answers."""
    path = f"/en/connection-answers/{token}"
    page = client.get(path)
    found = re.search(r'csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    pressed = client.post(path, data={"csrf_token": found[1] if found else ""})
    return page.status_code, pressed.status_code


def stranger(app: Flask) -> OutsideClient:
    """A browser in which nobody is signed in."""
    return OutsideClient(app, app.response_class, use_cookies=True)


def test_buttons_of_a_mail_work_once_for_whom_it_went_to(hub: Flask) -> None:
    ana, bob = house("Ana House"), house("Bob House")
    first, second, editor = visitor(hub, bob), visitor(hub, bob), visitor(hub, bob, "editor")
    request = ask(ana, bob)
    mine, theirs = tokens_of(first), tokens_of(second)
    for nobodys in ("nonsense", mine["accept"][:-1] + "x", tokens_of(editor)["accept"]):
        assert press(stranger(hub), nobodys)[0] == 404
    assert press(second, mine["accept"])[0] == 404
    assert again(request.id).state is RequestState.OPEN
    page = first.page.get(f"/en/connection-answers/{mine['accept']}")
    assert len(list(page.root.find("body/main").iter("button"))) == 1  # type: ignore[union-attr]
    assert again(request.id).state is RequestState.OPEN
    assert press(stranger(hub), mine["decline"]) == (200, 200)
    assert again(request.id).answer is Answer.DECLINED
    for used in (mine["decline"], mine["accept"], theirs["accept"]):
        assert press(stranger(hub), used)[0] == 404
    assert all_of(MailButton) == []
    new = tokens_of(second)
    with transaction() as session:
        session.execute(sa.text("DELETE FROM membership WHERE user_id = :id"), {"id": second.user_id})
    assert press(stranger(hub), new["accept"])[0] == 404
    late = tokens_of(first)
    with transaction() as session:
        session.execute(sa.update(MailButton).values(expires_at=now() - timedelta(seconds=1)))
    assert press(stranger(hub), late["accept"])[0] == 404
    assert press(stranger(hub), tokens_of(first)["accept"]) == (200, 200)
    assert again(request.id).state is RequestState.ACCEPTED


def test_a_button_leads_on_to_the_connection_and_says_later_that_it_is_settled(hub: Flask) -> None:
    ana, bob = house("Ana House"), house("Bob House")
    first = visitor(hub, bob)
    ask(ana, bob)
    here = f"/en/connection-answers/{tokens_of(first)['accept']}"
    done = first.page.check(first.fill(here), here, 200)
    assert place(bob, f"/{all_of(Connection)[0].id}") in done.links()
    again_ = first.page.get(here, status=404)
    assert "Settled, or too late" in again_.text
    assert "/en/my-organizations" in again_.links()
    assert "Settled" not in first.page.get("/en/connection-answers/nonsense", status=404).text


def test_the_day_by_which_an_answer_is_hoped_for_is_the_day_that_is_shown(hub: Flask) -> None:
    ana, bob = house("Ana House"), house("Bob House")
    asker = visitor(hub, ana)
    day = (now() + timedelta(days=9)).date()
    sent = asker.fill(
        f"/en/organizations/{bob.id}/connect",
        purpose="project",
        organization=ana.id,
        reply_by=day.isoformat(),
    )
    shown = asker.page.get(sent.location).text
    assert f"{day:%B} {day.day}, {day.year}" in shown
    assert "ask again after 30 days" in shown


def test_a_mail_holds_buttons_and_says_nothing_where_a_side_is_protected(hub: Flask) -> None:
    ana, bob = house("Ana House"), house("Bob House")
    focal, editor = visitor(hub, bob), visitor(hub, bob, "editor")
    ask(ana, bob, note="A very secret note.")
    outbox.drain(hub)
    files = [path.read_text("utf-8") for path in (hub.config["HUB"].data_dir / "mail").glob("*.eml")]
    of_focal = [text for text in files if focal.email in text]
    of_editor = [text for text in files if editor.email in text]
    assert len(of_focal) == len(of_editor) == 1
    assert "connection-answers/" in of_focal[0].replace("=\n", "")
    assert "connection-answers/" not in of_editor[0].replace("=\n", "")
    assert "secret" not in "".join(files)
    for path in (hub.config["HUB"].data_dir / "mail").glob("*.eml"):
        path.unlink()
    guarded = house("Guarded House", safety=Safety.PROTECTED, pseudonym="Some House")
    careful = visitor(hub, guarded)
    ask(guarded, bob, note="A very secret note.")
    act(bob.focal, "accept", again(all_of(ConnectionRequest)[-1].id))
    outbox.drain(hub)
    files = [path.read_text("utf-8") for path in (hub.config["HUB"].data_dir / "mail").glob("*.eml")]
    assert any(careful.email in text for text in files)
    assert any(focal.email in text for text in files)
    told = "".join(files)
    assert not any(
        word in told for word in ("Guarded", "Some House", "Bob House", "secret", "connection-answers")
    )


def test_a_report_brings_the_request_to_the_desk_and_the_asker_learns_nothing(hub: Flask) -> None:
    ana, bob = house("Ana House"), house("Bob House")
    request = ask(ana, bob, note="Send us money.")
    asked, asker = visitor(hub, bob), visitor(hub, ana)
    before = seen(hub, ana, bob)
    sent = asked.submit(place(bob, f"/requests/{request.id}/report"), text="They lie.")
    assert "The other side is not told" in asked.page.get(sent.location).text
    (case,) = all_of(Case)
    assert (case.organization_id, case.details["quoted"][0]["by"]) == (ana.id, "Ana House")
    desk = sign_in(hub, role="curator").page.get(f"/en/desk/cases/{case.id}")
    assert "Send us money." in desk.text
    assert "They lie." in desk.text
    assert seen(hub, ana, bob) == before
    assert asker.get(f"/en/cases/{case.id}").status_code == 404


def test_settings_and_blocks_are_looked_after_on_one_page(hub: Flask) -> None:
    ana, bob = house("Ana House"), house("Bob House")
    person = visitor(hub, ana)
    assert person.submit(place(ana, "/settings"), askers="nobody").status_code == 303
    assert "takes no requests" in visitor(hub, bob).page.get(f"/en/organizations/{ana.id}/connect").text
    assert person.submit(place(ana, "/settings"), askers="friends").status_code == 422
    blocked = person.fill(f"/en/organizations/{bob.id}/block")
    assert "Bob House" in person.page.get(blocked.location).text
    assert "has blocked this one" in person.page.get(f"/en/organizations/bob-house-{bob.id}").text
    assert person.submit(place(ana, "/settings"), unblock=bob.id).status_code == 303
    assert "Bob House" not in person.page.get(place(ana, "/settings")).text


def test_lists_are_paged_and_cost_the_same_however_long(
    app: Flask, statements: Callable[..., object]
) -> None:
    one = house()
    person = visitor(app, one)
    person.page.get(place(one))
    costs = []
    for total in (3, 3, 45):
        with transaction() as session:
            session.execute(sa.delete(Connection))
            session.execute(sa.delete(ConnectionRequest))
            others = [Organization(name=f"Other {n}", status=Status.PUBLISHED) for n in range(total)]
            session.add_all(others)
            session.flush()
            session.add_all(Connection(**pair((one.id, other.id))) for other in others)
            session.add_all(
                ConnectionRequest(
                    asker_id=other.id, asked_id=one.id, **pair((one.id, other.id)), purpose=Purpose.OTHER,
                    state=RequestState.WITHDRAWN, ended_at=now(), expires_at=now(),
                )
                for other in others
            )  # fmt: skip
        with statements() as counted:  # type: ignore[attr-defined]
            shown = person.page.get(place(one))
        costs.append(counted.count)
        assert len(shown.all("li")) > 3
    assert costs[1] == costs[2]
    assert "Page 3 of 3" in person.page.get(place(one, "?page=9")).text
    assert "withdrawn by the other side" in person.page.get(place(one, "?show=past&page=2")).text


def test_a_button_is_kept_in_no_store_and_looking_at_it_does_nothing(hub: Flask) -> None:
    one, other = house("One House"), house("Other House")
    asked, request = visitor(hub, other), ask(one, other)
    token = tokens_of(asked)["accept"]
    path = f"/en/connection-answers/{token}"
    for method, status in (("GET", 200), ("HEAD", 200), ("OPTIONS", 200), ("PUT", 405), ("POST", 400)):
        answer = stranger(hub).open(path, method=method)
        assert answer.status_code == status
        if method in ("GET", "HEAD"):
            assert "no-store" in answer.headers["Cache-Control"]
    assert again(request.id).state is RequestState.OPEN
    for wrong in (token[:-6] + "aaaaaa", token.partition(".")[0], token + "a", "a" * 300):
        assert stranger(hub).get(f"/en/connection-answers/{wrong}").status_code == 404
    assert press(stranger(hub), token) == (200, 200)
    assert stranger(hub).get(path).status_code == 404
