"""Random scans: chaos at the door, in every boundary second."""

from fractions import Fraction
from random import Random

from .random_times import HOUR, MINUTE, Clock, some
from .reading import Edition, Module, Row, Session

DEVICES = ("kiosk-1", "kiosk-2", "باب-2")
UNKNOWN = ("nobody", "P-999")
Move = tuple[int, str]


def scans(
    rng: Random,
    clock: Clock,
    edition: Edition,
    final: tuple[Module, ...],
    refs: list[str],
    ever: list[str],
    diligent: set[str],
) -> list[Row]:
    """Scans of who takes part, a few of other applicants and of persons whom nobody knows."""
    sessions = [session for module in final for session in module.sessions]
    before = [session for module in edition.modules for session in module.sessions]
    instants = _boundaries([*sessions, *before])
    rows: list[Row] = []

    def add(ref: str, session: str, move: Move) -> None:
        rows.append(
            {
                "scan_id": f"s{rng.randint(1, 30) if rng.random() < 0.06 else len(rows) + 31}",
                "device": rng.choice(DEVICES),
                "participant": ref,
                "session": session,
                "direction": move[1],
                "at": clock.write(move[0]),
                "seq": str(rng.choice((0, 1, len(rows)))),
            }
        )

    for ref in refs:
        for session in sessions if ref in ever else sessions[:1]:
            careful = ref in diligent and rng.random() < 0.9
            named = session.id if rng.random() < 0.85 else ""
            for move in _careful(rng, session) if careful else _careless(rng, edition, session):
                add(ref, named, move)
        for instant in some(rng, instants, (4 if ref in ever else 1) / len(instants)):
            add(ref, "", (instant, rng.choice(("in", "out"))))
    for ref in some(rng, UNKNOWN, 0.7):
        add(ref, rng.choice(("", sessions[0].id)), (rng.choice(instants), "in"))
    rows += [_again(clock, row) for row in some(rng, rows, 0.06)]
    rows += [_otherwise(rng, clock, row, sessions) for row in some(rng, rows, 0.06)]
    return rows


def _careful(rng: Random, session: Session) -> list[Move]:
    """There from before the start until the end or later."""
    early, late = rng.choice((0, 600, HOUR)), rng.choice((0, 1, 600, HOUR))
    return [(session.start - early, "in"), (session.end + late, "out")]


def _careless(rng: Random, edition: Edition, session: Session) -> list[Move]:
    """One of the ways in which people come, go and forget."""
    start, end = session.start, session.end
    middle = rng.randint(start, end)
    first = edition.certificates[0].min_percent or Fraction(80)
    share = start + int(first * (end - start) / 100) + rng.choice((-1, 0, 1))
    edges = [edge for span in session.breaks for edge in span]
    inside = rng.choice(edges) if edges else middle
    return rng.choice(
        (
            [],
            [(start, "in"), (share, "out")],
            [(start - 1, "in"), (inside, "out"), (inside, "in"), (end, "out")],
            [(start, "in"), (middle, "in"), (end, "out")],
            [(middle, "in")],
            [(end, "in")],
            [(middle, "out"), (middle, "in")],
            [(start, "in"), (inside, "out"), (end, "out")],
            [(inside, "in"), (inside + 1, "out"), (inside + 61, "in"), (end + 1, "out")],
            [(start - 2 * HOUR, "in"), (end + 2 * HOUR, "out")],
            [(end, "out")],
        )
    )


def _boundaries(sessions: list[Session]) -> list[int]:
    """The seconds in which a rule turns: windows, edges, breaks, between two starts."""
    instants = {
        instant + nudge
        for session in sessions
        for instant in (session.start, session.end)
        for nudge in (-HOUR - 1, -HOUR, -1, 0, 1, HOUR, HOUR + 1)
    }
    instants |= {edge for s in sessions for span in s.breaks for edge in span}
    instants |= {(one.start + other.start) // 2 for one in sessions for other in sessions}
    return sorted(instants)


def _again(clock: Clock, row: Row) -> Row:
    """The same content, its time perhaps written in another form."""
    return row | {"at": clock.write(clock.read(row["at"]))}


def _otherwise(rng: Random, clock: Clock, row: Row, sessions: list[Session]) -> Row:
    """Another content under the same participant and scan id."""
    later = clock.read(row["at"]) + rng.choice((-MINUTE, 1, MINUTE, HOUR))
    return row | rng.choice(
        (
            {"at": clock.write(later)},
            {"seq": str(int(row["seq"]) + 1)},
            {"direction": "out" if row["direction"] == "in" else "in"},
            {"device": "kiosk-0"},
            {"device": "kiosk-0", "direction": "out" if row["direction"] == "in" else "in"},
            {"device": "kiosk-0", "session": rng.choice(sessions).id},
            {"session": "" if row["session"] else rng.choice(sessions).id},
            {"session": rng.choice(sessions).id, "at": clock.write(later)},
        )
    )
