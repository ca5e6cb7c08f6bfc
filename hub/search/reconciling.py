"""Reconciling: which profile is meant by a name that somebody else wrote down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from hub.directory import queries as directory
from hub.directory.visibility import Profile
from hub.folding import fold
from hub.search.criteria import MAX_QUERY, MAX_WORDS, Criteria
from hub.search.engine import Engine

MAX_CANDIDATES = 10
LOOKED_AT = 25  # hits of a search that are compared
BEARERS = 100  # hits that hold the name as it stands and are compared: own names come first, then other names
LONGEST_ACRONYM = 8  # letters
MAX_COMPARED = 12  # names of one profile that are compared
LONGEST = 160  # characters of a name that are compared letter by letter
LEAST = 0.6  # score below which a name is another name

OTHER_NAME = 0.98
ACRONYM = 0.85
SAME_WORDS = 0.97  # the same words in another order, or without the legal form
SIMILAR = 0.95  # best that mere likeness can reach
OTHER_COUNTRY = 0.8  # of the score is left where the country is another one

# Legal forms as they stand at an end of a name, folded. Words that carry meaning ("foundation") are not among them.
LEGAL_FORMS = frozenset(
    tuple(form.split())
    for form in """
    the, ltd, limited, inc, incorporated, corp, llc, llp, plc, co, co ltd, pty, pty ltd, pvt, pvt ltd, cic, cio, ngo,
    a c, ac, i a p, iap, s a, sa, s l, s c, sc, s a s, sas, s r l, srl, s a r l, sarl, a s b l, asbl, aisbl, vzw, ong,
    s p a, spa, onlus, ets, aps, b v, bv, n v, nv, e v, ev, gmbh, ggmbh, e u, r y, ry, z s, z u, o s, o p s,
    ооо, оо, ано, нко, зао
    """.split(",")  # noqa: SIM905 - seventy quoted forms read worse
)


class Reason(StrEnum):
    """Why a profile may be the one that is meant."""

    SAME_NAME = "same name"
    OTHER_NAME = "other name"
    SAME_ACRONYM = "same acronym"
    SIMILAR_NAME = "similar name"
    SAME_COUNTRY = "same country"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile that may be meant, how near its names are (0 to 1), and why."""

    profile: Profile
    score: float
    reasons: tuple[Reason, ...]

    @property
    def is_exact(self) -> bool:
        """True where one of its names is the very name asked for."""
        return bool({Reason.SAME_NAME, Reason.OTHER_NAME} & set(self.reasons))


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Candidates, nearest first; decided where one alone bears the name exactly (in the country, if one was given)."""

    candidates: tuple[Candidate, ...]
    is_decided: bool


def reconcile(name: str, country: str | None, engine: Engine) -> Reconciled:
    """Find whom the public knows by ``name``; a bounded number of searches and comparisons whatever is asked.

    Raises:
        SearchUnavailable: the engine cannot answer.
    """
    name = name[:MAX_QUERY]
    wanted = fold(name)
    if not wanted:
        return Reconciled((), False)
    compared = (
        _candidate(profile, wanted, country)
        for profile in directory.profiles(_ids(name, wanted, country, engine))
    )
    found = sorted(
        (one for one in compared if one is not None),
        key=lambda one: (-one.score, one.profile.name, one.profile.id),
    )
    bearers = [one for one in found if one.is_exact and (not country or Reason.SAME_COUNTRY in one.reasons)]
    return Reconciled(tuple(found[:MAX_CANDIDATES]), len(bearers) == 1)


def _ids(name: str, wanted: str, country: str | None, engine: Engine) -> list[str]:
    """Ids of profiles whose names are worth comparing."""
    found: dict[str, None] = {}
    for question, most in _questions(name, wanted).items():
        near = Criteria(q=question, page_size=most)
        for criteria in (replace(near, chosen={"country": (country,)}), near) if country else (near,):
            found.update(dict.fromkeys(engine.search(criteria, counts=False).ids))
    return list(found)


def _questions(name: str, wanted: str) -> dict[str, int]:
    """Ways to ask an engine for a name, with the number of hits to look at.

    As a phrase, as words, and from its end, since words are dropped from there; an acronym with and without its points.
    The blank at the end says that the last word is a whole one.
    """
    spelled = name.replace('"', " ").split()  # engines fold in their own way
    core = without_legal_form(wanted.split())
    asked = {f'"{" ".join(spelled[:MAX_WORDS])}"': BEARERS}
    for words in (spelled, core, core[::-1]):
        asked[" ".join(words[:MAX_WORDS]) + " "] = LOOKED_AT
    letters = wanted.replace(" ", "")
    if len(letters) <= LONGEST_ACRONYM:
        asked |= {f"{letters} ": LOOKED_AT, f'"{" ".join(letters)}"': LOOKED_AT}
    return asked


def without_legal_form(words: Sequence[str]) -> Sequence[str]:
    """Take legal forms off both ends of a folded name's words; a name that is nothing else stays."""
    left = tuple(words)
    while True:
        shorter = next(
            (
                kept
                for size in (4, 3, 2, 1)
                for kept, form in ((left[:-size], left[-size:]), (left[size:], left[:size]))
                if kept and form in LEGAL_FORMS
            ),
            None,
        )
        if shorter is None:
            return left
        left = shorter


def _candidate(profile: Profile, wanted: str, country: str | None) -> Candidate | None:
    """Compare a profile with the name asked for; None where they have too little in common."""
    score, reason = max(_grades(profile, wanted), key=lambda grade: grade[0])
    reasons = [reason]
    if country:
        if profile.country == country:
            reasons.append(Reason.SAME_COUNTRY)
        elif profile.country:
            score *= 1 if country in profile.all_countries else OTHER_COUNTRY
    return Candidate(profile, round(score, 3), tuple(reasons)) if score >= LEAST else None


def _grades(profile: Profile, wanted: str) -> Iterator[tuple[float, Reason]]:
    others = [fold(name["value"]) for name in profile.names]
    own = fold(profile.name)
    if own == wanted:
        yield 1.0, Reason.SAME_NAME
    if wanted in others:
        yield OTHER_NAME, Reason.OTHER_NAME
    if wanted.replace(" ", "") in {fold(acronym).replace(" ", "") for acronym in profile.acronyms}:
        yield ACRONYM, Reason.SAME_ACRONYM
    yield likeness(wanted, (own, *others[:MAX_COMPARED])), Reason.SIMILAR_NAME


def likeness(wanted: str, names: Iterable[str]) -> float:
    """How near the nearest of the folded names is to the one asked for, from 0 to ``SAME_WORDS``."""
    asked = sorted(without_legal_form(wanted.split()))
    best = 0.0
    for name in names:
        held = sorted(without_legal_form(name.split()))
        if asked == held:
            return SAME_WORDS
        matcher = SequenceMatcher(None, " ".join(held)[:LONGEST], " ".join(asked)[:LONGEST], autojunk=False)
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best * SIMILAR
