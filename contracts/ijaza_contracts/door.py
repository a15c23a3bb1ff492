"""What attendance publishes of the door: devices, keys and links, passes, attempts.

Nothing on `attendance.devices` is of a participant, nor is one named on `attendance.attempts`. A
pass is never published, only its serial: whoever reads these topics can neither show a pass nor
enrol a device.
"""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from ijaza_contracts.attendance import ScanMethod
from ijaza_contracts.edition import Part
from ijaza_contracts.envelope import CloudEvent, Name, ParticipantEvent
from ijaza_contracts.topics import ATTEMPTS, ATTENDANCE, DEVICES, Topic

DeviceId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
KeyId = Annotated[str, Field(pattern=r"^[a-z0-9]{1,8}$")]
Serial = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{1,16}$")]
PublicKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""The 32 bytes of an Ed25519 public key in base64url, without padding."""
Code = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class DoorEvent(CloudEvent):
    """Something about a device, a key or a room, which every process of attendance knows of."""

    TOPIC: ClassVar[Topic] = DEVICES

    at: AwareDatetime

    @property
    def time(self) -> AwareDatetime:
        return self.at


class DeviceEvent(DoorEvent):
    """Something about one device."""

    device: DeviceId

    @property
    def key(self) -> str:
        return self.device


class DeviceScope(Part):
    """An edition whose doors a device keeps; without `sessions` all of them, later ones too."""

    edition: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    sessions: tuple[Name, ...] = ()


class DeviceInvited(DeviceEvent):
    """A device may enrol once, with a code of which `code_hash` is a keyed hash, until then."""

    TYPE: ClassVar[str] = "attendance.DeviceInvited.v1"

    label: Name
    editions: tuple[DeviceScope, ...]
    code_hash: Code
    expires_at: AwareDatetime
    actor: Name


class DeviceEnrolled(DeviceEvent):
    """A device used its code and signs with this key from now on."""

    TYPE: ClassVar[str] = "attendance.DeviceEnrolled.v1"

    public_key: PublicKey
    user_agent: Name = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.public_key,)


class DeviceRevoked(DeviceEvent):
    """Nothing that the device sends from now on is taken; what it recorded before stands."""

    TYPE: ClassVar[str] = "attendance.DeviceRevoked.v1"

    actor: Name
    reason: str = ""


class PassKeyEvent(DoorEvent):
    """Something about one key that signs passes."""

    key_id: KeyId

    @property
    def key(self) -> str:
        return self.key_id


class PassKeyAdded(PassKeyEvent):
    """Passes signed with this key are valid; new ones are signed with the newest key."""

    TYPE: ClassVar[str] = "attendance.PassKeyAdded.v1"

    public_key: PublicKey
    actor: Name


class PassKeyRetired(PassKeyEvent):
    """No pass of this key is valid from now on."""

    TYPE: ClassVar[str] = "attendance.PassKeyRetired.v1"

    actor: Name


class RoomEvent(DoorEvent):
    """Something about the links to one session's room, which are numbered from 1."""

    edition: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    session: Name
    number: Annotated[int, Field(ge=1)]
    actor: Name

    @property
    def key(self) -> str:
        """No device and no key has a slash in its id."""
        return f"{self.edition}/{self.session}"

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.number,)


class RoomLinkGiven(RoomEvent):
    """The office was given a link to a room; those with a lower number show it no longer."""

    TYPE: ClassVar[str] = "attendance.RoomLinkGiven.v1"

    expires_at: AwareDatetime


class RoomLinkRevoked(RoomEvent):
    """The links to a room up to this number show it no longer."""

    TYPE: ClassVar[str] = "attendance.RoomLinkRevoked.v1"

    reason: str = ""


class PassIssued(ParticipantEvent):
    """A participant's pass number `ordinal`; those with a lower one are replaced by it."""

    TYPE: ClassVar[str] = "attendance.PassIssued.v1"
    TOPIC: ClassVar[Topic] = ATTENDANCE

    serial: Serial
    ordinal: Annotated[int, Field(ge=1)]
    key_id: KeyId
    expires_at: AwareDatetime
    actor: Name

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.serial,)


class PassRevoked(ParticipantEvent):
    """A pass is valid no longer, for good."""

    TYPE: ClassVar[str] = "attendance.PassRevoked.v1"
    TOPIC: ClassVar[Topic] = ATTENDANCE

    serial: Serial
    actor: Name
    reason: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.serial,)


class ScanAttempted(DeviceEvent):
    """Somebody was refused at a door, by the device or by the server: kept, and never counted.

    It says whose pass was shown by the pass's serial alone. `at` is `device_at` plus `offset_ms`,
    to the nearest second; `server_verdict` is empty where the device refused.
    """

    TYPE: ClassVar[str] = "attendance.ScanAttempted.v1"
    TOPIC: ClassVar[Topic] = ATTEMPTS

    attempt_id: Annotated[str, Field(min_length=1, max_length=200)]
    edition: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    session: Name = ""
    seq: int
    device_at: AwareDatetime
    offset_ms: int
    method: ScanMethod = ""
    device_verdict: Name
    server_verdict: Name = ""
    pass_serial: Name = ""
    key_id: Name = ""
    token_hash: Name = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.attempt_id, self.seq, self.at.timestamp())


class BatchTaken(DeviceEvent):
    """A device's batch was taken: the hash of its bytes, and the answer that is given for them.

    What of it counts or does not stands in events of its own, which were published before.
    """

    TYPE: ClassVar[str] = "attendance.BatchTaken.v1"
    TOPIC: ClassVar[Topic] = ATTEMPTS

    batch: Annotated[int, Field(ge=1)]
    body_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    answer: str

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.batch, self.body_hash)
