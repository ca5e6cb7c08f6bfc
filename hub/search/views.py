"""The pages that search: start, results, browse, and what other programs subscribe to."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.accounts import current_actor
from hub.database import db
from hub.directory import vocabularies
from hub.directory.atlas import coverage
from hub.directory.audiences import audience_of, widest
from hub.directory.exporting import FORMATS
from hub.directory.states import Audience
from hub.i18n import PREFIX, language, order
from hub.search.criteria import MAX_PAGE_SIZE, Criteria, Sort
from hub.search.facets import BY_NAME
from hub.search.indexing import engine
from hub.search.phrases import phrases
from hub.search.queries import everything, find
from hub.search.reading import as_written, read_criteria
from hub.search.relaxing import ways_on
from hub.search.suggestions import suggest
from hub.web import is_off, limiter, rate, redirect_root, show, wants_fragment

pages = Blueprint("search", __name__)

# what can be browsed: part of the address -> facet
BROWSED = {"countries": "country", "regions": "region", "themes": "theme", "sectors": "sector"}
RECENT = 5
MOST_EXPORTED = 1000
MIMETYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson",
    "jsonld": "application/ld+json",
}


@dataclass(frozen=True, slots=True)
class Count:
    """A term with the number of organizations it holds, for lists that lead to a search."""

    value: str
    label: str
    count: int
    depth: int
    url: str


@pages.get("/")
def root() -> ResponseReturnValue:
    """Lead to the start page in the visitor's language."""
    return redirect_root()


@pages.get(f"{PREFIX}/")
def home() -> ResponseReturnValue:
    """Show the start page: search, coverage, themes, regions, figures."""
    terms = vocabularies.current()
    continents = [key for key, one in terms.terms["region"].items() if one.extra.get("level") == "region"]
    audience = _audience()
    everyone = engine(audience).search(Criteria())
    latest = Criteria(sort=Sort.CONFIRMED, page_size=RECENT)
    recent = find(latest, engine(audience), language(), audience)
    return show(
        "home.html",
        examples=_examples(everyone.counts),
        total=everyone.total,
        countries=len(everyone.counts["country"]),
        coverage=coverage(everyone.counts["country"]),
        country_counts=everyone.counts["country"],
        country_names=_country_names(),
        country_address=_country_address,
        themes=[c for c in counted("theme", everyone.counts["theme"]) if c.depth == 0][:12],
        regions=[c for c in counted("region", everyone.counts["region"]) if c.value in continents],
        recent=[hit for hit in recent.hits if hit.profile.last_confirmed_at],
    )


@pages.get(f"{PREFIX}/search")
@limiter.limit(rate("search_rate"), exempt_when=is_off("search_rate"))
def results() -> ResponseReturnValue:
    """Show what a search finds, as a page or, for htmx, as its results part with the address to be shown for it."""
    audience = _audience()
    criteria, dropped = read_criteria(request.args, vocabularies.current())
    found = find(criteria, engine(audience), language(), audience)
    response = show(
        "results.html",
        "_results.html",
        found=found,
        criteria=criteria,
        dropped=as_written(dropped),
        offers=ways_on(found, engine(audience), language()),
        sorts=list(Sort),
        cleared=replace(criteria, chosen={}, page=1),
        address=lambda page: _address(replace(criteria, page=page)),
        terms=vocabularies.current(),
    )
    if wants_fragment():
        response.headers["HX-Push-Url"] = _address(criteria)
    return response


@pages.get(f"{PREFIX}/suggestions")
@limiter.limit(rate("suggest_rate"), exempt_when=is_off("suggest_rate"))
def suggestions() -> ResponseReturnValue:
    """Show suggestions for what was typed so far, as the list below the search box."""
    audience = _audience()
    found = suggest(request.args.get("q", ""), engine(audience), phrases(), language(), audience)
    return make_response(
        render_template("_suggestions.html", suggestions=found, terms=vocabularies.current())
    )


@pages.get(f"{PREFIX}/browse/<any({','.join(BROWSED)}):what>")
def browse(what: str) -> ResponseReturnValue:
    """List the terms of a facet with their counts; for countries with the map."""
    facet = BY_NAME[BROWSED[what]]
    counts = engine(_audience()).search(Criteria()).counts
    return show(
        "browse.html",
        what=what,
        facet=facet,
        counts=counted(facet.name, counts[facet.name]),
        coverage=coverage(counts["country"]) if what == "countries" else None,
        country_counts=counts["country"],
        country_names=_country_names(),
        country_address=_country_address,
    )


@pages.get(f"{PREFIX}/search.atom")
@limiter.limit(rate("search_rate"), exempt_when=is_off("search_rate"))
def feed() -> ResponseReturnValue:
    """Give a search as an Atom feed (RFC 4287), in the order of the page; protected entries left out."""
    audience = _audience()
    criteria, _ = read_criteria(request.args, vocabularies.current())
    found = find(criteria, engine(audience), language(), audience)
    hits = [hit for hit in found.hits if not hit.profile.is_protected]
    terms = vocabularies.current()
    return _as("feed.xml", "application/atom+xml", found=found, hits=hits, criteria=criteria, terms=terms)


@pages.get(f"{PREFIX}/search.<any({','.join(FORMATS)}):form>")
@limiter.limit(rate("export_rate"))
def export(form: str) -> ResponseReturnValue:
    """Give the first thousand organizations of a search as a file, as pages show them; protected ones are left out."""
    criteria, _ = read_criteria(request.args, vocabularies.current())
    audience = _audience()
    whole = replace(criteria, page=1, page_size=MAX_PAGE_SIZE)
    found = everything(whole, engine(audience), MOST_EXPORTED, audience)
    file = io.BytesIO()
    FORMATS[form](file, found)
    response = make_response(file.getvalue())
    response.mimetype = MIMETYPES[form]
    response.headers["Content-Disposition"] = f"attachment; filename=organizations.{form}"
    return response


@pages.get(f"{PREFIX}/opensearch.xml")
def opensearch() -> ResponseReturnValue:
    """Describe the search for browsers (OpenSearch 1.1)."""
    return _as("opensearch.xml", "application/opensearchdescription+xml")


def _audience() -> Audience:
    """The audience whose index and profiles answer this visitor: members see more than everybody does."""
    return widest(audience_of(db.session, current_actor()))


def _examples(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Searches to try that find something: words of the reader's language, and one in another script."""
    terms = vocabularies.current()
    offered = (
        ("theme", "trafficking-in-persons"),
        ("service", "emergency-shelter"),
        ("service", "legal-aid"),
    )
    examples = [
        terms.label(vocabulary, key, language())
        for vocabulary, key in offered
        if counts["offers" if vocabulary == "service" else vocabulary].get(key)
    ]
    if counts["theme"].get("corruption"):
        examples.append(terms.label("theme", "corruption", "en" if language() == "zh" else "zh"))
    return examples


def _address(criteria: Criteria) -> str:
    return f"{url_for('search.results')}?{criteria.query_string()}".rstrip("?")


def _country_names() -> dict[str, str]:
    """The names of countries in the reader's language, by their codes, in the order in which readers look for them."""
    names = vocabularies.current().labels("country", language())
    return dict(sorted(names.items(), key=lambda one: order(one[1], language())))


def _country_address(code: str) -> str:
    return url_for("search.results", country=code)


def _as(template: str, mimetype: str, **values: object) -> Response:
    response = make_response(render_template(template, **values))
    response.mimetype = mimetype
    return response


def counted(facet: str, counts: Mapping[str, int]) -> list[Count]:
    """All terms of a facet that hold someone, with where they lead; in the vocabulary's order, countries by name."""
    terms = vocabularies.current()
    vocabulary = BY_NAME[facet].vocabulary
    labels = _country_names() if facet == "country" else terms.labels(vocabulary, language())
    depths = terms.ancestors.get(vocabulary, {})
    results = url_for("search.results")
    return [
        Count(key, label, counts[key], len(depths[key]) - 1, f"{results}?{urlencode({facet: key})}")
        for key, label in labels.items()
        if counts.get(key)
    ]
