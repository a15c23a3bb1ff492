"""An edition in two languages and its people, for the tests of the sheets."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme, on_edition_published
from ijaza_attendance.domain.settle import settle
from ijaza_attendance.domain.sheets import ModuleRow, SessionRow, module_row, session_row
from ijaza_attendance.domain.state import State
from ijaza_attendance.domain.times import seconds_of
from ijaza_attendance.handlers import FOLD, HANDLERS
from ijaza_contracts.edition import (
    AttendanceRequirement,
    Certificate,
    Requirements,
    Session,
)
from ijaza_contracts.enrollment import EditionPublished
from ijaza_contracts.envelope import Event

from tests.unit.attendance.given import EDITION, at, edition, scan, selected, session

NOW = at("12:00", day=20)
"""When all sessions are over."""
TITLE = {"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"}
MODULE = {"en": "Labour Migration", "ar": "هجرة العمالة"}
MERGED = Session(
    id="s4", start=at("16:00", 4), end=at("20:00", 4), cancelled=True, merged_into="s1"
)


def published(*sessions: Session, arabic: str = "") -> EditionPublished:
    """An edition in Cairo, two hours before UTC, whose certificate asks for 80 % and 13 h."""
    event = edition(sessions or [session("s1"), session("s2", day=2)])
    asked = AttendanceRequirement(min_percent=Decimal(80), min_hours=Decimal(13))
    definition = event.definition.model_copy(
        update={
            "title": TITLE,
            "timezone": "Africa/Cairo",
            "modules": tuple(
                module.model_copy(update={"title": {**MODULE, "ar": MODULE["ar"] + arabic}})
                for module in event.definition.modules
            ),
            "certificates": (
                Certificate(
                    id="c",
                    kind="completion",
                    title=TITLE,
                    requires=Requirements(attendance=asked),
                ),
            ),
        }
    )
    return event.model_copy(update={"definition": definition})


def bilingual(*sessions: Session, arabic: str = "") -> Programme:
    """What attendance knows of such an edition."""
    return on_edition_published(None, published(*sessions, arabic=arabic))


def attending(rules: Programme, *events: Event, participant: str = "p1", number: int = 1) -> State:
    """Somebody who takes part, after these events, whomever they name, and a decision."""
    state = FOLD.begin(EDITION, participant)
    for event in (selected().model_copy(update={"number": number}), *events):
        theirs = event.model_copy(update={"participant": participant})
        state = HANDLERS[type(theirs)](state, theirs)
    return settle(state, rules)[0]


def stayed(since: str, until: str, *, session: str = "s1", day: int = 1) -> Sequence[Event]:
    """In and out of a session."""
    return (
        scan("in", at(since, day), session=session),
        scan("out", at(until, day), session=session),
    )


def on_sheet(
    state: State,
    rules: Programme,
    *,
    session: str = "s1",
    now: datetime = NOW,
    person: Person | None = None,
) -> SessionRow:
    """The row of somebody on a session's sheet."""
    row = session_row(state, rules, person, session, seconds_of(now))
    assert row is not None
    return row


def in_module(state: State, rules: Programme, person: Person | None = None) -> ModuleRow:
    """The row of somebody on the sheet of the first module."""
    row = module_row(state, rules, person, "m1", seconds_of(NOW))
    assert row is not None
    return row


def signed_scan(at_device: datetime, offset_ms: int = -340, **other: object) -> Event:
    """A scan as an enrolled device sends it."""
    when = at_device + timedelta(milliseconds=offset_ms)
    return scan("in", when.replace(microsecond=0)).model_copy(
        update={
            "device_at": at_device,
            "offset_ms": offset_ms,
            "method": "camera",
            "device_verdict": "accepted",
            "server_verdict": "accepted",
            **other,
        }
    )
