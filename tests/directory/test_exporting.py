"""Exports: what the public may see and nothing else, in four forms, and back again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.database import db, transaction
from hub.directory import exporting, queries, vocabularies
from hub.directory.cells import WRITE, from_cells, guard, join, split, to_cells, unguard
from hub.directory.commands import import_files
from hub.directory.entries import Entry, read_entry
from hub.directory.models import Organization
from hub.directory.reading import Row
from hub.directory.schemas import BUDGET_BANDS, STAFF_BANDS, ProfileSchema
from hub.directory.states import Audience, Safety, Status, Trust
from hub.directory.visibility import Profile, profile_for
from tests.conftest import hub_in

Add = Callable[..., Organization]
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

FULL: dict[str, Any] = {
    "name": "Casa | Abierta",
    "name_language": "es",
    "legal_name": "Casa Abierta A.C.",
    "names": [
        {"value": "Open@House", "language": "en", "type": "translation"},
        {"value": "بيت مفتوح", "language": "ar"},
    ],
    "acronyms": ["CA", "=CA"],
    "kind": "civil_society",
    "subtype": "ngo_national",
    "memberships": [{"name": "Red | Norte"}],
    "country": "MX",
    "city": "Oaxaca",
    "countries_of_work": [{"country": "GT", "roles": ["origin", "transit"]}, {"country": "MX", "roles": []}],
    "networks": ["network-americas"],
    "themes": ["trafficking-in-persons", "corruption"],
    "treaties": ["untoc-16"],
    "sectors": ["supply-chain"],
    "offers": [{"service": "legal-aid", "is_direct": True}, {"service": "housing", "is_direct": False}],
    "seeks": [{"service": "research", "is_direct": True}],
    "populations": ["women"],
    "languages": ["es", "en"],
    "sdg_targets": ["8.7"],
    "texts": {"es": {"short": "Acompañamos.", "long": "Uno.\n\nDos."}, "de": {"short": "Wir begleiten."}},
    "website": "https://casa-abierta.example.mx/",
    "links": [{"url": "https://casa-abierta.example.mx/b", "label": "Informe"}],
    "mailbox": "info@casa-abierta.example.mx",
    "hotline": {"number": "+52 800 000", "hours": "9 a 18", "languages": ["es"]},
    "founded": 1999,
    "staff_band": "10-49",
    "budget_band": "100k-1m",
    "identifiers": [{"scheme": "ror", "value": "00x"}],
}


def written(form: str) -> bytes:
    file = io.BytesIO()
    exporting.export(file, form)
    db.session.rollback()
    return file.getvalue()


def test_hidden_and_protected_profiles_are_in_no_export(app: Flask, add: Add) -> None:
    add(name="Shown", indexed=False)
    add(name="Unseen", status=Status.HIDDEN, indexed=False)
    add(name="Sheltered", safety=Safety.PROTECTED, indexed=False)
    add(name="Unfinished", status=Status.DRAFT, indexed=False)
    for form in ("csv", "ndjson", "jsonld"):
        content = written(form).decode()
        assert "Shown" in content
        assert not [name for name in ("Unseen", "Sheltered", "Unfinished") if name in content], form


def test_only_public_fields_are_written(app: Flask, add: Add) -> None:
    add(**FULL, indexed=False)
    for form in ("csv", "ndjson", "jsonld"):
        content = written(form).decode()
        for secret in ("Oaxaca", "info@", "A.C.", "10-49", "100k-1m"):
            assert secret not in content, form


def test_a_stricter_wish_holds_in_exports(app: Flask, add: Add) -> None:
    add(**{**FULL, "audiences": {"website": "members", "founded": "own"}}, indexed=False)
    content = written("ndjson").decode()
    assert "1999" not in content
    assert '"website"' not in content


def test_a_parent_that_is_hidden_or_protected_is_not_named(app: Flask, add: Add) -> None:
    hidden = add(name="Hidden parent", status=Status.HIDDEN, indexed=False).id
    protected = add(name="Protected parent", safety=Safety.PROTECTED, indexed=False).id
    shown = add(name="Shown parent", indexed=False).id
    for parent in (hidden, protected, shown):
        add(name=f"Child {parent}", parent_id=parent, indexed=False)
    rows = [json.loads(line) for line in written("ndjson").splitlines()]
    assert [row["parent_id"] for row in rows if "parent_id" in row] == [shown]


def test_the_hubs_own_form_comes_back_the_same(app: Flask, pattern: Any, add: Add, tmp_path: Path) -> None:
    parent = add(**FULL, trust=Trust.VERIFIED, id="zzzzzzzzzz", indexed=False).id
    add(
        name="Careful",
        safety=Safety.CAREFUL,
        country="DE",
        is_claimable=True,
        parent_id=parent,
        indexed=False,
    )
    add(name="Sheltered", safety=Safety.PROTECTED, indexed=False)
    imported = tmp_path / "few.ndjson"
    imported.write_text(
        '{"id":"a","source":"ror","source_id":"r1","name":"Von Außen","licence":"CC0-1.0"}\n', "utf-8"
    )
    import_files(app, [imported], quiet=True)
    first = written("ndjson")
    (tmp_path / "export.ndjson").write_bytes(first)

    with hub_in(tmp_path / "other", pattern) as other:
        summary = import_files(other, [tmp_path / "export.ndjson"], quiet=True)
        assert summary.as_dict()["created"] == 3
        assert written("ndjson") == first
        again = import_files(other, [tmp_path / "export.ndjson"], quiet=True)
        assert again.as_dict()["unchanged"] == 3
        assert written("ndjson") == first


def test_texts_that_were_public_already_come_back_as_they_were(
    app: Flask, pattern: Any, add: Add, tmp_path: Path
) -> None:
    text = "Ask Jane at jane.doe@rivier.nl, mobile 0712 345 678, at 21 Wilberforce Road: a safe house."
    add(name="Rivier", texts={"en": {"long": text}}, trust=Trust.CONFIRMED, indexed=False)
    first = written("ndjson")
    (tmp_path / "export.ndjson").write_bytes(first)
    with hub_in(tmp_path / "other", pattern) as other:
        summary = import_files(other, [tmp_path / "export.ndjson"], quiet=True)
        assert written("ndjson") == first
    assert summary.as_dict()["left_out"] == {}
    assert set(summary.as_dict()["look_at"]) == {
        f"texts.en.long: {what}" for what in ("e-mail address", "telephone number", "street address")
    }


def test_an_older_export_takes_nothing_away(app: Flask, add: Add, tmp_path: Path) -> None:
    added = add(**FULL, indexed=False)
    (tmp_path / "export.ndjson").write_bytes(written("ndjson"))
    with transaction() as session:
        session.get_one(Organization, added.id).safety = Safety.PROTECTED
    import_files(app, [tmp_path / "export.ndjson"], quiet=True)
    kept = db.session.get_one(Organization, added.id, populate_existing=True)
    assert (kept.city, kept.mailbox, kept.safety) == ("Oaxaca", FULL["mailbox"], Safety.PROTECTED)


def test_csv_is_read_by_spreadsheets_and_calculates_nothing(app: Flask, add: Add) -> None:
    for start in ("=1+1", "+1", "-1", "@SUM(A1)"):
        add(name=f"{start} Ltd", indexed=False)
    content = written("csv")
    assert content.startswith(b"\xef\xbb\xbfid,slug,name,")
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=1+1 Ltd" in cells


def test_csv_comes_back_as_far_as_a_table_goes(app: Flask, pattern: Any, add: Add, tmp_path: Path) -> None:
    add(**FULL, indexed=False)
    add(name="=1+1 Ltd", indexed=False)
    add(name="'=1+1 Ltd", indexed=False)
    first = written("csv")
    (tmp_path / "export.csv").write_bytes(first)
    with hub_in(tmp_path / "other", pattern) as other:
        assert import_files(other, [tmp_path / "export.csv"], quiet=True).as_dict()["created"] == 3
        assert written("csv") == first


def test_a_workbook_holds_texts_only(app: Flask, add: Add, tmp_path: Path) -> None:
    add(name="=HYPERLINK(1)", **{key: value for key, value in FULL.items() if key != "name"}, indexed=False)
    path = tmp_path / "export.xlsx"
    assert exporting.export_to(path, "xlsx") == 1
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    header, row = list(sheet.iter_rows())
    assert [cell.value for cell in header] == list(WRITE)
    assert {cell.data_type for cell in row if cell.value is not None} == {"s"}
    assert row[2].value == "=HYPERLINK(1)"


def test_jsonld_is_one_document(app: Flask, add: Add) -> None:
    add(**FULL, indexed=False)
    add(name="Other", indexed=False)
    found = json.loads(written("jsonld"))
    assert found["@context"] == "https://schema.org"
    assert {node["name"] for node in found["@graph"]} == {"Casa | Abierta", "Other"}


def test_empty_exports_are_whole(app: Flask) -> None:
    assert written("ndjson") == b""
    assert json.loads(written("jsonld"))["@graph"] == []
    assert written("csv").count(b"\n") == 1


def test_a_failed_export_leaves_the_old_file(app: Flask, add: Add, tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "export.csv"
    path.write_text("old")
    add(name="Shown", indexed=False)
    monkeypatch.setattr(exporting, "to_cells", lambda profile: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exporting.export_to(path, "csv")
    assert path.read_text() == "old"
    assert list(tmp_path.glob(".export*")) == []


def test_exporting_takes_a_fixed_number_of_statements(app: Flask, add: Add, statements: Any) -> None:
    for number in range(12):
        add(name=f"N{number}", indexed=False)
    vocabularies.current()
    with statements() as counted:
        list(queries.every_profile(batch=4))
    assert counted.count <= 3 * 2 + 1


@given(items=st.lists(st.text(min_size=1).filter(lambda text: text == text.strip())))
def test_lists_in_cells_come_back(items: list[str]) -> None:
    assert split(join(items)) == items


@given(cell=st.text())
def test_guarded_cells_come_back_and_are_no_formula(cell: str) -> None:
    assert not guard(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguard(guard(cell)) == cell


def keys(vocabulary: str) -> st.SearchStrategy[str]:
    seeds = vocabularies.seeds()[vocabulary]
    if vocabulary == "kind":
        return st.sampled_from([term["key"] for term in seeds if not term.get("parent")])
    return st.sampled_from([term["key"] for term in seeds])


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), min_size=1, max_size=40
)
NAMES = WORDS.map(lambda text: f"N{text}").filter(lambda text: "://" not in text)
LINKS = st.from_regex(r"https?://[a-z]{3,9}\.(org|com)/[a-z0-9?=&|-]{0,9}", fullmatch=True)
LANGS = st.sampled_from(["ar", "en", "es", "fr", "ru", "zh"])
SERVICES = st.lists(
    st.fixed_dictionaries({"service": keys("service"), "is_direct": st.booleans()}), max_size=3
)
PROFILES = st.fixed_dictionaries(
    {"name": NAMES},
    optional={
        "name_language": LANGS,
        "names": st.lists(st.fixed_dictionaries({"value": NAMES, "language": st.none() | LANGS}), max_size=3),
        "acronyms": st.lists(WORDS, max_size=3),
        "kind": keys("kind"),
        "memberships": st.lists(st.fixed_dictionaries({"name": NAMES}), max_size=2),
        "country": keys("country"),
        "countries_of_work": st.lists(
            st.fixed_dictionaries(
                {
                    "country": keys("country"),
                    "roles": st.lists(st.sampled_from(["origin", "transit"]), max_size=2),
                }
            ),
            max_size=3,
        ),
        "networks": st.lists(st.sampled_from(["network-africa", "unodc-brazil"]), max_size=2),
        "themes": st.lists(keys("theme"), max_size=4),
        "treaties": st.lists(keys("treaty"), max_size=3),
        "sectors": st.lists(keys("sector"), max_size=3),
        "offers": SERVICES,
        "seeks": SERVICES,
        "populations": st.lists(keys("population"), max_size=3),
        "languages": st.lists(keys("language"), max_size=4),
        "sdg_targets": st.lists(keys("sdg_target"), max_size=3),
        "texts": st.dictionaries(
            LANGS, st.fixed_dictionaries({}, optional={"short": WORDS, "long": WORDS}), max_size=3
        ),
        "website": LINKS,
        "links": st.lists(st.fixed_dictionaries({"url": LINKS}), max_size=2),
        "hotline": st.none() | st.fixed_dictionaries({"number": st.just("+1 23"), "hours": WORDS}),
        "founded": st.integers(1000, 2020),
        "staff_band": st.sampled_from(STAFF_BANDS),
        "budget_band": st.sampled_from(BUDGET_BANDS),
        "identifiers": st.lists(
            st.fixed_dictionaries({"scheme": st.just("isni"), "value": WORDS}), max_size=2
        ),
        "safety": st.sampled_from(["open", "careful"]),
    },
)


def as_profile(values: dict[str, Any]) -> Profile:
    made = Organization(
        id="0123456789", status=Status.PUBLISHED, trust=Trust.LISTED, is_claimable=True, sources=[]
    )
    defaults = {column.key: column.default for column in Organization.__table__.columns}
    for name, default in defaults.items():
        if getattr(made, name) is None and default is not None and name != "id":
            setattr(made, name, default.arg(None) if default.is_callable else default.arg)
    for name, value in values.items():
        setattr(made, name, value)
    found = profile_for(made, Audience.PUBLIC, vocabularies.current().regions)
    assert found is not None
    return found


def told(profile: Profile) -> dict[str, str]:
    """The cells without the regions, which follow from the country; a careful profile's country is not in exports."""
    return {name: cell for name, cell in zip(WRITE, to_cells(profile), strict=True) if name != "regions"}


@QUICK
@given(values=PROFILES)
def test_any_profile_survives_both_forms(app: Flask, values: dict[str, Any]) -> None:
    loaded = ProfileSchema().load(values)
    profile = as_profile(loaded)
    own = json.loads(json.dumps(exporting.as_row(profile)))
    table = from_cells(
        {name: unguard(guard(cell)) for name, cell in zip(WRITE, to_cells(profile), strict=True)}
    )
    for row in (own, table):
        entry = read_entry(Row(1, row), "test")
        assert isinstance(entry, Entry), entry
        back = as_profile({**entry.values})
        assert entry.own_id == profile.id
        if row is own:
            assert exporting.as_row(back) == exporting.as_row(profile)
        assert told(back) == told(profile)
