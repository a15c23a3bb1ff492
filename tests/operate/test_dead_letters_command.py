"""`ijaza dead-letters` as an operator meets it, on a bus in a file."""

import asyncio
import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ijaza_contracts.operations import DeadLetterRead
from ijaza_local.operate import dead_letters as desk
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import Record
from ijaza_runtime.deadletters import LARGEST, Letter
from ijaza_runtime.service import provision

from tests.flow.commandline import Answer, in_process
from tests.operate.given import all_letters, letter, on_topic
from tests.unit.credential.given import attended, passed

pytestmark = pytest.mark.slow

SECRET = "a score that nobody is to see"
ERROR = "SessionAttended does not fit: seconds: Input should be an integer"


class Station:
    """An operator's place: the command line, and a look at the bus behind it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, *arguments: str) -> Answer:
        return in_process("dead-letters", *arguments)

    def publish(self, *records: Record) -> list[Letter]:
        """Lay these aside; every letter there is."""
        return asyncio.run(self._publish(records))

    def topic(self, name: str = "attendance.events") -> list[Any]:
        """What stands on a topic."""
        return asyncio.run(self._topic(name))

    def done(self) -> list[Any]:
        """What is on record."""
        return asyncio.run(self._done())

    async def _publish(self, records: tuple[Record, ...]) -> list[Letter]:
        bus = open_bus(self.url)
        await provision(bus, ["enrollment", "attendance", "assessment", "credential"], 2)
        await bus.publish(records)
        found = await all_letters(bus)
        await bus.close()
        return found

    async def _topic(self, name: str) -> list[Any]:
        bus = open_bus(self.url)
        found = list(await on_topic(bus, name))
        await bus.close()
        return found

    async def _done(self) -> list[Any]:
        bus = open_bus(self.url)
        found = [event async for event in desk.history(bus)]
        await bus.close()
        return found


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    """A bus on which three letters stand: two of attendance, one of a test."""
    url = f"sqlite:///{tmp_path}/bus.db"
    monkeypatch.setenv("IJAZA_BUS_URL", url)
    monkeypatch.setenv("IJAZA_ACTOR", "operator-1")
    # Logs and the collector are the process's, which is pytest's here.
    monkeypatch.setattr("ijaza_runtime.observe.configure", lambda *_: None)
    thresholds = gc.get_threshold()
    station = Station(url)
    body = json.dumps({"edition": "mg-4", "note": SECRET}).encode()
    station.publish(
        letter(attended("m1-d1"), error=ERROR, body=body),
        letter(attended("m1-d2"), body=b"\x00\xff" * 20),
        letter(passed("m1"), error="evil \x1b[2J\u202e"),
    )
    yield station
    gc.set_threshold(*thresholds)


def ids(station: Station, **wanted: str | None) -> list[str]:
    """The ids of letters whose description has these values."""
    return [
        each["id"]
        for each in json.loads(station("list", "--json").out)
        if wanted.items() <= each.items()
    ]


def test_a_list_says_what_stood_where_and_why(station: Station) -> None:
    """Each letter with its id, state, type, place, edition and error, and nothing of its body."""
    answer = station("list")

    assert answer.code == 0
    assert "attendance.SessionAttended.v1" in answer.out
    assert "attendance.events[3]@7" in answer.out
    assert "edition mg-4" in answer.out
    assert ERROR in answer.out
    assert "3 open" in answer.err
    assert SECRET not in answer.out


def test_a_list_can_be_narrowed(station: Station) -> None:
    """By service, topic, time and state; a script gets one JSON list in any case."""
    assert len(json.loads(station("list", "--json").out)) == 3
    assert len(json.loads(station("list", "--topic", "assessment.events", "--json").out)) == 1
    assert json.loads(station("list", "attendance", "--json").out) == []
    assert json.loads(station("list", "--since", "2999-01-01", "--json").out) == []
    assert len(json.loads(station("list", "--since", "2020-01-01T00:00:00", "--json").out)) == 3
    assert json.loads(station("list", "--state", "dropped", "--json").out) == []


def test_a_terminal_obeys_nothing_that_a_letter_says(station: Station) -> None:
    """Control characters, and those that turn the direction of writing, are written out."""
    out = station("list").out

    assert "\x1b" not in out
    assert "\u202e" not in out
    assert r"evil \x1b[2J\u202e" in out


def test_a_letter_is_shown_without_its_body(station: Station) -> None:
    """Headers, place, error, and what was done; looking at that leaves no record."""
    (name, _) = ids(station, topic="attendance.events")
    out = station("show", name).out

    assert "ce_type: attendance.SessionAttended.v1" in out
    assert ERROR in out
    assert "nothing" in out
    assert SECRET not in out
    assert station.done() == []


def test_who_looks_at_a_body_is_recorded_before(station: Station) -> None:
    """It can be personal data: the output says so, and `show` tells it from then on."""
    (name, _) = ids(station, topic="attendance.events")

    answer = station("show", name, "--body")

    assert SECRET in answer.out
    assert "personal data" in answer.out
    (read,) = station.done()
    assert (type(read), read.letter, read.actor) == (DeadLetterRead, name, "operator-1")
    assert "DeadLetterRead by operator-1" in station("show", name).out
    assert ids(station, state="open") == ids(station)


def test_a_body_needs_somebody_who_looks(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name nothing is shown."""
    monkeypatch.delenv("IJAZA_ACTOR")

    answer = station("show", ids(station)[0], "--body")

    assert answer.code == 2
    assert "--actor" in answer.err


def test_bytes_that_are_no_text_are_shown_as_digits(station: Station) -> None:
    """Sixteen in a line, with the offset before them."""
    (_, name) = ids(station, topic="attendance.events")

    out = station("show", name, "--body").out

    assert "00000010  00 ff 00 ff" in out


def test_a_letter_without_its_original_says_where_that_stands(station: Station) -> None:
    """Instead of a body there are its size and its place; a retry is refused."""
    station.publish(letter(attended("m1-d3"), offset=9, body=bytes(LARGEST)))
    (name,) = [name for name in ids(station) if name not in ids(station, size=None)]
    assert "at attendance.events[3]@9 alone" in station("show", name).out
    assert "a tombstone" not in station("show", name, "--body").out

    answer = station("retry", name, "--yes")

    assert answer.code == 3
    assert "does not hold its original" in answer.err
    assert station.topic() == []


def test_a_retry_asks_publishes_and_says_so(station: Station) -> None:
    """With the reason on record; a second one is refused, and says what to look for."""
    (name, _) = ids(station, topic="attendance.events")

    refused = station("retry", name)
    assert refused.code == 1
    assert "Publish again: 1 of attendance.events?" in refused.err
    assert station.topic() == []

    answer = station("retry", name, "--reason", "fixed in 1.4.2", "--yes")
    assert (answer.code, answer.out) == (0, "1 published again.\n")
    assert [SECRET.encode() in record.value for record in station.topic()] == [True]
    assert [(each.actor, each.reason) for each in station.done()] == [
        ("operator-1", "fixed in 1.4.2")
    ] * 2
    assert ids(station, state="retried") == [name]
    again = station("retry", name, "--yes")
    assert again.code == 3
    assert "was retried before" in again.err


def test_all_letters_of_a_service_are_retried_at_once(station: Station) -> None:
    """Those that wait; a second time there is nothing left."""
    answer = station("retry", "--all", "--service", "credential", "--yes")

    assert answer.out == "3 published again.\n"
    assert len(station.topic()) == 2
    assert len(station.topic("assessment.events")) == 1
    assert station("retry", "--all", "--service", "credential", "--yes").out == (
        "No dead letter of credential waits.\n"
    )


def test_a_letter_is_dropped_with_a_reason(station: Station) -> None:
    """It is marked and stays where it stands; nothing is published on its topic."""
    (name,) = ids(station, topic="assessment.events")

    assert station("drop", name, "--yes").code == 2
    assert station("drop", name, "--reason", " ", "--yes").code == 2
    answer = station("drop", name, "--reason", "a rehearsal", "--yes")

    assert answer.out == "1 dropped.\n"
    assert ids(station, state="dropped") == [name]
    assert station.topic("assessment.events") == []
    assert "DeadLetterDropped by operator-1: a rehearsal" in station("show", name).out


@pytest.mark.parametrize(
    "arguments",
    [
        ["retry"],
        ["retry", "--all"],
        ["retry", "--service", "credential"],
        ["retry", "credential-0-0", "--all", "--service", "credential"],
    ],
)
def test_a_retry_says_which_letters(station: Station, arguments: list[str]) -> None:
    """Either by their ids or all of a service, never by accident."""
    answer = station(*arguments)

    assert answer.code == 2
    assert station.done() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "credential-0-99"], "no dead letter credential-0-99"),
        (["show", "kiosk-0-1"], "expected <service>-<partition>-<offset>"),
        (["list", "kiosk"], "'kiosk' is no service: expected enrollment"),
    ],
)
def test_what_is_not_there_is_said_in_a_line(
    station: Station, arguments: list[str], said: str
) -> None:
    """Exit code 3, and what would be right."""
    answer = station(*arguments)

    assert answer.code == 3
    assert said in answer.err
