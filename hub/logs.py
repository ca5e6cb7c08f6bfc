"""Structured logs: one line an event, with the request's id; never an address or a query.

A person stands in them by the handle alone, and only where somebody was refused.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.tracebacks import ExceptionDictTransformer


class ServerLines(logging.Handler):
    """Says in the hub's log what the web server says of itself, and of a request no more than that something was wrong.

    The server's own words name who asked and what for: "Invalid request from ip=...", "Error handling request %s".
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        said = record.getMessage()
        if "request" in str(record.msg).lower():
            said = str(record.msg).partition(" from ip")[0].partition("%")[0].strip()
        if said.startswith("Invalid"):
            structlog.contextvars.unbind_contextvars(
                "request"
            )  # of the request before it: this one got no number
        structlog.get_logger("gunicorn").log(
            record.levelno, "web server", said=said, exc_info=record.exc_info
        )


def configure(format: str, level: str) -> None:
    """Write logs to standard error as text for people or JSON for machines."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # without the values of variables, which can be what somebody searched for
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
            if format == "json"
            else structlog.processors.StackInfoRenderer(),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
