"""Every mail of the network, as a real mail server took it: in six languages, and telling nobody anything."""

from __future__ import annotations

import ast
import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

import hub.network
from hub import outbox
from hub.accounts.models import Membership, User
from hub.database import db, now, transaction
from hub.directory import profiles
from hub.directory.models import Organization
from hub.i18n import LANGUAGES, catalog, speaking
from hub.network.following import digest, follows
from hub.network.following.models import Digest, Every
from hub.network.networks.states import PostKind
from hub.network.notices import posting, stopping, wishes
from hub.network.notices.kinds import KINDS, Way
from hub.permissions import OPERATOR
from tests.conftest import hub_in
from tests.directory.acting import person
from tests.letters import BASE, checked
from tests.mailserver import MailServer, mail_server
from tests.network.acting import act, ask, block, connect, house
from tests.network.stories import STORIES, UNSAID, Scene, coordinate, join, publish, write
from tests.people import OutsideClient

PROTECTED = {"safety": "protected", "pseudonym": "A house", "country": "KE"}


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as made:
        yield made


@pytest.fixture(scope="module")
def sending(
    pattern: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory, server: MailServer
) -> Iterator[Flask]:
    """A hub that sends its mail to the server, knows its own address, and lets whoever is new ask at once."""
    known = {"smtp_url": server.url, "base_url": BASE, "mail_from": "hub@example.org"}
    with hub_in(tmp_path_factory.mktemp("letters"), pattern, **known) as app:
        app.config["HUB"] = replace(app.config["HUB"], connect_pause=0)
        yield app


@pytest.fixture(autouse=True)
def _rolled_back(sending: Flask) -> Iterator[None]:
    """Leave no transaction of a test that failed to the next one."""
    yield
    db.session.rollback()


def taken(app: Flask, server: MailServer) -> list[EmailMessage]:
    """What the server takes now, the mail of the day among it."""
    server.taken.clear()
    outbox.drain(app)
    posting.gather()
    outbox.drain(app)
    return list(server.taken)


def told(app: Flask, server: MailServer, name: str, scene: Scene) -> EmailMessage:
    """The one mail that a reader gets of a kind after its story; no mail at all says what nobody may read in one."""
    with transaction() as session:  # what leads up to it is told in the hub alone
        quiet = {one: Way.OFF for one in KINDS if one != name}
        wishes.choose(session, scene.mine.focal, quiet)
    STORIES[name](scene)
    letters = taken(app, server)
    assert not any(UNSAID in one.as_string() for one in letters)
    (mine,) = [one for one in letters if one["To"] == scene.to]
    return mine


def stop(app: Flask, letter: EmailMessage) -> None:
    """Follow a letter's link that stops its kind as somebody who has not signed in, and as a mail program does."""
    path = urlsplit(letter["List-Unsubscribe"].strip("<>")).path
    anybody = OutsideClient(app, app.response_class)
    shown = anybody.get(path)
    assert shown.status_code == 200
    assert f'lang="{letter["Content-Language"]}"' in shown.get_data(as_text=True)
    assert anybody.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_every_kind_of_mail_of_the_network_has_its_case_here() -> None:
    assert STORIES.keys() == {name for name in KINDS if not name.startswith("test-")}
    assert set(stopping._added) == {posting.STOP, digest.STOP}
    folder = Path(hub.network.__path__[0])
    writers = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if (node.value.id, node.attr) in {("letters", "post"), ("mail", "send")}:
                    writers.add(path.relative_to(folder).as_posix())
    assert writers == {"notices/posting.py", "following/digest.py"}


@pytest.mark.parametrize("name", STORIES)
def test_each_kind_of_mail_reads_right_in_six_languages(
    sending: Flask, server: MailServer, name: str
) -> None:
    kind, subjects = KINDS[name], set()
    for code in LANGUAGES:
        scene = Scene(code)
        letter = told(sending, server, name, scene)
        said = checked(letter, code)
        assert "secret.example" not in letter.as_string()
        assert said.count(f"{BASE}/") == said.count(f"{BASE}/{code}/")
        with speaking(code):
            words = str(kind.title) % defaultdict(str, scene.names)
        subjects.add(str(kind.title._args[0]) if code == "en" else catalog(code).gettext(kind.title._args[0]))
        if kind.is_private:
            assert letter["Subject"] == catalog(code).gettext("Something new for you")
            assert scene.other.name not in letter.as_string()
        elif kind.mail == Way.DIGEST:
            assert letter["Subject"] == catalog(code).ngettext("%(num)s notice", "%(num)s notices", 1) % {
                "num": 1
            }
            assert words in said
        else:
            assert letter["Subject"] == words
            assert words in said
        assert ("/connection-answers/" in said) is (name == "connection-asked")
        if name == "connection-asked":
            assert said.count(f"{BASE}/{code}/connection-answers/") == 4  # two buttons, in text and in HTML
            for button in ("Accept the connection", "Decline the connection"):
                assert said.count(catalog(code).gettext(button)) == 2
        assert letter["List-Unsubscribe"].strip("<>") in said
        stop(sending, letter)
        way = wishes.Wishes(db.session, [scene.user_id]).way(scene.user_id, kind)
        assert way is Way.OFF
    assert len(subjects) == len(LANGUAGES)


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("whose", ["own_values", "other_values"])
def test_no_mail_says_anything_where_an_organization_is_protected(
    sending: Flask, server: MailServer, name: str, whose: str
) -> None:
    scene = Scene("ar", **{whose: PROTECTED})
    letter = told(sending, server, name, scene)
    said = (checked(letter, "ar") + letter["Subject"]).replace("&amp;", "&")
    assert scene.other.name not in said
    assert "A house" not in said
    if whose == "own_values" or scene.names.get("organization") == scene.other.name:
        assert not any(one in said for one in scene.names.values())
        assert "connection-answers" not in said


def test_what_comes_together_is_one_mail_in_six_languages(sending: Flask, server: MailServer) -> None:
    for code in LANGUAGES:
        scene, word = Scene(code), secrets.token_hex(3)
        with transaction() as session:
            wishes.choose(session, scene.mine.focal, dict.fromkeys(KINDS, Way.DIGEST))
        others = [Scene("en").other for _ in range(2)]
        for other in others:
            connect(scene.mine, other)
        STORIES["call-answered"](scene)
        (letter,) = [one for one in taken(sending, server) if one["To"] == scene.to]
        said = checked(letter, code).replace("&amp;", "&")
        many = catalog(code).ngettext("%(num)s notice", "%(num)s notices", 3) % {"num": 3}
        assert letter["Subject"] == many
        assert all(said.count(other.name) == 2 for other in others)  # in text and in HTML
        assert scene.other.name not in said
        assert UNSAID not in said
        rest = catalog(code).ngettext(
            "And %(num)s more, to be read in the hub.", "And %(num)s more, to be read in the hub.", 1
        )
        assert rest % {"num": 1} in said
        stop(sending, letter)
        connect(scene.mine, Scene("en").other)
        assert scene.to not in [one["To"] for one in taken(sending, server)], word


def test_who_is_declined_ignored_or_blocked_hears_nothing_and_a_blocked_one_reaches_nobody(
    sending: Flask, server: MailServer
) -> None:
    for step in ("decline", "ignore", "block"):
        scene = Scene("en")
        request = ask(scene.mine, scene.other)
        taken(sending, server)
        if step == "block":
            block(scene.other, scene.mine)
        else:
            act(scene.other.focal, step, request)
        assert taken(sending, server) == []
    scene = Scene("en")
    block(scene.other, scene.mine)
    ask(scene.mine, scene.other)
    assert taken(sending, server) == []


def test_who_left_an_organization_or_a_network_is_mailed_nothing_of_it_any_more(
    sending: Flask, server: MailServer
) -> None:
    scene, later = Scene("en"), Scene("en")
    coordinate(scene)
    join(scene, scene.other, "ask", "approve")
    taken(sending, server)
    begun = write(scene.mine.focal, PostKind.DISCUSSION, organization_id=scene.mine.id)
    ask(later.mine, scene.mine)
    with transaction() as session:
        session.execute(sa.delete(Membership).where(Membership.user_id == scene.user_id))
    write(scene.other.focal, PostKind.REPLY, organization_id=scene.other.id, thread_id=begun)
    join(later, later.mine, "ask")
    write(scene.curator, PostKind.ANNOUNCEMENT)
    assert scene.to not in [one["To"] for one in taken(sending, server)]


@pytest.mark.parametrize("every", [Every.DAY, Every.WEEK])
def test_the_digest_of_what_is_followed_reads_right_in_six_languages_and_is_stopped_without_signing_in(
    sending: Flask, server: MailServer, every: Every
) -> None:
    open_one, caller, shelter = (
        house("Open & Sons"),
        house("Caller", trust="verified"),
        house("Shelter", **PROTECTED),
    )
    outbox.drain(sending)
    readers = {}
    for code in LANGUAGES:
        actor = person(organization=house().id, language=code, email=f"{secrets.token_hex(6)}@reader.example")
        with transaction() as session:
            for one in (open_one, caller, shelter):
                follows.follow_organization(session, actor, one.id)
            follows.choose(session, actor, every)
        readers[code] = actor

    def due() -> dict[str, EmailMessage]:
        server.taken.clear()
        with transaction() as session:
            session.execute(sa.update(Digest).values(told_until=now() - timedelta(days=8)))
            for one in (open_one, shelter):
                held = session.get_one(Organization, one.id)
                profiles.revise(session, OPERATOR, held, {"founded": 1900 + secrets.randbelow(100)})
        outbox.drain(sending)
        digest.gather()
        outbox.drain(sending)
        return {one["To"]: one for one in server.taken}

    call_id = publish(caller, "A lawyer is sought")
    found = due()
    for code, actor in readers.items():
        letter = found[db.session.get_one(User, actor.id).email]
        said = checked(letter, code)
        assert letter["Subject"] == catalog(code).gettext("What is new among what you follow")
        assert f"{BASE}/{code}/calls/{call_id}" in said
        assert said.count(f"{BASE}/") == said.count(f"{BASE}/{code}/")
        assert "Open &amp; Sons" in said
        assert "A lawyer is sought" in said
        assert not any(one in said for one in ("Shelter", "A house", UNSAID))
        stop(sending, letter)
    assert not {db.session.get_one(User, one.id).email for one in readers.values()} & due().keys()
