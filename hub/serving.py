"""Gunicorn as the hub runs it: its settings with their reasons, and a worker that slow or silent clients cannot hold up.

No access log is written: an address is personal data, and what was asked for would stand beside it. Latency by
endpoint is in ``hub.metrics``; a proxy in front may log what its operator answers for.
"""

from __future__ import annotations

import os
import resource
import socket
import struct
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from selectors import EVENT_READ
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from hub import outbox
from hub.config import Config
from hub.logs import ServerLines

HEAD_WAIT = 10  # seconds for the head of a request to arrive; it costs no thread meanwhile
LONGEST_HEAD = 32 * 1024  # bytes looked at; a longer one is left to gunicorn, which refuses it
BODY_WAIT = 15  # seconds for the next piece of a body, which does hold a thread
SEND_WAIT = 30  # seconds for a client to take the next piece of an answer
SIGN_OF_LIFE = 1.0  # seconds between two
MEMORY = Path("/dev/shm")  # noqa: S108 - only gunicorn's sign of life, a file without a name


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with the hub's settings, started from Python."""

    def __init__(self, app: Flask, *addresses: str) -> None:
        self.app = app
        self.addresses = list(addresses)
        _allow_many_sockets()
        super().__init__()

    def load_config(self) -> None:
        """Translate the hub's settings into gunicorn's."""
        for name, value in settings(self.app.config["HUB"], self.addresses).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The WSGI application."""
        return self.app


def settings(config: Config, addresses: list[str]) -> dict[str, Any]:
    """Gunicorn's settings for a hub that listens on ``addresses``."""
    return {
        "bind": addresses,
        "workers": config.processes,
        "threads": config.threads,
        "worker_class": "hub.serving.HeadFirstWorker",
        "worker_connections": 4000,  # open sockets of a process, of which all but ``threads`` only wait
        "limit_request_line": 8190,  # the longest query in Chinese, three escaped bytes a character, and facets
        "backlog": 2048,  # connections the kernel holds while all processes are busy; it may cap that (somaxconn)
        # Longer than a proxy keeps its connections, so that never both ends act at once; short for browsers.
        "keepalive": 75 if config.proxies else 5,
        "timeout": 30,  # seconds without a sign of life from a process's main loop, which no request blocks
        "graceful_timeout": 25,  # for requests at hand when it stops; deploy/ gives the whole service 45
        # Processes are not renewed after so many requests: no leak is known, and each would open the index anew.
        "max_requests": 0,
        # Headers of proxies are believed by ProxyFix alone, as many as HUB_PROXIES says; gunicorn believes none.
        "forwarded_allow_ips": "",
        "worker_tmp_dir": str(MEMORY)
        if os.access(MEMORY, os.W_OK)
        else None,  # a full disk must not look like death
        "control_socket_disable": True,
        "accesslog": None,
        "loglevel": "warning",
        "logger_class": ServerLog,
        "post_fork": _work_beside if config.beside_worker else _nothing,
        "worker_exit": _stop_beside,
        "child_exit": _forget_process,
    }


def _allow_many_sockets() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _nothing(arbiter: Any, worker: Any) -> None:
    pass


def _work_beside(arbiter: Any, worker: Any) -> None:
    """Start an outbox's worker in each web process; they share the work by claims."""
    worker.beside = outbox.Worker(arbiter.app.app)
    worker.beside.start()


def _stop_beside(arbiter: Any, worker: Any) -> None:
    """Let the worker of a web process that ends give back what it has in hand."""
    if hasattr(worker, "beside"):
        worker.beside.stop()


def _forget_process(arbiter: Any, worker: Any) -> None:
    if arbiter.app.app.config["HUB"].metrics_port:
        from hub import metrics

        metrics.forget_process(worker.pid)


class ServerLog(Logger):  # type: ignore[misc]
    """Gunicorn's messages as lines of the hub's log."""

    def setup(self, cfg: Any) -> None:
        """Set the level as gunicorn does, and where its lines go as the hub wants it."""
        super().setup(cfg)
        self.error_log.handlers[:] = [ServerLines()]


class HeadFirstWorker(ThreadWorker):  # type: ignore[misc]
    """Gives a connection a thread only when the whole head of a request has arrived.

    Gunicorn's own gives it one at the first byte, so that a few half-sent requests hold all threads. Written against
    gunicorn 27 (``pyproject.toml`` holds it there); ``bench/faults/sockets.py`` shows that it does what it should.
    """

    _last_sign = 0.0

    def notify(self) -> None:
        """Tell the parent that this process lives; gunicorn's own writes to a file each time something happens."""
        if (now := time.monotonic()) - self._last_sign >= SIGN_OF_LIFE:
            self._last_sign = now
            super().notify()

    def enqueue_req(self, conn: Any) -> None:
        """Hand the connection to a thread, or have it wait for the rest of the head."""
        if conn.parser is not None and conn.parser.unreader.buf.getvalue():
            super().enqueue_req(conn)  # what was read ahead of a request before this one
            return
        seen = _peek(conn.sock)
        if _is_enough(seen):
            self._hand_over(conn)
            return
        _wake_after(conn.sock, len(seen or b""))
        conn.seen = len(seen or b"")
        conn.timeout = time.monotonic() + HEAD_WAIT
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: Any, client: Any) -> None:
        """Look whether the head is whole now; where it is not, wait on, no longer than from the first byte."""
        seen = _peek(conn.sock)
        if not _is_enough(seen) and seen is not None and len(seen) > conn.seen:
            conn.seen = len(seen)
            _wake_after(conn.sock, conn.seen)
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self._hand_over(conn)  # also where the client has gone: a thread finds that out at once

    def _hand_over(self, conn: Any) -> None:
        _wake_after(conn.sock, 0)
        for option, seconds in ((socket.SO_RCVTIMEO, BODY_WAIT), (socket.SO_SNDTIMEO, SEND_WAIT)):
            conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))
        conn.data_ready = True
        super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Go on with a connection when its thread is done; one that is to end may take a while, but stops nobody.

        Gunicorn's own waits for the other side to close, two seconds at most, in the loop that serves all others.
        """
        if not self.alive or fs.cancelled() or fs.exception() or fs.result():
            super().finish_request(conn, fs)
            return
        conn.sock.setblocking(False)
        with suppress(OSError):
            conn.sock.shutdown(socket.SHUT_WR)
        conn.timeout = time.monotonic() + HEAD_WAIT
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self._let_go, conn))

    def _let_go(self, conn: Any, client: Any) -> None:
        """Read away what still comes, that the answer is not cut off by a reset, until the other side has closed."""
        try:
            if client.recv(LONGEST_HEAD):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self.nr_conns -= 1
        conn.close()


def _peek(sock: socket.socket) -> bytes | None:
    """What has arrived, left where it is; None where nothing has, and nothing has ended either."""
    sock.setblocking(False)
    try:
        return sock.recv(LONGEST_HEAD, socket.MSG_PEEK)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _is_enough(seen: bytes | None) -> bool:
    """True where a thread would not wait: a whole head, one that is too long, or the end."""
    return seen is not None and (not seen or b"\r\n\r\n" in seen or len(seen) >= LONGEST_HEAD)


def _wake_after(sock: socket.socket, size: int) -> None:
    """Call the socket readable only when more than ``size`` bytes are there, or the other side has closed it."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size + 1)
