"""What becomes of a scan that a device signed: it counts, or it is kept as an attempt."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from ijaza_contracts.attendance import Direction, ScanMethod, ScanRecorded
from ijaza_contracts.door import ScanAttempted

from ijaza_attendance.domain.devices import Device
from ijaza_attendance.domain.passes import state_of
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import State
from ijaza_attendance.domain.times import seconds_of

ACCEPTED = "accepted"

Outcome = Literal["recorded", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A scan as its device sent it. `verdict` is `accepted`, or why the device refused.

    `at` is `device_at` as its origin corrects it, to the second.

    `participant` and the fields of the pass are empty as far as the device could not trust them.
    """

    scan_id: str
    participant: str
    session: str
    direction: Direction
    device_at: datetime
    seq: int
    method: ScanMethod
    verdict: str
    token_hash: str
    pass_serial: str
    key_id: str
    undo_of: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """Where scans come from: a device, the edition whose door it kept, how wrong its clock was."""

    device: Device
    programme: Programme
    offset_ms: int

    def corrected(self, device_at: datetime) -> datetime:
        """A time of the device's clock to the nearest whole second, half a second upwards."""
        at = device_at.astimezone(UTC) + timedelta(milliseconds=self.offset_ms, seconds=0.5)
        return at.replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch that was taken: the SHA-256 of its bytes, and the answer to whoever sends them."""

    body_hash: str
    answer: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a scan, and the server's verdict: empty where the device had refused."""

    outcome: Outcome
    verdict: str


def judge(scan: Sent, origin: Origin, state: State | None, keys: Collection[str]) -> Judged:
    """Whether a scan counts; `state` is its participant's, `keys` are those that prove a pass.

    Who was let in was let in: a pass that was revoked or replaced meanwhile, or a person who has
    withdrawn, is told by the verdict and changes nothing. Only what the device may not say, and
    what is of nobody who takes part, does not count.
    """
    if scan.verdict != ACCEPTED:
        return Judged("kept", "")
    if why := _beyond(scan, origin):
        return Judged("kept", why)
    if state is None or state.edition != origin.programme.edition or not state.takes_part:
        return Judged("kept", "not-on-roster")
    return Judged("recorded", _verdict_on_pass(scan, origin, state, keys))


def event_of(scan: Sent, origin: Origin, judged: Judged) -> ScanRecorded | ScanAttempted:
    """The fact that a scan becomes."""
    if judged.outcome == "recorded":
        return ScanRecorded(
            edition=origin.programme.edition,
            participant=scan.participant,
            at=scan.at,
            scan_id=scan.scan_id,
            device=origin.device.device,
            session=scan.session,
            direction=scan.direction,
            seq=scan.seq,
            pass_serial=scan.pass_serial,
            key_id=scan.key_id,
            token_hash=scan.token_hash,
            device_at=scan.device_at,
            offset_ms=origin.offset_ms,
            method=scan.method,
            device_verdict=scan.verdict,
            server_verdict=judged.verdict,
            undo_of=scan.undo_of,
        )
    return ScanAttempted(
        device=origin.device.device,
        at=scan.at,
        attempt_id=scan.scan_id,
        edition=origin.programme.edition,
        session=scan.session,
        seq=scan.seq,
        device_at=scan.device_at,
        offset_ms=origin.offset_ms,
        method=scan.method,
        device_verdict=scan.verdict,
        server_verdict=judged.verdict,
        pass_serial=scan.pass_serial,
        key_id=scan.key_id,
        token_hash=scan.token_hash,
    )


def _beyond(scan: Sent, origin: Origin) -> str:
    """Why it is not for this device to say this; empty if it is."""
    device, programme = origin.device, origin.programme
    if device.revoked:
        return "device-revoked"
    own = f"{device.device}-"
    # Under another's id it would stand against that device's scan, or take it back.
    if not scan.scan_id.startswith(own) or (scan.undo_of and not scan.undo_of.startswith(own)):
        return "not-this-device"
    session = scan.session or programme.session_at(seconds_of(scan.at))
    if scan.session and scan.session not in programme.sittings:
        return "session-not-known"
    kept = (device.keeps(programme.edition, each) for each in programme.counted_with(session))
    return "" if any(kept) else "session-not-kept"


def _verdict_on_pass(scan: Sent, origin: Origin, state: State, keys: Collection[str]) -> str:
    if not scan.pass_serial:
        # Found by name or badge number: there was no pass to look at.
        return "withdrawn" if state.withdrawn else ACCEPTED
    given = state.passes.get(scan.pass_serial)
    if given is None:
        return "pass-not-known"
    if scan.key_id != given.key_id:
        return "wrong-key"
    at = seconds_of(scan.at)
    stands = state_of(scan.pass_serial, state, keys, at)
    return ACCEPTED if stands == "valid" else stands
