"""Logs: one JSON object a line on stderr, and nobody's name in it.

Three things keep personal data out: values under keys known to hold it are replaced, objects are
logged as their type, and exceptions as their type and the places they passed through. What a
message says in prose is its author's duty; an e-mail address in one is replaced all the same.
"""

import logging
import re
import sqlite3
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from traceback import walk_tb
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from ijaza_runtime.tracing import trace_id

PERSONAL = frozenset(
    {
        "applicant",
        "attributes",
        "authorization",
        "body",
        "cookie",
        "email",
        "input",
        "name_ar",
        "name_en",
        "names",
        "password",
        "payload",
        "person",
        "secret",
        "set-cookie",
        "token",
        "value",
    }
)
"""Keys, in lower case, whose values never reach a log."""

REDACTED = "[redacted]"

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("ijaza")
"""The logger of all of Ijaza; `configure` says where it writes."""

_EMAIL = re.compile(r"[^\s@<>\"',;:]{1,64}@[^\s@<>\"',;:]{1,255}")


def configure(service: str, level: str = "INFO") -> None:
    """Write the logs of this process, structlog's and the standard library's, to stderr.

    Lines that bind no `service` of their own get this one. Call it once, first of all.
    """
    shared = _shared(service)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries log records and queries at their finer levels, and those hold personal data.
    root.setLevel(logging.WARNING)
    logging.getLogger("ijaza").setLevel(level)
    # Its lines repeat addresses with their queries; `ijaza_runtime.web` logs each request itself.
    logging.getLogger("uvicorn.access").disabled = True
    sys.excepthook = _log_uncaught


def _shared(service: str) -> list[Processor]:
    def add_place(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        if trace := trace_id():
            event["trace_id"] = trace
        return event

    return [
        structlog.contextvars.merge_contextvars,
        add_place,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_values,
        redact,
    ]


def without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A structlog processor: `exc_info` becomes `exception`, as `describe` has it."""
    given = event.pop("exc_info", None)
    if isinstance(given, tuple):
        given = given[1]
    elif given is not None and not isinstance(given, BaseException):
        given = sys.exc_info()[1] if given else None
    if given is not None:
        event["exception"] = describe(given)
    return event


def describe(error: BaseException) -> dict[str, Any]:
    """An exception by its type and the places it passed through, innermost last.

    Its message is kept only where it is known to carry no values of the data.
    """
    described: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
    message = _safe_message(error)
    if message:
        described["message"] = message
    described["at"] = _places(error.__traceback__)
    if isinstance(error, BaseExceptionGroup):
        described["group"] = [describe(each) for each in error.exceptions]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        described["cause"] = describe(cause)
    return described


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A structlog processor: personal data out, everything else as plain JSON."""
    return {key: value if key[0] == "_" else _plain(key, value) for key, value in event.items()}


def _safe_message(error: BaseException) -> str:
    if isinstance(error, OSError):
        return error.strerror or ""
    # Ijaza's own exceptions promise it, and SQLite's name tables and faults, never parameters.
    if type(error).__module__.startswith("ijaza_") or isinstance(error, sqlite3.Error):
        return str(error)
    return ""


def _places(traceback: TracebackType | None) -> list[str]:
    return [
        f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_name}:{line}"
        for frame, line in walk_tb(traceback)
    ]


def _plain(key: str, value: object) -> object:
    if key.lower() in PERSONAL:
        return REDACTED
    match value:
        case Enum():
            return _plain("", value.value)
        case None | bool() | int() | float():
            return value
        case str():
            return _EMAIL.sub(REDACTED, value)
        case datetime() | date():
            return value.isoformat()
        case Decimal() | PurePath():
            return str(value)
        case Mapping():
            return {str(name): _plain(str(name), each) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain("", each) for each in value]
    return f"<{type(value).__name__}>"


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if not issubclass(kind, Exception):
        sys.__excepthook__(kind, error, traceback)
        return
    log.critical("uncaught", exc_info=error)
