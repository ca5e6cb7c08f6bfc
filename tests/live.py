"""A hub that runs as an operator runs it, for tests and for measurements of what only a whole server shows."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

HUB = (sys.executable, "-c", "from hub.cli import main; main()")
PATIENCE = 60  # seconds in which a hub must answer, on a busy machine


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, port: int = 0, **settings: object) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `hub run` on a data folder, on any free port unless one is given; ends it in good order.

    Gives its address and its process.

    Raises:
        RuntimeError: it does not answer in time.
    """
    port = port or free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    own = {f"HUB_{name.upper()}": str(value) for name, value in settings.items()}
    environment = kept | {"HUB_DATA_DIR": str(folder), "HUB_LOG_LEVEL": "error"} | own
    command = [*HUB, "run", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            _await(process, f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            process.wait(40)


def _await(process: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the hub does not answer at {address}, exit status {process.poll()}")
