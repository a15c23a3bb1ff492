"""What a person should look at: formats.md, *Scans*, *Presence* and *Review*."""

from typing import NamedTuple

from ijaza_contracts.attendance import ReviewKind

from ijaza_attendance.domain.presence import Slot, assign, session_of, stay, undone
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import Content, State, Verdict
from ijaza_attendance.domain.times import instant


class ReviewItem(NamedTuple):
    """Something odd about one scan; with edition and participant, its four fields are its key."""

    kind: ReviewKind
    session: str
    scan_id: str
    detail: str = ""


def review(state: State, programme: Programme) -> list[ReviewItem]:
    """What all facts raise together, in the order of the items' keys.

    "Withdrawal, attendance corrections, excuses, cancellations and a person's verdict remove
    nothing."
    """
    items: list[ReviewItem] = []
    taken_back = undone(state)
    for scan_id, contents in state.scans.items():
        stands, *others = contents
        items.extend(
            ReviewItem("scan-id-reused", other.session, scan_id, describe(other))
            for other in others
        )
        if not state.takes_part:
            items.append(ReviewItem("not-taking-part", stands.session, scan_id))
        elif scan_id not in taken_back and not session_of(stands, programme):
            items.append(ReviewItem("no-session", stands.session, scan_id))
    if state.takes_part:
        for session, slot in assign(state, programme).items():
            items.extend(_of_presence(session, slot, programme))
    return sorted(items)


def verdict_on(item: ReviewItem, state: State) -> Verdict | None:
    """The latest verdict on an item, if there is one."""
    given = (each for each in state.verdicts if _item_of(each) == item)
    return max(given, default=None)


def describe(content: Content) -> str:
    """A content in words that no other content of the same scan id and session has."""
    at = instant(content.at).isoformat().replace("+00:00", "Z")
    said = f"{content.direction} at {at}, seq {content.seq}, device {content.device}"
    return f"{said}, takes back {content.undo_of}" if content.undo_of else said


def _of_presence(session: str, slot: Slot, programme: Programme) -> list[ReviewItem]:
    """What is odd about one session, under "the session that the scan was assigned to"."""
    found = stay(slot.scans, programme.sittings[session], programme).findings
    return [ReviewItem(kind, session, scan_id) for kind, scan_id in found]


def _item_of(verdict: Verdict) -> tuple[str, str, str, str]:
    return (verdict.kind, verdict.session, verdict.scan_id, verdict.detail)
