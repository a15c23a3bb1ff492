"""What stands on the attendance sheets of a session and of a module, row by row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ijaza_contracts.attendance import ReviewKind

from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.presence import Slot, assign, session_of
from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.review import ReviewItem, verdict_on, worklist
from ijaza_attendance.domain.state import Correction, Excuse, Source, State
from ijaza_attendance.domain.sums import module_sums

Standing = Literal["present", "excused", "withdrawn", "absent", "expected", "not-held"]
"""How somebody stands to one session; `standing_of` says which is which."""


class Visit(NamedTuple):
    """When somebody first came in and last went out; None where no scan says so."""

    arrival: int | None
    departure: int | None


@dataclass(frozen=True, slots=True)
class Member:
    """Who a row is about. Names are empty where none is known, or where it was erased."""

    participant: str
    number: int
    name_en: str
    name_ar: str
    withdrawn: bool

    @property
    def place(self) -> tuple[bool, int, str]:
        """Rows stand by badge number; who has none yet comes last."""
        return (self.number == 0, self.number, self.participant)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One person at one session: `seconds` as published, which are part of the sums if it `counts`.

    `correction` is the one that stands; `open_items` are the kinds of review items on this session
    without a verdict.
    """

    member: Member
    visit: Visit
    seconds: int
    source: Source
    counts: bool
    standing: Standing
    correction: Correction | None
    excuses: tuple[Excuse, ...]
    open_items: tuple[ReviewKind, ...]


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """One person in one module: a row for each of its sessions, in order, and their sums."""

    member: Member
    sessions: tuple[SessionRow, ...]
    scheduled_seconds: int
    attended_seconds: int


class Totals(NamedTuple):
    """So many rows of each standing, and the seconds of all of them that count."""

    people: int
    standings: Mapping[Standing, int]
    seconds: int


def member_of(state: State, person: Person | None) -> Member:
    """Who a state is about; a person without a name is one all the same."""
    return Member(
        participant=state.participant,
        number=state.number,
        name_en=person.name_en if person else "",
        name_ar=person.name_ar if person else "",
        withdrawn=state.withdrawn,
    )


def session_row(
    state: State, programme: Programme, person: Person | None, session: str, now: int
) -> SessionRow | None:
    """The row of somebody on the sheet of a session, at the time `now`; None for a stranger."""
    rows = _rows(state, programme, person, [programme.sittings[session]], now)
    return rows[0] if rows else None


def module_row(
    state: State, programme: Programme, person: Person | None, module: str, now: int
) -> ModuleRow | None:
    """The row of somebody on the sheet of a module, at the time `now`; None for a stranger."""
    rows = _rows(state, programme, person, sittings_of(module, programme), now)
    if not state.takes_part:
        return None
    (sums,) = (each for each in module_sums(state, programme) if each.module == module)
    return ModuleRow(
        member_of(state, person), tuple(rows), sums.scheduled_seconds, sums.attended_seconds
    )


def sittings_of(module: str, programme: Programme) -> list[Sitting]:
    """The sessions of a module, in the edition's order."""
    return [each for each in programme.sittings.values() if each.module == module]


def visit_of(slot: Slot, programme: Programme) -> Visit:
    """First arrival and last departure, read as presence reads scans (formats.md, *Presence*).

    Who came in again after leaving has not departed; where only entries are recorded, nobody has.
    """
    arrival = departure = None
    inside = False
    for scan in sorted(slot.scans):
        if scan.direction == "in" and not inside:
            arrival = scan.at if arrival is None else arrival
            inside, departure = True, None
        elif scan.direction == "out" and inside and programme.record == "in-out":
            inside, departure = False, scan.at
    return Visit(arrival, departure)


def standing_of(state: State, sitting: Sitting, visit: Visit, now: int) -> Standing:
    """How somebody stands to a session.

    Excused as excuses say; present with any second that counts, or inside by the scans while
    nobody corrected that; expected until the session is over.
    """
    if sitting.session in state.excuses:
        return "excused"
    published = state.published.get(sitting.session)
    inside = visit.departure is None and visit.arrival is not None and visit.arrival < sitting.end
    if (published is not None and published.seconds > 0) or (
        inside and sitting.session not in state.corrections
    ):
        return "present"
    if state.withdrawn:
        return "withdrawn"
    if sitting.cancelled:
        return "not-held"
    return "absent" if now >= sitting.end else "expected"


def totals_of(rows: Iterable[SessionRow]) -> Totals:
    """What the rows of a session come to."""
    standings: dict[Standing, int] = {}
    people = seconds = 0
    for row in rows:
        people += 1
        seconds += row.seconds if row.counts else 0
        standings[row.standing] = standings.get(row.standing, 0) + 1
    return Totals(people, standings, seconds)


def open_items(state: State, programme: Programme) -> dict[str, list[ReviewItem]]:
    """Review items without a verdict, by the session that they are about; empty for none."""
    found: dict[str, list[ReviewItem]] = {}
    for item in worklist(state, programme):
        if verdict_on(item, state) is None:
            session = about(state, programme, item.session, item.scan_id)
            found.setdefault(session, []).append(item)
    return found


def about(state: State, programme: Programme, session: str, scan_id: str) -> str:
    """The session that an item or a verdict is about: as it says, else as its scan is assigned.

    What was merged into another session is about that one.
    """
    if session in programme.sittings:
        return programme.sittings[session].counts_for
    contents = state.scans.get(scan_id)
    return session_of(contents[0], programme) if contents else ""


def permille(attended: int, scheduled: int) -> int | None:
    """Attended of scheduled in tenths of a percent, rounded down: 79.96 % is not 80 %."""
    return attended * 1000 // scheduled if scheduled else None


def _rows(
    state: State,
    programme: Programme,
    person: Person | None,
    sittings: Sequence[Sitting],
    now: int,
) -> list[SessionRow]:
    if not state.takes_part:
        return []
    member = member_of(state, person)
    slots, items = assign(state, programme), open_items(state, programme)
    return [
        _row(
            state,
            member,
            sitting,
            visit_of(slots.get(sitting.session, Slot()), programme),
            tuple(sorted({item.kind for item in items.get(sitting.session, ())})),
            now,
        )
        for sitting in sittings
    ]


def _row(
    state: State,
    member: Member,
    sitting: Sitting,
    visit: Visit,
    kinds: tuple[ReviewKind, ...],
    now: int,
) -> SessionRow:
    published = state.published.get(sitting.session)
    corrections = state.corrections.get(sitting.session)
    return SessionRow(
        member=member,
        visit=visit,
        seconds=published.seconds if published else 0,
        source=published.source if published else "scans",
        counts=not (sitting.cancelled or sitting.session in state.excuses),
        standing=standing_of(state, sitting, visit, now),
        correction=max(corrections.values()) if corrections else None,
        excuses=tuple(sorted(state.excuses.get(sitting.session, {}).values())),
        open_items=kinds,
    )
