"""A real Meilisearch server for the tests: one that is named in the environment, or one started for this process."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from functools import cache
from typing import NamedTuple


class Server(NamedTuple):
    """Where a server is, and a key that may do everything."""

    url: str
    key: str


@cache
def meilisearch() -> Server | None:
    """The server of this process, started on first use and ended with it; None where there is none to be had."""
    if url := os.environ.get("HUB_TEST_MEILI_URL"):
        return Server(url, os.environ.get("HUB_TEST_MEILI_KEY", ""))
    program = shutil.which("meilisearch")
    return _start(program) if program else None


def _start(program: str) -> Server:
    folder = tempfile.mkdtemp(prefix="hub-meilisearch-")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    key = secrets.token_urlsafe(24)
    options = ["--no-analytics", "--env=production", f"--http-addr={address}", f"--db-path={folder}/data"]
    environ = {"PATH": os.environ["PATH"], "MEILI_MASTER_KEY": key, "MEILI_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        [program, *options], cwd=folder, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    atexit.register(_stop, process, folder)
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://{address}/health", timeout=1).close()
            return Server(f"http://{address}", key)
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{program} does not start")


def _stop(process: subprocess.Popen[bytes], folder: str) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)
