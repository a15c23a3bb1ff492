"""The devices at the doors and the keys that sign passes: who they are, what becomes of them.

Their events are folded twice, by the same functions: into the documents that commands are decided
on, and into the table that every process of the service reads in full.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from ijaza_contracts.door import (
    DeviceEnrolled,
    DeviceInvited,
    DeviceRevoked,
    PassKeyAdded,
    PassKeyRetired,
)

from ijaza_attendance.domain.refusals import NotAllowedError
from ijaza_attendance.domain.times import seconds_of

DeviceState = Literal["invited", "lapsed", "enrolled", "revoked"]


@dataclass(frozen=True, slots=True)
class Device:
    """A device. `scope` has the sessions that it keeps by edition, empty for all of them."""

    device: str
    label: str = ""
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    code_hash: str = ""
    invited_at: int = 0
    invited_by: str = ""
    code_until: int = 0
    public_key: str = ""
    enrolled_at: int = 0
    user_agent: str = ""
    revoked_at: int = 0
    revoked_by: str = ""
    reason: str = ""

    @property
    def stamp(self) -> str:
        """No decision on a participant rests on it."""
        return ""

    @property
    def enrolled(self) -> bool:
        """Whether it has a key, revoked since or not."""
        return bool(self.public_key)

    @property
    def revoked(self) -> bool:
        """Whether it is shut out for good."""
        return self.revoked_at > 0

    def state(self, now: int) -> DeviceState:
        """What the office is told of it; `lapsed` is one whose code nobody used in time."""
        if self.revoked:
            return "revoked"
        if self.enrolled:
            return "enrolled"
        return "invited" if now < self.code_until else "lapsed"

    def keeps(self, edition: str, session: str) -> bool:
        """Whether a session is one of those that it keeps."""
        sessions = self.scope.get(edition)
        return sessions is not None and (not sessions or session in sessions)


@dataclass(frozen=True, slots=True)
class PassKey:
    """A key that signs passes; once retired it proves nothing."""

    key_id: str
    public_key: str = ""
    added_at: int = 0
    added_by: str = ""
    retired_at: int = 0
    retired_by: str = ""

    @property
    def stamp(self) -> str:
        """No decision on a participant rests on it."""
        return ""

    @property
    def valid(self) -> bool:
        """Whether passes of this key are."""
        return bool(self.public_key) and not self.retired_at

    @property
    def number(self) -> int:
        """Its place in the order of all keys: k1, k2, …"""
        return int(self.key_id.removeprefix("k"))


def on_device_invited(current: Device | None, event: DeviceInvited) -> Device:
    """An id is made for one device; it is invited once."""
    return replace(
        current or Device(event.device),
        label=event.label,
        scope={each.edition: each.sessions for each in event.editions},
        code_hash=event.code_hash,
        invited_at=seconds_of(event.at),
        invited_by=event.actor,
        code_until=seconds_of(event.expires_at),
    )


def on_device_enrolled(current: Device | None, event: DeviceEnrolled) -> Device:
    """The first key stands: a code works once."""
    device = current or Device(event.device)
    if device.enrolled:
        return device
    return replace(
        device,
        public_key=event.public_key,
        enrolled_at=seconds_of(event.at),
        user_agent=event.user_agent,
    )


def on_device_revoked(current: Device | None, event: DeviceRevoked) -> Device:
    """For good; the first revocation stands."""
    device = current or Device(event.device)
    if device.revoked:
        return device
    return replace(
        device, revoked_at=seconds_of(event.at), revoked_by=event.actor, reason=event.reason
    )


def on_pass_key_added(current: PassKey | None, event: PassKeyAdded) -> PassKey:
    """A key is added once."""
    return replace(
        current or PassKey(event.key_id),
        public_key=event.public_key,
        added_at=seconds_of(event.at),
        added_by=event.actor,
    )


def on_pass_key_retired(current: PassKey | None, event: PassKeyRetired) -> PassKey:
    """For good; the first retirement stands."""
    key = current or PassKey(event.key_id)
    if key.retired_at:
        return key
    return replace(key, retired_at=seconds_of(event.at), retired_by=event.actor)


def enrol(
    device: Device | None, *, public_key: str, user_agent: str, at: datetime
) -> DeviceEnrolled | None:
    """What follows when a device shows its code; None if this very key enrolled with it before.

    Raises `NotAllowedError`, which says the same whatever the matter is: a stranger who guesses
    codes learns nothing.
    """
    if device is None or device.revoked or seconds_of(at) >= device.code_until:
        raise _no_such_code()
    if device.enrolled:
        if device.public_key == public_key:
            return None
        raise _no_such_code()
    return DeviceEnrolled(device=device.device, at=at, public_key=public_key, user_agent=user_agent)


def revoke(device: Device | None, *, actor: str, reason: str, at: datetime) -> DeviceRevoked | None:
    """Shut a device out; None if it is. Raises `NotAllowedError` "not-known"."""
    if device is None:
        raise NotAllowedError(
            "not-known",
            "device-not-known",
            "no device of this id: take it from the list of devices",
        )
    if device.revoked:
        return None
    return DeviceRevoked(device=device.device, at=at, actor=actor, reason=reason)


def retire(key: PassKey | None, *, actor: str, at: datetime) -> PassKeyRetired | None:
    """End a key and every pass that it signed; None if it is. Raises `NotAllowedError`."""
    if key is None or not key.public_key:
        raise NotAllowedError(
            "not-known", "pass-key-not-known", "no key of this id: take it from the list of keys"
        )
    if key.retired_at:
        return None
    return PassKeyRetired(key_id=key.key_id, at=at, actor=actor)


def _no_such_code() -> NotAllowedError:
    return NotAllowedError(
        "not-known",
        "code-refused",
        "This code enrols no device: it was mistyped, used, taken back, or is too old. Type it "
        "again, or ask the programme office for a new one.",
    )
