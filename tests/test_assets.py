"""Bundles of style and script: joined in order, named by content, compressed where asked, unknown ones refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub import assets
from hub.assets import BUNDLES, asset_url, join


@pytest.fixture
def static(tmp_path: Path) -> Path:
    (tmp_path / "css" / "blocks").mkdir(parents=True)
    (tmp_path / "css" / "tokens.css").write_text("a{}\n")
    (tmp_path / "css" / "blocks" / "z.css").write_text("z{}\n")
    (tmp_path / "css" / "blocks" / "b.css").write_text("b{}\n")
    return tmp_path


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return asset_url(name)


def test_files_are_joined_pattern_by_pattern_and_by_name(static: Path) -> None:
    assert join(static, "text/css", ("css/tokens.css", "css/blocks/*.css")).plain == b"a{}\nb{}\nz{}\n"


def test_any_change_of_content_changes_the_digest_and_nothing_else_does(static: Path) -> None:
    patterns = ("css/tokens.css", "css/blocks/*.css")
    first = join(static, "text/css", patterns)
    assert join(static, "text/css", patterns) == first
    (static / "css" / "blocks" / "b.css").write_text("c{}\n")
    assert join(static, "text/css", patterns).digest != first.digest


def test_a_pattern_without_a_file_is_a_fault_at_start(static: Path) -> None:
    with pytest.raises(FileNotFoundError):
        join(static, "text/css", ("css/none.css",))


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_kept_for_ever_and_sent_compressed_to_those_who_take_it(
    app: Flask, client: FlaskClient, name: str
) -> None:
    plain = client.get(address(app, name))
    packed = client.get(address(app, name), headers={"Accept-Encoding": "gzip, br"})
    assert plain.status_code == packed.status_code == 200
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    for response in (plain, packed):
        assert response.headers["Cache-Control"] == assets.FOR_EVER
        assert "Accept-Encoding" in response.headers["Vary"]
        assert response.mimetype == BUNDLES[name][0]


def test_other_versions_and_unknown_bundles_are_not_found(app: Flask, client: FlaskClient) -> None:
    good = address(app, "hub.css")
    assert client.get(good.replace("hub.css", "hub.js")).status_code == 404
    assert client.get("/assets/0000000000000000/hub.css").status_code == 404
    assert client.get(good.replace("hub.css", "secret-key")).status_code == 404


def test_the_first_visit_stays_within_its_budget(app: Flask, client: FlaskClient) -> None:
    packed = {"Accept-Encoding": "gzip"}
    sizes = {name: len(client.get(address(app, name), headers=packed).data) for name in BUNDLES}
    page = client.get("/en/search", headers=packed)
    assert page.headers["Content-Encoding"] == "gzip"
    assert sizes["hub.css"] <= 12_000
    assert sizes["hub.js"] <= 20_000
    assert sum(sizes.values()) + len(page.data) <= 60_000


def test_static_files_are_served(client: FlaskClient) -> None:
    response = client.get("/static/icons/mark.svg")
    assert response.status_code == 200
    assert response.mimetype == "image/svg+xml"
    response.close()
