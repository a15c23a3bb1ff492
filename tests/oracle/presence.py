"""From scans to seconds, and the reviews that scans raise."""

from dataclasses import dataclass
from itertools import pairwise

from .reading import Edition, Module, Row, Session, Span, parse_time

HOUR = 3600


@dataclass(frozen=True, slots=True, order=True)
class Content:
    """What a scan says, in the order that decides which of several contents stands."""

    time: int
    seq: int
    direction: str
    device: str
    session: str


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan that stands, assigned to a session."""

    time: int
    seq: int
    scan_id: str
    direction: str


@dataclass(frozen=True, slots=True)
class Presence:
    """Scans by (participant, session), and the review rows raised on the way there."""

    scans: dict[tuple[str, str], list[Scan]]
    reviews: list[Row]


def review(kind: str, participant: str, session: str, scan_id: str, detail: str = "") -> Row:
    """One row of review.csv."""
    return {
        "kind": kind,
        "participant": participant,
        "session": session,
        "scan_id": scan_id,
        "detail": detail,
    }


def assign(
    edition: Edition, modules: tuple[Module, ...], rows: list[Row], ever: frozenset[str]
) -> Presence:
    """Puts every scan to its session, under the final times and for who ever takes part."""
    contents: dict[tuple[str, str], set[Content]] = {}
    for row in rows:
        key = (row["participant"], row["scan_id"])
        contents.setdefault(key, set()).add(_content(edition, row))
    sessions = [session for module in modules for session in module.sessions]
    presence = Presence({}, [])
    for (participant, scan_id), received in contents.items():
        stands, *others = sorted(received)
        presence.reviews.extend(
            review("scan-id-reused", participant, other.session, scan_id) for other in others
        )
        if participant not in ever:
            presence.reviews.append(review("not-taking-part", participant, stands.session, scan_id))
            continue
        session = stands.session or _session_at(stands.time, sessions)
        if session is None:
            presence.reviews.append(review("no-session", participant, "", scan_id))
            continue
        scan = Scan(stands.time, stands.seq, scan_id, stands.direction)
        presence.scans.setdefault((participant, session), []).append(scan)
    return presence


def stay(
    edition: Edition, participant: str, session: Session, scans: list[Scan]
) -> tuple[list[Span], list[Row]]:
    """The intervals inside, not yet cut to the session, and the reviews they raise."""
    if edition.record == "in-only":
        entries = [scan.time for scan in scans if scan.direction == "in"]
        return ([(min(entries), session.end)] if entries else []), []
    intervals: list[Span] = []
    reviews: list[Row] = []
    opened: Scan | None = None
    for scan in sorted(scans, key=lambda scan: (scan.time, scan.seq, scan.scan_id)):
        if scan.direction == "in" and opened is None:
            opened = scan
        elif scan.direction == "out" and opened is not None:
            intervals.append((opened.time, scan.time))
            opened = None
        else:
            kind = "in-while-inside" if scan.direction == "in" else "out-while-outside"
            reviews.append(review(kind, participant, session.id, scan.scan_id))
    if opened is not None and edition.missing_out == "credit_to_end":
        intervals.append((opened.time, session.end))
    elif opened is not None:
        reviews.append(review("missing-out", participant, session.id, opened.scan_id))
    return intervals, reviews


def seconds_inside(session: Session, intervals: list[Span]) -> int:
    """Seconds of the session, outside its breaks, that at least one interval covers.

    Between two neighbouring edges nothing begins or ends, so each such piece counts or does not.
    """
    spans = [(session.start, session.end), *session.breaks, *intervals]
    edges = sorted({edge for span in spans for edge in span})
    return sum(
        until - since
        for since, until in pairwise(edges)
        if session.start <= since
        and until <= session.end
        and any(opens <= since and until <= closes for opens, closes in intervals)
        and not any(opens <= since and until <= closes for opens, closes in session.breaks)
    )


def scheduled_seconds(session: Session) -> int:
    """The session less its breaks."""
    return seconds_inside(session, [(session.start, session.end)])


def _content(edition: Edition, row: Row) -> Content:
    return Content(
        time=parse_time(row["at"], edition.zone),
        seq=int(row["seq"]),
        direction=row["direction"],
        device=row["device"],
        session=row["session"],
    )


def _session_at(time: int, sessions: list[Session]) -> str | None:
    """The session that a scan without one belongs to: the nearest start, then the earlier."""
    near = [
        (abs(time - session.start), place, session.id)
        for place, session in enumerate(sessions)
        if session.start - HOUR <= time <= session.end + HOUR
    ]
    return min(near)[2] if near else None
