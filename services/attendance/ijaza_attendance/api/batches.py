"""The doors that have keys: signed batches of a device's scans in, each taken once, in order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, Request, Response
from ijaza_contracts.attendance import Direction
from ijaza_contracts.door import BatchTaken, DeviceId
from ijaza_runtime.bus import Bus
from ijaza_runtime.errors import Conflicting, Forbidden, Invalid, TooLarge, TooMany
from ijaza_runtime.outbox import records_of
from ijaza_runtime.references import References
from ijaza_runtime.store import Store
from ijaza_runtime.web.fields import Body, EditionId, Label, LabelOrEmpty
from ijaza_runtime.web.known import programme_as_read
from ijaza_runtime.web.throttle import Throttle
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ijaza_attendance.api.door import Doorkeeper
from ijaza_attendance.api.kiosk import NotSigned
from ijaza_attendance.domain.batches import Judged, Origin, Outcome, Sent, Taken, event_of, judge
from ijaza_attendance.domain.devices import Device
from ijaza_attendance.domain.state import State
from ijaza_attendance.handlers import EDITIONS
from ijaza_attendance.ledger import Ledger
from ijaza_attendance.registry import Registry
from ijaza_attendance.signatures import HEADER, LONGEST, is_signed
from ijaza_attendance.storage import COLLECTION, decode

MOST = 200
"""Scans in one batch."""
MOST_BYTES = 256 * 1024
AHEAD = timedelta(seconds=120)
"""How far a corrected time may lie in the future before the clock is taken to be wrong."""

_FARTHEST = 4_000_000_000_000
"""Milliseconds that a clock may be off: one that forgot the year says 1970."""

_WHY_KEPT = {
    "not-on-roster": "This person takes no part in the edition: send them to the office.",
    "not-this-device": "The scan, or the one that it takes back, bears another device's id.",
    "session-not-known": "The edition has no such session: ask for the bundle again.",
    "session-not-kept": "This device keeps no door of that session: have it invited anew.",
    "device-revoked": "The device was shut out: the office may correct what it left behind.",
}

Short = Annotated[str, Field(max_length=64)]
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(3000, 1, 1, tzinfo=UTC)),
]


class DeviceScan(Body):
    """A scan as its device made it; `device_at` is by the device's clock, uncorrected.

    `verdict` is `accepted`, or the code with which the device refused; who or what it could not
    trust is then left empty. `undo_of` is the scan of this device that this one takes back.
    """

    scan_id: Label
    participant: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]{0,64}$")] = ""
    session: LabelOrEmpty = ""
    direction: Direction
    device_at: Moment
    seq: Annotated[int, Field(ge=0, lt=2**53)]
    method: Literal["camera", "scanner", "search", "import"]
    verdict: Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,39}$")]
    token_hash: Short = ""
    pass_serial: Short = ""
    key_id: Short = ""
    undo_of: LabelOrEmpty = ""


class Batch(Body):
    """A device's n-th batch of scans of one edition; `offset_ms` corrects the device's clock."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "device": "door-4t9k2m",
                "batch": 1,
                "edition": "mg-4",
                "offset_ms": -340,
                "made_at": "2019-12-15T13:52:30.120Z",
                "scans": [
                    {
                        "scan_id": "door-4t9k2m-00000001",
                        "participant": "5f3c9a61d2e84b07a1c6e0f4b8d97325",
                        "session": "m1-d1",
                        "direction": "in",
                        "device_at": "2019-12-15T13:52:07.412Z",
                        "seq": 1,
                        "method": "camera",
                        "verdict": "accepted",
                        "token_hash": "9d7c1e35b0a84f622b6e0c1f87d5a943",
                        "pass_serial": "7Q2MZ4T0XK",
                        "key_id": "k1",
                    }
                ],
            }
        }
    )

    device: DeviceId
    batch: Annotated[int, Field(ge=1, lt=10**10)]
    edition: EditionId
    offset_ms: Annotated[int, Field(ge=-_FARTHEST, le=_FARTHEST)]
    made_at: Moment
    scans: Annotated[list[DeviceScan], Field(min_length=1, max_length=MOST)]


class BatchOutcome(BaseModel):
    """What became of a scan: `recorded` counts, `kept` is evidence of an attempt.

    `code` is empty, or why it does not count, or what the server would have refused it for.
    """

    scan_id: str
    outcome: Outcome
    code: str
    detail: str


class BatchOutcomes(BaseModel):
    """One outcome for each scan of the batch, in its order."""

    batch: int
    outcomes: list[BatchOutcome]


def router(
    *,
    registry: Registry,
    keeper: Doorkeeper,
    references: References,
    ledger: Ledger,
    store: Store,
    bus: Bus,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The route by which enrolled devices send what they recorded."""
    routes = APIRouter(prefix="/kiosk", tags=["kiosk"])
    throttle = Throttle(burst=60, per_minute=120)

    async def admitted(carrier: Annotated[Device, Depends(keeper.device)]) -> Device:
        """A device that has not sent too often; asked before its body is looked at."""
        if wait := throttle.wait(carrier.device):
            raise TooMany(
                "too-many-batches",
                "Too many batches from this device: the header Retry-After says how many seconds "
                f"to wait; up to {MOST} scans go into one.",
                wait,
            )
        return carrier

    @routes.post(
        "/batches",
        summary="Take a device's next batch of scans",
        response_model=BatchOutcomes,
        dependencies=[Depends(admitted)],
    )
    async def take_batch(
        batch: Batch,
        request: Request,
        signature: Annotated[str, Header(alias=HEADER, max_length=LONGEST)] = "",
    ) -> Response:
        """Answered only after every scan is durable; the same bytes again get the same answer.

        `Ijaza-Signature` is a detached JWS over the very bytes of the body, by the device that
        the body names. The token may be another enrolled device's, which carries the batch. What
        a device accepted while the network was down counts even if the pass was revoked by then;
        what it refused, and what is of nobody who takes part, is kept and does not count.
        """
        body = await request.body()
        author = _author(registry, batch, body, signature)
        body_hash = sha256(body).hexdigest()
        known, is_next = await ledger.turn(batch.device, batch.batch)
        if known is None:
            if not is_next:
                raise await _out_of_order(ledger, batch)
            origin = _origin(batch, author, references)
            scans = [
                Sent(**vars(each), at=origin.corrected(each.device_at)) for each in batch.scans
            ]
            _check_times(scans, request.app.state.clock())
            known = await _take(origin, scans, batch.batch, body_hash)
        if known.body_hash != body_hash:
            raise Conflicting(
                "batch-reused",
                f"batch {batch.batch} of {batch.device} was taken with other scans: send the very "
                "bytes that were signed first, and new scans under the next number",
            )
        return Response(known.answer, media_type="application/json")

    async def _take(origin: Origin, scans: list[Sent], batch: int, body_hash: str) -> Taken:
        participants = {each.participant for each in scans if each.participant}
        documents = await store.load(COLLECTION, sorted(participants))
        states: dict[str, State] = {key: decode(each.body) for key, each in documents.items()}
        keys = registry.valid_keys()
        judged = [judge(each, origin, states.get(each.participant), keys) for each in scans]
        # First the scans, then that the batch was taken: a crash in between is healed by the same
        # bytes, whose events have the same ids.
        await bus.publish(
            records_of(
                event_of(scan, origin, verdict) for scan, verdict in zip(scans, judged, strict=True)
            )
        )
        answer = _answer(batch, scans, judged)
        return await ledger.take(
            BatchTaken(
                device=origin.device.device,
                at=clock(),
                batch=batch,
                body_hash=body_hash,
                answer=answer,
            )
        )

    return routes


def _author(registry: Registry, batch: Batch, body: bytes, signature: str) -> Device:
    """The device that made a batch, revoked since or not. Raises `TooLarge` and `NotSigned`."""
    if len(body) > MOST_BYTES:
        raise TooLarge(
            "batch-too-large",
            f"a batch of {len(body)} bytes: expected {MOST_BYTES} at the most; send fewer scans "
            "in one",
        )
    device = registry.device(batch.device)
    if device is None or not is_signed(
        signature, body, device=batch.device, public_key=device.public_key
    ):
        raise NotSigned(
            "This is not signed by the device that it names: sign the bytes of the body with the "
            "key that it enrolled with."
        )
    return device


async def _out_of_order(ledger: Ledger, batch: Batch) -> Conflicting:
    expected = await ledger.next(batch.device)
    return Conflicting(
        "batch-out-of-order",
        f"batch {batch.batch} of {batch.device} is not next: send batch {expected} first",
        expected=expected,
    )


def _origin(batch: Batch, author: Device, references: References) -> Origin:
    if batch.edition not in author.scope:
        raise Forbidden(
            "edition-not-kept",
            "The device that made this batch keeps no door of that edition: have the programme "
            "office invite it anew.",
        )
    programme = programme_as_read(batch.edition, references, EDITIONS)
    return Origin(author, programme, batch.offset_ms)


def _check_times(scans: list[Sent], now: datetime) -> None:
    late = max(scans, key=lambda each: each.at)
    if late.at > now + AHEAD:
        raise Invalid(
            "future-dated",
            f"scan {late.scan_id} lies more than {AHEAD.seconds} seconds in the future: measure "
            "the offset by /v1/kiosk/time anew, and send the scans in a new batch under this "
            "number",
        )


def _answer(batch: int, scans: list[Sent], judged: list[Judged]) -> str:
    outcomes = [
        {
            "scan_id": scan.scan_id,
            "outcome": verdict.outcome,
            "code": (code := _code(scan, verdict)),
            "detail": _WHY_KEPT.get(code, ""),
        }
        for scan, verdict in zip(scans, judged, strict=True)
    ]
    return msgspec.json.encode({"batch": batch, "outcomes": outcomes}).decode()


def _code(scan: Sent, judged: Judged) -> str:
    if not judged.verdict:
        return scan.verdict
    return "" if judged.verdict == "accepted" else judged.verdict
