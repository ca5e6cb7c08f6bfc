"""A passkey is made and used in a browser, with a virtual authenticator in place of a finger, under the strict policy."""

from __future__ import annotations

from playwright.sync_api import CDPSession, Page, expect

from tests.browser.places import ACCOUNT
from tests.browser.watching import Visit

PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def hold_phone(member: Visit) -> tuple[CDPSession, str]:
    """Give the window a device that keeps passkeys and knows its owner."""
    tools = member.devtools()
    tools.send("WebAuthn.enable")
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    return tools, made["authenticatorId"]


def add_passkey(member: Visit, name: str) -> Page:
    """Make a passkey that takes the place of the password."""
    page = member.go("/en/account/passkeys")
    page.locator("#f-name").fill(name)
    page.locator("input[name=usage][value=first]").check()
    page.locator("main .form .button").click()
    expect(page.locator(".held")).to_contain_text(name)
    return page


def sign_out(page: Page) -> None:
    """Sign out by the menu of the account."""
    page.locator("summary", has_text="Account").click()
    page.locator(".menu-button").click()
    expect(page.locator(".sign-in")).to_be_visible()


def test_a_passkey_lets_in_without_password(member: Visit) -> None:
    tools, phone = hold_phone(member)
    page = add_passkey(member, "My phone")
    kept = tools.send("WebAuthn.getCredentials", {"authenticatorId": phone})["credentials"]
    assert [(one["isResidentCredential"], one["rpId"]) for one in kept] == [(True, "localhost")]

    sign_out(page)
    page = member.go("/en/account/sign-in")
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.locator("main .button").click()
    expect(page).to_have_url(ACCOUNT)
    expect(page.locator("main")).to_contain_text("Passkeys: 1")


def test_a_device_that_does_not_know_its_owner_lets_nobody_in(member: Visit) -> None:
    tools, phone = hold_phone(member)
    page = add_passkey(member, "My phone")
    sign_out(page)
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": False})
    page = member.go("/en/account/passkey")
    page.locator("main .button").click()
    expect(page.locator("[data-passkey-failed]")).to_be_visible()
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": True})
    page.locator("main .button").click()  # trying again is one press
    expect(page).to_have_url(ACCOUNT)
