"""People who write through the forms of a hub that keeps being killed, and note what was acknowledged."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

import sqlalchemy as sa

from hub.database import db
from hub.directory.models import Case, Organization, Revision
from hub.directory.registration import TERMS_VERSION
from hub.directory.states import CaseState, RevisionState, Status
from tests.people import Person

FULL = {
    "kind": {"kind": "private_sector"},
    "where": {"country": "MX"},
    "what": {"themes": "forced-labour"},
    "texts": {"texts-en-short": "We check supply chains."},
}
BEGUN, SAVED, HANDED_IN, PUBLISHED, EDITED, REPORTED = (
    "begun", "saved", "handed in", "published", "edited", "reported"
)  # fmt: skip


@dataclass
class Journal:
    """What was acknowledged, each with the question whether it is there now."""

    acknowledged: list[tuple[str, str, Callable[[], bool]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)  # cases that the curator should decide
    unanswered: int = 0

    def note(self, what: str, which: object, is_there: Callable[[], bool]) -> None:
        """Note that something was acknowledged."""
        self.acknowledged.append((what, str(which), is_there))

    def counts(self) -> Counter[str]:
        """How often what was acknowledged."""
        return Counter(what for what, _, _ in self.acknowledged)

    def missing(self) -> list[str]:
        """What was acknowledged and is not there."""
        return [
            f"not {what} after all: {which}" for what, which, is_there in self.acknowledged if not is_there()
        ]


class Writer(threading.Thread):
    """Sends forms, each until it is answered."""

    right: tuple[int, ...] = (302, 303)

    def __init__(
        self, person: Person, port: int, journal: Journal, chance: random.Random, organization: str = ""
    ) -> None:
        super().__init__()
        self.over = threading.Event()
        self._person, self._port, self._journal, self._chance = person, port, journal, chance
        self._organization = organization
        self._token = person.csrf_token
        cookie = person.get_cookie("hub")
        self._cookie = f"hub={cookie.value}" if cookie else ""

    def run(self) -> None:
        """Go on until it is over; what is unexpected ends it and is a fault."""
        number = 0
        while not self.over.is_set():
            number += 1
            try:
                self.act(number)
            except _Over:
                return
            except Exception as error:
                self._journal.faults.append(f"{type(self).__name__} {number}: {error!r}")
                return

    def act(self, number: int) -> None:
        """Do one thing from its beginning to its end."""
        raise NotImplementedError

    def send(self, path: str, **data: str) -> str:
        """Send a form until it is answered as it should be; returns where it leads, or nothing."""
        while not self.over.is_set():
            status, location = self._ask(path, data)
            if status in self.right:
                return location
            if status:
                raise RuntimeError(f"{path} was answered {status}")
            time.sleep(self._chance.uniform(0.01, 0.1))
        raise _Over

    def _ask(self, path: str, data: dict[str, str]) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(
                "POST", path, urlencode({"csrf_token": self._token, **data}),
                {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"},
            )  # fmt: skip
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Location", "")
        except (OSError, HTTPException):
            self._journal.unanswered += 1
            return 0, ""
        finally:
            connection.close()


class _Over(Exception):
    """The drill ended before an answer came."""


class Registrant(Writer):
    """Registers organizations, and edits a verified one, whose edits are live at once."""

    def act(self, number: int) -> None:
        """Do now the one, now the other."""
        if self._chance.random() < 0.5:
            self._register(f"Drill {self._organization} {number}")
        else:
            self._edit(f"Said {number}")

    def _register(self, name: str) -> None:
        base = self.send("/en/organizations/new", name=name, anyway="yes").removesuffix("/kind")
        revision_id = int(base.rpartition("/")[2])
        self._journal.note(BEGUN, name, lambda: _one_named(name) == revision_id)
        for task, values in FULL.items():
            self.send(f"{base}/{task}", **values)
            self._journal.note(SAVED, (name, task), lambda task=task: _holds(revision_id, task))  # type: ignore[misc]
        place = self.send(f"{base}/check", terms=TERMS_VERSION)
        self._journal.note(HANDED_IN, name, lambda: _revision(revision_id).state is not RevisionState.DRAFT)
        self._journal.waiting.append(int(place.partition("?")[0].rpartition("/")[2]))

    def _edit(self, said: str) -> None:
        base = self.send(f"/en/organizations/x-{self._organization}/edit")
        revision_id = int(base.rpartition("/")[2])
        self.send(f"{base}/texts", **{"texts-en-short": said})
        self.send(f"{base}/check")
        self._journal.note(EDITED, said, lambda: _is_live(revision_id, said))


class Curator(Writer):
    """Publishes what was handed in; who asks again after no answer may be told that it was decided before (409)."""

    right = (302, 409)

    def act(self, number: int) -> None:
        """Decide the oldest case there is."""
        if not self._journal.waiting:
            self.over.wait(0.05)
            return
        case_id = self._journal.waiting.pop(0)
        self.send(f"/en/desk/cases/{case_id}/decision", decision="publish")
        self._journal.note(PUBLISHED, case_id, lambda: _is_published(case_id))


class Reporter(Writer):
    """Reports a problem without an account, again and again."""

    def act(self, number: int) -> None:
        """Send one report."""
        text = f"Problem {number}"
        self.send(f"/en/organizations/x-{self._organization}/report", text=text)
        self._journal.note(REPORTED, number, lambda: _reports(text) == 1)
        self.over.wait(self._chance.uniform(0.05, 0.3))


def _revision(revision_id: int) -> Revision:
    return db.session.get_one(Revision, revision_id)


def _one_named(name: str) -> int | None:
    """The number of the one revision of the one organization with a name."""
    asked = sa.select(Revision.id).join(Organization, Organization.id == Revision.organization_id)
    return db.session.scalars(asked.where(Organization.name == name)).one()


def _holds(revision_id: int, task: str) -> bool:
    values = _revision(revision_id).values
    expected = {"kind": "private_sector", "where": "MX", "what": ["forced-labour"]}
    column = {"kind": "kind", "where": "country", "what": "themes"}
    if task in column:
        return bool(values.get(column[task]) == expected[task])
    return bool(values["texts"]["en"]["short"] == FULL["texts"]["texts-en-short"])


def _is_live(revision_id: int, said: str) -> bool:
    revision = _revision(revision_id)
    return revision.state is RevisionState.PUBLISHED and revision.values["texts"]["en"]["short"] == said


def _is_published(case_id: int) -> bool:
    case = db.session.get_one(Case, case_id)
    organization = db.session.get_one(Organization, case.organization_id)
    return case.state is CaseState.DECIDED and organization.status is Status.PUBLISHED


def _reports(text: str) -> int:
    return sum(case.details.get("text") == text for case in db.session.scalars(sa.select(Case)))
