"""Turn a file of organizations into the documents the index holds of them, with the hub's own words for their terms.

    from bench.corpus import documents
    for document in documents(Path("organizations.ndjson.gz")): ...

The file has one JSON object per line (gzipped where its name says so) with id, name, names, acronyms, kind, country,
countries_active, subdivision, city, descriptions, themes_derived, sectors_found, languages and website. This is no
import: it asks nothing about a row's truth, it makes the load of a real index.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.directory.states import Audience, Safety, Trust
from hub.directory.visibility import Profile
from hub.directory.vocabularies import Entry, Vocabularies, seeds
from hub.search.documents import document
from hub.search.engine import Document

KINDS = {
    "ngo": ("civil_society", "ngo_national"),
    "academia": ("academia", "university"),
    "private_sector": ("private_sector", "company"),
}
THEMES = {
    "anti-corruption": "corruption",
    "arms-armed-violence": "firearms-trafficking",
    "child-protection": "youth",
    "crime-prevention-justice": "crime-prevention",
    "cybercrime-technology": "technology-against-crime",
    "drugs-addiction": "drug-offences",
    "gender-violence-women": "gender",
    "governance-democracy": "political-integrity",
    "human-rights": "victim-assistance",
    "illicit-finance": "money-laundering-illicit-finance",
    "media-journalism": "prevention-awareness",
    "migration-refugees": "smuggling-of-migrants",
    "organised-crime": "organized-criminal-group",
    "peace-security": "international-cooperation",
    "rule-of-law-justice": "access-to-justice",
    "supply-chain-business-integrity": "supply-chain-due-diligence",
    "terrorism-violent-extremism": "terrorism-links",
    "trafficking-in-persons": "trafficking-in-persons",
    "wildlife-environmental-crime": "wildlife-forest-fisheries-crime",
}
SECTORS = {  # what a sector's name begins with in the file, after its source
    "Finance": "finance", "Banks": "finance", "financial": "finance", "Insurance": "finance",
    "Technology": "technology", "technology": "technology", "Software": "technology",
    "Health": "health-and-pharmaceuticals", "healthcare": "health-and-pharmaceuticals",
    "construction": "construction", "real_estate": "real-estate", "manufacturing": "manufacturing",
    "metals": "extractives", "mining": "extractives", "oil": "extractives",
    "transport": "transport-and-logistics", "maritime": "transport-and-logistics",
    "Retail": "retail-and-consumer-goods", "retail": "retail-and-consumer-goods",
    "Social": "public-interest-and-social-services", "Charity": "public-interest-and-social-services",
}  # fmt: skip
SOME_DAY = datetime(2025, 1, 1, tzinfo=UTC)
SHORT = 300  # characters of a description that count as the short one


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read the file's rows."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def vocabularies() -> Vocabularies:
    """The vocabularies as the project ships them, without a database."""
    return Vocabularies(
        {name: {seed["key"]: _entry(seed) for seed in terms} for name, terms in seeds().items()}
    )


def _entry(seed: Mapping[str, Any]) -> Entry:
    synonyms = {code: tuple(words) for code, words in seed.get("synonyms", {}).items()}
    return Entry(seed["key"], seed.get("parent"), seed["labels"], synonyms, seed.get("extra", {}), False)


def documents(path: Path) -> Iterator[Document]:
    """Yield the public document of every row."""
    terms = vocabularies()
    for row in rows(path):
        yield document(profile(row, terms), terms)


def profile(row: Mapping[str, Any], terms: Vocabularies) -> Profile:
    """Show a row as the public would see it."""
    kind, subtype = KINDS.get(row["kind"], (None, None))
    country = row.get("country")
    texts = {code: _texts(text) for code, text in row.get("descriptions", {}).items()}
    return Profile(
        id=hashlib.sha1(row["id"].encode(), usedforsecurity=False).hexdigest()[:10],
        version="",
        slug=row["id"],
        audience=Audience.PUBLIC,
        trust=Trust.LISTED,
        safety=Safety.OPEN,
        is_claimable=True,
        is_imported=True,
        last_confirmed_at=None,
        updated_at=SOME_DAY,
        name=row["name"],
        name_language=row.get("name_lang"),
        names=tuple({"value": name["v"], "language": name.get("lang")} for name in row.get("names", ())),
        acronyms=tuple(row.get("acronyms", ())),
        kind=kind,
        subtype=subtype,
        country=country,
        regions=terms.regions.get(country or "", ()),
        subdivision=row.get("subdivision"),
        city=row.get("city"),
        countries_of_work=tuple({"country": code} for code in row.get("countries_active", ())),
        themes=tuple(
            dict.fromkeys(THEMES[theme] for theme in row.get("themes_derived", ()) if theme in THEMES)
        ),
        sectors=tuple(dict.fromkeys(filter(None, map(_sector, row.get("sectors_found", ()))))),
        languages=tuple(row.get("languages", ())),
        texts=texts,
    )


def _texts(text: str) -> dict[str, str]:
    return {"short": text} if len(text) <= SHORT else {"short": text[:SHORT], "long": text}


def _sector(found: str) -> str | None:
    name = found.rpartition(":")[2].strip()
    return next((sector for start, sector in SECTORS.items() if name.startswith(start)), None)
