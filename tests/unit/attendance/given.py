"""Small editions and facts for the tests of attendance, in the words of the field."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from ijaza_attendance.domain.programme import Programme, on_edition_published
from ijaza_attendance.domain.settle import settle
from ijaza_attendance.domain.state import State
from ijaza_attendance.handlers import FOLD, HANDLERS
from ijaza_contracts.attendance import (
    AbsenceExcused,
    AttendanceCorrected,
    ScanRecorded,
    SessionAttended,
)
from ijaza_contracts.edition import (
    AttendanceRule,
    Certificate,
    Edition,
    Interval,
    Issuer,
    Module,
    Place,
    Session,
)
from ijaza_contracts.enrollment import (
    EditionPublished,
    ParticipantSelected,
    ParticipantWithdrawn,
)
from ijaza_contracts.envelope import Event

EDITION = "mg-4"
PARTICIPANT = "p1"
FIRST_DAY = datetime(2019, 12, 15, tzinfo=UTC)
PUBLISHED_AT = datetime(2019, 11, 1, tzinfo=UTC)
MINUTE = 60
HOUR = 3600


def at(clock: str, day: int = 1) -> datetime:
    """A time like 16:00 or 16:00:30 on the first day of teaching, or a later one."""
    hours, minutes, *seconds = map(int, clock.split(":"))
    return FIRST_DAY + timedelta(
        days=day - 1, hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0
    )


def session(
    name: str = "s1",
    start: str = "16:00",
    end: str = "20:00",
    *,
    day: int = 1,
    breaks: Sequence[tuple[str, str]] = (),
    cancelled: bool = False,
) -> Session:
    """A session of one day."""
    return Session(
        id=name,
        start=at(start, day),
        end=at(end, day),
        breaks=tuple(Interval(start=at(since, day), end=at(until, day)) for since, until in breaks),
        cancelled=cancelled,
    )


def edition(
    *modules: Sequence[Session],
    revision: int = 1,
    record: Literal["in-out", "in-only"] = "in-out",
    missing_out: Literal["review", "credit_to_end"] = "review",
) -> EditionPublished:
    """A revision whose modules m1, m2, … have these sessions; m1 with s1 if none are given."""
    definition = Edition(
        id=EDITION,
        title={"en": "Migration governance"},
        timezone="UTC",
        languages=("en",),
        issuer=Issuer(did_host="certificates.example.org", name={"en": "Office"}),
        organisers=(),
        place=Place(name={"en": "Campus"}),
        attendance=AttendanceRule(record=record, missing_out=missing_out),
        modules=tuple(
            Module(id=f"m{number}", title={"en": "Module"}, sessions=tuple(sessions))
            for number, sessions in enumerate(modules or ([session()],), 1)
        ),
        certificates=(Certificate(id="c", kind="attendance", title={"en": "Certificate"}),),
    )
    return EditionPublished(
        edition=EDITION,
        at=PUBLISHED_AT + timedelta(days=revision - 1),
        revision=revision,
        definition=definition,
    )


def programme(
    *modules: Sequence[Session],
    revision: int = 1,
    record: Literal["in-out", "in-only"] = "in-out",
    missing_out: Literal["review", "credit_to_end"] = "review",
) -> Programme:
    """What attendance knows of such a revision."""
    return on_edition_published(
        None, edition(*modules, revision=revision, record=record, missing_out=missing_out)
    )


def scan(
    direction: Literal["in", "out"],
    time: datetime,
    *,
    scan_id: str = "",
    session: str = "s1",
    device: str = "kiosk-1",
    seq: int = 0,
    undo_of: str = "",
    signed: bool = False,
) -> ScanRecorded:
    """A scan; unless given, its id is made of direction and time.

    `signed` is how a device's own comes, whose clock was right.
    """
    return ScanRecorded(
        edition=EDITION,
        participant=PARTICIPANT,
        at=time,
        scan_id=scan_id or f"{direction}-{time.isoformat()}",
        device=device,
        session=session,
        direction=direction,
        seq=seq,
        undo_of=undo_of,
        device_at=time if signed else None,
    )


def selected() -> ParticipantSelected:
    """The participant has a seat."""
    return ParticipantSelected(
        edition=EDITION, participant=PARTICIPANT, at=PUBLISHED_AT, number=1, via="ranking", rank=1
    )


def withdrawn() -> ParticipantWithdrawn:
    """The participant left."""
    return ParticipantWithdrawn(edition=EDITION, participant=PARTICIPANT, at=at("12:00", 2))


def corrected(
    minutes: int,
    time: datetime,
    *,
    session: str = "s1",
    correction: str = "c1",
    ordinal: int = 1,
) -> AttendanceCorrected:
    """Staff credited minutes."""
    return AttendanceCorrected(
        edition=EDITION,
        participant=PARTICIPANT,
        at=time,
        session=session,
        minutes=minutes,
        correction=correction,
        ordinal=ordinal,
        actor="staff-7",
        reason="kiosk-down",
    )


def excused(session: str, correction: str = "c1") -> AbsenceExcused:
    """Staff excused an absence."""
    return AbsenceExcused(
        edition=EDITION,
        participant=PARTICIPANT,
        at=at("21:00"),
        session=session,
        correction=correction,
        actor="staff-7",
        reason="illness",
    )


def folded(*events: Event, state: State | None = None) -> State:
    """The state after these events, and before any decision."""
    folded = FOLD.begin(EDITION, PARTICIPANT) if state is None else state
    for event in events:
        folded = HANDLERS[type(event)](folded, event)
    return folded


def settled(rules: Programme, *events: Event) -> tuple[State, list[SessionAttended]]:
    """The state after these events of somebody selected and a decision, and what was published."""
    state, published = settle(folded(selected(), *events), rules)
    return state, list(published)
