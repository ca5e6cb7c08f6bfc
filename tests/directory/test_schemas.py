"""What may be sent for a profile: cleaned, checked, and refused with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from hub.directory.cleaning import clean
from hub.directory.hosts import is_public_host
from hub.directory.schemas import ProfileSchema
from hub.directory.states import Safety

QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def load(**values: Any) -> dict[str, Any]:
    return ProfileSchema().load({"name": "Foyer du Nord", **values})


def reasons(**values: Any) -> Any:
    with pytest.raises(ValidationError) as caught:
        load(**values)
    return caught.value.messages


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Foyer\t du \n Nord ", "Foyer du Nord"),
        ("e\u0301cole", "école"),
        ("\u202eevil\u202c Bank\u200f", "evil Bank"),
        ("\ufeffAB\u0007C", "ABC"),
        ("Women\u0092s Aid", "Women’s Aid"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("Save\u3164 the \U000e0041\U000e0042Children\uffa0", "Save the Children"),
        ("Booking.com", "Booking.com"),
        ("4-72", "4-72"),
        ("聯合", "聯合"),
    ],
)
def test_names_are_cleaned(app: Flask, given: str, kept: str) -> None:
    assert load(name=given)["name"] == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("example.org", "https://example.org/"),
        ("HTTPS://Example.ORG:443/A?b=c#d", "https://example.org/A?b=c#d"),
        ("http://www.example.org:8080/x", "http://www.example.org:8080/x"),
        ("example.org:8080/x", "https://example.org:8080/x"),
        ("//example.org", "https://example.org/"),
        ("http://нииип-нзик.рф", "http://нииип-нзик.рф/"),
        ('http://example.org/"><script>', "http://example.org/%22%3E%3Cscript%3E"),
        ("", None),
    ],
)
def test_web_addresses_are_normalised(app: Flask, given: str, kept: str | None) -> None:
    assert load(website=given)["website"] == kept


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "ftp://example.org/", "mailto:a@example.org", "http://", "http:///x", "https://a b.org",
     "https://user@example.org", "https://user:secret@example.org", "http://localhost", "http://127.0.0.1/",
     "http://[::1]/", "http://2130706433/", "http://intranet/", "http://printer.local/", "http://a..b.org/",
     "http://-a.org/", "http://a_b.org/", "https://x.onion/", "http://example.org:99999/", "data:text/html,x",
     "https://" + "a" * 600 + ".org/"],
)  # fmt: skip
def test_other_addresses_are_refused(app: Flask, address: str) -> None:
    assert set(reasons(website=address)) == {"website"}


def test_there_is_no_field_for_an_address_or_a_person() -> None:
    fields = set(ProfileSchema().fields)
    assert not {"address", "street", "postcode", "phone", "email", "latitude", "contact"} & fields


def test_fields_that_a_sender_may_not_set_are_refused(app: Flask) -> None:
    for field in ("id", "trust", "status", "is_claimable", "sources", "slug", "last_confirmed_at", "address"):
        assert field in reasons(**{field: "x"})


def test_where_there_is_a_shelter_no_town_is_kept(app: Flask) -> None:
    found = load(city="Lyon", subdivision="Rhône", offers=[{"service": "emergency-shelter"}])
    assert found["city"] is None
    assert found["subdivision"] is None


def test_a_subtype_brings_its_kind(app: Flask) -> None:
    assert load(subtype="university")["kind"] == "academia"


def test_null_empties_and_absence_leaves_alone(app: Flask) -> None:
    found = load(themes=None, texts=None, website=None, hotline=None)
    assert found == {"name": "Foyer du Nord", "themes": [], "texts": {}, "website": None, "hotline": None}


def test_lists_hold_each_item_once(app: Flask) -> None:
    found = load(
        themes=["corruption", "corruption"],
        offers=[{"service": "legal-aid", "is_direct": False}, {"service": "legal-aid"}],
        identifiers=[
            {"scheme": "ror", "value": "x"},
            {"scheme": "ror", "value": "x"},
            {"scheme": "ror", "value": "y"},
        ],
    )
    assert found["themes"] == ["corruption"]
    assert found["offers"] == [{"service": "legal-aid", "is_direct": False}]
    assert len(found["identifiers"]) == 2


def test_countries_may_be_written_small_and_carry_roles(app: Flask) -> None:
    found = load(
        country="mx", countries_of_work=[{"country": "US", "roles": ["destination"]}, {"country": "GT"}]
    )
    assert found["country"] == "MX"
    assert found["countries_of_work"] == [
        {"country": "US", "roles": ["destination"]},
        {"country": "GT", "roles": []},
    ]
    assert "countries_of_work" in reasons(countries_of_work=[{"country": "US", "roles": ["harbour"]}])


def test_networks_are_not_just_any_region(app: Flask) -> None:
    assert load(networks=["network-africa"])["networks"] == ["network-africa"]
    assert "networks" in reasons(networks=["002"])


def test_an_audience_may_only_be_stricter(app: Flask) -> None:
    assert load(audiences={"website": "members"})["audiences"] == {"website": "members"}
    for wrong in ({"city": "public"}, {"website": "everyone"}, {"shoe_size": "members"}, ["website"]):
        assert "audiences" in reasons(audiences=wrong)


def test_safety_is_one_of_three(app: Flask) -> None:
    assert load(safety="protected")["safety"] is Safety.PROTECTED
    assert load(safety=None)["safety"] is Safety.OPEN
    assert "safety" in reasons(safety="secret")


def test_a_hotline_needs_a_number(app: Flask) -> None:
    found = load(hotline={"number": "+44 800 0121 700", "hours": "24/7", "languages": ["en", "pl"]})
    assert found["hotline"]["languages"] == ["en", "pl"]
    assert "hotline" in reasons(hotline={"hours": "24/7"})
    assert "hotline" in reasons(hotline={"number": "call Somebody"})


def test_reasons_are_texts_without_a_request_and_without_an_app() -> None:
    with pytest.raises(ValidationError) as caught:
        ProfileSchema().load({"name": 3, "founded": "x", "nonsense": 1})
    assert {field: str(several[0]) for field, several in caught.value.messages.items()} == {
        "name": "must be text",
        "founded": "must be a whole number",
        "nonsense": "is not a field of this record",
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@QUICK
@given(values=st.dictionaries(st.sampled_from(sorted(ProfileSchema().fields)), JSON, max_size=6))
def test_anything_is_taken_or_refused_with_reasons(app: Flask, values: dict[str, Any]) -> None:
    wrong = ProfileSchema().validate(values)
    if not wrong:
        found = ProfileSchema().load(values)
        assert ProfileSchema().load(found) == found


@QUICK
@given(text=st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    try:
        once = clean(text)
    except ValidationError:
        assert "\0" in text or any("\ud800" <= c <= "\udfff" for c in text)
    else:
        assert clean(once) == once


@QUICK
@given(host=st.text(max_size=80))
def test_any_host_is_judged(host: str) -> None:
    assert is_public_host(host) in (True, False)
