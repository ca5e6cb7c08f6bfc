"""What of a profile goes into an index: made from what the index's audience may see, so it cannot hold more."""

from __future__ import annotations

from collections.abc import Iterable

from hub.directory.visibility import Profile
from hub.directory.vocabularies import Vocabularies
from hub.search.engine import Document
from hub.search.facets import FACETS

# fields of a profile that hold keys of terms, and the vocabulary they are in
TOPICS = (
    ("kind", "kind"),
    ("subtype", "kind"),
    ("themes", "theme"),
    ("sectors", "sector"),
    ("offers", "service"),
    ("seeks", "service"),
    ("populations", "population"),
    ("treaties", "treaty"),
    ("sdg_targets", "sdg_target"),
)


def document(profile: Profile, vocabularies: Vocabularies) -> Document:
    """Turn a profile into what an index holds of it."""
    texts = profile.texts.values()
    return Document(
        id=profile.id,
        texts={
            "name": [profile.name],
            "other_names": [name["value"] for name in profile.names],
            "acronyms": profile.acronyms,
            "topics": _words(vocabularies, _topics(profile)),
            "place": [*_filled(profile.city, profile.subdivision), *_words(vocabularies, _places(profile))],
            "short": [text["short"] for text in texts if text.get("short")],
            "long": [text["long"] for text in texts if text.get("long")],
        },
        facets={facet.name: facet.values(profile, vocabularies.ancestors) for facet in FACETS},
        sort_name=profile.name,
        trust=profile.trust.rank,
        confirmed=int(profile.last_confirmed_at.timestamp() // 86400) if profile.last_confirmed_at else 0,
    )


def _topics(profile: Profile) -> Iterable[tuple[str, str]]:
    for field, vocabulary in TOPICS:
        value = getattr(profile, field)
        for item in (value,) if isinstance(value, str) else value or ():
            yield vocabulary, item if isinstance(item, str) else item["service"]


def _filled(*texts: str | None) -> Iterable[str]:
    return (text for text in texts if text)


def _places(profile: Profile) -> Iterable[tuple[str, str]]:
    """Countries, and regions of M49 only: the words of the other schemes name the same places again."""
    yield from (("country", code) for code in profile.all_countries)
    yield from (("region", code) for code in profile.regions if code.isdigit())


def _words(vocabularies: Vocabularies, keys: Iterable[tuple[str, str]]) -> list[str]:
    """Labels and synonyms of terms and their parents, in all languages, each once."""
    found: dict[str, None] = {}
    for vocabulary, key in keys:
        for kin in vocabularies.ancestors.get(vocabulary, {}).get(key, ()):
            entry = vocabularies.terms[vocabulary][kin]
            found.update(dict.fromkeys(entry.labels.values()))
            for synonyms in entry.synonyms.values():
                found.update(dict.fromkeys(synonyms))
    return list(found)
