"""Logs are JSON lines that tell what happened, and to nobody's face."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from ijaza_contracts.enrollment import PersonRecorded
from ijaza_runtime import observe
from ijaza_runtime.errors import Refusal
from ijaza_runtime.observe import PERSONAL, log

Lines = Callable[[], list[dict[str, Any]]]

NAME = "Amina Said"
NAME_AR = "أمينة سعيد"
EMAIL = "amina.said@example.org"
PERSON = PersonRecorded(
    edition="mg-4",
    participant="8d1f",
    at=datetime(2019, 10, 1, tzinfo=UTC),
    version=1,
    name_en=NAME,
    name_ar=NAME_AR,
    email=EMAIL,
    attributes={"organisation": "Ministry of Manpower"},
)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Configures the logs of a service and gives the lines written so far."""
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    observe.configure("enrollment", "INFO")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("ijaza").setLevel(logging.NOTSET)
    structlog.reset_defaults()


def assert_nobody_in(logged: list[dict[str, Any]]) -> None:
    text = json.dumps(logged, ensure_ascii=False)
    for personal in (NAME, "Amina", NAME_AR, EMAIL, "Ministry of Manpower"):
        assert personal not in text


def test_a_line_says_what_where_and_when(lines: Lines) -> None:
    """Event, own fields, service, level and time in UTC stand in one JSON object."""
    log.info("partition held", partition=3, tries=2)

    (line,) = lines()
    assert line["event"] == "partition held"
    assert (line["partition"], line["tries"]) == (3, 2)
    assert (line["service"], line["level"]) == ("enrollment", "info")
    assert datetime.fromisoformat(line["timestamp"]).tzinfo == UTC


def test_a_line_keeps_the_service_it_names(lines: Lines) -> None:
    """Where several services share a process, each line can name its own."""
    log.info("turn", service="credential")

    assert lines()[0]["service"] == "credential"


def test_finer_levels_are_left_out(lines: Lines) -> None:
    """Below the level asked for nothing is written; of libraries nothing below a warning."""
    log.debug("detail")
    logging.getLogger("aiokafka").info("record %s", NAME)
    logging.getLogger("uvicorn.access").error("GET /v1/people?name_en=%s", NAME)

    assert lines() == []


@pytest.mark.parametrize("key", sorted(PERSONAL | {"Name_EN", "EMAIL"}))
def test_personal_keys_are_redacted_at_any_depth(lines: Lines, key: str) -> None:
    """The key stays, for it tells something; what it holds goes."""
    log.info("event", **{key: NAME}, nested={"list": [{key: [NAME, {"deeper": EMAIL}]}]})

    (line,) = lines()
    assert line[key] == "[redacted]"
    assert line["nested"] == {"list": [{key: "[redacted]"}]}
    assert_nobody_in([line])


def test_an_object_is_logged_as_its_type(lines: Lines) -> None:
    """An event handed to the log by mistake shows no field, alone or inside of something."""
    log.warning("not handled", record=PERSON, several=[PERSON], raw=PERSON.body())

    (line,) = lines()
    assert line["record"] == "<PersonRecorded>"
    assert line["several"] == ["<PersonRecorded>"]
    assert line["raw"] == "<bytes>"
    assert_nobody_in([line])


def test_an_address_in_prose_is_redacted(lines: Lines) -> None:
    """E-mail addresses are replaced wherever a text has one, in libraries' lines too."""
    log.info(f"mail to {EMAIL} failed", why=f"<{EMAIL}>: no such mailbox")
    logging.getLogger("smtp").error("refused %s", EMAIL)

    assert [line["event"] for line in lines()] == [
        "mail to [redacted] failed",
        "refused [redacted]",
    ]
    assert_nobody_in(lines())


def test_an_exception_shows_its_places_and_no_values(lines: Lines) -> None:
    """Type, cause and the functions passed through are there; messages and values are not."""

    def reads_a_person() -> None:
        try:
            PersonRecorded.model_validate({"name_en": [NAME], "email": EMAIL})
        except ValueError as error:
            raise KeyError(NAME) from error

    try:
        reads_a_person()
    except KeyError:
        log.exception("turn failed")

    (line,) = lines()
    assert line["exception"]["type"] == "builtins.KeyError"
    assert any(":reads_a_person:" in place for place in line["exception"]["at"])
    assert line["exception"]["cause"]["type"].endswith("ValidationError")
    assert_nobody_in([line])


def test_an_exception_of_a_library_line_is_treated_alike(lines: Lines) -> None:
    """The standard library's `exception()` goes through the same processors, groups included."""
    try:
        raise ExceptionGroup("several", [ValueError(NAME), OSError(28, "No space left", NAME)])
    except ExceptionGroup:
        logging.getLogger("asyncio").exception("never retrieved")

    (line,) = lines()
    first, second = line["exception"]["group"]
    assert "message" not in first
    assert second["message"] == "No space left"
    assert_nobody_in([line])


def test_messages_of_our_own_exceptions_are_kept(lines: Lines) -> None:
    """They say what was wrong and what to do, and promise to hold nobody's data."""
    log.error("refused", exc_info=Refusal("edition-closed", "Edition mg-4 is closed."))

    assert lines()[0]["exception"]["message"] == "Edition mg-4 is closed."


def test_an_uncaught_exception_is_logged_without_values(lines: Lines) -> None:
    """A process that dies leaves a line, not a traceback with its values."""
    sys.excepthook(ValueError, ValueError(NAME), None)

    (line,) = lines()
    assert (line["event"], line["level"]) == ("uncaught", "critical")
    assert_nobody_in([line])
