"""What is shipped for operators is well-formed, hardened, pinned, and names only settings that there are."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub import ROOT
from hub.config import describe

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NOT_OURS = {"HUB_HOST"}  # compose's own


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, its anchors resolved."""
    made: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return made


@pytest.mark.parametrize(
    "path", [*sorted(p for p in DEPLOY.rglob("*") if p.is_file()), *DOCS], ids=lambda p: p.name
)
def test_every_setting_named_is_one(path: Path) -> None:
    known = {variable for variable, _, _ in describe()}
    named = {
        name.removesuffix("_FILE")
        for name in re.findall(r"\bHUB_[A-Z][A-Z_]*[A-Z]\b(?!\*)", path.read_text("utf-8"))
    }
    assert {name for name in named - known - NOT_OURS if not name.startswith("HUB_TEST_")} == set()


def test_all_settings_are_explained_for_operators() -> None:
    text = (DEPLOY.parent / "docs" / "operations.md").read_text("utf-8")
    for variable, _, meaning in describe():
        assert re.search(rf"^\| `{variable}` \| .* \| {re.escape(meaning)} \|$", text, re.MULTILINE), variable


def test_every_service_is_hardened_pinned_and_watched(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert re.search(r":v?\d+\.\d+", service["image"]), name
        assert "healthcheck" in service or name == "worker", (
            "the worker is watched by what it tells the database"
        )


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, one in compose["services"].items() if "ports" in one] == ["proxy"]
    inner = {name for name, one in compose["networks"].items() if one.get("internal")}
    for name in ("web", "postgres", "redis", "meilisearch"):
        assert set(compose["services"][name]["networks"]) <= inner, name


def test_secrets_are_files_and_given_only_to_those_who_need_them(compose: dict[str, Any]) -> None:
    used = {name: set(one.get("secrets", ())) for name, one in compose["services"].items()}
    assert set().union(*used.values()) == compose["secrets"].keys()
    assert "search_admin_key" not in used["web"]
    for name in ("web", "worker"):
        files = {v for k, v in compose["services"][name]["environment"].items() if k.endswith("_FILE")}
        assert files == {f"/run/secrets/{one}" for one in used[name]}, name


def test_every_name_used_is_declared(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert set(service["networks"]) <= compose["networks"].keys(), name
        assert set(service.get("depends_on", ())) <= compose["services"].keys(), name
        volumes = {one.split(":")[0] for one in service.get("volumes", ()) if not one.startswith(".")}
        assert volumes <= compose["volumes"].keys(), name


def test_the_image_is_built_from_locked_hashes_and_not_run_by_root() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    assert "--require-hashes" in text
    assert re.search(r"^USER \d+", text, re.MULTILINE)
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / one).exists() for one in source.split()), source


@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".service"], ids=lambda u: u.name)
def test_units_are_hardened(unit: Path) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit)
    service = parser["Service"]
    wanted = {
        "ProtectSystem": "strict",
        "NoNewPrivileges": "yes",
        "PrivateTmp": "yes",
        "User": "hub",
        "UMask": "0077",
    }
    assert {name: service.get(name) for name in wanted} == wanted
    assert service["CapabilityBoundingSet"] == ""


def test_systemd_takes_the_units() -> None:
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("NO SYSTEMD: its own check of the units was not made")
    done = subprocess.run([program, "verify", *map(str, UNITS)], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert said == [], "the program is not installed where the units look for it; nothing else may be said"


def composers() -> list[list[str]]:
    """The commands by which compose is called on this machine: the newer plugin, the older program, or neither."""
    plugin, program = shutil.which("docker"), shutil.which("docker-compose")
    found = [[program]] if program else []
    if (
        plugin
        and not subprocess.run([plugin, "compose", "version"], capture_output=True, check=False).returncode
    ):
        found.append([plugin, "compose"])
    return found


def test_compose_takes_its_file() -> None:
    if not composers():
        pytest.skip("NO DOCKER COMPOSE: the file was parsed, but not by compose itself")
    for command in composers():
        done = subprocess.run(
            [*command, "--file", str(DEPLOY / "compose.yaml"), "config", "--quiet"],
            env={"HUB_HOST": "hub.example.org"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
