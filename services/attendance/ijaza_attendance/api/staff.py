"""The programme office: minutes credited, absences excused, verdicts on review items."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from ijaza_contracts.attendance import ReviewKind
from ijaza_runtime.commands import Commands
from ijaza_runtime.web import Actor, Role, require
from ijaza_runtime.web.fields import (
    Body,
    EditionPath,
    Instant,
    Label,
    LabelOrEmpty,
    ParticipantPath,
    Reason,
)
from pydantic import BaseModel, ConfigDict, Field

from ijaza_attendance.domain.commands import (
    Command,
    CorrectAttendance,
    ExcuseAbsence,
    ResolveReview,
)
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import State
from ijaza_attendance.handlers import deciding

Office = Annotated[Actor, Depends(require(Role.OFFICE))]


class Correction(Body):
    """Minutes to credit for a session, as given. `correction` is an id of the sender's making:
    sent again it changes nothing. Without `at` it is now.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "correction": "c-2019-12-17-1",
                "session": "m1-d1",
                "minutes": 240,
                "reason": "kiosk-down",
            }
        }
    )

    correction: Label
    session: Label
    minutes: Annotated[int, Field(ge=0, le=100_000)]
    reason: Reason = ""
    at: Instant | None = None


class Excuse(Body):
    """A session to take out of a person's sums. `correction` and `at` as in a correction."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"correction": "c-2019-12-17-2", "session": "m1-d2", "reason": "illness"}
        }
    )

    correction: Label
    session: Label
    reason: Reason = ""
    at: Instant | None = None


class VerdictGiven(Body):
    """A verdict on a review item; its first four fields are the item's key, as listed."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "missing-out",
                "session": "m1-d1",
                "scan_id": "kiosk-1-000042",
                "detail": "",
                "verdict": "accepted",
                "reason": "seen-leaving",
            }
        }
    )

    kind: ReviewKind
    session: LabelOrEmpty = ""
    scan_id: LabelOrEmpty = ""
    detail: Annotated[str, Field(max_length=500)] = ""
    verdict: Literal["accepted", "dismissed"]
    reason: Reason = ""
    at: Instant | None = None


class Recorded(BaseModel):
    """What was asked for holds. `events` counts what this request published: none if it was
    carried out before.
    """

    participant: str
    events: int


def router(
    *, commands: Commands[State, Programme, Person], clock: Callable[[], datetime]
) -> APIRouter:
    """The routes of the office."""
    routes = APIRouter(prefix="/editions/{edition}/participants/{participant}", tags=["office"])

    async def perform(edition: str, participant: str, command: Command) -> Recorded:
        done = await commands.perform(edition, participant, deciding(command))
        return Recorded(participant=participant, events=len(done.events))

    @routes.post("/corrections", summary="Credit minutes for a session")
    async def correct(
        edition: EditionPath, participant: ParticipantPath, body: Correction, actor: Office
    ) -> Recorded:
        """Count the minutes given instead of the scans. Of several corrections of one session
        the one with the latest `at` stands.
        """
        command = CorrectAttendance(
            session=body.session,
            minutes=body.minutes,
            actor=actor.id,
            reason=body.reason,
            at=body.at or clock(),
            correction=body.correction,
        )
        return await perform(edition, participant, command)

    @routes.post("/excuses", summary="Excuse an absence")
    async def excuse(
        edition: EditionPath, participant: ParticipantPath, body: Excuse, actor: Office
    ) -> Recorded:
        """Take the session out of this person's scheduled and attended sums."""
        command = ExcuseAbsence(
            session=body.session,
            actor=actor.id,
            reason=body.reason,
            at=body.at or clock(),
            correction=body.correction,
        )
        return await perform(edition, participant, command)

    @routes.post("/verdicts", summary="Give a verdict on a review item")
    async def resolve(
        edition: EditionPath, participant: ParticipantPath, body: VerdictGiven, actor: Office
    ) -> Recorded:
        """Say of a review item what a person found. It stays listed, with the verdict."""
        command = ResolveReview(
            kind=body.kind,
            session=body.session,
            scan_id=body.scan_id,
            detail=body.detail,
            verdict=body.verdict,
            actor=actor.id,
            reason=body.reason,
            at=body.at or clock(),
        )
        return await perform(edition, participant, command)

    return routes
