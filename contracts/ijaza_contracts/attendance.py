"""What attendance publishes: scans as the kiosks sent them, and the seconds that count."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from ijaza_contracts.envelope import Name, ParticipantEvent, Version
from ijaza_contracts.topics import ATTENDANCE, SCANS, Topic

Direction = Literal["in", "out"]
ReviewKind = Literal[
    "in-while-inside",
    "out-while-outside",
    "missing-out",
    "no-session",
    "not-taking-part",
    "scan-id-reused",
    "two-devices",
    "attempt-over-limit",
]


ScanMethod = Literal["", "camera", "scanner", "search", "import"]
"""How a participant was told at the door; empty where the device does not say."""


class ScanRecorded(ParticipantEvent):
    """A scan that counts; `at` is the kiosk's time, `session` may be empty.

    `pass_serial`, `key_id` and `token_hash` tell which pass was shown, never the pass itself. Of
    an enrolled device `at` is `device_at`, what its clock had, plus `offset_ms`, to the nearest
    second. The verdicts are `accepted` or the code of a refusal: what the device accepted offline
    counts even if the server would have refused it. A scan with `undo_of` takes that scan of the
    same participant back: neither counts.
    """

    TYPE: ClassVar[str] = "attendance.ScanRecorded.v1"
    TOPIC: ClassVar[Topic] = SCANS

    scan_id: Annotated[str, Field(min_length=1, max_length=200)]
    device: Name
    session: Name = ""
    direction: Direction
    seq: int
    pass_serial: Name = ""
    key_id: Name = ""
    token_hash: Name = ""
    device_at: AwareDatetime | None = None
    offset_ms: int | None = None
    method: ScanMethod = ""
    device_verdict: Name = ""
    server_verdict: Name = ""
    undo_of: Name = ""

    @property
    def identity(self) -> tuple[object, ...]:
        undone = (self.undo_of,) if self.undo_of else ()
        return (
            self.scan_id,
            self.device,
            self.session,
            self.direction,
            self.at.timestamp(),
            self.seq,
            *undone,
        )


class SessionAttended(ParticipantEvent):
    """The seconds of a session that count for a participant, of all facts known by `version`.

    Scans less breaks, cut to the session, unless a correction stands (`source`). `at` is the
    time of the latest fact that bears on it.
    """

    TYPE: ClassVar[str] = "attendance.SessionAttended.v1"
    TOPIC: ClassVar[Topic] = ATTENDANCE

    session: Name
    seconds: Annotated[int, Field(ge=0)]
    source: Literal["scans", "correction"] = "scans"
    version: Version

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.session, *self.version)


class AttendanceCorrected(ParticipantEvent):
    """A member of staff credited `minutes` for a session, as given. The latest `at` stands.

    `correction` is the command's own id; `ordinal` orders corrections of equal `at`.
    """

    TYPE: ClassVar[str] = "attendance.AttendanceCorrected.v1"
    TOPIC: ClassVar[Topic] = ATTENDANCE

    session: Name
    minutes: Annotated[int, Field(ge=0)]
    correction: Name
    ordinal: int
    actor: Name
    reason: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.session, self.correction)


class AbsenceExcused(ParticipantEvent):
    """A session leaves a participant's scheduled and attended sums."""

    TYPE: ClassVar[str] = "attendance.AbsenceExcused.v1"
    TOPIC: ClassVar[Topic] = ATTENDANCE

    session: Name
    correction: Name
    actor: Name
    reason: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.session, self.correction)


class ReviewResolved(ParticipantEvent):
    """A person's verdict on a review item, which stays listed with it."""

    TYPE: ClassVar[str] = "attendance.ReviewResolved.v1"
    TOPIC: ClassVar[Topic] = ATTENDANCE

    kind: ReviewKind
    session: Name = ""
    scan_id: Name = ""
    detail: str = ""
    verdict: Literal["accepted", "dismissed"]
    actor: Name
    reason: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (
            self.kind,
            self.session,
            self.scan_id,
            self.detail,
            self.actor,
            self.at.timestamp(),
        )
