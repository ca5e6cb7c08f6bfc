"""Pages are compressed for those who take it, and only what is worth it."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

PACKED = {"Accept-Encoding": "gzip"}


def test_a_page_says_the_same_compressed_and_plain(client: FlaskClient) -> None:
    packed = client.get("/en/accessibility", headers=PACKED)
    plain = client.get("/en/accessibility")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    marked = b"</h1>"
    assert gzip.decompress(packed.data).split(marked)[1] == plain.data.split(marked)[1]
    for response in (packed, plain):
        assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("encodings", ["", "identity", "gzip;q=0", "br"])
def test_who_does_not_take_gzip_gets_none(client: FlaskClient, encodings: str) -> None:
    assert "Content-Encoding" not in client.get("/en/privacy", headers={"Accept-Encoding": encodings}).headers


def test_small_answers_tagged_answers_and_other_kinds_are_left_alone(app: Flask, client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/robots.txt", headers=PACKED).headers
    assert "Content-Encoding" not in client.get("/api/v1/organizations", headers=PACKED).headers
    response = client.get("/static/icons/mark.svg", headers=PACKED)
    assert "Content-Encoding" not in response.headers
    response.close()


def test_a_bundle_is_not_compressed_twice(app: Flask, client: FlaskClient) -> None:
    from hub.assets import asset_url

    with app.test_request_context():
        address = asset_url("hub.css")
    assert b"@layer" in gzip.decompress(client.get(address, headers=PACKED).data)
