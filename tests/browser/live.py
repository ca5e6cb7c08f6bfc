"""A running hub and a browser to visit it with, for the browser tests and for the pictures of the documentation."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from hub import ROOT

DATA = ROOT / "data" / "organizations-8k.ndjson.gz"
HUB = (sys.executable, "-c", "from hub.cli import main; main()")
RATES = ("HUB_SEARCH_RATE", "HUB_API_RATE", "HUB_SUGGEST_RATE", "HUB_SIGN_IN_RATE")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Playwright's own list, which this one takes the place of, and what the address bar would need: without a window
# nobody sees it, and it costs more than many a page.
UNUSED = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "LensOverlay",
    "HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch",
    "WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup",
)  # fmt: skip
# No browser started here speaks to anyone but loopback, whatever a page asks for.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", f"--disable-features={','.join(UNUSED)}",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]  # fmt: skip
PATIENCE = 60  # seconds in which a hub must answer, on a busy machine


def chromium_path() -> str | None:
    """Where the browser is, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def fill(data_dir: Path, data: Path) -> None:
    """Make a hub in ``data_dir`` that holds the organizations of ``data``.

    Raises:
        subprocess.CalledProcessError: the file could not be read to its end.
    """
    done = subprocess.run(
        [*HUB, "import", "--quiet", str(data)], env=_settings(data_dir), cwd=ROOT, check=False
    )
    if done.returncode not in (0, 1):  # 1: some rows are rejected, as they deserve
        done.check_returncode()


def account(data_dir: Path, email: str) -> str:
    """Make an account in a hub; gives the address, without origin, of the page on which its password is set.

    Raises:
        subprocess.CalledProcessError: it could not be made.
    """
    command = [*HUB, "user", "create", email]
    done = subprocess.run(
        command, env=_settings(data_dir), cwd=ROOT, check=True, capture_output=True, text=True
    )
    return re.search(r"/en/account/\S+", done.stdout)[0]  # type: ignore[index]


@contextmanager
def serving(data_dir: Path) -> Iterator[str]:
    """Serve the hub in ``data_dir`` as ``hub run`` does, and give its origin.

    Raises:
        RuntimeError: it does not answer.
    """
    port = _free_port()
    origin = f"http://127.0.0.1:{port}"
    command = [*HUB, "run", "--port", str(port)]
    with subprocess.Popen(command, env=_settings(data_dir), cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            _await(process, f"{origin}/en/about")
            yield origin
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _settings(data_dir: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    own = {"HUB_DATA_DIR": str(data_dir), "HUB_PROCESSES": "1", "HUB_LOG_LEVEL": "error"}
    return kept | own | dict.fromkeys(RATES, "off")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(URLError, ConnectionError, TimeoutError), urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the hub does not answer at {address}, exit status {process.poll()}")
