"""Who is in the room of a session, who is late, and who does not come."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from ijaza_attendance.domain.inside import inside_since
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.presence import Slot, assign, stay
from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.state import State

GRACE = 600
"""Seconds after the start of a session in which whoever arrives is in time."""
ABSENT_AFTER = 3600
"""Seconds after the start from which nobody is waited for any more; in a shorter session its end.
"""

Status = Literal["inside", "late", "absent", "left", "expected", "excused"]
"""`inside` and `left` are of those who came. Of the others: `expected` before the start, `late`
until `ABSENT_AFTER`, `absent` from then on, or `excused`."""

Phase = Literal["before", "running", "waited", "over"]
"""Where a session stands: not begun, people are waited for, are not any more, it has ended."""


class Visit(NamedTuple):
    """What the scans of one session say of one person, times in seconds since 1970.

    `inside` is since when they are inside, `left` when they last went out, None if they are not
    outside again.
    """

    arrived: int | None
    inside: int | None
    left: int | None
    excused: bool


class Attendee(NamedTuple):
    """One person of an edition, with the visits to the sessions that something is known of."""

    participant: str
    number: int
    name_en: str
    name_ar: str
    listed: bool
    visits: Mapping[str, Visit]


class Seat(NamedTuple):
    """One person of a room. `since` is when an `inside` or `left` began, None of the others.

    `arrived_late` is of those who came after the start and its grace.
    """

    participant: str
    number: int
    name_en: str
    name_ar: str
    status: Status
    since: int | None
    arrived: int | None
    arrived_late: bool


@dataclass(frozen=True, slots=True)
class Room:
    """Everybody of a session at one moment `at` (seconds since 1970), by badge number."""

    programme: Programme
    sitting: Sitting
    at: int
    seats: Mapping[str, Seat]

    @property
    def counts(self) -> dict[Status, int]:
        """How many there are of each status, all statuses named."""
        found = Counter(seat.status for seat in self.seats.values())
        return {status: found[status] for status in get_args(Status)}

    @property
    def arrived_late(self) -> int:
        """How many came after the grace."""
        return sum(seat.arrived_late for seat in self.seats.values())


NOWHERE = Visit(None, None, None, excused=False)


def attendee(state: State, programme: Programme, person: Person | None) -> Attendee:
    """What rooms show of a participant. Who has withdrawn is listed only where they are."""
    slots = assign(state, programme) if state.takes_part else {}
    return Attendee(
        participant=state.participant,
        number=state.number,
        name_en=person.name_en if person else "",
        name_ar=person.name_ar if person else "",
        listed=state.takes_part and not state.withdrawn,
        visits={
            session: _visit(
                slots.get(session, Slot()), sitting, session in state.excuses, programme
            )
            for session, sitting in programme.sittings.items()
            if session in slots or session in state.excuses
        },
    )


def phase(sitting: Sitting, now: int) -> Phase:
    """Where a session stands. Of a cancelled one nothing ever begins, and nobody is late."""
    if sitting.cancelled or now < sitting.start:
        return "before"
    if now >= sitting.end:
        return "over"
    return "running" if now < sitting.start + ABSENT_AFTER else "waited"


def room(attendees: Sequence[Attendee], sitting: Sitting, programme: Programme, now: int) -> Room:
    """The room of a session at a moment."""
    stands = phase(sitting, now)
    closes = programme.record == "in-only" or programme.missing_out == "credit_to_end"
    seats = [
        _seat(each, sitting, stands, closes=closes)
        for each in attendees
        if each.listed or each.visits.get(sitting.session, NOWHERE).inside is not None
    ]
    seats.sort(key=lambda seat: (seat.number, seat.participant))
    return Room(programme, sitting, now, {seat.participant: seat for seat in seats})


def changed(before: Room, after: Room) -> tuple[list[Seat], list[str]]:
    """Seats that are new or are otherwise than before, and participants who have none any more."""
    known = before.seats
    return (
        [seat for key, seat in after.seats.items() if known.get(key) != seat],
        [key for key in known if key not in after.seats],
    )


def _visit(slot: Slot, sitting: Sitting, excused: bool, programme: Programme) -> Visit:
    """formats.md, *Presence*, as far as it goes until now."""
    inside = inside_since(slot, programme)
    stays = stay(slot.scans, sitting, programme).inside
    arrived = stays[0][0] if stays else inside
    return Visit(arrived, inside, stays[-1][1] if stays and inside is None else None, excused)


def _seat(each: Attendee, sitting: Sitting, stands: Phase, *, closes: bool) -> Seat:
    visit = each.visits.get(sitting.session, NOWHERE)
    status, since = _status(visit, sitting, stands, closes=closes)
    late = visit.arrived is not None and visit.arrived > sitting.start + GRACE
    return Seat(
        each.participant,
        each.number,
        each.name_en,
        each.name_ar,
        status,
        since,
        visit.arrived,
        late,
    )


def _status(
    visit: Visit, sitting: Sitting, stands: Phase, *, closes: bool
) -> tuple[Status, int | None]:
    """`closes`: without an out, people leave with the end of the session."""
    if visit.inside is not None:
        if closes and stands == "over":
            return "left", sitting.end
        return "inside", visit.inside
    if visit.left is not None:
        return "left", visit.left
    if visit.excused:
        return "excused", None
    match stands:
        case "before":
            return "expected", None
        case "running":
            return "late", None
        case "waited" | "over":
            return "absent", None
