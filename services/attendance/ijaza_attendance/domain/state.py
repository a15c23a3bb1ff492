"""What is known of one participant's attendance: facts as they came, and what was published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ijaza_contracts.attendance import Direction, ReviewKind, ScanMethod

Source = Literal["scans", "correction"]
"""Where the seconds of a slot come from."""


class Content(NamedTuple):
    """What a scan says, its fields in the order that decides which of several contents stands.

    formats.md, *Scans*: "of several contents the least by (time, seq, direction, device, session)
    stands". `session` is as written, and may be empty; `undo_of` is the scan that it takes back.
    """

    at: int
    seq: int
    direction: Direction
    device: str
    session: str
    undo_of: str = ""


class Origin(NamedTuple):
    """How an enrolled device made a scan: evidence, from which no seconds follow.

    `device_at` is what its clock had, in milliseconds since 1970, and `offset_ms` what corrected
    it. `verdict` is the server's: `accepted`, or what it would have refused the pass for.
    """

    device_at: int
    offset_ms: int
    method: ScanMethod
    verdict: str


class Correction(NamedTuple):
    """Minutes that staff credited for a session; the greatest of several stands.

    formats.md: "the one with the latest `at` stands, of equal ones the one further down".
    """

    at: int
    ordinal: int
    minutes: int
    actor: str
    reason: str


class Excuse(NamedTuple):
    """A session was excused for this person."""

    at: int
    actor: str
    reason: str


class Verdict(NamedTuple):
    """What somebody said of a review item. The latest on an item stands."""

    at: int
    kind: ReviewKind
    session: str
    scan_id: str
    detail: str
    verdict: Literal["accepted", "dismissed"]
    actor: str
    reason: str


class Pass(NamedTuple):
    """A pass of the participant; the one with the highest `ordinal` is the newest."""

    ordinal: int
    key_id: str
    issued_at: int
    expires_at: int
    actor: str


class PassRevocation(NamedTuple):
    """Why a pass is valid no longer."""

    at: int
    actor: str
    reason: str


class Published(NamedTuple):
    """What was last said of a slot: version (revision, facts), seconds and their source."""

    revision: int
    facts: int
    seconds: int
    source: Source


@dataclass(frozen=True, slots=True)
class State:
    """The fold of one participant's facts. `takes_part` means ever, withdrawn since or not.

    `scans` holds the distinct contents received under each scan's id, the standing one first, the
    others in order;
    `corrections` and `excuses` are by session and correction id, `published` by session, passes
    by serial. `number` is the participant's place in the order of selection, 0 while not known.
    `origins` are of the contents that stand and that their devices signed, by scan id.
    """

    edition: str
    participant: str
    takes_part: bool = False
    withdrawn: bool = False
    scans: Mapping[str, tuple[Content, ...]] = field(default_factory=dict)
    corrections: Mapping[str, Mapping[str, Correction]] = field(default_factory=dict)
    excuses: Mapping[str, Mapping[str, Excuse]] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()
    published: Mapping[str, Published] = field(default_factory=dict)
    number: int = 0
    passes: Mapping[str, Pass] = field(default_factory=dict)
    passes_revoked: Mapping[str, PassRevocation] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
