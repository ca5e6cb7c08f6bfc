"""Importing: rows become profiles once and for all, however often and however far it runs."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from hub import ROOT, outbox
from hub.database import db, transaction
from hub.directory import importing, vocabularies
from hub.directory.commands import export, import_, import_files, profile
from hub.directory.crosswalk import crosswalk
from hub.directory.entries import id_for
from hub.directory.import_report import Summary, report_line
from hub.directory.importing import Import
from hub.directory.models import Duplicate, LogEntry, MatchKey, Organization, Source
from hub.directory.reading import Row
from hub.directory.states import Safety, Status, Trust
from hub.errors import Forbidden
from hub.permissions import ANYONE, OPERATOR

Add = Callable[..., Organization]

OPEN_DATA: dict[str, Any] = {
    "id": "ror:05cwdqs42",
    "name": "Wacht op de Rivier",
    "name_lang": "nl",
    "names": [{"v": "River Watch", "lang": "en", "type": "alias"}, {"v": "https://rivier.nl", "lang": None}],
    "acronyms": ["WR"],
    "kind": "ngo",
    "kind_source": ["nonprofit"],
    "country": "NL",
    "countries_active": ["BE", "DE"],
    "subdivision": "Utrecht",
    "city": "Utrecht",
    "website": "https://www.rivier.nl",
    "descriptions": {"en": "Short text.", "nl": "L" * 500},
    "themes_found": ["ukcat:Crime and Justice / Trafficking and modern slavery", "ukcat:Animals / Donkeys"],
    "themes_derived": ["migration-refugees"],
    "sectors_found": ["Charity"],
    "languages": ["nl"],
    "founded": 1978,
    "xref": {"wikidata": "Q187052", "isni": "0000 0001 1426 7863"},
    "also_in": ["umb:rivier.nl"],
    "flags": ["name_recased"],
    "source": "ror",
    "source_id": "https://ror.org/05cwdqs42",
    "source_url": "https://ror.org/05cwdqs42",
    "licence": "CC0-1.0",
}


def take(*rows: dict[str, Any], source: str = "list", dry_run: bool = False) -> list[importing.Outcome]:
    run = Import(OPERATOR, dry_run=dry_run)
    numbered = [Row(number, row) for number, row in enumerate(rows, 1)]
    found = [outcome for outcomes in run.take(numbered, source) for outcome in outcomes]
    run.link()
    db.session.rollback()
    return found


def results(outcomes: list[importing.Outcome]) -> list[str]:
    return [outcome.result.value for outcome in outcomes]


def only() -> Organization:
    db.session.rollback()
    return db.session.scalars(
        sa.select(Organization).options(sa.orm.selectinload(Organization.sources))
    ).one()


def count(model: type[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_open_data_becomes_a_profile(app: Flask) -> None:
    (outcome,) = take(OPEN_DATA)
    made = only()
    assert outcome.id == made.id == id_for("ror", "https://ror.org/05cwdqs42")
    assert (made.status, made.trust, made.is_claimable) == (Status.PUBLISHED, Trust.LISTED, True)
    assert (made.kind, made.subtype, made.country, made.city) == ("civil_society", None, "NL", "Utrecht")
    assert made.names == [{"value": "River Watch", "language": "en", "type": "alias"}]
    assert made.texts == {"en": {"short": "Short text."}, "nl": {"long": "L" * 500}}
    assert [place["country"] for place in made.countries_of_work] == ["BE", "DE"]
    assert made.themes == ["trafficking-in-persons"]
    assert made.populations == ["refugees-and-asylum-seekers"]
    assert made.sectors == ["public-interest-and-social-services"]
    assert [one["scheme"] for one in made.identifiers] == ["ror", "wikidata", "isni"]
    (source,) = made.sources
    assert (source.source, source.licence, source.also_in) == ("ror", "CC0-1.0", ["umb:rivier.nl"])
    assert outcome.left_out == ("names",)


def test_the_crosswalk_leads_to_terms_that_exist(app: Flask) -> None:
    terms = vocabularies.current()
    names = {"themes": "theme", "sectors": "sector", "populations": "population", "offers": "service"}
    names |= {"sdg_targets": "sdg_target", "kinds": "kind"}
    for tag, entry in crosswalk().items():
        for field, vocabulary in names.items():
            assert all((vocabulary, key) in terms for key in entry.get(field, ())), tag
        assert set(entry) <= {*names, "subtype", "only_with"}, tag
        if "subtype" in entry:
            assert [terms.terms["kind"][entry["subtype"]].parent] == entry["kinds"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"kind": "other"}, {"kind": None}),
        ({"kind": "academia", "kind_source": ["university"]}, {"kind": "academia", "subtype": "university"}),
        ({"kind": "ngo", "kind_source": ["university"]}, {"kind": "civil_society", "subtype": None}),
        (
            {"kind": "private_sector", "kind_source": ["brands/amenity/bank"]},
            {"subtype": "financial_institution"},
        ),
        ({"themes_found": ["ukcat:Social welfare / Refuge or shelter"]}, {"offers": []}),
        (
            {
                "themes_found": [
                    "ukcat:Social welfare / Refuge or shelter",
                    "ukcat:Social welfare / Domestic abuse",
                ]
            },
            {
                "offers": [{"service": "emergency-shelter", "is_direct": True}],
                "city": None,
                "subdivision": None,
            },
        ),
        ({"sectors_found": ["Nothing we know"]}, {"sectors": []}),
    ],
)
def test_tags_are_translated_only_where_they_mean_the_same(
    app: Flask, values: dict[str, Any], expected: dict[str, Any]
) -> None:
    take({**OPEN_DATA, "themes_found": [], "themes_derived": [], "sectors_found": [], **values})
    made = only()
    assert {name: getattr(made, name) for name in expected} == expected


def test_doing_it_twice_changes_nothing(app: Flask) -> None:
    take(OPEN_DATA)
    outbox.drain(app)
    logged = count(LogEntry)
    assert results(take(OPEN_DATA)) == ["unchanged"]
    assert (outbox.pending(), count(LogEntry), count(Organization), count(Source)) == (0, logged, 1, 1)


def test_a_changed_row_changes_the_profile_and_keeps_its_id(app: Flask) -> None:
    (before,) = take(OPEN_DATA)
    (after,) = take({**{k: v for k, v in OPEN_DATA.items() if k != "website"}, "name": "Wacht op de Maas"})
    assert (after.result.value, after.id) == ("updated", before.id)
    assert (only().name, only().website) == ("Wacht op de Maas", None)
    assert {key.value for key in db.session.scalars(sa.select(MatchKey))} >= {"NL:wacht op de maas"}
    assert "rivier.nl" not in {key.value for key in db.session.scalars(sa.select(MatchKey))}


def test_a_changed_licence_updates_the_source_alone(app: Flask) -> None:
    take(OPEN_DATA)
    assert results(take({**OPEN_DATA, "licence": "CC-BY-4.0"})) == ["updated"]
    assert only().sources[0].licence == "CC-BY-4.0"
    assert results(take({**OPEN_DATA, "licence": "CC-BY-4.0"})) == ["unchanged"]


@pytest.mark.parametrize("trust", [Trust.CONFIRMED, Trust.VERIFIED])
def test_what_the_organization_confirmed_is_kept(app: Flask, trust: Trust) -> None:
    take(OPEN_DATA)
    with transaction() as session:
        session.scalars(sa.select(Organization)).one().trust = trust
    assert results(take({**OPEN_DATA, "name": "Somebody else"})) == ["kept"]
    assert only().name == "Wacht op de Rivier"
    assert results(take(OPEN_DATA)) == ["unchanged"]


def test_a_hidden_profile_stays_hidden_and_a_protected_one_protected(app: Flask) -> None:
    take(OPEN_DATA)
    with transaction() as session:
        made = session.scalars(sa.select(Organization)).one()
        made.status, made.safety, made.audiences = Status.HIDDEN, Safety.PROTECTED, {"website": "own"}
    take({**OPEN_DATA, "name": "Wacht op de Maas", "safety": "open", "audiences": {}})
    made = only()
    assert (made.name, made.status, made.safety) == ("Wacht op de Maas", Status.HIDDEN, Safety.PROTECTED)
    assert made.audiences == {"website": "own"}


def test_a_strangers_file_cannot_say_what_only_we_decide(app: Flask) -> None:
    (outcome,) = take(
        {**OPEN_DATA, "trust": "verified", "status": "hidden", "last_confirmed_at": "2026-01-01T00:00:00Z"}
    )
    made = only()
    assert (made.trust, made.status, made.last_confirmed_at) == (Trust.LISTED, Status.PUBLISHED, None)
    assert outcome.unknown == ("trust", "status", "last_confirmed_at")


def test_our_own_rows_keep_id_trust_status_and_safety(app: Flask) -> None:
    row = {"id": "0123456789", "slug": "wacht-0123456789", "name": "Wacht", "trust": "verified", "status": "hidden",
           "safety": "careful", "last_confirmed_at": "2026-01-01T01:00:00+01:00", "is_claimable": False}  # fmt: skip
    assert results(take(row)) == ["created"]
    made = only()
    assert (made.id, made.trust, made.status, made.safety) == (
        "0123456789",
        Trust.VERIFIED,
        Status.HIDDEN,
        Safety.CAREFUL,
    )
    assert (made.is_claimable, made.last_confirmed_at) == (False, datetime(2026, 1, 1, tzinfo=UTC))
    assert results(take(row)) == ["unchanged"]


def test_a_record_belongs_to_one_profile(app: Flask) -> None:
    take(OPEN_DATA)
    row = {
        "id": "0123456789",
        "slug": "x-0123456789",
        "name": "X",
        "sources": [{"source": "ror", "id": OPEN_DATA["source_id"]}],
    }
    (outcome,) = take(row)
    assert outcome.result.value == "rejected"
    assert "belongs to profile" in outcome.reasons[0].why


def test_rows_without_any_id_are_known_by_name_and_country(app: Flask) -> None:
    assert (
        results(take({"name": "Foyer", "country": "FR"}, {"name": "Foyer", "country": "BE"}))
        == ["created"] * 2
    )
    assert results(take({"name": "FOYER ", "country": "FR"})) == ["updated"]
    assert results(take({"name": "Foyer", "country": "FR"}, source="another")) == ["created"]


def test_of_rows_about_one_record_the_first_is_taken_and_no_other_that_differs(app: Flask) -> None:
    rows = [OPEN_DATA, OPEN_DATA, {**OPEN_DATA, "name": "Wacht op de Maas"}]
    dry = take(*rows, dry_run=True)
    taken = take(*rows)
    assert results(dry) == results(taken) == ["created", "unchanged", "rejected"]
    assert [(one.field, one.why) for one in taken[2].reasons] == [
        ("source_id", "line 1 is about the same record, and differs")
    ]
    assert only().name == "Wacht op de Rivier"
    assert results(take(*rows)) == ["unchanged", "unchanged", "rejected"], "however often"
    assert results(take(rows[2])) == ["updated"], "another file may say otherwise"
    alike = {"name": "Foyer", "country": "FR"}
    assert results(take(alike, {**alike, "city": "Lyon"}, {**alike, "country": "BE"})) == [
        "created",
        "rejected",
        "created",
    ]


def test_parents_may_come_later_in_the_file(app: Flask) -> None:
    child = {"id": "0000000001", "slug": "c-0000000001", "name": "C", "parent_id": "zzzzzzzzzz"}
    parent = {"id": "zzzzzzzzzz", "slug": "p-zzzzzzzzzz", "name": "P"}
    orphan = {"id": "0000000002", "slug": "o-0000000002", "name": "O", "parent_id": "yyyyyyyyyy"}
    take(child, orphan, parent)
    assert db.session.get_one(Organization, "0000000001").parent_id == "zzzzzzzzzz"
    assert db.session.get_one(Organization, "0000000002").parent_id is None
    assert results(take(child, orphan, parent)) == ["unchanged"] * 3


def test_two_records_never_share_an_id(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "hub.directory.ledger.id_for", lambda source, record, attempt=0: f"clash0000{attempt}"
    )
    first = take(OPEN_DATA, {**OPEN_DATA, "source_id": "b"})
    second = take({**OPEN_DATA, "source_id": "c"})
    assert [outcome.id for outcome in first + second] == ["clash00000", "clash00001", "clash00002"]


def test_ids_follow_from_the_record_for_good() -> None:
    assert id_for("ror", "https://ror.org/05cwdqs42") == "a66m2e1b25"
    assert id_for("a", "bc") != id_for("ab", "c")


def test_probable_duplicates_are_kept_flagged_and_told(app: Flask) -> None:
    rows = [
        OPEN_DATA,
        {**OPEN_DATA, "source": "other", "xref": {}, "website": None},
        {**OPEN_DATA, "source_id": "b", "name": "X"},
    ]
    dry = take(*rows, dry_run=True)
    outcomes = take(*rows)
    assert dry == outcomes
    assert results(outcomes) == ["created"] * 3
    assert [one.duplicates for one in outcomes] == [
        (),
        ((outcomes[0].id, ("name",)),),
        ((outcomes[0].id, ("host", "id:isni", "id:wikidata")),),
    ]
    assert count(Duplicate) == 2


def test_a_batch_takes_few_statements(app: Flask, statements: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{**OPEN_DATA, "source_id": f"r{number}", "name": f"Wacht {number}"} for number in range(60)]
    take(OPEN_DATA)
    with statements() as counted:
        take(*rows)
    reads = [text for text in counted.texts if text.startswith("SELECT")]
    assert len(reads) <= 5, reads
    with statements() as counted:
        take(*rows)
    assert counted.count <= 4, counted.texts


def test_rows_with_very_many_keys_fit_into_the_statements(app: Flask) -> None:
    numbers = [{"scheme": f"s{number}", "value": "1"} for number in range(50)]
    rows = [{"id": f"r{number}", "name": f"N{number}", "identifiers": numbers} for number in range(450)]
    assert set(results(take(*rows))) == {"created"}
    assert count(MatchKey) == 450 * 51
    assert set(results(take(*rows))) == {"unchanged"}


def test_a_row_that_the_database_refuses_does_not_stop_the_others(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importing.profiles.create

    def create(session: Any, actor: Any, values: Any, **rest: Any) -> Any:
        return real(session, actor, {**values, **({"name": ""} if values["name"] == "bad" else {})}, **rest)

    monkeypatch.setattr(importing.profiles, "create", create)
    rows = [
        {**OPEN_DATA, "source_id": f"r{number}", "name": "bad" if number == 5 else f"N{number}"}
        for number in range(9)
    ]
    outcomes = take(*rows)
    assert [outcome.line for outcome in outcomes if outcome.result.value == "rejected"] == [6]
    assert count(Organization) == 8


def test_only_who_may_import_imports() -> None:
    with pytest.raises(Forbidden):
        Import(ANYONE)


FORMS: dict[str, bytes] = {
    "a.ndjson": b'{"id":"a","name":"Foyer","country":"FR","themes":["corruption"]}\r\n\r\n{"id":"b","name":"Casa"}',
    "b.json": b'[{"id":"a","name":"Foyer","country":"FR","themes":["corruption"]},\n {"id":"b",\n  "name":"Casa"}]',
    "c.csv": b'id,name,country,themes\r\na,"Foyer",FR,corruption\r\nb,Casa,,\r\n',
    "d.csv": b"id;name;country;themes\na;Foyer;FR;corruption\nb;Casa;;",
    "e.txt": b"id\tname\tcountry\tthemes\na\tFoyer\tFR\tcorruption\nb\tCasa\t\t\n",
}


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["open", "gzip"])
@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_known_by_its_content(
    app: Flask, tmp_path: Path, name: str, pack: Callable[[bytes], bytes], bom: bytes
) -> None:
    path = tmp_path / "partners"
    path.write_bytes(pack(bom + FORMS[name]))
    summary = import_files(app, [path], quiet=True)
    assert (summary.as_dict()["created"], summary.exit_code) == (2, 0)
    found = {row.name: row for row in db.session.scalars(sa.select(Organization))}
    assert (found["Foyer"].country, found["Foyer"].themes) == ("FR", ["corruption"])
    assert (found["Casa"].country, found["Casa"].themes) == (None, [])
    assert {one.source for one in db.session.scalars(sa.select(Source))} == {"partners"}


def test_csv_cells_hold_lists_languages_and_several_lines(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "id,name,texts.en.short,texts.fr.long,offers,countries_of_work,names,hotline.number,hotline.languages\n"
        '1,Foyer,Hello,"Une ligne.\n\nUne autre, et ""la"" fin.",legal-aid|housing:indirect,US:origin+transit|MX,'
        "Shelter House@en|Foyer A\\|B,+33 800,fr|en\n",
        encoding="utf-8",
    )
    assert import_files(app, [path], quiet=True).exit_code == 0
    made = only()
    assert made.texts == {"en": {"short": "Hello"}, "fr": {"long": 'Une ligne.\n\nUne autre, et "la" fin.'}}
    assert made.offers == [
        {"service": "legal-aid", "is_direct": True},
        {"service": "housing", "is_direct": False},
    ]
    assert made.countries_of_work[0] == {"country": "US", "roles": ["origin", "transit"]}
    assert made.names == [{"value": "Shelter House", "language": "en"}, {"value": "Foyer A|B"}]
    assert made.hotline == {"number": "+33 800", "languages": ["fr", "en"]}


def test_personal_data_never_reaches_database_or_report(app: Flask, tmp_path: Path) -> None:
    secret = "Aurelia-Secret"
    path = tmp_path / "people.csv"
    path.write_text(
        f"name,E-Mail,Director,Street Address,shoe\nFoyer,{secret},{secret},{secret},42\n", encoding="utf-8"
    )
    with (tmp_path / "report").open("w+") as report:
        summary = import_files(app, [path], quiet=True, report=report)
    told = (tmp_path / "report").read_text()
    assert json.loads(told)["left_out"] == ["E-Mail", "Director", "Street Address"]
    assert json.loads(told)["unknown_columns"] == ["shoe"]
    assert secret not in told + summary.as_text() + json.dumps(summary.as_dict())
    with db.engine.connect() as connection:
        for table in Organization.metadata.sorted_tables:
            assert secret not in str(connection.execute(sa.select(table)).all())


@pytest.fixture
def command(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setattr("hub.cli.make_app", lambda: app)
    return lambda verb, *words: CliRunner().invoke(verb, list(map(str, words)), catch_exceptions=False)


def test_what_leads_to_persons_is_taken_out_of_texts_and_the_rest_named(app: Flask) -> None:
    text = (
        "Ask Jane at jane.doe@rivier.nl or info@rivier.nl, mobile 0712 345 678, or +31 20 123 4567. "
        "Hotline: +31 800 2000 100. Active 2011-2018 at 21 Wilberforce Road, London."
    )
    row = {"name": "Rivier", "texts": {"en": {"long": text}}, "mailbox": "jane.doe@rivier.nl"}
    (outcome,) = take(row)
    made = only()
    assert made.texts["en"]["long"] == (
        "Ask Jane at … or info@rivier.nl, mobile …, or …. "
        "Hotline: +31 800 2000 100. Active 2011-2018 at 21 Wilberforce Road, London."
    )
    assert made.mailbox is None
    assert outcome.left_out == ("mailbox", "texts.en.long: e-mail address", "texts.en.long: telephone number")
    assert outcome.look_at == (
        "texts.en.long: e-mail address",
        "texts.en.long: telephone number",
        "texts.en.long: street address",
    )
    assert results(take(row)) == ["unchanged"]
    shelter = {"name": "Haven", "texts": {"en": {"short": "A safe house at 21 Wilberforce Road, London."}}}
    (outcome,) = take({**shelter, "mailbox": "haven@haven.example"})
    assert outcome.left_out == ("texts.en.short: street address",)
    told = json.loads(report_line("a.csv", outcome))
    assert told["left_out"] == ["texts.en.short: street address"]
    held = db.session.get_one(Organization, outcome.id)
    assert (held.texts["en"]["short"], held.mailbox) == ("A safe house at …, London.", "haven@haven.example")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Hauptstraße 5, 10115 Berlin", "…"),
        ("Keizersgracht 123", "…"),
        ("12 rue de la Paix, 75002 Paris", "…"),
        ("15 bis, avenue du Général Leclerc", "…"),
        ("Calle 5 #23-10, Bogotá", "…, Bogotá"),
        ("Via Roma 12, 00100 Roma", "…"),
        ("Atatürk Cad. No: 5", "…"),
        ("ul. Marszałkowska 10", "…"),
        ("ул. Ленина, д. 5", "…"),
        ("شارع النيل ١٢", "…"),
        ("建国路88号", "…"),
        ("In 2015 we placed 120 girls", "In 2015 we placed 120 girls"),
    ],
)
def test_no_part_of_a_shelters_street_stays(app: Flask, written: str, kept: str) -> None:
    offers = [{"service": "emergency-shelter"}]
    take({"name": "Haven", "offers": offers, "texts": {"en": {"short": f"Come to: {written}."}}})
    assert only().texts["en"]["short"] == f"Come to: {kept}."


@pytest.mark.parametrize(
    "address",
    ["jane＠gmail.com", '"jane doe"@x.org', "jane @ gmail . com", "jane[dot]doe[at]gmail[dot]com", "jane (arroba) x (punto) mx"],
)  # fmt: skip
def test_a_disguised_address_is_taken_out_too(app: Flask, address: str) -> None:
    take({"name": "Haven", "texts": {"en": {"short": f"Write to {address} now"}}})
    assert only().texts["en"]["short"] == "Write to … now"


def test_what_may_be_personal_in_names_and_links_is_named(app: Flask) -> None:
    (outcome,) = take(
        {
            "name": "Haven",
            "legal_name": "Haven, jane.doe@gmail.com",
            "memberships": [{"name": "Jane, +31 20 123 4567"}],
            "website": "https://haven.org/?mail=jane.doe@gmail.com",
            "links": [{"url": "https://haven.org/jane.doe@gmail.com"}],
        }
    )
    assert outcome.look_at == (
        "legal_name: e-mail address",
        "memberships: telephone number",
        "website: e-mail address",
        "links: e-mail address",
    )


def test_a_file_whose_name_is_not_utf_8_is_a_source_too(app: Flask, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/r\xe9seau.csv"))
    path.write_text("name\nFoyer du Nord\n", "utf-8")
    assert import_files(app, [path], quiet=True).as_dict()["created"] == 1
    assert import_files(app, [path], quiet=True).as_dict()["unchanged"] == 1


def test_the_command_prints_the_sums_and_ends_with_their_code(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "few.ndjson"
    path.write_bytes(FORMS["a.ndjson"] + b'\n{"name":"\\ud800"}\n')
    told = command(import_, path, "--dry-run", "--json")
    assert (told.exit_code, json.loads(told.stdout)["created"], count(Organization)) == (1, 2, 0)
    told = command(import_, path, "--report", tmp_path / "report")
    assert told.exit_code == 1
    assert "2 created, 1 rejected" in told.stdout
    assert "few.ndjson, line 4: name: holds half a character" in told.stderr
    assert len((tmp_path / "report").read_text().splitlines()) == 3
    assert command(import_, path, "--quiet").stdout == ""


def test_profiles_are_found_after_an_import_and_gone_when_hidden(
    command: Any, app: Flask, tmp_path: Path
) -> None:
    path = tmp_path / "few.ndjson"
    path.write_bytes(FORMS["a.ndjson"])
    command(import_, path)
    assert outbox.pending() == 0
    public_id = id_for("few", "a")
    assert app.extensions["search"].versions().keys() >= {public_id}
    assert command(profile, "hide", public_id, "--reason", "asked to").exit_code == 0
    assert public_id not in app.extensions["search"].versions()
    db.session.rollback()
    last = db.session.scalars(sa.select(LogEntry).order_by(LogEntry.id.desc())).first()
    assert last is not None
    assert (last.action, last.reason, last.actor) == ("hide", "asked to", "operator")
    told = command(export, "--format", "csv")
    assert "Casa" in told.stdout
    assert "Foyer" not in told.stdout


def test_the_set_that_the_project_ships_is_taken_whole(app: Flask, tmp_path: Path) -> None:
    shipped = ROOT / "data" / "organizations-8k.ndjson.gz"
    with gzip.open(shipped) as file:
        lines = [line for number, line in enumerate(file) if number % 12 == 0]
    path = tmp_path / "part.ndjson"
    path.write_bytes(b"".join(lines))
    summary: Summary = import_files(app, [path], quiet=True, dry_run=True)
    assert (summary.rows, summary.exit_code) == (len(lines), 0)
