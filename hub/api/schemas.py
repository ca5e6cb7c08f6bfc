"""What the API shows, declared once: answers are made by these schemas and documented from them."""

from __future__ import annotations

from marshmallow import fields

from hub.api.fields import (
    Shown,
    by_language,
    flag,
    keys,
    many,
    moment,
    one,
    text,
    text_or_none,
    texts,
    told,
    whole,
)
from hub.api.records import (
    Description,
    Highlights,
    Hotline,
    Identifier,
    Link,
    Marked,
    Membership,
    Name,
    Place,
    Service,
    Source,
)
from hub.search.facets import FACETS

CONFIRMED = "2026-05-04T09:30:00+00:00"


class Organization(Shown):
    """What a list shows of an organization. A field that may not be seen is empty, as if it had never been filled."""

    id = text("Identifier; it never changes", "7h2k9xq4mt", attribute="profile.id")
    slug = text(
        "The part of the page's address that stands for it",
        "refugio-del-sur-7h2k9xq4mt",
        attribute="profile.slug",
    )
    url = text("Address of its page", "/en/organizations/refugio-del-sur-7h2k9xq4mt")
    name = text("Name", "Refugio del Sur", attribute="profile.name")
    name_language = text_or_none("Language of the name (BCP 47)", "es", attribute="profile.name_language")
    other_names = many(Name, "Its names in other languages and forms", attribute="profile.names")
    acronyms = texts("Acronyms", ["RDS"], attribute="profile.acronyms")
    kind = text_or_none("Key of the vocabulary `kind`", "civil_society", attribute="profile.kind")
    subtype = text_or_none(
        "Key of the vocabulary `kind`, below the kind", "ngo_national", attribute="profile.subtype"
    )
    country = text_or_none("Country of base (ISO 3166-1 alpha-2)", "MX", attribute="profile.country")
    regions = keys(
        "region", "Regions that hold the country of base", ["019", "419"], attribute="profile.regions"
    )
    countries_of_work = many(Place, "Where it works besides", attribute="profile.countries_of_work")
    themes = keys("theme", "Themes", ["trafficking-in-persons"], attribute="profile.themes")
    sectors = keys("sector", "Economic sectors", ["travel-and-hospitality"], attribute="profile.sectors")
    offers = many(Service, "Services offered", attribute="profile.offers")
    seeks = many(Service, "Services sought", attribute="profile.seeks")
    populations = keys("population", "People served", ["girls"], attribute="profile.populations")
    languages = keys("language", "Working languages", ["es", "en"], attribute="profile.languages")
    trust = text(
        "Key of the vocabulary `trust`; a listing is no endorsement", "listed", attribute="profile.trust"
    )
    imported = flag(
        "Taken from open data, not confirmed by the organization", True, attribute="profile.is_imported"
    )
    last_confirmed = moment(
        "When it last confirmed its entry; null: never", CONFIRMED, attribute="profile.last_confirmed_at"
    )
    sources = many(Source, "Sources of the entry, each with its licence", attribute="profile.sources")


class Hit(Organization):
    """One organization found."""

    short = by_language(None, "Short descriptions by language")
    highlights = one(Highlights, "What in it answers the query")


class FacetValue(Shown):
    """One value of a facet."""

    value = text("Key, as the facet's parameter takes it", "MX")
    label = text("Name in the language asked", "Mexico")
    count = whole("Organizations it would find, all other parameters kept", 12)
    selected = flag("Chosen in this search", False, attribute="is_selected")


Facets = Shown.from_dict(
    {facet.name: many(FacetValue, f"Values of `{facet.name}`, largest count first") for facet in FACETS},
    name="Facets",
)


class Answer(Shown):
    """A page of organizations found."""

    total = whole("Organizations found; exact", 1, attribute="found.total")
    page = whole("This page, from 1", 1, attribute="found.criteria.page")
    page_size = whole("Hits on a page", 20, attribute="found.criteria.page_size")
    engine = text("The engine that answered", "embedded", attribute="found.engine")
    took_ms = fields.Float(
        required=True, metadata=told("Time it took, in milliseconds", 3.2), attribute="found.took_ms"
    )
    notice = text_or_none("Why the answer may be less than usual; null: it is not", "", attribute="notice")
    hits = many(Hit, "The organizations of this page, in the order asked")
    facets = one(
        Facets,
        "For each facet its values and counts; the counts of a facet pass over its own choices",
    )


class Profile(Organization):
    """Everything that the public may see of an organization."""

    parent = text_or_none("Identifier of the body it belongs to", "3c5v8k1zpw", attribute="profile.parent_id")
    memberships = many(Membership, "Bodies of which it is a member", attribute="profile.memberships")
    networks = keys(
        "region",
        "Areas of regional networks and field offices that its work is about",
        ["network-americas"],
        attribute="profile.networks",
    )
    joined_networks = keys(
        "network",
        "Networks that it belongs to, among those whose members are public",
        ["anti-corruption"],
        attribute="profile.joined",
    )
    treaties = keys("treaty", "Treaty articles its work serves", ["untoc-25"], attribute="profile.treaties")
    sdg_targets = keys("sdg_target", "Targets of the Sustainable Development Goals", ["16.2"],
                       attribute="profile.sdg_targets")  # fmt: skip
    texts = by_language(Description, "Descriptions by language", attribute="profile.texts")
    website = text_or_none("Website", "https://www.example.org/", attribute="profile.website")
    links = many(Link, "Pages elsewhere", attribute="profile.links")
    hotline = one(Hotline, "Hotline; null where none is public", allow_none=True, attribute="profile.hotline")
    founded = fields.Integer(
        required=True,
        allow_none=True,
        metadata=told("Year in which it was founded", 1981),
        attribute="profile.founded",
    )
    identifiers = many(Identifier, "Numbers in registers", attribute="profile.identifiers")
    claimable = flag("The organization may still claim this entry", True, attribute="profile.is_claimable")
    updated = moment("When the entry last changed", CONFIRMED, attribute="profile.updated_at")


class Part(Shown):
    """One filter that words of the query name."""

    facet = text("The facet, a parameter of the search", "country")
    value = text("Key", "MX")
    label = text("Name in the language asked", "Mexico")


class FilterSuggestion(Shown):
    """A search that says with filters what was typed in words."""

    parts = many(Part, "The filters")
    q = text("Words that are left over", "", attribute="criteria.q")
    query = text("Query string of the search it makes", "theme=trafficking-in-persons&country=MX")
    total = whole("Organizations it finds", 12)


class OrganizationSuggestion(Shown):
    """An organization whose name answers what was typed."""

    id = text("Identifier", "7h2k9xq4mt")
    slug = text("The part of the page's address that stands for it", "refugio-del-sur-7h2k9xq4mt")
    url = text("Address of its page", "/en/organizations/refugio-del-sur-7h2k9xq4mt")
    name = text("Name", "Refugio del Sur", attribute="name.text")
    kind = text_or_none("Key of the vocabulary `kind`", "civil_society")
    country = text_or_none("Country of base (ISO 3166-1 alpha-2)", "MX")
    highlights = fields.Nested(
        Shown.from_dict({"name": one(Marked, "The name")}, name="NameHighlights"),
        required=True,
        metadata=told("What in it answers the query"),
    )


class Suggestions(Shown):
    """What to offer for what was typed so far."""

    filters = many(FilterSuggestion, "Searches by filter, the most telling first")
    organizations = many(OrganizationSuggestion, "Organizations by name")


class VocabularySummary(Shown):
    """One vocabulary in the list of all."""

    name = text("Name", "theme")
    url = text("Address of its terms", "/api/v1/vocabularies/theme")
    terms = whole("Number of terms", 42)
    parameters = texts("Parameters of the search that take its keys", ["theme"])


class VocabularyList(Shown):
    """All vocabularies."""

    vocabularies = many(VocabularySummary, "The vocabularies")


class Term(Shown):
    """One entry of a vocabulary."""

    key = text("Key; it never changes", "trafficking-forced-labour")
    parent = text_or_none("Key of the wider term; null: there is none", "trafficking-in-persons")
    label = text("Name in the language asked", "Trafficking for forced labour")
    labels = by_language(None, "Name in each language of the hub")
    synonyms = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata=told("Other words for it, by language", {"en": ["labour trafficking"]}),
    )
    retired = flag(
        "No longer given to organizations; entries may still name it", False, attribute="is_retired"
    )
    extra = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata=told("Codes and facts of this vocabulary's own", {"isic": "H"}),
    )


class Vocabulary(Shown):
    """A vocabulary's terms in display order."""

    name = text("Name", "theme")
    terms = many(Term, "The terms")


class Candidate(Shown):
    """An organization that may bear the name asked for."""

    id = text("Identifier", "7h2k9xq4mt", attribute="profile.id")
    slug = text(
        "The part of the page's address that stands for it",
        "refugio-del-sur-7h2k9xq4mt",
        attribute="profile.slug",
    )
    url = text("Address of its page", "/en/organizations/refugio-del-sur-7h2k9xq4mt")
    name = text("Name", "Refugio del Sur", attribute="profile.name")
    country = text_or_none("Country of base (ISO 3166-1 alpha-2)", "MX", attribute="profile.country")
    score = fields.Float(
        required=True, metadata=told("How near it is, from 0 to 1", 1.0, minimum=0, maximum=1)
    )
    reasons = texts(
        "Why: same name, other name, same acronym, similar name, same country", ["same name", "same country"]
    )


class Match(Shown):
    """Which organizations a name may mean."""

    decided = flag(
        "One organization, and one alone, bears exactly this name (in this country, if one was given)", True
    )
    candidates = many(Candidate, "At most ten, nearest first")


class Problem(Shown):
    """What went wrong (RFC 9457)."""

    type = text("Always about:blank: the status says it", "about:blank")
    title = text("What went wrong, in the language asked", "Not understood")
    status = whole("HTTP status", 422)
    detail = text(
        "What to do, in the language asked", "One or more parameters are wrong; “errors” names each of them."
    )
    instance = text_or_none("Identifier of this request, as in the header X-Request-ID", "3f9a0c1e5b7d2468")
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata=told("What is wrong with which parameter", {"country": ["“XX” is not known here."]}),
    )
