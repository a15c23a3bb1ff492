"""From scans to seconds: formats.md, *Scans* and *Presence*."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ijaza_contracts.attendance import Direction

from ijaza_attendance.domain.programme import Programme, Sitting, Span
from ijaza_attendance.domain.state import Content, State

Finding = Literal["in-while-inside", "out-while-outside", "missing-out"]


class Scan(NamedTuple):
    """A scan that stands; its fields are in the order in which presence reads scans."""

    at: int
    seq: int
    scan_id: str
    direction: Direction


@dataclass(slots=True)
class Slot:
    """What bears on one session of one participant.

    `scans` are those that stand and were assigned to it. `facts` counts every distinct fact that
    bears on it, standing or not, and `latest` is the time of the last of them.
    """

    scans: list[Scan] = field(default_factory=list)
    facts: int = 0
    latest: int = 0

    def bear(self, facts: int, latest: int) -> None:
        """Count further facts."""
        self.latest = max(self.latest, latest) if self.facts else latest
        self.facts += facts


class Stay(NamedTuple):
    """When somebody was inside, not yet cut to the session, and what was odd: (kind, scan id)."""

    inside: Sequence[Span]
    findings: Sequence[tuple[Finding, str]]


def session_of(content: Content, programme: Programme) -> str:
    """The session that a content counts for; empty if the edition has none for it.

    It is the one that the content names, or that is near, or what that one was merged into.
    """
    if content.session:
        named = programme.sittings.get(content.session)
        return named.counts_for if named else ""
    return programme.session_at(content.at)


def undone(state: State) -> frozenset[str]:
    """The ids of the scans that were taken back, and of those that take one back: none counts.

    A scan is taken back by its own device alone, and one that was signed by one that was.
    """
    taken_back: set[str] = set()
    for scan_id, contents in state.scans.items():
        undo_of = contents[0].undo_of
        if not undo_of:
            continue
        taken_back.add(scan_id)
        target = state.scans.get(undo_of)
        signed = (scan_id in state.origins) == (undo_of in state.origins)
        if target is not None and signed and target[0].device == contents[0].device:
            taken_back.add(undo_of)
    return frozenset(taken_back)


def assign(state: State, programme: Programme) -> dict[str, Slot]:
    """The slots of the edition's sessions on which a fact bears, by session.

    design.md §4: "every content received under a scan's id bears on each slot that any of those
    contents names or is assigned to, whether it stands or not". So does one that takes a scan
    back on each slot of that scan. That a device signed one is a fact of its own: it decides which
    content stands.
    """
    slots: dict[str, Slot] = {}
    taken_back = undone(state)
    for scan_id, contents in state.scans.items():
        stands = contents[0]
        home = session_of(stands, programme)
        borne = {home}
        facts = len(contents) + (scan_id in state.origins)
        latest = stands.at if len(contents) == 1 else max(each.at for each in contents)
        for other in contents[1:]:
            borne.add(session_of(other, programme))
        for each in contents:
            if each.undo_of:
                targets = state.scans.get(each.undo_of, ())
                borne.update(session_of(target, programme) for target in targets)
        for session in borne:
            if session:
                slots.setdefault(session, Slot()).bear(facts, latest)
        if home and scan_id not in taken_back:
            slots[home].scans.append(Scan(stands.at, stands.seq, scan_id, stands.direction))
    for session, corrections in state.corrections.items():
        if session in programme.sittings:
            latest = max(each.at for each in corrections.values())
            slots.setdefault(session, Slot()).bear(len(corrections), latest)
    return slots


def stay(scans: Sequence[Scan], sitting: Sitting, programme: Programme) -> Stay:
    """When the scans of one session put somebody inside."""
    if programme.record == "in-only":
        return _from_first_in(scans, sitting)
    inside: list[Span] = []
    findings: list[tuple[Finding, str]] = []
    opened: Scan | None = None
    for scan in sorted(scans):
        if scan.direction == "in":
            if opened is None:
                opened = scan
            else:
                findings.append(("in-while-inside", scan.scan_id))
        elif opened is not None:
            inside.append((opened.at, scan.at))
            opened = None
        else:
            findings.append(("out-while-outside", scan.scan_id))
    if opened is not None:
        if programme.missing_out == "credit_to_end":
            inside.append((opened.at, sitting.end))
        else:
            findings.append(("missing-out", opened.scan_id))
    return Stay(inside, findings)


def seconds_inside(inside: Sequence[Span], sitting: Sitting) -> int:
    """The seconds of `inside` that are teaching: cut to the session, its breaks taken out.

    What is inside never overlaps, for one stay ends before the next begins; nor does teaching.
    """
    total = 0
    for since, until in inside:
        for start, end in sitting.teaching:
            both = (until if until < end else end) - (since if since > start else start)
            if both > 0:
                total += both
    return total


def _from_first_in(scans: Sequence[Scan], sitting: Sitting) -> Stay:
    """*Presence*: "from the first `in` to the session's end; `out` does nothing"."""
    entries = [scan.at for scan in scans if scan.direction == "in"]
    return Stay([(min(entries), sitting.end)] if entries else [], [])
