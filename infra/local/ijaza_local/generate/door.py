"""The door: scans as kiosks send them, with what goes wrong there.

Sessions are taken one after the other, and only the scans of one are in memory at a time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import NamedTuple

from ijaza_contracts.edition import Edition, Session

from .times import LocalTimes

Cells = tuple[object, ...]

PEOPLE_PER_KIOSK = 150
HABITS = ((0.72, 0.997), (0.93, 0.96), (1.0, 0.7))
"""Of the diligent, the average and the others: their share so far, and how often they come."""

LATE, EARLY_LEAVE, STEPS_OUT = 0.06, 0.03, 0.07
MISSING_OUT, MISSING_IN, TAPS_TWICE = 0.012, 0.004, 0.008
SENT_TWICE, ID_REUSED, SESSION_EMPTY = 0.01, 0.001, 0.02
STRANGERS, HOURS_OFF = 0.001, 0.0005
"""How often it happens, of one coming or one scan."""


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who takes part at some time, from `since` until `until` (seconds since 1970)."""

    ref: str
    since: float
    until: float
    comes: float


class Gap(NamedTuple):
    """A session for which somebody's scans do not tell the whole: absent, or no scan out."""

    ref: str
    session: Session
    was_there: bool


class Tap(NamedTuple):
    """A pass shown at a kiosk."""

    at: int
    ref: str
    direction: str
    session: str


def takers(
    ever: Sequence[str],
    since: Mapping[str, datetime],
    until: Mapping[str, datetime],
    chance: Random,
) -> list[Taker]:
    """Those who come to the door, each with a habit of their own."""
    found = []
    for ref in ever:
        draw = chance.random()
        comes = next(often for share, often in HABITS if draw < share)
        joined = since[ref].timestamp() if ref in since else float("-inf")
        left = until[ref].timestamp() if ref in until else float("inf")
        found.append(Taker(ref, joined, left, comes))
    return found


class Door:
    """The kiosks of an edition. `gaps` are found while the scans are made."""

    def __init__(
        self, edition: Edition, people: Sequence[Taker], others: Sequence[str], chance: Random
    ) -> None:
        self._edition = edition
        self._people = people
        self._others = others
        self._chance = chance
        self._times = LocalTimes(edition.timezone)
        self._seqs = [0] * (2 + len(people) // PEOPLE_PER_KIOSK)
        self.gaps: list[Gap] = []

    def scans(self) -> Iterator[list[Cells]]:
        """The rows of scans.csv, session by session in the order in which they begin."""
        sessions = [
            session
            for module in self._edition.modules
            for session in module.sessions
            if not session.cancelled
        ]
        for session in sorted(sessions, key=lambda one: (one.start, one.id)):
            taps = list(self._taps(session))
            taps.sort()
            yield [row for tap in taps for row in self._rows(tap)]

    def _taps(self, session: Session) -> Iterator[Tap]:
        chance, start = self._chance, int(session.start.timestamp())
        in_only = self._edition.attendance.record == "in-only"
        for person in self._people:
            if not person.since <= start <= person.until:
                continue
            if chance.random() >= person.comes:
                self.gaps.append(Gap(person.ref, session, was_there=False))
                continue
            named = session.id if chance.random() >= SESSION_EMPTY else ""
            for at, direction in self._visit(session, start, person.ref):
                if direction == "in" or not in_only:
                    yield Tap(at, person.ref, direction, named)
        for number in range(round(len(self._people) * STRANGERS + chance.random() * 0.5)):
            ref = chance.choice(self._others) if self._others else f"X{number:03}"
            yield Tap(start - chance.randint(0, 900), ref, "in", session.id)
            if chance.random() < 0.5:
                yield Tap(start - chance.randint(0, 900), f"X{chance.randint(1, 999):03}", "in", "")

    def _visit(self, session: Session, start: int, ref: str) -> Iterator[tuple[int, str]]:
        """How somebody comes to a session and leaves it."""
        chance, end = self._chance, int(session.end.timestamp())
        length = end - start
        comes = start - int(abs(chance.gauss(0, 450)))
        leaves = end + int(abs(chance.gauss(0, 240)))
        if chance.random() < LATE:
            comes = start + int(length * chance.uniform(0.01, 0.4))
        if chance.random() < EARLY_LEAVE:
            leaves = end - int(length * chance.uniform(0.01, 0.4))
        if leaves <= comes:
            leaves = comes + 60
        if chance.random() >= MISSING_IN:
            yield comes, "in"
        if chance.random() < TAPS_TWICE:
            yield comes + chance.randint(2, 9), "in"
        if chance.random() < STEPS_OUT:
            out = comes + int((leaves - comes) * chance.uniform(0.3, 0.6))
            yield out, "out"
            yield out + int((leaves - out) * chance.uniform(0.03, 0.2)), "in"
        if chance.random() < MISSING_OUT:
            self.gaps.append(Gap(ref, session, was_there=True))
        else:
            yield leaves, "out"
        if chance.random() < HOURS_OFF:
            yield leaves + 5 * 3600, "out"

    def _rows(self, tap: Tap) -> Iterator[Cells]:
        """A tap as its kiosk sends it: perhaps twice, perhaps under an id used before."""
        chance = self._chance
        kiosk = chance.randrange(len(self._seqs))
        self._seqs[kiosk] += 1
        seq = self._seqs[kiosk]
        scan_id = f"k{kiosk + 1}-{seq:06}"
        at = self._times.text(tap.at)
        row = (scan_id, f"kiosk-{kiosk + 1}", tap.ref, tap.session, tap.direction, at, seq)
        yield row
        draw = chance.random()
        if draw < SENT_TWICE:
            yield row
        elif draw < SENT_TWICE + ID_REUSED:
            later = self._times.text(tap.at + chance.randint(1, 90))
            yield (*row[:5], later, seq)
