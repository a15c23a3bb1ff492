"""Everything that one participant's seconds rest on, session by session."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.presence import Slot, assign, session_of, undone
from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.review import ReviewItem
from ijaza_attendance.domain.sheets import (
    Member,
    Standing,
    about,
    member_of,
    open_items,
    standing_of,
    visit_of,
)
from ijaza_attendance.domain.state import (
    Content,
    Correction,
    Excuse,
    Origin,
    Source,
    State,
    Verdict,
)
from ijaza_attendance.domain.sums import ModuleSum, module_sums

Weight = Literal["counts", "undone", "undoing", "other-content"]
"""Whether presence reads a scan: taken back, taking one back, or overruled under its own id."""


class ScanFound(NamedTuple):
    """A content received under a scan's id; `origin` is known of what enrolled devices sent."""

    at: int
    scan_id: str
    content: Content
    origin: Origin | None
    weight: Weight


class CorrectionFound(NamedTuple):
    """A correction; of several one stands."""

    at: int
    correction: Correction
    stands: bool


class ExcuseFound(NamedTuple):
    """An excuse."""

    at: int
    excuse: Excuse


class VerdictFound(NamedTuple):
    """What somebody said of a review item."""

    at: int
    verdict: Verdict


Evidence = ScanFound | CorrectionFound | ExcuseFound | VerdictFound


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session: what counts of it, the evidence by time, and the review items left open."""

    sitting: Sitting
    seconds: int
    source: Source
    standing: Standing
    evidence: tuple[Evidence, ...]
    open_items: tuple[ReviewItem, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A participant's attendance with its evidence; what belongs to no session is in `unplaced`."""

    member: Member
    takes_part: bool
    sessions: tuple[SessionRecord, ...]
    unplaced: tuple[Evidence, ...]
    unplaced_items: tuple[ReviewItem, ...]
    modules: tuple[ModuleSum, ...]


def record_of(state: State, programme: Programme, person: Person | None, now: int) -> Record:
    """All of a participant's attendance, at the time `now`."""
    found = _evidence(state, programme)
    items = open_items(state, programme)
    slots = assign(state, programme)
    sessions = []
    for session, sitting in programme.sittings.items():
        published = state.published.get(session)
        visit = visit_of(slots.get(session, Slot()), programme)
        sessions.append(
            SessionRecord(
                sitting=sitting,
                seconds=published.seconds if published else 0,
                source=published.source if published else "scans",
                standing=standing_of(state, sitting, visit, now),
                evidence=_in_order(found.pop(session, [])),
                open_items=tuple(items.pop(session, ())),
            )
        )
    return Record(
        member=member_of(state, person),
        takes_part=state.takes_part,
        sessions=tuple(sessions),
        unplaced=_in_order([each for rest in found.values() for each in rest]),
        unplaced_items=tuple(item for rest in items.values() for item in rest),
        modules=tuple(module_sums(state, programme)),
    )


def _evidence(state: State, programme: Programme) -> dict[str, list[Evidence]]:
    """Every fact by the session that it is about; what is about none is under an empty one, or
    under one that the edition does not have any more.
    """
    found: dict[str, list[Evidence]] = {}
    taken_back = undone(state)
    for scan_id, contents in state.scans.items():
        for content in contents:
            weight: Weight = "counts"
            if content != contents[0]:
                weight = "other-content"
            elif content.undo_of:
                weight = "undoing"
            elif scan_id in taken_back:
                weight = "undone"
            origin = None if weight == "other-content" else state.origins.get(scan_id)
            scan = ScanFound(content.at, scan_id, content, origin, weight)
            found.setdefault(session_of(content, programme), []).append(scan)
    for session, corrections in state.corrections.items():
        stands = max(corrections.values())
        found.setdefault(session, []).extend(
            CorrectionFound(each.at, each, each == stands) for each in corrections.values()
        )
    for session, excuses in state.excuses.items():
        found.setdefault(session, []).extend(ExcuseFound(x.at, x) for x in excuses.values())
    for verdict in state.verdicts:
        session = about(state, programme, verdict.session, verdict.scan_id)
        found.setdefault(session, []).append(VerdictFound(verdict.at, verdict))
    return found


_ORDER = (ScanFound, CorrectionFound, ExcuseFound, VerdictFound)


def _in_order(evidence: list[Evidence]) -> tuple[Evidence, ...]:
    """By time; of equal times scans come before what staff said, each as its fields have it."""
    return tuple(sorted(evidence, key=_place))


def _place(evidence: Evidence) -> tuple[int, int, tuple[Any, ...]]:
    if isinstance(evidence, ScanFound):
        return (evidence.at, 0, (evidence.content.seq, evidence.scan_id, evidence.content))
    return (evidence.at, _ORDER.index(type(evidence)), evidence[1:])
