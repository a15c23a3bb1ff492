"""The doors: batches of scans in, each kept or refused, none lost on the way."""

from typing import Annotated, Literal

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

MOST = 500
"""Scans in one batch."""
_LEAST_COST = 10
"""What a batch costs its fleet at the least, in scans: about what a request costs by itself."""
_AT_ONCE = 10
"""Seconds of its rate that a fleet may send at once."""


class Scan(Body):
    """One scan as its kiosk made it. `session` may be empty: then the time decides.

    `scan_id` is made on the device, once per scan: the same scan may be sent any number of times.
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


def router(*, references: References, keeper: Doorkeeper, bus: Bus, rate: int) -> APIRouter:
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
        becomes a review item, never a refusal: only a session that the edition does not have is
        refused.
        """
        throttle.charge(fleet.id, max(0, len(batch.scans) - _LEAST_COST))
        programme = await programme_of(batch.edition, references, EDITIONS)
        outcomes = [_outcome(scan, programme) for scan in batch.scans]
        await bus.publish(
            records_of(
                ScanRecorded(edition=batch.edition, **vars(scan))
                for scan, outcome in zip(batch.scans, outcomes, strict=True)
                if outcome.outcome == "recorded"
            )
        )
        return ScanOutcomes(outcomes=outcomes)

    return routes


def _outcome(scan: Scan, programme: Programme) -> ScanOutcome:
    if not scan.session or scan.session in programme.sittings:
        return ScanOutcome(scan_id=scan.scan_id, participant=scan.participant, outcome="recorded")
    return ScanOutcome(
        scan_id=scan.scan_id,
        participant=scan.participant,
        outcome="refused",
        detail=f"session {scan.session!r} is not in edition {programme.edition}: expected one of "
        f"{', '.join(programme.sittings)}, or none; correct the kiosk and send the scan again",
    )
