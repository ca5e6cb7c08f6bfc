"""What htmx sends to change something carries the token of the page in a header, under the strict policy."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.watching import Visit

CHANGE = """() => {
  htmx.ajax("POST", "/en/account", {target: "#main", values: {name: "Ana Lima"}});
}"""


def test_a_change_by_htmx_is_taken(member: Visit) -> None:
    page = member.go("/en/account")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.evaluate(CHANGE)
    assert sent.value.headers["x-csrftoken"] == page.locator("[name=csrf_token]").first.input_value()
    answer = sent.value.response()
    assert answer is not None
    assert answer.status == 303
    expect(member.go("/en/account").locator("#f-name")).to_have_value("Ana Lima")
