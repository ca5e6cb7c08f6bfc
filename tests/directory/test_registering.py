"""Registering, editing and sending, through the guarded client of people who are signed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.accounts import signing_in
from hub.database import db, transaction
from hub.directory import registration, revisions
from hub.directory.models import Case, Organization, Revision
from hub.directory.states import CaseState, RevisionState, Safety, Status, Trust
from tests.guard import Guard, Page
from tests.people import Person

Add = Callable[..., Organization]
SignedIn = Callable[..., Person]
FULL = {
    "name": {"name": "Acme Fair Supply"},
    "kind": {"kind": "private_sector"},
    "where": {"country": "MX"},
    "what": {"themes": ["forced-labour"]},
    "texts": {"texts-en-short": "We check supply chains."},
}


def fill(person: Person, base: str, **changed: dict[str, Any]) -> None:
    """Fill all that must be filled in."""
    for task, values in {**FULL, **changed}.items():
        assert person.submit(f"{base}/{task}", **values).status_code == 303, task


def begin(person: Person, name: str = "Acme Fair Supply") -> str:
    """Begin a registration and give the address of its revision."""
    answer = person.submit("/en/organizations/new", name=name)
    assert answer.status_code == 303
    found = re.fullmatch(r"(/en/revisions/\d+)/kind", answer.location)
    assert found, answer.location
    return found[1]


def held(base: str) -> Revision:
    """The revision at an address, as it is now."""
    db.session.rollback()
    return db.session.get_one(Revision, int(base.rpartition("/")[2]))


def checked(person: Person, path: str, status: int, **data: Any) -> Page:
    """Submit a form whose answer is a page, and check that page."""
    return Guard(person, may_set_cookies=True).check(person.submit(path, **data), path, status)


def test_a_visitor_is_sent_to_sign_in(client: Any) -> None:
    for path in ("/en/organizations/new", "/en/my-organizations", "/en/revisions/1", "/en/cases/1"):
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert answer.location.startswith("/en/account/sign-in"), path
    assert "You need an account to go on." in Guard(client, may_set_cookies=True).get(answer.location).text
    assert "You need an account" not in Guard(client, may_set_cookies=True).get("/en/account/sign-in").text


def test_every_page_of_a_registration_is_a_right_page(signed_in: SignedIn) -> None:
    person = signed_in()
    person.page.get("/en/organizations/new")
    base = begin(person)
    for task in ("", *(f"/{task}" for task in registration.TASKS), "/logo", "/check", "/settle"):
        for language in ("en", "ar"):
            person.page.get(base.replace("/en/", f"/{language}/") + task)
    person.page.get("/ar/my-organizations")


def test_a_company_registers_to_submission(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    fill(person, base)
    page = person.page.get(f"{base}/check")
    assert "We check supply chains." in page.text
    answer = person.submit(f"{base}/check", terms=registration.TERMS_VERSION)
    assert answer.status_code == 303
    case = person.page.get(answer.location)
    assert "A curator will look at it" in case.text
    assert held(base).state is RevisionState.SUBMITTED
    assert held(base).terms_version == registration.TERMS_VERSION
    assert "Waiting for a curator" in person.page.get("/en/my-organizations").text


def test_what_was_saved_is_there_after_leaving(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    person.submit(f"{base}/where", country="MX", countries_of_work=["GT", "MX"])
    listed = person.page.get("/en/my-organizations")
    assert base in listed.links()
    form = person.page.get(f"{base}/where")
    assert [
        one.get("value")
        for one in form.all("option", selected="selected") or form.all("option")
        if one.get("selected") is not None
    ] == ["MX"]
    ticked = {
        one.get("value")
        for one in form.all("input", name="countries_of_work")
        if one.get("checked") is not None
    }
    assert ticked == {"GT", "MX"}


def test_a_second_click_leads_to_the_first_result(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    assert begin(person) == base
    fill(person, base)
    answers = [person.submit(f"{base}/check", terms=registration.TERMS_VERSION) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1


def test_what_is_wrong_is_said_beside_the_field_and_kept(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    page = checked(person, f"{base}/contact", 422, **{"website": "ftp://x", "links-0-url": "nowhere", "links-0-label": "Us",
                                                     "mailbox": "info@acme.example.com"})  # fmt: skip
    title = "".join(page.root.find("head/title").itertext())  # type: ignore[union-attr]
    assert title.startswith("Error:")
    assert {"#f-website", "#f-links-0-url"} <= set(page.links())
    assert [one.get("value") for one in page.all("input", name="website")] == ["ftp://x"]
    assert [one.get("value") for one in page.all("input", name="links-0-label")] == ["Us"]
    assert held(base).values["mailbox"] == "info@acme.example.com"
    assert "website" not in held(base).values


@pytest.mark.parametrize(
    ("task", "data", "wrong"),
    [
        ("name", {"name": ""}, "f-name"),
        ("name", {"name": "https://acme.org"}, "f-name"),
        ("name", {"name": "Acme", "names-0-value": "…"}, "f-names-0-value"),
        ("kind", {"kind": "circus"}, "f-kind"),
        ("kind", {"kind": "academia", "subtype": "company"}, "f-subtype"),
        ("kind", {"founded": "99"}, "f-founded"),
        ("kind", {"founded": "last year"}, "f-founded"),
        ("kind", {"identifiers-0-scheme": "no/register", "identifiers-0-value": "1"}, "f-identifiers-0-scheme"),
        ("where", {"country": "ZZ"}, "f-country"),
        ("where", {"countries_of_work": ["MX", "ZZ"]}, "f-countries_of_work"),
        ("what", {"themes": ["no-such-theme"]}, "f-themes"),
        ("what", {"offers": ["nothing"]}, "f-offers"),
        ("texts", {"texts-en-short": "x" * 401}, "f-texts-en-short"),
        ("contact", {"mailbox": "not an address"}, "f-mailbox"),
        ("contact", {"hotline-number": "call us"}, "f-hotline-number"),
        ("contact", {"hotline-hours": "day and night"}, "f-hotline-number"),
        ("contact", {"audiences-hotline": "nobody"}, "f-audiences"),
        ("contact", {"audiences-mailbox": "public"}, "f-audiences"),
        ("safety", {"safety": "reckless"}, "f-safety"),
        ("safety", {"safety": "open", "pseudonym": "www.example.org"}, "f-pseudonym"),
    ],
)  # fmt: skip
def test_each_field_says_what_is_wrong_with_it(
    signed_in: SignedIn, task: str, data: dict[str, Any], wrong: str
) -> None:
    person = signed_in()
    base = begin(person)
    page = checked(person, f"{base}/{task}", 422, **data)
    assert f"#{wrong}" in page.links()


def test_what_people_type_and_mix_up_is_understood_or_explained_in_words(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    page = checked(person, f"{base}/kind", 422, kind="private_sector", subtype="survivor_led")
    assert "Survivor-led organization is not a subtype of Private sector" in page.text
    data = {
        "kind": "private_sector",
        "identifiers-0-scheme": " Companies  House ",
        "identifiers-0-value": "HRB 1",
    }
    assert person.submit(f"{base}/kind", **data).status_code == 303
    assert held(base).values["identifiers"] == [{"scheme": "companies-house", "value": "HRB 1"}]
    long = "We check supply chains. " * 20
    assert long.strip() in checked(person, f"{base}/texts", 422, **{"texts-en-short": long}).text
    person.submit(f"{base}/name", **{"name": "Acme", "names-0-value": "Акме", "names-0-language": "ru"})
    person.submit(f"{base}/texts", **{"texts-de-short": "Wir prüfen.", "texts-en-short": "We check."})
    text = person.page.get(f"{base}/check").text
    assert "Акме · Russian" in text
    assert text.index("English: We check.") < text.index("German: Wir prüfen.")


def test_rows_are_added_and_taken_away_without_saving(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    page = checked(person, f"{base}/contact", 200, **{"links-0-url": "https://a.org", "add": "links"})
    assert [
        one.get("value") for one in page.all("input", type="url") if one.get("name", "").startswith("links")
    ] == ["https://a.org", ""]
    page = checked(
        person,
        f"{base}/contact",
        200,
        **{"links-0-url": "https://a.org", "links-1-url": "https://b.org", "remove": "links-0"},
    )
    assert [
        one.get("value") for one in page.all("input", type="url") if one.get("name", "").startswith("links")
    ] == ["https://b.org"]
    assert "links" not in held(base).values


def test_a_language_is_added_to_the_descriptions(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    page = checked(
        person, f"{base}/texts", 200, **{"texts-new": "sw", "add": "texts", "texts-en-short": "Kept"}
    )
    assert page.all("textarea", name="texts-sw-short")
    assert "Kept" in page.text
    assert person.submit(f"{base}/texts", **{"texts-sw-short": "Tunasaidia"}).status_code == 303
    assert held(base).values["texts"] == {"sw": {"short": "Tunasaidia"}}


@pytest.mark.parametrize(
    "field",
    ["status", "trust", "sources", "is_claimable", "last_confirmed_at", "logo", "id", "version", "name"],
)
def test_nothing_but_the_fields_of_the_task_is_taken(signed_in: SignedIn, field: str) -> None:
    person = signed_in()
    base = begin(person)
    person.submit(f"{base}/kind", kind="academia", **{field: "verified"})
    assert set(held(base).values) == {"kind"}
    organization = db.session.get_one(Organization, held(base).organization_id)
    assert (organization.status, organization.trust) == (Status.DRAFT, Trust.LISTED)


def test_the_town_of_a_shelter_is_neither_asked_nor_kept(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    person.submit(f"{base}/where", country="MX", city="Puebla")
    person.submit(f"{base}/what", themes=["forced-labour"], offers=["emergency-shelter"])
    assert "city" not in held(base).values
    assert not person.page.get(f"{base}/where").all("input", name="city")
    person.submit(f"{base}/where", country="MX", city="Puebla", subdivision="Puebla")
    assert not {"city", "subdivision"} & held(base).values.keys()


def test_the_preview_shows_who_would_see_what(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    fill(person, base)
    page = person.page.get(f"{base}/safety?safety=protected&pseudonym=A+company")
    assert "Shown to everybody as: A company" in page.text
    fragment = person.page.fragment(f"{base}/safety?safety=careful")
    row = re.search(r"Country</?.*?</tr>|Country .*?</tr>", fragment, re.DOTALL)
    assert row
    assert re.findall(r'class="(seen|unseen)"', row[0]) == ["unseen", "seen", "seen"]
    page = checked(person, f"{base}/safety", 200, safety="protected", preview="yes")
    assert "Protected" in page.text
    assert "safety" not in held(base).values


def test_another_persons_revision_is_not_there(signed_in: SignedIn) -> None:
    owner, stranger = signed_in(), signed_in()
    base = begin(owner)
    missing = "/en/revisions/999999"
    for path in ("", "/name", "/check", "/logo", "/settle"):
        assert stranger.get(f"{base}{path}").status_code == 404
        assert stranger.get(f"{missing}{path}").status_code == 404
    for path in ("/name", "/check", "/logo", "/settle", "/withdraw"):
        assert stranger.submit(f"{base}{path}", name="Mine").status_code == 404
    assert held(base).state is RevisionState.DRAFT


def test_a_reader_looks_and_changes_nothing(signed_in: SignedIn, add: Add) -> None:
    made = add("Refugio", indexed=False)
    editor, reader = (
        signed_in(organization=made.id, part="editor"),
        signed_in(organization=made.id, part="reader"),
    )
    base = editor.submit(f"/en/organizations/refugio-{made.id}/edit").location
    reader.page.get(base)
    assert reader.get(f"{base}/name").status_code == 403
    assert reader.submit(f"{base}/name", name="Other").status_code == 403
    assert reader.submit(f"/en/organizations/refugio-{made.id}/edit").status_code == 404


def test_a_form_without_its_token_changes_nothing(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    for path in (
        f"{base}/kind",
        f"{base}/check",
        f"{base}/withdraw",
        f"{base}/logo",
        "/en/organizations/new",
    ):
        assert person.post(path, data={"kind": "academia", "name": "x"}).status_code == 400, path
    assert held(base).values == {}


def test_the_declaration_and_what_is_needed_are_asked_for(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    page = checked(person, f"{base}/check", 422)
    assert {"#f-terms", "#f-kind", "#f-country", "#f-themes", "#f-texts"} <= set(page.links())
    page = checked(person, f"{base}/check", 422, terms="1999-01")
    assert "#f-terms" in page.links()


def test_a_known_name_leads_to_a_claim_instead(signed_in: SignedIn, add: Add) -> None:
    made = add("Refugio del Sur", country="MX", is_claimable=True)
    person = signed_in()
    page = checked(person, "/en/organizations/new", 200, name="Refugio del Sur")
    assert f"/en/organizations/refugio-del-sur-{made.id}/claim" in page.links()
    assert "Refugio del Sur" in person.page.fragment("/en/organizations/new?name=Refugio+del+Sur")
    assert person.submit("/en/organizations/new", name="Refugio del Sur", anyway="yes").status_code == 303


def test_a_hidden_organization_is_no_known_name(signed_in: SignedIn, add: Add) -> None:
    add("Casa Oculta", status=Status.HIDDEN)
    person = signed_in()
    assert "Casa Oculta" not in person.page.fragment("/en/organizations/new?name=Casa+Oculta")
    assert person.submit("/en/organizations/new", name="Casa Oculta").status_code == 303


def test_a_name_that_is_not_shown_leads_to_no_entry(signed_in: SignedIn, add: Add) -> None:
    add("Casa Secreta", pseudonym="A house", safety=Safety.PROTECTED, website="https://casa-secreta.org")
    person = signed_in()
    assert "A house" not in person.page.fragment("/en/organizations/new?name=Casa+Secreta")
    assert registration.possible_duplicates(db.session, "", website="https://casa-secreta.org") == []
    assert person.submit("/en/organizations/new", name="Casa Secreta").status_code == 303


def test_a_name_that_is_none_and_too_many_drafts_are_refused(signed_in: SignedIn) -> None:
    person = signed_in()
    page = checked(person, "/en/organizations/new", 422, name=" ")
    assert "#f-name" in page.links()
    for number in range(registration.MOST_DRAFTS):
        begin(person, f"Acme {number}")
    checked(person, "/en/organizations/new", 422, name="One more")


def edit(person: Person, made: Organization) -> str:
    """Begin to edit a profile."""
    return str(person.submit(f"/en/organizations/x-{made.id}/edit").location)


def test_an_edit_waits_beside_the_live_entry(signed_in: SignedIn, add: Add) -> None:
    made = add("Refugio", country="MX", indexed=False)
    person = signed_in(organization=made.id)
    base = edit(person, made)
    assert edit(person, made) == base
    person.submit(f"{base}/where", country="GT")
    assert "Mexico" in person.page.get(f"{base}/check").text
    answer = person.submit(f"{base}/check")
    assert "A curator will look at it" in person.page.get(answer.location).text
    db.session.rollback()
    assert db.session.get_one(Organization, made.id).country == "MX"
    assert person.get(f"{base}/where").location.endswith(base)
    assert person.submit(f"{base}/withdraw").status_code == 303
    assert person.submit(f"{base}/withdraw").status_code == 303
    assert held(base).state is RevisionState.WITHDRAWN
    assert db.session.scalars(sa.select(Case)).one().state is CaseState.DECIDED


def test_an_edit_that_changes_nothing_is_not_sent(signed_in: SignedIn, add: Add) -> None:
    made = add("Refugio", indexed=False)
    person = signed_in(organization=made.id)
    page = checked(person, f"{edit(person, made)}/check", 422)
    assert "Nothing was changed." in page.text


def test_two_editors_see_each_others_change(signed_in: SignedIn, add: Add) -> None:
    made = add("Refugio", country="MX", trust=Trust.VERIFIED, indexed=False)
    first, second = signed_in(organization=made.id), signed_in(organization=made.id, part="editor")
    mine, theirs = edit(first, made), edit(second, made)
    first.submit(f"{mine}/where", country="GT")
    second.submit(f"{theirs}/where", country="HN")
    assert "Somebody else edits this entry too" in first.page.get(mine).text
    first.submit(f"{mine}/check")  # verified: live at once
    answer = second.submit(f"{theirs}/check")
    assert answer.location == f"{theirs}/settle"
    page = second.page.get(f"{theirs}/settle")
    assert all(country in page.text for country in ("Guatemala", "Honduras", "Mexico"))
    assert second.submit(f"{theirs}/settle", **{"keep-country": "ours"}).status_code == 303
    second.submit(f"{theirs}/check")
    db.session.rollback()
    assert db.session.get_one(Organization, made.id).country == "HN"


def test_a_page_that_somebody_else_saved_meanwhile_is_not_overwritten_unseen(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    seen = person.page.get(f"{base}/where").all("input", name="seen")[0].get("value")
    person.submit(f"{base}/where", seen=seen, country="MX")
    person.submit(f"{base}/where", seen=seen, country="MX")  # the second of two clicks
    page = checked(person, f"{base}/where", 409, seen=seen, country="GT")
    assert "Somebody else changed this page meanwhile" in page.text
    assert "Mexico" in page.text
    assert held(base).values["country"] == "MX"
    seen = page.all("input", name="seen")[0].get("value")
    assert person.submit(f"{base}/where", seen=seen, country="GT").status_code == 303
    assert held(base).values["country"] == "GT"


def test_what_is_kept_of_the_form_is_what_was_there(signed_in: SignedIn, add: Add, app: Flask) -> None:
    """Opening and saving every page of a full profile changes nothing in it."""
    full: dict[str, Any] = {
        "name_language": "es", "names": [{"value": "Southern Refuge", "language": "en", "type": "alias"}], "acronyms": ["RDS", "R"],
        "kind": "civil_society", "subtype": "survivor_led", "country": "MX", "city": "Puebla", "subdivision": "Puebla",
        "countries_of_work": [{"country": "GT", "roles": ["origin", "transit"]}], "themes": ["forced-labour"],
        "offers": [{"service": "legal-aid", "is_direct": False}], "seeks": [{"service": "job-placement", "is_direct": False}],
        "texts": {"es": {"short": "Apoyo", "long": "Uno\n\nDos"}}, "languages": ["es"], "website": "https://refugio.org/",
        "links": [{"url": "https://refugio.org/x", "label": "X"}], "mailbox": "hola@refugio.org", "founded": 1999,
        "hotline": {"number": "800 1234", "hours": "24/7", "languages": ["es"]}, "staff_band": "1-9",
        "identifiers": [{"scheme": "ror", "value": "0"}], "memberships": [{"name": "Red"}],
        "audiences": {"website": "members", "legal_name": "own"}, "safety": Safety.CAREFUL, "populations": ["women"],
    }  # fmt: skip
    made = add("Refugio del Sur", indexed=False, **full)
    person = signed_in(organization=made.id)
    base = edit(person, made)
    for task in registration.TASKS:
        page = person.page.get(f"{base}/{task}")
        assert person.submit(f"{base}/{task}", **sent_by(page)).status_code == 303, task
    assert held(base).values == {}
    assert revisions.effective(made, held(base))["city"] == "Puebla"


def sent_by(page: Page) -> dict[str, Any]:
    """What a browser sends of the form of a task without anybody changing it."""
    form = page.all("form", id="task")[0]
    sent: dict[str, list[str]] = {}
    for one in form.iter():
        name, kind = one.get("name"), one.get("type")
        if (
            one.tag == "input"
            and name
            and name != "csrf_token"
            and (kind not in ("checkbox", "radio") or one.get("checked") is not None)
        ):
            sent.setdefault(name, []).append(one.get("value", ""))
        elif one.tag == "select" and name:
            chosen = [
                option.get("value", "") for option in one.iter("option") if option.get("selected") is not None
            ]
            sent.setdefault(name, []).extend(chosen or [""])
        elif one.tag == "textarea" and name:
            sent.setdefault(name, []).append("".join(one.itertext()))
    return dict(sent)


def test_a_text_that_came_after_the_sign_in_had_ended_can_be_copied(signed_in: SignedIn) -> None:
    person, text = signed_in(), "We look where things come from, mine by mine."
    base = begin(person)
    data = {"csrf_token": person.csrf_token, "texts-en-short": text, "password": "p" * 50}
    with transaction() as session:
        signing_in.end_all(session, person.user_id)
    ours, foreign = (
        person.post(f"{base}/texts", data=data, headers={"Sec-Fetch-Site": site})
        for site in ("same-origin", "cross-site")
    )
    assert (ours.status_code, foreign.status_code) == (400, 400)
    assert "This page is too old" in ours.text
    assert text in ours.text
    assert "ppp" not in ours.text
    assert text not in foreign.text
