"""How attendance is shown to staff."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.presence import Slot, assign
from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.state import Source, State
from ijaza_attendance.domain.sums import module_sums
from ijaza_attendance.domain.times import instant


class ScanShown(BaseModel):
    """A scan that stands for a session."""

    scan_id: str
    direction: Literal["in", "out"]
    at: datetime
    seq: int


class CorrectionShown(BaseModel):
    """A correction of a session; the last listed stands."""

    correction: str
    minutes: int
    actor: str
    reason: str
    at: datetime


class ExcuseShown(BaseModel):
    """An excuse for a session."""

    correction: str
    actor: str
    reason: str
    at: datetime


class SessionShown(BaseModel):
    """What counts of a session, and the facts behind it. `version` is null if nothing was said."""

    session: str
    module: str
    cancelled: bool
    scheduled_seconds: int
    seconds: int
    source: Source
    version: tuple[int, int] | None
    scans: list[ScanShown]
    corrections: list[CorrectionShown]
    excuses: list[ExcuseShown]


class ModuleShown(BaseModel):
    """Seconds of a module, without cancelled and excused sessions."""

    module: str
    scheduled_seconds: int
    attended_seconds: int


class Attendance(BaseModel):
    """One person's attendance under the newest revision of the edition. `takes_part` is ever."""

    edition: str
    participant: str
    revision: int
    name_en: str
    name_ar: str
    takes_part: bool
    withdrawn: bool
    sessions: list[SessionShown]
    modules: list[ModuleShown]


def attendance_of(state: State, programme: Programme, person: Person | None) -> Attendance:
    """The whole of a participant's attendance; names are empty where they are not known."""
    slots = assign(state, programme)
    return Attendance(
        edition=state.edition,
        participant=state.participant,
        revision=programme.revision,
        name_en=person.name_en if person else "",
        name_ar=person.name_ar if person else "",
        takes_part=state.takes_part,
        withdrawn=state.withdrawn,
        sessions=[
            _session(state, sitting, slots.get(session, Slot()))
            for session, sitting in programme.sittings.items()
        ],
        modules=[ModuleShown(**each._asdict()) for each in module_sums(state, programme)],
    )


def _session(state: State, sitting: Sitting, slot: Slot) -> SessionShown:
    published = state.published.get(sitting.session)
    corrections = state.corrections.get(sitting.session, {})
    excuses = state.excuses.get(sitting.session, {})
    return SessionShown(
        session=sitting.session,
        module=sitting.module,
        cancelled=sitting.cancelled,
        scheduled_seconds=sitting.scheduled,
        seconds=published.seconds if published else 0,
        source=published.source if published else "scans",
        version=published[:2] if published else None,
        scans=[
            ScanShown(
                scan_id=scan.scan_id, direction=scan.direction, at=instant(scan.at), seq=scan.seq
            )
            for scan in sorted(slot.scans)
        ],
        corrections=[
            CorrectionShown(
                correction=key,
                minutes=each.minutes,
                actor=each.actor,
                reason=each.reason,
                at=instant(each.at),
            )
            for key, each in sorted(corrections.items(), key=lambda item: item[1])
        ],
        excuses=[
            ExcuseShown(correction=key, actor=each.actor, reason=each.reason, at=instant(each.at))
            for key, each in sorted(excuses.items())
        ],
    )
