"""The proxies that are shipped, run as they are: what they keep inside, and what they write down of visitors."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from hub import ROOT
from tests.live import free_port

DEPLOY = ROOT / "deploy"
WORD = "lantern"  # what somebody searches for
STARTING = 10  # seconds

Start = Callable[[Path, int, int], tuple[list[str], dict[str, str]]]


def caddy(folder: Path, port: int, hub: int) -> tuple[list[str], dict[str, str]]:
    """The command for Caddy with the shipped file, on plain HTTP, in front of a hub at another place."""
    text = (DEPLOY / "Caddyfile").read_text("utf-8")
    text = text.replace("{\n", "{\n\tadmin off\n", 1).replace("web:5000", f"127.0.0.1:{hub}")
    (folder / "Caddyfile").write_text(text, "utf-8")
    home = {
        "HUB_HOST": f"http://127.0.0.1:{port}",
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    return ["run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")], home


def nginx(folder: Path, port: int, hub: int) -> tuple[list[str], dict[str, str]]:
    """The same for nginx, its two servers on one port: what differs without TLS is left out."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    text = re.sub(r"\n +(listen \[::\]|ssl_)[^\n]*", "", text)
    text = re.sub(r"listen 443[^;]*;", f"listen 127.0.0.1:{port} default_server;", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(
        "127.0.0.1:5000", f"127.0.0.1:{hub}"
    )
    text = text.replace(
        "server_name hub.example.org;\n    access_log", "server_name plain.example.org;\n    access_log"
    )
    text = text.replace("/var/log/nginx/error.log", str(folder / "error.log"))
    paths = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = (
        f"daemon off; pid {folder}/pid; error_log {folder}/start.log; events {{}}"
        f" http {{ access_log {folder}/access.log; {paths}\n{text}\n}}"
    )
    (folder / "nginx.conf").write_text(main, "utf-8")
    return ["-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")], {}


@pytest.fixture(params=[caddy, nginx], ids=["caddy", "nginx"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A proxy before a hub that is away: its address, and the folder of all that it writes."""
    start: Start = request.param
    name = request.node.callspec.id
    program = shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
    if program is None:
        pytest.skip(f"NO {name.upper()}: its settings were not tried")
    tmp_path.chmod(0o755)
    port, hub = free_port(), free_port()
    arguments, environment = start(tmp_path, port, hub)
    with (tmp_path / "output.log").open("wb") as output:
        process = subprocess.Popen([program, *arguments], env=environment, stdout=output, stderr=output)
        try:
            address = f"http://127.0.0.1:{port}"
            _await(address)
            yield address, tmp_path
        finally:
            process.terminate()
            process.wait(10)


def _status(address: str) -> int:
    try:
        with urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def _ask_as(address: str, host: str) -> None:
    """Ask for a search under another host name: nginx leads the one without TLS to the other."""
    connection = HTTPConnection(address.removeprefix("http://"), timeout=5)
    connection.request("GET", f"/en/search?q={WORD}", headers={"Host": host})
    connection.getresponse().read()
    connection.close()


def _await(address: str) -> None:
    until = time.monotonic() + STARTING
    while True:
        try:
            _status(f"{address}/readyz")
            return
        except (URLError, OSError):
            assert time.monotonic() < until, "the proxy does not start"
            time.sleep(0.05)


def test_what_a_monitor_may_ask_stays_inside(proxy: tuple[str, Path]) -> None:
    address, _ = proxy
    assert [_status(f"{address}/{path}") for path in ("readyz", "metrics")] == [404, 404]
    assert _status(f"{address}/healthz") == 502  # passed on


def test_a_proxy_whose_hub_is_away_writes_down_neither_who_asked_nor_what(proxy: tuple[str, Path]) -> None:
    address, folder = proxy
    assert _status(f"{address}/en/search?q={WORD}") == 502
    _ask_as(address, "plain.example.org")
    time.sleep(0.3)
    written = {path: path.read_text("utf-8", "replace") for path in folder.glob("*.log")}
    assert not [path.name for path, text in written.items() if WORD in text or '"remote_ip"' in text]
    assert not [path.name for path, text in written.items() if "client: " in text or "GET /" in text]
