"""Harmful texts in every text that anybody can give, by file and by form, stay texts wherever they come out again."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hub import outbox
from hub.database import db
from hub.directory.commands import import_files
from hub.directory.models import Organization, slug_of
from hub.directory.registration import TERMS_VERSION
from hub.directory.schemas import ProfileSchema
from hub.mail import Mail
from tests.guard import Guard, parse
from tests.payloads import PAYLOADS
from tests.people import Person

SignedIn = Callable[..., Person]
Shape = set[tuple[str, str]]
HARMLESS = "A *plain* text, **strong**, `code`, [a link](https://example.org/x)\n\n- one\n- two\n\n1. one\n\n> said\n\n## Head"
LEADING = {"src", "href", "action", "formaction", "hx-get", "hx-post", "data"}
OURS = (
    "/en",
    "/ar",
    "/es",
    "/fr",
    "/ru",
    "/zh",
    "/static/",
    "/assets/",
    "/api/",
    "/logos/",
    "?",
    "#",
    "http://localhost/",
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Language",
           "Content-Transfer-Encoding", "Auto-Submitted", "Precedence"}  # fmt: skip


def row(text: str, number: int) -> dict[str, Any]:
    """A profile with a text in every field that takes one; where a field refuses it, there is a plain one or nothing."""
    full: dict[str, Any] = {
        "name": f"{text} {number}", "names": [{"value": text}], "acronyms": [text[:20]], "memberships": [{"name": text}], "city": text,
        "subdivision": text, "website": f"https://example.org/?x={text}", "links": [{"url": "https://example.org/y", "label": text}],
        "texts": {"en": {"short": text[:400], "long": text}, "ar": {"short": text[:400]}}, "hotline": {"number": "112", "hours": text},
        "identifiers": [{"scheme": "ror", "value": f"{text} {number}"}], "legal_name": text, "pseudonym": None,
    }  # fmt: skip
    wrong = ProfileSchema().validate(full, partial=True)
    kept = {name: value for name, value in full.items() if name not in wrong}
    return {
        "name": f"Plain {number}",
        **kept,
        "kind": "civil_society",
        "country": "MX",
        "themes": ["corruption"],
    }


# what of ours comes only with many rows, with what is wrong, or with what the checks found: harmless pages may lack it
OF_MANY = {
    ("span", "aria-current"), ("span", "aria-hidden"), ("li", "aria-hidden"), ("strong", ""), ("q", ""), ("q", "dir"),
    *(("a", name) for name in ("title", "rel", "aria-label", "hx-get", "hx-indicator", "hx-nonce", "hx-swap", "hx-sync", "hx-target")),
}  # fmt: skip


def shape(root: ElementTree.Element) -> Shape:
    """All elements and attributes of a page."""
    tags = {(str(one.tag), "") for one in root.iter() if isinstance(one.tag, str)}
    return tags | {
        (str(one.tag), name) for one in root.iter() for name in one.attrib if isinstance(one.tag, str)
    }


def faults(root: ElementTree.Element, harmless: Shape) -> list[str]:
    """What a text made of a page: elements and attributes that a harmless one lacks, addresses and scripts of its own."""
    found = [f"<{tag} {name}>" for tag, name in shape(root) - harmless - OF_MANY]
    for one in root.iter():
        tag, attributes = str(one.tag), one.attrib
        led = [value for name, value in attributes.items() if name in LEADING]
        is_own_link = tag == "a" and {"nofollow", "noopener", "ugc"} & set(attributes.get("rel", "").split())
        found += [
            f"<{tag}> leads to {value!r}"
            for value in led
            if not value.startswith(OURS) and not (is_own_link and value.startswith("https://"))
        ]
        if tag == "script" and attributes.get("type") == "application/ld+json":
            json.loads("".join(one.itertext()))
        elif tag == "script" and "alert(" in "".join(one.itertext()):
            found.append("a script of a text")
    return found


class Looker:
    """Looks at pages, each fully guarded, for anything that harmless texts would not have made."""

    def __init__(self) -> None:
        self.harmless: Shape = set()
        self.wrong: list[str] = []

    def look(self, client: FlaskClient, response: Any, *, is_harmless: bool = False) -> None:
        """Look at an answer that is a page."""
        path = str(response.request.path)
        assert response.status_code < 500, f"{path}: {response.status_code}"
        if response.mimetype != "text/html" or response.status_code in (301, 302, 303):
            return
        try:
            if path.endswith("/suggestions"):
                root = parse(f"<!doctype html><title>A part of a page</title>{response.text}", path)
            else:
                root = Guard(client, may_set_cookies=True).check(response, path, response.status_code).root
        except AssertionError as error:
            self.wrong.append(str(error))
            return
        if is_harmless:
            self.harmless |= shape(root)
        else:
            self.wrong += [f"{path}: {fault}" for fault in faults(root, self.harmless)]


@pytest.fixture
def imported(app: Flask, tmp_path: Path) -> list[tuple[str, str]]:
    """(id, name) of an organization for each payload, read from a file; the first is harmless."""
    path = tmp_path / "payloads.ndjson"
    rows = [row(text, number) for number, text in enumerate((HARMLESS, *PAYLOADS))]
    path.write_text("\n".join(json.dumps(one) for one in rows), "utf-8")
    summary = import_files(app, [path], quiet=True)
    assert summary.as_dict()["created"] == len(rows), summary.as_dict()
    db.session.rollback()
    found = {one.name: one.id for one in db.session.scalars(sa.select(Organization))}
    names = list(found)
    first = next(name for name in names if name.startswith("A *plain*") or name == "Plain 0")
    return [(found[first], first), *((found[name], name) for name in names if name != first)]


def test_what_came_by_file_stays_text_on_pages_and_in_files(
    app: Flask, client: FlaskClient, imported: list[tuple[str, str]]
) -> None:
    looker = Looker()
    for number, (public_id, name) in enumerate(imported):
        for language in ("en", "ar") if number < 3 else ("en",):
            address = f"/{language}/organizations/{slug_of(name, public_id)}"
            looker.look(client, client.get(address, follow_redirects=True), is_harmless=not number)
    looker.look(client, client.get("/en/search?q=plain"), is_harmless=True)
    for page in range(1, 7):
        looker.look(client, client.get(f"/en/search?page={page}"))
    assert not looker.wrong, "\n".join(sorted(set(looker.wrong)))
    _look_at_files(client)


def _look_at_files(client: FlaskClient) -> None:
    cells = [
        cell
        for line in csv.reader(io.StringIO(client.get("/en/search.csv").data.decode("utf-8-sig")))
        for cell in line
    ]
    assert len(cells) > len(PAYLOADS)
    assert [cell for cell in cells if cell.startswith(FORMULAS)] == []
    book = openpyxl.load_workbook(io.BytesIO(client.get("/en/search.xlsx").data))
    assert {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line} <= {
        "s",
        "n",
        "inlineStr",
    }
    for line in client.get("/en/search.ndjson").text.strip().split("\n"):
        json.loads(line)
    json.loads(client.get("/en/search.jsonld").text)
    plain = {one.tag for one in ElementTree.fromstring(client.get("/en/search.atom?q=plain").data).iter()}
    for path in (
        "/en/search.atom",
        *(f"/en/search.atom?{urlencode({'q': text[:100]})}" for text in PAYLOADS),
    ):
        tags = {one.tag for one in ElementTree.fromstring(client.get(path).data).iter()}
        assert tags <= plain, (path, tags - plain)
    ElementTree.fromstring(client.get("/sitemap-1.xml").data)


def test_what_is_asked_for_stays_text(client: FlaskClient, imported: list[tuple[str, str]]) -> None:
    looker, names = Looker(), set[str]()
    for text in ("plain", "a", *PAYLOADS):
        is_harmless = text in ("plain", "a")
        q = urlencode({"q": text[:2000]})
        filters = urlencode(
            dict.fromkeys(("q", "country", "theme", "kind", "sort", "page", "language"), text[:500])
        )
        for path in (f"/en/search?{q}", f"/en/search?{filters}", f"/en/suggestions?{q}"):
            answer = client.get(path)
            looker.look(client, answer, is_harmless=is_harmless)
            names |= {name.lower() for name, _value in answer.headers} if is_harmless else set()
            assert {name.lower() for name, _value in answer.headers} <= names | {"retry-after"}, path
        for path in (f"/api/v1/organizations?{q}", f"/api/v1/match?{urlencode({'name': text[:300]})}"):
            answer = client.get(path)
            assert answer.status_code in (200, 400, 422), (path, answer.status_code)
            assert answer.is_json or "json" in answer.mimetype
            json.loads(answer.text)
    assert not looker.wrong, "\n".join(sorted(set(looker.wrong)))


def chunks() -> Iterator[list[str]]:
    """The harmless text, then the payloads, some at a time."""
    yield [HARMLESS]
    for start in range(0, len(PAYLOADS), 6):
        yield list(PAYLOADS[start : start + 6])


def test_what_came_by_form_stays_text_on_pages_and_in_letters(app: Flask, signed_in: SignedIn) -> None:
    looker, curator = Looker(), signed_in(role="curator")
    for number, texts in enumerate(chunks()):
        person = signed_in()
        _go_through(looker, person, curator, texts, is_harmless=not number)
    assert not looker.wrong, "\n".join(sorted(set(looker.wrong)))
    outbox.drain(app)
    _look_at_letters(app)


def _go_through(
    looker: Looker, person: Person, curator: Person, texts: list[str], *, is_harmless: bool
) -> None:
    """Register with these texts in every field, and let both sides write them to each other until a decision."""

    def see(client: Person, path: str) -> None:
        looker.look(client, client.get(path), is_harmless=is_harmless)

    def send(client: Person, path: str, **data: str) -> str:
        answer = client.submit(path, **data)
        looker.look(client, answer, is_harmless=is_harmless)
        return str(answer.location or "")

    joined = "\n".join(texts)[:4000]
    see(person, "/en/organizations/new?" + urlencode({"name": texts[0][:300]}))
    base = send(person, "/en/organizations/new", name=texts[0], anyway="yes") or send(
        person, "/en/organizations/new", name="Plain", anyway="yes"
    )
    base = base.removesuffix("/kind")
    for task, values in FORMS.items():
        filled = {
            name: texts[at % len(texts)] if value is None else value
            for at, (name, value) in enumerate(values.items())
        }
        send(person, f"{base}/{task}", **filled)
        see(person, f"{base}/{task}")
    send(person, f"{base}/texts", **{"texts-en-short": "Plain."})  # where the long one was too long for it
    see(person, f"{base}/check")
    case = send(person, f"{base}/check", terms=TERMS_VERSION).partition("?")[0]
    assert "/cases/" in case, (texts, case)
    send(person, f"{case}/reply", reply=joined)
    for text in texts:
        send(person, "/en/account/change", name=text)
    desk = case.replace("/cases/", "/desk/cases/")
    send(curator, f"{desk}/notes", text=joined, to="curators")
    send(curator, f"{desk}/notes", text=joined, to="applicant")
    send(curator, f"{desk}/answers", **{"answer-1": "yes", "comment-1": joined[:500]})
    send(curator, f"{desk}/decision", decision="publish", act="words", reason=joined)
    see(curator, desk)
    see(curator, "/en/desk")
    send(curator, f"{desk}/decision", decision="publish", reason=joined)
    for client, path in (
        (curator, desk),
        (curator, "/en/desk"),
        (person, case),
        (person, "/en/my-organizations"),
        (person, "/en/account/"),
    ):
        see(client, path)
    public_id = db.session.scalars(
        sa.select(Organization.id).order_by(Organization.created_at.desc()).limit(1)
    ).one()
    db.session.rollback()
    see(person, f"/en/account/organizations/{public_id}/members")
    for what in ("correct", "report", "remove"):
        send(person, f"/en/organizations/x-{public_id}/{what}", text=joined, contact=texts[0][:100])


FORMS: dict[str, dict[str, str | None]] = {
    "name": {"name": "Plain", "names-0-value": None, "names-0-language": None, "acronyms-0": None, "legal_name": None},
    "kind": {"kind": "civil_society", "subtype": None, "identifiers-0-scheme": "ror", "identifiers-0-value": None, "memberships-0-name": None, "founded": None},
    "where": {"country": "MX", "city": None, "subdivision": None},
    "what": {"themes": "corruption"},
    "texts": {"texts-en-short": None, "texts-en-long": None, "texts-ar-short": None},
    "contact": {"website": None, "links-0-url": "https://example.org/", "links-0-label": None, "hotline-number": "112", "hotline-hours": None, "mailbox": None},
    "safety": {"safety": "open", "pseudonym": None},
}  # fmt: skip


def _look_at_letters(app: Flask) -> None:
    files = sorted((Path(app.config["HUB"].data_dir) / "mail").glob("*.eml"))
    assert len(files) > len(PAYLOADS) / 6
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Mail).where(Mail.sent_at.is_(None))) == 0
    for file in files:
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert set(message.keys()) <= HEADERS, set(message.keys()) - HEADERS
        assert len(message.keys()) == len(set(message.keys()))
        assert message.get_content_type() == "multipart/alternative"
        plain, html = message.iter_parts()
        assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        root = parse(html.get_content(), file.name)
        tags = {str(one.tag) for one in root.iter() if isinstance(one.tag, str)}
        assert tags <= {
            "html",
            "head",
            "meta",
            "title",
            "body",
            "p",
            "a",
            "h1",
            "table",
            "tbody",
            "tr",
            "td",
            "div",
            "br",
            "small",
            "hr",
        }, tags
        led = [one.get("href", "") for one in root.iter("a")]
        assert all(address.startswith("http://localhost/") for address in led), led
