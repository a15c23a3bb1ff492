"""What a person should look at: formats.md, *Scans*, *Presence* and *Review*.

`review` is what formats.md lists, as an edition's files have it. `worklist` is what the office
works: the same, and passes that were on two devices at once.
"""

from itertools import pairwise
from typing import NamedTuple

from ijaza_contracts.attendance import ReviewKind

from ijaza_attendance.domain.presence import Slot, assign, session_of, stay, undone
from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.state import Content, State, Verdict
from ijaza_attendance.domain.times import instant

AT_ONCE = 60
"""Seconds: one person is not at two devices within less, if the scans tell two stories."""


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


def worklist(state: State, programme: Programme) -> list[ReviewItem]:
    """What the office has to look at, in the order of the items' keys."""
    return sorted([*review(state, programme), *two_devices(state, programme)])


def two_devices(state: State, programme: Programme) -> list[ReviewItem]:
    """Scans of one person on two devices that cannot both be that person's.

    Of the scans that count for a session, none that was taken back among them, each is compared
    with the one before it by (time, seq, scan id). The item is the later one's; its `detail`
    names the earlier one. Times are the corrected ones.
    """
    if not state.takes_part:
        return []
    taken_back = undone(state)
    seen = sorted(
        _Seen(contents[0].at, contents[0].seq, scan_id, session, contents[0])
        for scan_id, contents in state.scans.items()
        if scan_id not in taken_back and (session := session_of(contents[0], programme))
    )
    return [
        ReviewItem(
            "two-devices",
            later.session,
            later.scan_id,
            f"{describe(earlier.content)}, scan {earlier.scan_id}",
        )
        for earlier, later in pairwise(seen)
        if _apart(earlier, later, programme)
    ]


def verdict_on(item: ReviewItem, state: State) -> Verdict | None:
    """The latest verdict on an item, if there is one."""
    given = (each for each in state.verdicts if _item_of(each) == item)
    return max(given, default=None)


def describe(content: Content) -> str:
    """A content in words that no other content of the same scan id and session has."""
    at = instant(content.at).isoformat().replace("+00:00", "Z")
    said = f"{content.direction} at {at}, seq {content.seq}, device {content.device}"
    return f"{said}, takes back {content.undo_of}" if content.undo_of else said


class _Seen(NamedTuple):
    """A scan that counts for a session, in the order in which presence reads scans."""

    at: int
    seq: int
    scan_id: str
    session: str
    content: Content


def _apart(earlier: _Seen, later: _Seen, programme: Programme) -> bool:
    """Whether two scans in a row are too near in time for one person.

    Into a session and out of it again, or out of one and into any, can be done at two doors.
    In twice or out twice cannot, nor can being in two sessions that are held at the same time.
    """
    if earlier.content.device == later.content.device or later.at - earlier.at >= AT_ONCE:
        return False
    directions = (earlier.content.direction, later.content.direction)
    if earlier.session == later.session:
        return directions in {("in", "in"), ("out", "out")}
    sittings = programme.sittings
    return directions != ("out", "in") and _at_one_time(
        sittings[earlier.session], sittings[later.session]
    )


def _at_one_time(one: Sitting, other: Sitting) -> bool:
    return one.start < other.end and other.start < one.end


def _of_presence(session: str, slot: Slot, programme: Programme) -> list[ReviewItem]:
    """What is odd about one session, under "the session that the scan was assigned to"."""
    found = stay(slot.scans, programme.sittings[session], programme).findings
    return [ReviewItem(kind, session, scan_id) for kind, scan_id in found]


def _item_of(verdict: Verdict) -> tuple[str, str, str, str]:
    return (verdict.kind, verdict.session, verdict.scan_id, verdict.detail)
