"""Organizations related to one: those that share its country and themes, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from hub.directory import queries as directory
from hub.directory.audiences import widest
from hub.directory.visibility import Profile
from hub.errors import SearchUnavailable
from hub.search.criteria import Criteria
from hub.search.indexing import engine

MAX_RELATED = 5


@dataclass(frozen=True, slots=True)
class Related:
    """A related organization and the terms both share: ``country`` and ``themes`` as keys, empty where not shared."""

    profile: Profile
    country: str | None
    themes: tuple[str, ...]


def related_to(profile: Profile) -> tuple[Related, ...]:
    """Find up to five organizations that share the most with this one, as its audience sees them all.

    There are none where the engine cannot answer.
    """
    places = {"country": (profile.country,)} if profile.country else {}
    themes = {"theme": profile.themes} if profile.themes else {}
    ids: dict[str, None] = {}
    try:
        for chosen in ({**places, **themes}, themes, places):
            if chosen and len(ids) <= MAX_RELATED:
                answer = engine(profile.audience).search(
                    Criteria(chosen=chosen, page_size=MAX_RELATED + 1), counts=False
                )
                ids.update(dict.fromkeys(answer.ids))
    except SearchUnavailable:
        return ()
    ids.pop(profile.id, None)
    return tuple(
        Related(
            other,
            profile.country if profile.country in other.all_countries else None,
            tuple(theme for theme in profile.themes if theme in other.themes),
        )
        for other in directory.profiles(list(ids)[:MAX_RELATED], widest(profile.audience))
    )
