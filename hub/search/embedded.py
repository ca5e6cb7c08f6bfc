"""The default engine: an index in a folder, read by every process and written by one at a time; no server.

In the folder, ``lock`` belongs to whoever writes, and each generation of the index has a sub-folder of its own: a
rebuild fills the next one, which then takes the place of the old one in one step. Local disks only.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
from tantivy import Document as Entry
from tantivy import Index, IndexWriter

from hub.errors import IndexMissing, SearchUnavailable
from hub.search.checksums import damaged
from hub.search.criteria import Criteria, check_names
from hub.search.engine import Answer, Document
from hub.search.generations import Generations
from hub.search.indexed import fields
from hub.search.ranking import schema
from hub.search.snapshot import Snapshot

SCHEMA = 4  # raise it with every change to what the index holds
WAIT = 600  # seconds for another process's batch
HEAP = 30_000_000  # bytes for a batch of changes
# bytes at most for a rebuild: 75,000 profiles make one segment, which answers three times as soon as four do
REBUILD_HEAP = 400_000_000


class EmbeddedEngine:
    """An index in ``folder``, for one audience; see ``hub.search.engine.Engine``."""

    def __init__(self, folder: Path, name: str = "embedded") -> None:
        self.name = name
        self._folder = folder
        self._generations = Generations(folder, SCHEMA)
        self._opening = threading.Lock()
        self._index: tuple[Path, Index] | None = None
        self._snapshot: Snapshot | None = None

    def search(self, criteria: Criteria, *, counts: bool = True) -> Answer:
        """Answer the criteria."""
        check_names(criteria.chosen)
        with _translated():
            ids, total, found, dropped = self._now().answer(criteria, counts)
        return Answer(ids, total, found, self.name, dropped=dropped)

    def spelling(self, q: str) -> str | None:
        """Offer the query with words the index does not know replaced by near ones it knows."""
        with _translated():
            return self._now().spelling(q)

    def versions(self) -> dict[str, str]:
        """Map the id of every document held to its fingerprint, of an index all files of which are whole."""
        with _translated():
            held = self._now().versions()
            name = damaged(self._generations.current())
        if name is not None:
            raise IndexMissing(f"the index is damaged: {name} is not what was written")
        return held

    @contextmanager
    def writing(self) -> Iterator[Batch]:
        """Open a batch of changes."""
        with self._alone():
            with _translated():
                # An index opened for one batch only: handles that live on pile up files of segments long merged.
                writer = Index.open(str(self._generations.current())).writer(HEAP, 1)
            with _committing(writer):
                yield Batch(writer)

    @contextmanager
    def rebuilding(self) -> Iterator[Batch]:
        """Open a batch into the next generation."""
        with self._alone():
            path = self._generations.begin()
            try:
                with _translated():
                    # Sorted by trust and name, documents with the same score come in the right order.
                    writer = Index(schema(), str(path), sort_by_field="by_trust").writer(REBUILD_HEAP, 1)
                with _committing(writer):
                    yield Batch(writer, is_fresh=True)
                self._generations.publish(path)
            except BaseException:
                shutil.rmtree(path, ignore_errors=True)
                raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = filelock.FileLock(self._folder / "lock", timeout=WAIT)
            lock.acquire()
        except OSError as error:  # a timeout is one
            raise SearchUnavailable("another batch is being written") from error
        try:
            yield
        finally:
            lock.release()

    def _now(self) -> Snapshot:
        """The index as it is now: what another process committed is seen at once."""
        for _ in range(2):
            path = self._generations.current()
            try:
                return self._open(path)
            except (ValueError, OSError):
                if path == self._generations.current():
                    raise
        return self._open(self._generations.current())

    def _open(self, path: Path) -> Snapshot:
        state = (path / "meta.json").stat()
        stamp = (path.name, state.st_ino, state.st_mtime_ns, state.st_size)
        snapshot = self._snapshot
        if snapshot is not None and snapshot.stamp == stamp:
            return snapshot
        with self._opening:
            if self._index is None or self._index[0] != path:
                index = Index.open(str(path))
                index.config_reader("manual")
                self._index = path, index
            index = self._index[1]
            index.reload()
            self._snapshot = snapshot = Snapshot(index.schema, index.searcher(), stamp)
            return snapshot


class Batch:
    """An open batch; see ``hub.search.engine.Writer``."""

    def __init__(self, writer: IndexWriter, is_fresh: bool = False) -> None:
        self._writer = writer
        self._added: set[str] | None = set() if is_fresh else None

    def put(self, documents: Iterable[Document]) -> None:
        """Add the documents, each in place of an older one with its id."""
        for document in documents:
            with _translated():
                if self._added is None or document.id in self._added:
                    self._writer.delete_documents_by_term("id", document.id)
                self._writer.add_document(Entry(**fields(document)))
            if self._added is not None:
                self._added.add(document.id)

    def delete(self, ids: Iterable[str]) -> None:
        """Take the documents with these ids out."""
        with _translated():
            for key in ids:
                self._writer.delete_documents_by_term("id", key)


@contextmanager
def _committing(writer: IndexWriter) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with _translated():
            writer.rollback()
        raise
    else:
        with _translated():
            writer.commit()
    finally:
        with _translated():
            writer.wait_merging_threads()


@contextmanager
def _translated() -> Iterator[None]:
    """Say in the domain's words that the index is broken, or gone, or the disk is full."""
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        raise SearchUnavailable(f"the index cannot be used: {error}") from error
    except BaseException as error:
        # A panic in the library, as damaged files can cause; its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise SearchUnavailable(f"the index is damaged: {error}") from error
