"""What may be asked: the parameters of each operation, read strictly. All that is wrong is named, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf

from hub.directory import vocabularies
from hub.i18n import LANGUAGES
from hub.search.criteria import MAX_PAGE_SIZE, MAX_QUERY, MAX_RESULTS, MAX_VALUES, PAGE_SIZE, Criteria, Sort
from hub.search.facets import FACETS

MISSING = {"required": _l("This parameter is needed.")}
SHOWN = 80  # characters of a wrong value that are repeated
WHOLE = re.compile(r"[1-9][0-9]{0,8}")

# facet: what its parameter narrows to, for the documentation
MEANINGS = {
    "kind": "Kind or subtype of organization",
    "region": "Region (M49 code, or key of another scheme's area) of the country of base",
    "network": "Network that it belongs to, among those whose members are public",
    "country": "Country of base or of work (ISO 3166-1 alpha-2)",
    "theme": "Theme of work",
    "sector": "Economic sector",
    "offers": "Service offered",
    "seeks": "Service sought",
    "population": "People served",
    "language": "Working language (ISO 639-1)",
    "trust": "How far the entry was confirmed",
}
EXAMPLES = {"theme": "trafficking-in-persons", "country": "MX"}


class Text(fields.String):
    """A text that may be given once."""

    is_multiple = True  # webargs hands over all values given, so that a second one can be refused

    def _deserialize(
        self, value: list[str], attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        return str(super()._deserialize(_only(value), attr, data, **kwargs))


class Whole(fields.Integer):
    """A whole number from 1 to ``most``, in plain digits, that may be given once."""

    is_multiple = True

    def __init__(self, meaning: str, most: int, default: int) -> None:
        super().__init__(metadata={"description": meaning, "minimum": 1, "maximum": most, "default": default})
        self.most = most

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        text = _only(value)
        if not WHOLE.fullmatch(text) or int(text) > self.most:
            raise ValidationError(_("This should be a whole number from 1 to %(most)s.", most=self.most))
        return int(text)


class Key(Text):
    """One key of a vocabulary."""

    def __init__(self, vocabulary: str, meaning: str) -> None:
        super().__init__(metadata={"description": meaning, "x-vocabulary": vocabulary})
        self.vocabulary = vocabulary

    def _deserialize(
        self, value: list[str], attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        key = super()._deserialize(value, attr, data, **kwargs)
        _check_known(self.vocabulary, [key])
        return key


class Keys(fields.List[Any]):
    """Keys of a vocabulary; the parameter may be repeated."""

    def __init__(self, vocabulary: str, meaning: str, example: str | None = None) -> None:
        metadata = {"description": meaning, "x-vocabulary": vocabulary, "maxItems": MAX_VALUES}
        super().__init__(fields.String(), metadata=metadata | ({"examples": [[example]]} if example else {}))
        self.vocabulary = vocabulary

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if len(value) > MAX_VALUES:
            raise ValidationError(_("At most %(most)s values can be given.", most=MAX_VALUES))
        _check_known(self.vocabulary, value)
        return list(dict.fromkeys(value))


def _only(values: list[str]) -> str:
    if len(values) != 1:
        raise ValidationError(_("This parameter can be given only once."))
    return values[0]


def _check_known(vocabulary: str, keys: list[str]) -> None:
    terms = vocabularies.current()
    wrong = [key for key in dict.fromkeys(keys) if (vocabulary, key) not in terms]
    if wrong:
        raise ValidationError([_("“%(value)s” is not known here.", value=key[:SHOWN]) for key in wrong])


def _choice(choices: list[str], meaning: str, default: str) -> Text:
    wrong = _l("This should be one of: %(choices)s.", choices=", ".join(choices))
    return Text(
        validate=OneOf(choices, error=wrong),
        metadata={"description": meaning, "default": default},
    )


def _typed(meaning: str, example: str, **kwargs: Any) -> Text:
    least = 1 if kwargs.get("required") else None
    wrong = _l(
        "This should have at most %(most)s characters, and not be empty where it is needed.", most=MAX_QUERY
    )
    return Text(
        validate=Length(min=least, max=MAX_QUERY, error=wrong),
        metadata={"description": meaning, "examples": [example]},
        error_messages=MISSING,
        **kwargs,
    )


class Plain(Schema):
    """The parameters that every operation takes."""

    error_messages = {"unknown": _l("There is no such parameter.")}  # noqa: RUF012 - marshmallow's own way

    class Meta:
        """Refuse what is not declared."""

        unknown = RAISE

    lang = _choice(
        list(LANGUAGES),
        "Language of labels, page addresses and errors; else as the header Accept-Language asks.",
        "en",
    )


Filters = Plain.from_dict(
    {
        facet.name: Keys(
            facet.vocabulary,
            f"{MEANINGS[facet.name]}; repeated values mean OR.",
            EXAMPLES.get(facet.name),
        )
        for facet in FACETS
    },
    name="Filters",
)


class Searching(Filters):  # type: ignore[misc, valid-type]
    """The parameters of a search."""

    class Meta(Plain.Meta):
        """In the order of the documentation."""

        fields = ("q", *(facet.name for facet in FACETS), "sort", "page", "page_size", "lang")

    q = _typed(
        "Words to find, as typed: the last word counts as a beginning unless a space follows; words in double quotes "
        "are a phrase; small typing errors are forgiven.",
        "shelter",
    )
    sort = _choice(
        [sort.value for sort in Sort], "Order of the hits: best match, name, or latest confirmed.", "best"
    )
    page = Whole(
        f"Page, from 1. No page reaches beyond the first {MAX_RESULTS:,} hits: page × page_size is at most that.",
        MAX_RESULTS,
        1,
    )
    page_size = Whole("Hits on a page.", MAX_PAGE_SIZE, PAGE_SIZE)

    @validates_schema
    def check_depth(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        """Refuse a page that lies deeper than hits can be paged to."""
        size = data.get("page_size", PAGE_SIZE)
        if data.get("page", 1) * size > MAX_RESULTS:
            most = MAX_RESULTS // size
            raise ValidationError(
                _("With %(size)s hits on a page, the last page is %(most)s.", size=size, most=most), "page"
            )


class Typing(Plain):
    """The parameters of suggestions."""

    class Meta(Plain.Meta):
        """In the order of the documentation."""

        fields = ("q", "lang")

    q = _typed("What was typed so far.", "trafficking mex", required=True)


class Matching(Plain):
    """The parameters of a match."""

    class Meta(Plain.Meta):
        """In the order of the documentation."""

        fields = ("name", "country", "lang")

    name = _typed(
        "The name to find, in any of its forms: full, short, or in another language.",
        "Refugio del Sur",
        required=True,
    )
    country = Key("country", "Country of base (ISO 3166-1 alpha-2), where it is known.")


def criteria_of(arguments: Mapping[str, Any]) -> Criteria:
    """Make criteria of the checked parameters of a search."""
    chosen = {facet.name: tuple(arguments[facet.name]) for facet in FACETS if arguments.get(facet.name)}
    return Criteria(
        arguments.get("q", ""),
        chosen,
        Sort(arguments.get("sort", Sort.BEST)),
        arguments.get("page", 1),
        arguments.get("page_size", PAGE_SIZE),
    )
