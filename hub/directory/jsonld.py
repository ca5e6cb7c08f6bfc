"""Profiles as schema.org JSON-LD, from what the audience may see."""

from __future__ import annotations

from typing import Any

from hub.directory.visibility import Profile

TYPES = {"civil_society": "NGO", "academia": "EducationalOrganization", "private_sector": "Corporation"}


def as_jsonld(profile: Profile, language: str) -> dict[str, Any]:
    """Describe a profile with schema.org's terms; empty fields are left out."""
    text = profile.texts.get(language) or profile.texts.get("en") or next(iter(profile.texts.values()), {})
    described = {
        "@context": "https://schema.org",
        "@type": TYPES.get(profile.kind or "", "Organization"),
        "identifier": profile.id,
        "name": profile.name,
        "alternateName": [*profile.acronyms, *(name["value"] for name in profile.names)],
        "description": text.get("short") or text.get("long"),
        "url": profile.website,
        "sameAs": [link["url"] for link in profile.links],
        "foundingDate": str(profile.founded) if profile.founded else None,
        "areaServed": [{"@type": "Country", "identifier": code} for code in profile.all_countries],
        "knowsAbout": list(profile.themes),
        "knowsLanguage": list(profile.languages),
        "license": next((source["licence"] for source in profile.sources if source["licence"]), None),
    }
    return {key: value for key, value in described.items() if value}
