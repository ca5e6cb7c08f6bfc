"""What each kind of notice tells of, let happen by real verbs with an organization of the reader and another one.

Every free word that is written on the way is ``UNSAID``, which no mail may hold.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from hub.accounts.models import User
from hub.database import db, now, transaction
from hub.directory.models import Organization
from hub.directory.states import Trust
from hub.network.connections import asking, connecting, queries
from hub.network.connections.models import ConnectionRequest
from hub.network.matching import call_answers, calls, close_calls
from hub.network.matching.call_models import Call
from hub.network.matching.call_schemas import checked as checked_call
from hub.network.messages import threads
from hub.network.networks import groups, memberships, posts
from hub.network.networks.models import Network
from hub.network.networks.states import PostKind
from hub.network.safety import pauses
from hub.permissions import Actor
from tests.directory.acting import person
from tests.network.acting import House, act, ask, connect, house, part

UNSAID = "unsayable"
KEY = "africa"


@dataclass
class Scene:
    """The reader's organization and another, the reader's language, and who decides."""

    code: str
    other_values: Mapping[str, Any] = field(default_factory=dict)
    own_values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mine = self._house(self.code, "reader.example", **self.own_values)
        self.other = self._house("fr" if self.code == "ru" else "ru", "secret.example", **self.other_values)
        self.curator = person("curator", email=f"{secrets.token_hex(6)}@secret.example")
        user = db.session.get_one(User, self.mine.focal.id)
        self.to, self.user_id = user.email, user.id
        self.names: dict[str, str] = {}
        self.extra = ""

    def _house(self, code: str, host: str, **values: Any) -> House:
        made = house(f"House & Sons {secrets.token_hex(3)}", trust=Trust.VERIFIED, **values)
        with transaction() as session:
            user = session.get_one(User, made.focal.id)
            user.email, user.language = f"{secrets.token_hex(6)}@{host}", code
            asking.choose_askers(session, made.focal, made.id, "anyone")
        return made

    def name_other(self) -> None:
        self.names["organization"] = self.other.name

    def name_network(self, key: str = KEY) -> None:
        with transaction() as session:
            self.names["network"] = session.get_one(Network, key).name(self.code)


def join(scene: Scene, who: House, *steps: str, key: str = KEY) -> None:
    """Have an organization come into a network, or be kept out of it, by named steps."""
    for step in steps:
        actor = who.focal if step in memberships.OWN_STEPS else scene.curator
        with transaction() as session:
            memberships.move(session, actor, key, who.id, step, UNSAID)


def coordinate(scene: Scene) -> None:
    """Have the reader coordinate a network, and nobody else."""
    join(scene, scene.mine, "ask", "approve")
    with transaction() as session:
        session.execute(sa.delete(groups.Coordinator))
        groups.appoint(session, scene.curator, KEY, scene.user_id, scene.mine.id)


def write(actor: Actor, kind: PostKind, **more: Any) -> int:
    words = {"text": UNSAID, **({} if kind is PostKind.REPLY else {"title": UNSAID})}
    with transaction() as session:
        return posts.write(session, actor, session.get_one(Network, KEY), kind, words, **more).id


def publish(who: House, title: str) -> int:
    sent = {
        "title": title, "text": UNSAID, "language": "en", "audience": "members",
        "deadline": (now().date() + timedelta(days=30)).isoformat(), "seeks": ["legal-aid"],
    }  # fmt: skip
    with transaction() as session:
        held = session.get_one(Organization, who.id)
        return calls.publish(session, who.focal, held, checked_call(sent)).id


def decide(scene: Scene, call_id: int, step: str) -> None:
    with transaction() as session:
        calls.decide(session, scene.curator, session.get_one(Call, call_id), step, UNSAID)


def connection_asked(scene: Scene) -> None:
    scene.name_other()
    ask(scene.other, scene.mine, note=UNSAID)


def connection_accepted(scene: Scene) -> None:
    scene.name_other()
    connect(scene.mine, scene.other)


def connection_unanswered(scene: Scene) -> None:
    scene.name_other()
    request = ask(scene.mine, scene.other, note=UNSAID)
    act(scene.other.focal, "decline", request)
    with transaction() as session:
        session.get_one(ConnectionRequest, request.id).expires_at = now() - timedelta(hours=1)
        session.flush()
        assert connecting.expire(session) == 1


def connection_ended(scene: Scene) -> None:
    scene.name_other()
    connect(scene.other, scene.mine)
    part(scene.other, scene.mine)


def message(scene: Scene) -> None:
    scene.name_other()
    connect(scene.other, scene.mine)
    with transaction() as session:
        found = queries.connection_of(session, scene.mine.id, scene.other.id)
        assert found is not None
        threads.begin(session, scene.other.focal, found, scene.other.id, UNSAID, UNSAID)


def network_asked(scene: Scene) -> None:
    coordinate(scene)
    scene.name_other()
    scene.name_network()
    join(scene, scene.other, "ask")


def network_invited(scene: Scene) -> None:
    scene.names["organization"] = scene.mine.name
    scene.name_network()
    join(scene, scene.mine, "invite")


def network_approved(scene: Scene) -> None:
    scene.names["organization"] = scene.mine.name
    scene.name_network()
    join(scene, scene.mine, "ask", "approve")


def network_declined(scene: Scene) -> None:
    scene.names["organization"] = scene.mine.name
    scene.name_network()
    join(scene, scene.mine, "ask", "decline")


def network_removed(scene: Scene) -> None:
    scene.names["organization"] = scene.mine.name
    scene.name_network()
    join(scene, scene.mine, "ask", "approve", "remove")


def network_appointed(scene: Scene) -> None:
    scene.name_network()
    coordinate(scene)


def network_announced(scene: Scene) -> None:
    scene.name_network()
    join(scene, scene.mine, "ask", "approve")
    write(scene.curator, PostKind.ANNOUNCEMENT)


def network_answered(scene: Scene) -> None:
    scene.name_network()
    for one in (scene.mine, scene.other):
        join(scene, one, "ask", "approve")
    begun = write(scene.mine.focal, PostKind.DISCUSSION, organization_id=scene.mine.id)
    write(scene.other.focal, PostKind.REPLY, organization_id=scene.other.id, thread_id=begun)


def call_answered(scene: Scene) -> None:
    call_id = publish(scene.mine, UNSAID)
    with transaction() as session:
        other = session.get_one(Organization, scene.other.id)
        call_answers.answer(session, scene.other.focal, session.get_one(Call, call_id), other, UNSAID)


def waiting_call(scene: Scene) -> int:
    scene.names["call"] = f"A lawyer for {secrets.token_hex(3)}"
    with transaction() as session:
        session.get_one(Organization, scene.mine.id).trust = Trust.LISTED
    return publish(scene.mine, scene.names["call"])


def call_opened(scene: Scene) -> None:
    decide(scene, waiting_call(scene), "open")


def call_declined(scene: Scene) -> None:
    decide(scene, waiting_call(scene), "decline")


def call_closed(scene: Scene) -> None:
    call_id = waiting_call(scene)
    with transaction() as session:
        session.get_one(Call, call_id).deadline = now().date() - timedelta(days=1)
    close_calls()


def asking_paused(scene: Scene) -> None:
    with transaction() as session:
        pauses.pause(session, scene.curator, scene.mine.id, 30, UNSAID)


Story = Callable[[Scene], None]
STORIES: Mapping[str, Story] = {
    "connection-asked": connection_asked,
    "connection-accepted": connection_accepted,
    "connection-unanswered": connection_unanswered,
    "connection-ended": connection_ended,
    "message": message,
    "network-asked": network_asked,
    "network-invited": network_invited,
    "network-approved": network_approved,
    "network-declined": network_declined,
    "network-removed": network_removed,
    "network-appointed": network_appointed,
    "network-announced": network_announced,
    "network-answered": network_answered,
    "call-answered": call_answered,
    "call-opened": call_opened,
    "call-declined": call_declined,
    "call-closed": call_closed,
    "asking-paused": asking_paused,
}
