"""Faulty files: what each holds, which rows of it are good, and what must be said of the others."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import Any

GOOD = {"id": "good-1", "name": "Casa Abierta", "country": "MX"}
ALSO_GOOD = {"id": "good-2", "name": "Haus am Fluss", "country": "DE"}


@dataclass(frozen=True)
class Faulty:
    """A file's name and content; ``faults`` are (line, field, part of the reason); ``breaks`` is part of the message
    where the file cannot be read to its end.
    """

    name: str
    content: bytes
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    taken: int = 2
    breaks: str = ""
    left_out: tuple[str, ...] = ()


def line(**values: Any) -> bytes:
    return json.dumps({"id": "faulty", "name": "Foyer du Nord", **values}).encode()


def rows(*faulty: bytes) -> bytes:
    """A good row, the faulty ones from line 2, another good row."""
    return b"\n".join([json.dumps(GOOD).encode(), *faulty, json.dumps(ALSO_GOOD).encode()]) + b"\n"


def table(*faulty: bytes, header: bytes = b"id,name,country,themes,founded") -> bytes:
    """A header, a good row, the faulty ones from line 3, another good row."""
    filling = b"," * (header.count(b",") - 2)
    good = [b"good-1,Casa Abierta,MX" + filling, b"good-2,Haus am Fluss,DE" + filling]
    return b"\n".join([header, good[0], *faulty, good[1]]) + b"\n"


def ndjson(name: str, bad: bytes, field: str, why: str, **more: Any) -> Faulty:
    return Faulty(f"{name}.ndjson", rows(bad), [(2, field, why)], **more)


def as_list(*items: bytes) -> bytes:
    return b"[\n" + b",\n".join(items) + b"\n]\n"


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


A, B = json.dumps(GOOD).encode(), json.dumps(ALSO_GOOD).encode()
MANY = b"\n".join(json.dumps({**GOOD, "id": f"many-{number}"}).encode() for number in range(20000)) + b"\n"

CORPUS = [
    # what is not JSON
    ndjson("no-json", b"{'name': 'single quotes'}", "", "is not JSON"),
    ndjson("half-a-line", b'{"id":"x","name":"Foyer', "", "is not JSON"),
    ndjson("not-utf-8", line().replace(b"Foyer", b"Foy\xe9r"), "", "is not UTF-8 at byte"),
    ndjson("number-for-a-row", b"42", "", "is not an object"),
    ndjson("list-for-a-row", b'["name","Foyer"]', "", "is not an object"),
    ndjson("null-for-a-row", b"null", "", "is not an object"),
    ndjson("not-a-number", line(founded=0).replace(b": 0", b": NaN"), "", "NaN"),
    ndjson("infinity", line(founded=0).replace(b": 0", b": -Infinity"), "", "-Infinity"),
    ndjson("beyond-float", line(founded=0).replace(b": 0", b": 1e999"), "", "beyond all bounds"),
    ndjson("huge-integer", line(founded=0).replace(b": 0", b": 1" + b"0" * 5000), "", "5001 digits"),
    ndjson("key-twice", b'{"id":"x","name":"A","name":"B"}', "", "names 'name' twice"),
    ndjson(
        "too-deep",
        b'{"id":"x","name":"A","texts":' + b"[" * 60000 + b"]" * 60000 + b"}",
        "",
        "nested too deeply",
    ),
    ndjson("too-long", line(texts={"en": {"long": "x" * 1_100_000}}), "", "longer than 1000000 bytes"),
    ndjson("raw-nul", line(name="A\0B").replace(b"\\u0000", b"\0"), "", "is not JSON"),
    # what is no text, or no text of ours
    ndjson("nul-escape", line(name="A\0B"), "name", "NUL"),
    ndjson("lone-surrogate", line(name="A\ud800"), "name", "unpaired surrogate"),
    ndjson("number-for-text", line(name=12), "name", "must be text"),
    ndjson("list-for-text", line(city=["Lyon"]), "city", "must be text"),
    ndjson("no-name", b'{"id":"x","country":"FR"}', "name", "is missing"),
    ndjson("empty-name", line(name="   "), "name", "must not be empty"),
    ndjson("invisible-name", line(name="\u200b\u202e\u2066"), "name", "must not be empty"),
    ndjson("letters-without-shape", line(name="\u3164\u115f\uffa0"), "name", "must not be empty"),
    ndjson("punctuation-name", line(name="-- ??? --"), "name", "no letter or digit"),
    ndjson("address-for-name", line(name="https://example.org/foyer"), "name", "is a web address"),
    ndjson("www-for-name", line(name="www.foyer.fr"), "name", "is a web address"),
    ndjson("endless-name", line(name="N" * 301), "name", "longer than 300"),
    # values out of bounds or of the wrong type
    ndjson("unknown-country", line(country="XX"), "country", "XX is not in the vocabulary country"),
    ndjson("unknown-theme", line(themes=["trafficking-in-persons", "smoking"]), "themes.1", "smoking"),
    ndjson("text-for-list", line(themes="corruption"), "themes", "must be a list"),
    ndjson("record-for-list", line(acronyms={"a": 1}), "acronyms", "must be a list"),
    ndjson("endless-list", line(acronyms=["A"] * 21), "acronyms", "more than 20"),
    ndjson(
        "kinds-disagree",
        line(kind="academia", subtype="company"),
        "subtype",
        "Company is not a subtype of Academia",
    ),
    ndjson("subtype-for-kind", line(kind="university"), "kind", "is a subtype"),
    ndjson("founded-tomorrow", line(founded=2999), "founded", "must lie between 1000"),
    ndjson("founded-as-text", line(founded="1999"), "founded", "must be a whole number"),
    ndjson("founded-as-flag", line(founded=True), "founded", "must be a whole number"),
    ndjson("no-such-day", line(source_date="2026-02-30"), "sources.0.date", "is not a date"),
    ndjson("week-for-day", line(source_date="2026-W01-1"), "sources.0.date", "is not a date"),
    ndjson("day-to-come", line(source_date="2999-01-01"), "sources.0.date", "has not come yet"),
    ndjson("script-address", line(website="javascript:alert(1)"), "website", "must begin with http"),
    ndjson("password-in-address", line(website="https://a:b@foyer.fr/"), "website", "user name or password"),
    ndjson("local-address", line(website="http://localhost:8000/"), "website", "host on the web"),
    ndjson("number-address", line(website="http://10.0.0.1/"), "website", "host on the web"),
    ndjson("port-address", line(website="http://foyer.fr:999999/"), "website", "is not a web address"),
    ndjson(
        "endless-short-text", line(texts={"en": {"short": "x" * 401}}), "texts.en.short", "longer than 400"
    ),
    ndjson("no-language", line(texts={"English": {"short": "x"}}), "texts.English", "not a language code"),
    ndjson("half-a-service", line(offers=[{"is_direct": True}]), "offers.0.service", "is missing"),
    ndjson(
        "more-than-a-service",
        line(offers=[{"service": "legal-aid", "price": 1}]),
        "offers.0.price",
        "not a field",
    ),
    ndjson("laxer-audience", line(audiences={"city": "public"}), "audiences", "only be shown to fewer"),
    ndjson("old-form-wrong", line(descriptions=["x"]), "descriptions", "must map names to texts"),
    ndjson("old-tags-wrong", line(themes_found="x"), "themes_found", "must be a list of texts"),
    ndjson("no-record", line(id=5), "sources.0.id", "must be text"),
    Faulty(
        "two-faults.ndjson",
        rows(line(country="XX", founded=3), b"", b"?"),
        [(2, "country", "XX"), (2, "founded", "must lie"), (4, "", "is not JSON")],
    ),
    # personal data is no fault; it is left out
    Faulty(
        "people.ndjson",
        rows(line(email="a@b.example", Director="Somebody", street="Rue 1", phone="1")),
        taken=3,
        left_out=("email", "Director", "street", "phone"),
    ),
    # files that break off
    Faulty("cut-off.ndjson", (A + b"\n" + B)[:-7], taken=1, breaks="breaks off in line 2"),
    Faulty("cut-off.ndjson.gz", zipped(MANY)[:-2000], taken=-1, breaks="damaged or breaks off"),
    Faulty("no-checksum.ndjson.gz", zipped(rows())[:-8], breaks="damaged or breaks off"),
    Faulty("wrong-checksum.ndjson.gz", zipped(rows())[:-8] + b"12345678", breaks="damaged or breaks off"),
    Faulty(
        "rubbish-inside.ndjson.gz",
        zipped(rows())[:20] + b"\xff" * 80,
        taken=-1,
        breaks="damaged or breaks off",
    ),
    Faulty("utf-16.csv", "name\nCasa\n".encode("utf-16"), taken=0, breaks="UTF-16"),
    Faulty("workbook.csv", b"PK\x03\x04rest of a workbook", taken=0, breaks="XLSX"),
    # a list in JSON
    Faulty("unclosed-list.json", b"[" + A + b",\n" + B, taken=1, breaks="the list breaks off in line 2"),
    Faulty("after-the-list.json", as_list(A, B) + b"more", breaks="follows the end of the list"),
    Faulty(
        "bad-item.json", as_list(A, b'{"name": NaN}', b"7", B), [(3, "", "NaN"), (4, "", "not an object")]
    ),
    Faulty("open-text.json", as_list(A, b'{"id":"x","name":"Foyer}', B), [(3, "", "is not JSON")]),
    Faulty("open-list.json", as_list(A, b'{"name":"x","themes":["a"}', B), [(3, "", "is not JSON")]),
    Faulty(
        "deep-item.json", as_list(A, b"[" * 450_000 + b"]" * 450_000, B), [(3, "", "is nested too deeply")]
    ),
    Faulty("huge-item.json", as_list(A, line(name="x" * 1_200_000), B), [(3, "", "longer than")]),
    Faulty("empty-item.json", as_list(A, b"", B), [(3, "", "is not JSON")]),
    Faulty("not-utf-8.json", as_list(A, b'{"name":"Foy\xe9r"}', B), [(3, "", "is not UTF-8")]),
    # CSV
    Faulty("too-many-cells.csv", table(b"x,Foyer,FR,,1999,more"), [(3, "", "has 6 cells for 5 columns")]),
    Faulty("too-few-cells.csv", table(b"x,Foyer"), [(3, "", "has 2 cells for 5 columns")]),
    Faulty("open-quote.csv", table(b'x,"Foyer,FR,,'), [(3, "", "opened and not closed")]),
    Faulty("stray-quote.csv", table(b'x,"Fo"yer,FR,,'), [(3, "", "is not CSV")]),
    Faulty("not-utf-8.csv", table(b"x,Foy\xe9r,FR,,"), [(3, "name", "is not UTF-8")]),
    Faulty("nul.csv", table(b"x,Foy\0er,FR,,"), [(3, "name", "NUL")]),
    Faulty("word-for-year.csv", table(b"x,Foyer,FR,,MCM"), [(3, "founded", "must be a whole number")]),
    Faulty("unknown-theme.csv", table(b"x,Foyer,FR,corruption|fog,"), [(3, "themes.1", "fog")]),
    Faulty(
        "line-ends-of-all-kinds.csv",
        b"id,name\r\n1,Casa Abierta\n2,Haus am Fluss\r3,Foyer du Nord\r\n",
        taken=3,
    ),
    Faulty("line-ends-of-old.csv", table(b"x,Foyer du Nord,FR,,").replace(b"\n", b"\r"), taken=3),
    Faulty("line-ends-of-old.ndjson", rows(line(country="XX")).replace(b"\n", b"\r"), [(2, "country", "XX")]),
    Faulty("long-cell.csv", table(b"x,Foyer," + b"F" * 200_000 + b",,"), [(3, "country", "longer than")]),
    Faulty(
        "commas-in-a-name-of-a-column.csv",
        b'id;name;"a,b,c,d"\ngood-1;Casa Abierta;\nx;Foyer\ngood-2;Haus am Fluss;\n',
        [(3, "", "has 2 cells for 3 columns")],
    ),
    Faulty("columns-without-names.csv", b"name,,,country\nCasa Abierta,,,MX\nHaus am Fluss,,,DE\n", taken=2),
    Faulty("empty-row.csv", table(b",,,,", b"", b" "), []),
    Faulty("column-twice.csv", b"name,name\nA,B\n", taken=0, breaks="'name' appears twice"),
    Faulty("no-name-column.csv", b"title;land\nA;B\n", taken=0, breaks="no column 'name'"),
    Faulty("prose.txt", b"Dear all,\nplease find our list attached.\n", taken=0, breaks="no column 'name'"),
    Faulty(
        "bad-service.csv",
        table(b"x,Foyer,FR,legal-aid:often", header=b"id,name,country,offers"),
        [(3, "offers", "must read like")],
    ),
    Faulty("empty.ndjson", b"", taken=0),
    Faulty("blank.csv", b"\n\n  \n", taken=0),
    Faulty("empty-list.json", b" [ ] ", taken=0),
]
