"""A folder of which one sub-folder counts, and in which another can take its place in one step."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from hub.errors import IndexMissing, SearchUnavailable

PREFIX = "generation-"


@dataclass(frozen=True, slots=True)
class Generations:
    """Keeps generations of what ``version`` describes in ``folder``; the file ``current`` names the one that counts.

    A crash at any moment leaves the one that counted before. Only the holder of a lock may call ``begin`` and
    ``publish``; the last generation but one stays until the next begins, for readers that are just opening it.
    """

    folder: Path
    version: int

    def current(self) -> Path:
        """Tell which generation counts.

        Raises:
            IndexMissing: none does.
            SearchUnavailable: it cannot be read, or was made for another version.
        """
        try:
            version, _, name = (self.folder / "current").read_text("ascii").strip().partition(" ")
        except FileNotFoundError as error:
            raise IndexMissing("there is no index yet") from error
        except (OSError, ValueError) as error:
            raise SearchUnavailable("it cannot be read which index counts") from error
        if version != str(self.version) or not name.startswith(PREFIX) or Path(name).name != name:
            raise SearchUnavailable(
                f"the index is of version {version}, not {self.version}: it must be rebuilt"
            )
        return self.folder / name

    def begin(self) -> Path:
        """Make the folder of the next generation and clear away what neither counts nor is being opened."""
        self.folder.mkdir(parents=True, exist_ok=True)
        held = {path: int(path.name.removeprefix(PREFIX)) for path in self.folder.glob(f"{PREFIX}[0-9]*")}
        try:
            counts = self.current()
        except SearchUnavailable:
            counts = None
        for path in held:
            if path != counts:
                shutil.rmtree(path, ignore_errors=True)
        path = self.folder / f"{PREFIX}{max(held.values(), default=0) + 1}"
        path.mkdir()
        return path

    def publish(self, path: Path) -> None:
        """Let the generation in ``path`` count from now on."""
        fresh = self.folder / "current.new"
        with fresh.open("w", encoding="ascii") as file:
            file.write(f"{self.version} {path.name}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / "current")
        if hasattr(os, "O_DIRECTORY"):  # elsewhere a folder cannot be opened, and need not be
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
