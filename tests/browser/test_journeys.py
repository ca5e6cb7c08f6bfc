"""Whole journeys, as people walk them: by what they read on the page, with mails from a real server's box.

Each is walked in English one way and in Arabic the other way round; together they cover every pair of language, width
and script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Browser, expect

from hub.accounts.models import Standing
from hub.directory.models import new_id
from tests.browser.places import NARROW, WIDE
from tests.browser.town import PASSWORD, Town, link_in, town
from tests.browser.walking import Walk, Way, there_and_back
from tests.browser.watching import Visit, Windows
from tests.people import Person

Come = Callable[..., Walk]


@pytest.fixture(scope="module")
def place(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The hub of all journeys."""
    with town(tmp_path_factory.mktemp("journeys") / "var") as made:
        yield made


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """The kinds of page that axe has looked at."""
    return set()


@pytest.fixture
def come(chromium: Browser, place: Town, axe: str, seen: set[str]) -> Iterator[Come]:
    """Let somebody come in a window of their own: ``come(way)``, or ``come(way, person)`` who is signed in."""
    visits: list[Visit] = []

    def begin(way: Way, person: Person | None = None, *expected: str) -> Walk:
        visit = Visit(
            Windows(chromium), place.origin, way.width, way.script, is_first=True, expected=set(expected)
        )
        visits.append(visit)
        if person is not None:
            held = person.get_cookie("hub")
            assert held is not None
            visit.context.add_cookies([{"name": "hub", "value": held.value, "url": place.origin}])
        return Walk(visit, way, axe, seen)

    yield begin
    faults = [fault for one in visits for fault in one.end()]
    assert not faults, "\n".join(faults)


def sign_in(walk: Walk, email: str) -> Walk:
    """Sign in with the password that everybody here has."""
    return walk.fill("E-mail address", email).fill("Password", PASSWORD).press("Sign in")


def decide(walk: Walk, name: str, decision: str, reason: str = "") -> Walk:
    """Take a case of the desk and decide it, with a prepared reason."""
    walk.menu("Curators' desk").follow_name(name).press("Take the case").reads("The case is yours.")
    walk.tick(walk.says(decision), "Decision")
    if reason:
        walk.choose("Prepared reason", walk.says(reason))
        if not walk.way.script:
            walk.press("Show the words of the prepared reason")
        expect(walk.field("Reason, as the applicant will read it")).to_have_value(walk.says(reason))
    return walk.press("Decide").misses(name)


@there_and_back(WIDE, script=True)
def test_a_company_registers_to_publication(come: Come, place: Town, way: Way) -> None:
    name, email = f"Tela Limpia {way.language}", f"ana.{way.language}@example.org"
    public, company = come(way), come(way)
    company.go("").follow("Sign in").follow("Make an account")
    company.fill("E-mail address", email).fill("Password", PASSWORD).press("Make an account")
    company.open(link_in(place.letter(email, company.says("Confirm your address"))))
    company.press("Confirm the address")
    sign_in(company, email)
    company.follow("Register your organization")
    company.fill("What is your organization called?", name).press("Go on")
    company.tick(place.word("kind", "private_sector", way.language)).press("Save and continue")
    company.choose("Country of your seat", place.word("country", "MX", way.language))
    company.tick(place.word("country", "GT", way.language), "Countries of work").press("Save and continue")
    company.tick(place.word("theme", "forced-labour", way.language), "Themes").press("Save and continue")
    company.fill("In a sentence or two", "Looks where its cloth comes from.")
    company.press("Save and continue").fill("Website", "tela.example.com").press("Save and continue")
    company.press("Save and continue").follow("Go on without it").follow("Check your answers")
    company.tick(company.says("I agree to this declaration")).press("Send to the curators")
    company.reads("Sent. A curator will look at it")
    public.finds_nothing(name)

    curator = come(way)
    place.account(f"curator.{way.language}@example.org", Standing.CURATOR, way.language)
    curator.go("/desk")
    sign_in(curator, f"curator.{way.language}@example.org")
    curator.reads("You have a role that needs a second factor.")
    curator.follow("Set up an app").press("Set up an app")
    code = TOTP(key=curator.page.locator("main code").inner_text()).generate().token
    curator.fill("Code", code).press("Save").menu("Curators' desk")
    decide(curator, name, "Publish")

    place.letter(email, company.says("The entry is published"))
    public.finds(name).follow_name(name).reads_name("Looks where its cloth comes from.")
    company.menu("My organizations").reads("Published")
    assert (company.clicks, company.fields) <= (22, 8)


@there_and_back(NARROW, script=False)
def test_a_registration_is_left_and_resumed(come: Come, place: Town, way: Way) -> None:
    name, email = f"Hilo Claro {way.language}", f"luis.{way.language}@example.org"
    place.account(email, language=way.language)
    first = sign_in(come(way).go("/account/sign-in"), email)
    first.menu("My organizations").follow("Register your organization")
    first.fill("What is your organization called?", name).press("Go on")
    first.tick(place.word("kind", "academia", way.language)).press("Save and continue")
    first.choose("Country of your seat", place.word("country", "GT", way.language))
    first.press("Save and see the list").menu("Sign out")
    public = come(way).finds_nothing(name)

    again = sign_in(come(way, None, "status of 422").go("/my-organizations"), email)
    again.reads("Not published yet").follow("Go on with the registration")
    expect(again.page.locator(".tasks li").filter(has_text=again.says("Done"))).to_have_count(3)
    again.follow("Where you are and work")
    chosen = again.field("Country of your seat").locator("option:checked")
    expect(chosen).to_have_text(place.word("country", "GT", way.language))
    again.press("Save and continue")
    again.tick(place.word("theme", "asset-recovery", way.language), "Themes").press("Save and continue")
    again.fill("In a sentence or two", "Teaches how assets come back.")
    again.press("Save and see the list").follow("Check your answers")
    again.press("Send to the curators")  # the declaration was overlooked
    again.tick(again.says("I agree to this declaration")).press("Send to the curators")
    again.reads("Sent. A curator will look at it")
    again.menu("My organizations").reads("Waiting for a curator")
    public.finds_nothing(name)


@there_and_back(NARROW, script=True)
def test_an_entry_is_claimed_from_its_own_domain(come: Come, place: Town, way: Way) -> None:
    name, domain = f"Faro {way.language}", f"faro-{way.language}.example.org"
    place.add(name, website=f"https://www.{domain}/about", is_claimable=True)
    person = place.signed_in(email=f"maria@{domain}", language=way.language)
    walk = come(way, person).finds(name).follow_name(name)
    walk.follow("Claim this entry").press("Become focal point").reads("Accepted")
    walk.menu("My organizations").reads_name(name).follow("See the entry")
    walk.reads("Confirmed by the organization").misses(walk.says("Claim this entry"))
    walk.menu("My organizations").press("Edit the entry").reads("How complete it is")

    stranger = come(way, place.signed_in(email=f"eve.{way.language}@example.org"))
    stranger.finds(name).follow_name(name).misses(stranger.says("Claim this entry"))


@there_and_back(WIDE, script=False)
def test_an_edit_waits_beside_the_entry_until_it_is_published(come: Come, place: Town, way: Way) -> None:
    name, old, new = f"Puente {way.language}", "Looks where things come from.", "Looks where wood comes from."
    entry = place.add(name, texts={way.language: {"short": old}})
    person = place.signed_in(organization=entry, language=way.language)
    owner, public = come(way, person), come(way)
    owner.go("/my-organizations").press("Edit the entry").follow("In your own words")
    owner.fill("In a sentence or two", new).press("Save and see the list")
    owner.follow("Check your answers").reads_name(old).press("Send to the curators")
    owner.reads("Sent. A curator will look at it")
    public.finds(name).follow_name(name).reads_name(old).misses(new)

    curator = come(way, place.signed_in(role="curator", language=way.language))
    curator.go("/desk").follow_name(name)
    expect(curator.page.locator("del")).to_have_text(old)
    expect(curator.page.locator("ins")).to_have_text(new)
    decide(curator, name, "Publish")
    place.letter(person.email, owner.says("The entry is published"))
    public.go("").finds(name).follow_name(name).reads_name(new).misses(old)


@there_and_back(WIDE, script=True)
def test_what_was_declined_is_amended_and_published(come: Come, place: Town, way: Way) -> None:
    name = f"Raíz {way.language}"
    person = place.signed_in(language=way.language)
    place.registered(person, name, way.language)
    curator = come(way, place.signed_in(role="curator", language=way.language))
    reason = "It is not clear how the work relates to organized crime or corruption."
    decide(curator, name, "Decline", reason)

    owner, public = come(way, person), come(way).finds_nothing(name)
    letter = place.letter(person.email, owner.says("Your request was declined"))
    assert owner.says(reason) in " ".join(letter.split())
    owner.open(link_in(letter)).reads(reason).press("Amend and send again")
    owner.follow("What you do").tick(place.word("theme", "corruption", way.language), "Themes")
    owner.press("Save and see the list").follow("Check your answers")
    owner.tick(owner.says("I agree to this declaration")).press("Send to the curators")
    owner.reads("Sent. A curator will look at it")
    decide(curator, name, "Publish")
    place.letter(person.email, owner.says("The entry is published"))
    public.finds(name).follow_name(name).reads_name(place.word("theme", "corruption", way.language))


@there_and_back(NARROW, script=False)
def test_an_appeal_is_decided_by_another_curator(come: Come, place: Town, way: Way) -> None:
    name, why = f"Norte {way.language}", "We trace the money of traffickers."
    person = place.signed_in(language=way.language)
    one, other = (place.signed_in(role="curator", language=way.language) for _ in range(2))
    place.declined(one, place.registered(person, name, way.language))
    owner = come(way, person)
    owner.open(link_in(place.letter(person.email, owner.says("Your request was declined"))))
    owner.fill("What did we get wrong?", why).press("Appeal", context="button").reads("Sent.")

    first = come(way, one).go("/desk").follow_name(name).reads_name(why)
    first.reads("You took the decision that this appeal is about. Another curator decides the appeal.")
    second = come(way, other)
    decide(second, name, "Accept")
    letter = place.letter(person.email, owner.says("Your request was granted"))
    owner.open(link_in(letter)).reads("Accepted")
    come(way).finds(name)


@there_and_back(NARROW, script=True)
def test_two_entries_are_merged_and_taken_apart(come: Come, place: Town, way: Way) -> None:
    name, other = f"Agua {way.language}", f"Agua Limpia {way.language}"
    site = f"https://agua-{way.language}.example.org/"
    first, second = sorted((new_id(), new_id()))
    place.add(other, id=first, website=site)
    place.add(name, id=second, website=site)
    place.compare(first)
    curator, public = come(way, place.signed_in(role="curator", language=way.language)), come(way)
    public.finds(other).follow_name(other)
    address = public.page.url

    curator.menu("Curators' desk").follow("Duplicates").follow("Compare and merge", other)
    curator.follow("Keep the other one instead").press("Show the result").reads("Nothing was changed yet.")
    curator.press("Merge").reads_name(name)
    public.finds_nothing(other)
    expect(public.open(address).page.get_by_role("heading", level=1)).to_have_text(name)
    curator.press("Undo").reads("They are two entries again.")
    public.finds(other).open(address)
    expect(public.page.get_by_role("heading", level=1)).to_have_text(other)


def test_answers_that_were_not_kept_go_along_with_the_decision(come: Come, place: Town) -> None:
    way, name = Way("en", WIDE, True), "Sol y Sombra"
    person, curator = place.signed_in(), come(way, place.signed_in(role="curator"))
    number = place.registered(person, name, way.language)
    curator.go(f"/desk/cases/{number}").press("Take the case")
    curator.tick("Yes", "1. Does the organization exist?").tick("Publish", "Decision").press("Decide")
    curator.go(f"/desk/cases/{number}").reads("Published")
    first = curator.page.get_by_role("group", name="1. Does the organization exist?")
    expect(first.get_by_role("radio", name="Yes")).to_be_checked()
