"""The stream that the fold is measured on: what a cohort of Migration Governance leaves behind.

Facts stand in the order of time, so that one participant's lie far apart: a session of all, then
the next one. Each session's seconds are published three times (somebody came in, somebody left,
a kiosk was late), each attempt twice (a result, its correction); one fact in twenty is sent again.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from ijaza_contracts.assessment import AttemptEvent, TestFailed, TestPassed
from ijaza_contracts.attendance import AbsenceExcused, AttendanceCorrected, SessionAttended
from ijaza_contracts.edition import Edition, Module, Session
from ijaza_contracts.enrollment import (
    ApplicationSubmitted,
    EditionPublished,
    ParticipantSelected,
    PersonRecorded,
)
from ijaza_contracts.envelope import Event
from ijaza_local.files.definition import read_definition
from ijaza_local.files.faults import Faults
from ijaza_runtime.bus import Record
from ijaza_runtime.outbox import record_of

EXAMPLE = Path(__file__).parents[1] / "examples" / "mg-4"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
APPLIED = datetime(2019, 11, 1, 9, tzinfo=UTC)
REPEATED = 20
"""One fact in so many is sent a second time."""


def edition() -> Edition:
    """The edition as its example defines it."""
    found = read_definition(EXAMPLE, Faults(), Faults()).edition
    assert found is not None, "the example is sound"
    return found


def references(participants: int) -> Iterator[Record]:
    """The edition, and a person for each participant."""
    known = edition()
    yield record_of(EditionPublished(edition=known.id, at=APPLIED, revision=1, definition=known))
    for number in range(participants):
        yield record_of(
            PersonRecorded(
                edition=known.id,
                participant=participant(number),
                at=APPLIED,
                version=1,
                name_en=f"Participant {number}",
                name_ar=f"مشارك {number}",
            )
        )


def facts(participants: int) -> Iterator[Record]:
    """The facts of a cohort as records, headers and all; about 100 for each participant."""
    for count, event in enumerate(_events(edition(), range(participants))):
        record = _record(event)
        yield record
        if count % REPEATED == 0:
            yield record


def _record(event: Event) -> Record:
    return Record(event.TOPIC.name, event.key, event.body(), event.headers(TRACE))


def _events(known: Edition, people: range) -> Iterator[Event]:
    for number in people:
        said = {"edition": known.id, "participant": participant(number), "at": APPLIED}
        yield ApplicationSubmitted.model_validate(said)
        yield ParticipantSelected.model_validate({**said, "number": number + 1, "via": "ranking"})
    for module in known.modules:
        for session in module.sessions:
            yield from _attended(known.id, session, people)
        if module.test is not None:
            yield from _examined(known.id, module, people)


def _attended(known: str, session: Session, people: range) -> Iterator[Event]:
    whole = int((session.end - session.start).total_seconds())
    for number in people:
        if number % 50 == session.start.day:
            yield from _excused(known, session, number)
            continue
        for version, left in enumerate((whole // 2, 300, number % 240), 1):
            yield SessionAttended(
                edition=known,
                participant=participant(number),
                at=session.start + timedelta(seconds=number % 900 + 1200 * version),
                session=session.id,
                seconds=whole - left,
                version=(1, version),
            )


def _excused(known: str, session: Session, number: int) -> Iterator[Event]:
    said = {
        "edition": known,
        "participant": participant(number),
        "at": session.end,
        "session": session.id,
        "correction": f"correction-{number}",
        "actor": "officer-1",
        "reason": "on mission",
    }
    yield AbsenceExcused.model_validate(said)
    yield AttendanceCorrected.model_validate({**said, "minutes": 0, "ordinal": 1})


def _examined(known: str, module: Module, people: range) -> Iterator[Event]:
    taken = module.sessions[-1].end
    for number in people:
        score = Decimal(45 + number * 7 % 54)
        yield _attempt(known, module.id, number, (1, taken, 1), score)
        yield _attempt(known, module.id, number, (1, taken, 2), score + Decimal("0.5"))
        if score < 60:
            later = taken + timedelta(days=3)
            yield _attempt(known, module.id, number, (2, later, 1), Decimal(64))


def _attempt(
    known: str, module: str, number: int, slot: tuple[int, datetime, int], score: Decimal
) -> AttemptEvent:
    attempt, taken, version = slot
    said = {
        "edition": known,
        "participant": participant(number),
        "at": taken + timedelta(minutes=number % 600),
        "module": module,
        "attempt": attempt,
        "score": score,
        "recorded_score": score,
        "taken_at": taken,
        "version": (1, version),
    }
    if score >= 60:
        return TestPassed.model_validate(said)
    return TestFailed.model_validate({**said, "because": "below_pass_mark"})


def participant(number: int) -> str:
    """As long as the ids that enrollment derives."""
    return f"{number * 2654435761 % 2**32:08x}{number:024x}"
