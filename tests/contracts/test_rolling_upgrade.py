"""Old and new contracts together, as while services are upgraded one after the other.

The old side of every event is its golden, the first record ever written of it. The new side is
what a compatible change may make of it: an optional field more. What a breaking
change makes of it is a new version, which here is one of these tests' own.
"""

import json
from typing import Annotated, Any, ClassVar

import pytest
from ijaza_contracts.attendance import SessionAttended
from ijaza_contracts.compatibility import breaking_changes
from ijaza_contracts.envelope import UPCASTS, CloudEvent, Undecodable, Upcast, decode
from ijaza_contracts.examples import EXAMPLES
from ijaza_contracts.registry import BY_TYPE, EVENTS
from ijaza_contracts.schemas import HOME, golden_path
from ijaza_contracts.topics import ATTENDANCE, Topic
from ijaza_contracts.wire import event_schema
from ijaza_runtime.arrivals import arrivals
from ijaza_runtime.bus import Delivered, Slice
from pydantic import Field, create_model

KINDS = [event.TYPE for event in EVENTS]
NOTE = {"new_note": "of the next minor"}


class SessionAttendedInMinutes(SessionAttended):
    """A breaking change: minutes take the place of seconds."""

    TYPE: ClassVar[str] = "attendance.SessionAttended.v2"
    TOPIC: ClassVar[Topic] = ATTENDANCE

    seconds: Annotated[int, Field(exclude=True)] = 0
    minutes: int


class SessionAttendedAtLength(SessionAttendedInMinutes):
    """Another: a unit is said."""

    TYPE: ClassVar[str] = "attendance.SessionAttended.v3"

    unit: str


def in_minutes(event: SessionAttended) -> SessionAttendedInMinutes:
    """The upcast from the first version."""
    fields = event.model_dump(exclude={"seconds"}) | {"minutes": event.seconds // 60}
    return SessionAttendedInMinutes.model_validate(fields)


def at_length(event: SessionAttendedInMinutes) -> SessionAttendedAtLength:
    """The upcast from the second."""
    fields = event.model_dump() | {"minutes": event.minutes, "unit": "minute"}
    return SessionAttendedAtLength.model_validate(fields)


@pytest.fixture
def upcasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contracts that know of two later versions."""
    first, second = SessionAttended.TYPE, SessionAttendedInMinutes.TYPE
    monkeypatch.setitem(UPCASTS, first, Upcast(SessionAttended, in_minutes))
    monkeypatch.setitem(UPCASTS, second, Upcast(SessionAttendedInMinutes, at_length))


def golden(kind: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of the first record of a type."""
    record = json.loads((HOME / golden_path(kind)).read_text(encoding="utf-8"))
    return record["headers"], as_bytes(record["body"])


def as_bytes(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def next_minor(event: type[CloudEvent]) -> type[CloudEvent]:
    """The same event with an optional field more."""
    return create_model(event.__name__, __base__=event, __doc__=event.__doc__, new_note=(str, ""))


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_reader_reads_what_an_old_writer_wrote(kind: str) -> None:
    """The first record ever written, by a model with a field more: it has its default."""
    headers, body = golden(kind)
    model = next_minor(BY_TYPE[kind])

    event = decode(headers, body, {kind: model})

    assert event is not None
    assert event.model_dump(exclude={"new_note"}) == BY_TYPE[kind].from_body(body).model_dump()
    assert event.model_dump()["new_note"] == ""
    assert event.id == headers["ce_id"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_old_reader_reads_what_a_new_writer_writes(kind: str) -> None:
    """What is new in it changes nothing of what is read, nor its id."""
    old = BY_TYPE[kind].from_body(golden(kind)[1])
    newer = next_minor(BY_TYPE[kind]).model_validate(old.model_dump() | NOTE)

    event = decode(newer.headers(), newer.body(), BY_TYPE)

    assert json.loads(newer.body()).items() >= NOTE.items()
    assert event == old
    assert event.id == newer.id == old.id


@pytest.mark.parametrize("kind", KINDS)
def test_the_next_minor_is_one_that_the_check_lets_through(kind: str) -> None:
    """These tests take for compatible what `schemas --check` does."""
    old, new = event_schema(BY_TYPE[kind]), event_schema(next_minor(BY_TYPE[kind]))

    assert breaking_changes(old, new) == []


def test_the_next_version_is_one_that_the_check_refuses() -> None:
    """Within a version it could not be had: an old record has no minutes."""
    _, body = golden(SessionAttended.TYPE)

    assert breaking_changes(event_schema(SessionAttended), event_schema(SessionAttendedInMinutes))
    with pytest.raises(Undecodable):
        SessionAttendedInMinutes.from_body(body)


@pytest.mark.usefixtures("upcasts")
class TestUpcasts:
    """A reader handles the newest version alone, and reads every record there is."""

    def test_an_old_record_becomes_the_version_that_is_known(self) -> None:
        """Over one version or over several."""
        headers, body = golden(SessionAttended.TYPE)
        old = SessionAttended.from_body(body)

        for model in (SessionAttendedInMinutes, SessionAttendedAtLength):
            event = decode(headers, body, {model.TYPE: model})

            assert isinstance(event, model)
            assert event.minutes == old.seconds // 60
            assert (event.key, event.at, event.version) == (old.key, old.at, old.version)

    def test_a_reader_that_knows_the_old_version_keeps_it(self) -> None:
        """As long as it handles the old one, nothing changes for it."""
        headers, body = golden(SessionAttended.TYPE)
        known = {model.TYPE: model for model in (SessionAttended, SessionAttendedInMinutes)}

        event = decode(headers, body, known)

        assert type(event) is SessionAttended

    def test_a_reader_that_knows_neither_passes_it_over(self) -> None:
        """The event is none of its own."""
        headers, body = golden(SessionAttended.TYPE)
        other = {EXAMPLES["assessment.TestPassed.v1"].TYPE: BY_TYPE["assessment.TestPassed.v1"]}

        assert decode(headers, body, other) is None

    def test_an_old_reader_passes_a_new_version_over(self) -> None:
        """So readers are deployed first: what they pass over they do not come back to."""
        event = in_minutes(SessionAttended.from_body(golden(SessionAttended.TYPE)[1]))

        assert decode(event.headers(), event.body(), BY_TYPE) is None

    def test_old_and_new_records_arrive_together(self) -> None:
        """The reactor's way in gives both to one handler, in their order."""
        headers, body = golden(SessionAttended.TYPE)
        newer = in_minutes(SessionAttended.from_body(body))
        records = [
            Delivered(0, newer.key, body, headers),
            Delivered(1, newer.key, newer.body(), newer.headers()),
        ]
        known = {newer.TYPE: SessionAttendedInMinutes}

        arrived, odd = arrivals([Slice(ATTENDANCE.name, 0, records)], known)

        assert odd == []
        assert [each.event for each in arrived] == [newer, newer]

    def test_an_old_record_that_does_not_fit_is_none(self) -> None:
        """It goes to the dead letters, as ever."""
        headers, _ = golden(SessionAttended.TYPE)

        with pytest.raises(Undecodable, match=r"SessionAttended.v1 does not fit"):
            decode(headers, b"{}", {SessionAttendedInMinutes.TYPE: SessionAttendedInMinutes})
