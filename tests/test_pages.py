"""Every public page, in every language, through the guarded client; a route that is not listed here fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub import ROOT
from hub.directory.models import Organization
from hub.directory.states import Safety, Status
from hub.i18n import LANGUAGES
from tests.conftest import OutsideClient, hub_in
from tests.guard import Guard
from tests.people import sign_in

Add = Callable[..., Organization]
TEMPLATES = ROOT / "templates"

PAGES = (
    "/", "/search", "/search?q=refugio", "/search?q=nothing-like-this", "/search?country=MX&theme=forced-labour",
    "/search?page=999", "/search?colour=red&country=ZZ", "/browse/countries", "/browse/regions", "/browse/themes",
    "/browse/sectors", "/about", "/curation", "/privacy", "/accessibility", "/api",
)  # fmt: skip
# rules that are no page of their own, and where each is tested
ELSEWHERE = {
    "/": "here", "/robots.txt": "here", "/sitemap.xml": "here", "/sitemap-<int:part>.xml": "here",
    "/static/<path:filename>": "test_assets", "/assets/<digest>/<name>": "test_assets",
}  # fmt: skip
LANG = "<any(ar,en,es,fr,ru,zh):lang>"
REVISION = f"/{LANG}/revisions/<int(max=2147483647):revision_id>"
CASE = f"/{LANG}/cases/<int(max=2147483647):case_id>"
HISTORY = f"/{LANG}/organizations/<organization_id>/history"
STATE = f"{HISTORY}/<int(max=2147483647):entry_id>"
ELSEWHERE |= dict.fromkeys((HISTORY, STATE, f"{STATE}/restore"), "directory/test_history")
ELSEWHERE |= dict.fromkeys(
    (
        f"/{LANG}/organizations/new", f"/{LANG}/organizations/<slug>/edit", REVISION, f"{REVISION}/check", f"{REVISION}/settle",
        f"{REVISION}/<any(name,kind,where,what,texts,contact,safety):name>", f"{REVISION}/withdraw",
    ),
    "directory/test_registering",
) | dict.fromkeys(
    (
        f"/{LANG}/my-organizations", CASE, f"{CASE}/reply", f"{CASE}/appeal", f"/{LANG}/organizations/<slug>/claim",
        f"/{LANG}/organizations/<slug>/<any(correct,report,remove):what>", f"/{LANG}/request-sent",
        f"/{LANG}/suggest",
    ),
    "directory/test_own_cases",
) | dict.fromkeys((f"/{LANG}/my-organizations/<organization_id>/confirm",), "directory/test_schedules"
) | dict.fromkeys((f"{REVISION}/logo", "/logos/<name>"), "directory/test_logos")  # fmt: skip
LISTED = {
    f"/{LANG}/", f"/{LANG}/search", f"/{LANG}/suggestions", f"/{LANG}/search.atom", f"/{LANG}/opensearch.xml",
    f"/{LANG}/browse/<any(countries,regions,themes,sectors):what>", f"/{LANG}/organizations/<slug>",
    f"/{LANG}/<any(about,curation,privacy,accessibility):page>", f"/{LANG}/api",
    f"/{LANG}/search.<any(csv,xlsx,ndjson,jsonld):form>",
}  # fmt: skip


@pytest.fixture
def filled(add: Add) -> Organization:
    """A hub with one full profile and two lesser ones; gives the full one."""
    add("Universidad Autónoma de Prueba", country="MX", kind="academia", indexed=False)
    add("مؤسسة الأمل", country="EG", kind="civil_society", name_language="ar", indexed=False)
    return add(
        "Refugio del Sur", name_language="es", country="MX", kind="civil_society", subtype="survivor_led",
        names=[{"value": "Southern Refuge", "language": "en", "type": "alias"}], acronyms=["RDS"],
        themes=["forced-labour", "victim-assistance"], sectors=["construction"], treaties=["untoc-25"],
        offers=[{"service": "legal-aid", "is_direct": True}], seeks=[{"service": "job-placement", "is_direct": False}],
        populations=["women"], languages=["es", "en"], sdg_targets=["8.7"], website="https://example.org/",
        countries_of_work=[{"country": "GT", "roles": ["origin", "transit"]}], founded=1999,
        texts={"es": {"short": "Apoyo a sobrevivientes <b>"}, "en": {"short": "Help for survivors", "long": "More *words*."}},
        identifiers=[{"scheme": "ror", "value": "https://ror.org/0"}], links=[{"kind": "x", "url": "https://example.org/x"}],
        hotline={"number": "800 1234", "hours": "24/7", "languages": ["es"]},
    )  # fmt: skip


def test_every_route_is_listed(app: Flask) -> None:
    # gone through in tests/api, tests/accounts, tests/network and tests/directory/test_desk
    beyond = ("/api/", f"/{LANG}/account", f"/{LANG}/desk", f"/{LANG}/curation/figures")
    network = {
        name for name, view in app.view_functions.items() if view.__module__.startswith("hub.network.")
    }
    rules = {
        str(rule)
        for rule in app.url_map.iter_rules()
        if not str(rule).startswith(beyond) and rule.endpoint not in network
    }
    assert rules == LISTED | ELSEWHERE.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_passes_the_guard_in_every_language(
    page: Guard, filled: Organization, language: str
) -> None:
    for path in PAGES:
        page.get(f"/{language}{path}")
    shown = page.get(f"/{language}/organizations/{slug(page, language)}")
    assert "Refugio del Sur" in shown.text


def slug(page: Guard, language: str) -> str:
    links = page.get(f"/{language}/search?q=refugio").links()
    return next(link.rsplit("/", 1)[1] for link in links if "/organizations/refugio-del-sur-" in link)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_passes_the_guard_in_an_empty_hub(page: Guard, language: str) -> None:
    for path in PAGES:
        page.get(f"/{language}{path}")


@pytest.mark.parametrize(
    "path", ["/en/nothing", "/en/organizations/nobody-0123456789", "/nothing", "/en/organizations/x"]
)
def test_what_is_not_there_is_said_kindly(page: Guard, path: str) -> None:
    assert page.get(path, status=404).links()


def test_an_address_that_leads_nowhere_is_answered_in_its_language(page: Guard) -> None:
    assert page.get("/ar/nothing-here", status=404, Accept_Language="fr").root.get("lang") == "ar"


def test_hidden_and_absent_profiles_look_the_same(page: Guard, add: Add) -> None:
    made = add("Secret", status=Status.HIDDEN)
    texts = {page.get(f"/en/organizations/secret-{key}", status=404).text for key in (made.id, "0123456789")}
    assert len({text.split("Request")[0] for text in texts}) == 1
    assert "Secret" not in texts.pop()


def test_an_old_name_in_the_address_leads_to_the_present_one(
    client: FlaskClient, filled: Organization
) -> None:
    response = client.get(f"/fr/organizations/older-name-{filled.id}")
    assert (response.status_code, response.location) == (
        301,
        f"/fr/organizations/refugio-del-sur-{filled.id}",
    )


def test_the_start_page_is_in_the_browsers_language(client: FlaskClient) -> None:
    for asked, given in (
        ("ar-EG,en;q=0.5", "ar"),
        ("zh-CN", "zh"),
        ("de,ru;q=0.4", "ru"),
        ("sw", "en"),
        ("", "en"),
    ):
        response = client.get("/", headers={"Accept-Language": asked})
        assert response.location == f"/{given}/", asked


def test_a_profile_page_takes_at_most_six_statements(
    client: FlaskClient, filled: Organization, statements: Callable[[], object]
) -> None:
    address = f"/en/organizations/refugio-del-sur-{filled.id}"
    client.get(address)
    with statements() as counted:  # type: ignore[attr-defined]
        assert client.get(address).status_code == 200
    assert counted.count <= 6


def test_a_results_page_takes_at_most_four_statements(
    client: FlaskClient, filled: Organization, statements: Callable[[], object]
) -> None:
    client.get("/en/search")
    with statements() as counted:  # type: ignore[attr-defined]
        assert client.get("/en/search?q=refugio&country=MX").status_code == 200
    assert counted.count <= 4


def test_htmx_gets_the_results_alone(page: Guard, filled: Organization) -> None:
    assert "Refugio" in page.fragment("/en/search?q=refugio")


def test_payloads_in_every_text_stay_inert(page: Guard, add: Add) -> None:
    evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}</title>"
    made = add(
        evil, country="MX", names=[{"value": evil}], acronyms=[evil], website="https://example.org/?a=\"><script>",
        texts={"en": {"short": evil, "long": evil + " [x](javascript:alert(1)) ![i](https://evil.example/x.png)"}},
        hotline={"number": evil, "hours": evil, "languages": []}, memberships=[{"name": evil}],
        identifiers=[{"scheme": evil, "value": evil}], city=evil,
    )  # fmt: skip
    for language in ("en", "ar"):
        for path in (
            f"/{language}/search?q=alert",
            f"/{language}/search?q=%22%3E%3Cscript%3E",
            f"/{language}/organizations/x-{made.id}",
        ):
            response = page.client.get(path, follow_redirects=True)
            assert b"<script>alert" not in response.data
            assert b"49" not in response.data.replace(b"#10243e", b"") or b"{{7*7}}" in response.data
        page.get(f"/{language}/search?q=alert")


def test_search_engines_are_kept_from_protected_profiles(client: FlaskClient, add: Add) -> None:
    made = add("Quiet house", safety=Safety.PROTECTED)
    other = add("Loud house")
    quiet = client.get(f"/en/organizations/quiet-house-{made.id}")
    assert "noindex" in quiet.headers["X-Robots-Tag"]
    assert b"ld+json" not in quiet.data
    assert b"ld+json" in client.get(f"/en/organizations/loud-house-{other.id}").data
    sitemap = client.get("/sitemap-1.xml").get_data(as_text=True)
    assert other.id in sitemap
    assert made.id not in sitemap
    feed = client.get("/en/search.atom?q=house").get_data(as_text=True)
    assert other.id in feed
    assert made.id not in feed


def test_a_search_can_be_taken_away_with_the_rows_of_its_pages(client: FlaskClient, add: Add) -> None:
    add("Loud house", country="KE", texts={"en": {"short": "=1+1"}}, city="Nairobi")
    add("Quiet house", safety=Safety.PROTECTED)
    add("Hidden house", status=Status.HIDDEN)
    for form, kind in (
        ("csv", "text/csv"),
        ("ndjson", "application/x-ndjson"),
        ("jsonld", "application/ld+json"),
    ):
        response = client.get(f"/en/search.{form}?q=house")
        text = response.get_data(as_text=True)
        assert (response.status_code, response.mimetype) == (200, kind)
        assert "attachment" in response.headers["Content-Disposition"]
        assert "Loud house" in text
        for absent in ("Quiet", "Hidden", "Nairobi", ",=1+1"):
            assert absent not in text
    assert client.get("/en/search.xlsx?q=house").data[:2] == b"PK"


def test_feeds_and_descriptions_are_well_formed(client: FlaskClient, filled: Organization) -> None:
    from xml.etree import ElementTree

    for path, kind in (("/en/search.atom?q=refugio", "application/atom+xml"), ("/ar/opensearch.xml", "application/opensearchdescription+xml"),
                       ("/sitemap.xml", "application/xml"), ("/sitemap-1.xml", "application/xml")):  # fmt: skip
        response = client.get(path)
        assert response.mimetype == kind
        ElementTree.fromstring(response.data)
    assert client.get("/sitemap-99.xml").status_code == 404
    assert b"Sitemap:" in client.get("/robots.txt").data


def test_too_many_searches_are_refused_kindly(pattern: tuple[Path, str], tmp_path: Path) -> None:
    with hub_in(tmp_path, pattern, search_rate="2/minute", export_rate="1/hour") as app:
        app.test_client_class = OutsideClient
        client = app.test_client()
        asked = [client.get("/es/search?q=x") for _ in range(3)]
        assert [one.status_code for one in asked] == [200, 200, 429]
        assert int(asked[2].headers["Retry-After"]) <= 61
        Guard(client).get("/ar/search", status=429)
        assert [client.get("/en/search.csv").status_code for _ in range(2)] == [200, 429]
        assert client.get("/es/").status_code == 200, "only searching is limited"


def test_an_address_with_a_forbidden_character_is_nowhere(app: Flask) -> None:
    person = sign_in(app)
    for rule in app.url_map.iter_rules():
        if not rule.arguments - {"lang"}:
            continue
        for bad in ("%00", "a%00b"):
            address = re.sub(r"<[^>]*>", bad, rule.rule.replace(LANG, "en"))
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = person.open(address, method=method, data={"csrf_token": person.csrf_token})
                assert answer.status_code in (404, 405), f"{method} {address}"


def test_no_box_for_several_lines_cuts_what_is_pasted() -> None:
    boxes = re.compile(r"<textarea[^>]*>|\{\{ textarea\(.*?\) \}\}", re.DOTALL)
    short = {"networks/network.html", "calls/desk.html", "safety/console.html"}  # a line or two of reasons
    for path in TEMPLATES.rglob("*.html"):
        if path.relative_to(TEMPLATES).as_posix() not in short:
            assert not [box for box in boxes.findall(path.read_text("utf-8")) if "maxlength" in box], path
