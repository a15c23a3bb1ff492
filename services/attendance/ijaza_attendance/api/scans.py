"""The doors: batches of scans in, each kept or refused, none lost on the way."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends
from ijaza_contracts.attendance import ScanRecorded
from ijaza_runtime.bus import Bus
from ijaza_runtime.errors import TooMany
from ijaza_runtime.outbox import records_of
from ijaza_runtime.references import References
from ijaza_runtime.web import Actor
from ijaza_runtime.web.fields import Body, EditionId, Instant, Label, LabelOrEmpty, ParticipantId
from ijaza_runtime.web.known import programme_of
from ijaza_runtime.web.throttle import Throttle
from pydantic import BaseModel, ConfigDict, Field

from ijaza_attendance.api.door import Doorkeeper
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.handlers import EDITIONS
from ijaza_attendance.registry import Registry

MOST = 500
"""Scans in one batch."""
_LEAST_COST = 10
"""What a batch costs its fleet at the least, in scans: about what a request costs by itself."""
_AT_ONCE = 10
"""Seconds of its rate that a fleet may send at once."""
_LONGEST_ID = 200
"""Characters of a scan's id, its fleet's name before it among them."""


class Scan(Body):
    """One scan as its kiosk made it. `session` may be empty: then the time decides.

    `scan_id` is made on the device, once per scan: the same scan may be sent any number of times.
    It is kept as `<account>/<scan_id>`, so that no two senders have an id in common.
    """

    scan_id: Label
    device: Label
    participant: ParticipantId
    session: LabelOrEmpty = ""
    direction: Literal["in", "out"]
    at: Instant
    seq: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    pass_serial: LabelOrEmpty = ""
    key_id: LabelOrEmpty = ""
    token_hash: LabelOrEmpty = ""


class ScanBatch(Body):
    """Scans of one edition, in any order."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "edition": "mg-4",
                "scans": [
                    {
                        "scan_id": "kiosk-1-000042",
                        "device": "kiosk-1",
                        "participant": "5f3c9a61d2e84b07a1c6e0f4b8d97325",
                        "session": "m1-d1",
                        "direction": "in",
                        "at": "2019-12-15T15:52:10+02:00",
                        "seq": 42,
                    }
                ],
            }
        }
    )

    edition: EditionId
    scans: Annotated[list[Scan], Field(min_length=1, max_length=MOST)]


class ScanOutcome(BaseModel):
    """What became of one scan. A refused one is not kept; `detail` says what to do."""

    scan_id: str
    participant: str
    outcome: Literal["recorded", "refused"]
    detail: str = ""


class ScanOutcomes(BaseModel):
    """One outcome for each scan of the batch, in its order."""

    outcomes: list[ScanOutcome]


def router(
    *, references: References, keeper: Doorkeeper, registry: Registry, bus: Bus, rate: int
) -> APIRouter:
    """The route of fleets whose devices have no keys here; each may send `rate` scans a second."""
    routes = APIRouter(tags=["scans"])
    throttle = Throttle(burst=_AT_ONCE * rate, per_minute=60 * rate)

    async def admitted(fleet: Annotated[Actor, Depends(keeper.fleet)]) -> Actor:
        """A fleet that has not sent too much; asked before its body is looked at."""
        if wait := throttle.wait(fleet.id, _LEAST_COST):
            raise TooMany(
                "too-many-scans",
                f"More than {rate} scans a second from this fleet: the header Retry-After says "
                f"how many seconds to wait; up to {MOST} scans go into one batch.",
                wait,
            )
        return fleet

    @routes.post("/scans", summary="Record a batch of scans of a fleet")
    async def record_scans(
        batch: ScanBatch, fleet: Annotated[Actor, Depends(admitted)]
    ) -> ScanOutcomes:
        """Keep every scan of the batch; answered only after they are durable.

        The same batch again has the same answer and no further effect. What is odd about a scan
        becomes a review item, never a refusal: refused are only a session that the edition does
        not have, the name of a device that signs its own scans, and an id that is too long.
        """
        throttle.charge(fleet.id, max(0, len(batch.scans) - _LEAST_COST))
        programme = await programme_of(batch.edition, references, EDITIONS)
        ids = [scan_id_of(fleet.id, scan.scan_id) for scan in batch.scans]
        outcomes = [
            _outcome(scan, _why_refused(scan, scan_id, programme, registry))
            for scan, scan_id in zip(batch.scans, ids, strict=True)
        ]
        await bus.publish(
            records_of(
                ScanRecorded(edition=batch.edition, **vars(scan) | {"scan_id": scan_id})
                for scan, scan_id, outcome in zip(batch.scans, ids, outcomes, strict=True)
                if outcome.outcome == "recorded"
            )
        )
        return ScanOutcomes(outcomes=outcomes)

    return routes


def scan_id_of(account: str, scan_id: str) -> str:
    """The id under which a scan of an account is kept: nobody else's scan can have it."""
    return f"{quote(account, safe='')}/{scan_id}"


def _outcome(scan: Scan, why_refused: str) -> ScanOutcome:
    return ScanOutcome(
        scan_id=scan.scan_id,
        participant=scan.participant,
        outcome="refused" if why_refused else "recorded",
        detail=why_refused,
    )


def _why_refused(scan: Scan, scan_id: str, programme: Programme, registry: Registry) -> str:
    if scan.session and scan.session not in programme.sittings:
        return (
            f"session {scan.session!r} is not in edition {programme.edition}: expected one of "
            f"{', '.join(programme.sittings)}, or none; correct the kiosk and send the scan again"
        )
    if registry.device(scan.device) is not None:
        return (
            f"device {scan.device!r} is a device of the programme office, which signs its scans "
            "itself: give the fleet's device another name and send the scan again"
        )
    if len(scan_id) > _LONGEST_ID:
        return (
            f"an id of {len(scan_id)} characters with the account's name before it: expected "
            f"{_LONGEST_ID} at the most; give the fleet's scans shorter ids"
        )
    return ""
