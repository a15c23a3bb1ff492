"""Routes: the selection, its results, and who leaves it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from ijaza_runtime.errors import Conflicting
from ijaza_runtime.web.fields import Body
from pydantic import BaseModel, ConfigDict, Field

from ijaza_enrollment.api.common import (
    Clock,
    CommandId,
    EditionId,
    Instant,
    Office,
    Participant,
    PrivateReason,
    Reader,
)
from ijaza_enrollment.api.results import ResultView
from ijaza_enrollment.domain.commands import Depart, Select
from ijaza_enrollment.domain.entries import Departure
from ijaza_enrollment.handlers import Enrollment


class SelectionBody(Body):
    """As of when the participants are selected."""

    model_config = ConfigDict(json_schema_extra={"example": {"at": "2019-11-10T12:00:00Z"}})

    at: Instant | None = None


class SelectionView(BaseModel):
    """How a selection stands: as of when it was made, and how many it dealt with."""

    edition: str
    at: datetime
    roster: bool
    applicants: int
    departures: int


class Leaving(Body):
    """Somebody leaves, for good; what was said of it goes into `reason`."""

    departure: CommandId
    participant: Annotated[str, Field(min_length=1, max_length=64)]
    kind: Literal["decline", "withdraw"]
    at: Instant | None = None
    reason: PrivateReason = ""


class Departures(Body):
    """Departures, applied one after the other in this order."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "departures": [
                    {
                        "departure": "2019-11-20/3",
                        "participant": "9f2c51d0c2f14d52a1f0f5c2f3f4a1b7",
                        "kind": "decline",
                        "at": "2019-11-20T09:30:00Z",
                    }
                ]
            }
        }
    )

    departures: Annotated[tuple[Leaving, ...], Field(min_length=1, max_length=500)]


class DepartedView(BaseModel):
    """What became of those who left, and who was promoted to their seats."""

    departed: tuple[ResultView, ...]
    promoted: tuple[ResultView, ...]


class Results(BaseModel):
    """A page of results in the order of the selection; `next` is the `after` of the next page."""

    results: tuple[ResultView, ...]
    next: int | None


def router(desk: Enrollment, clock: Clock) -> APIRouter:
    """The routes of the selection."""
    routes = APIRouter(tags=["selection"])

    @routes.post(
        "/editions/{edition}/selection",
        summary="Select the participants, once; on a roster number those added since",
    )
    async def select(edition: EditionId, body: SelectionBody, actor: Office) -> SelectionView:
        command = Select(edition=edition, at=body.at or clock(), actor=actor.id)
        run = await desk.selections.select(command)
        if run is None:
            raise Conflicting(
                "nobody-applied", f"nobody has applied to edition {edition}: record applications"
            )
        return SelectionView(
            edition=edition,
            at=run.at,
            roster=run.rule is None,
            applicants=run.settled,
            departures=run.applied,
        )

    @routes.get(
        "/editions/{edition}/selection",
        summary="What became of the applicants, in their order",
        dependencies=[Reader],
    )
    async def results(
        edition: EditionId,
        after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
        most: Annotated[int, Query(ge=1, le=1000)] = 500,
    ) -> Results:
        found = await desk.selections.results(edition, after, most)
        return Results(
            results=tuple(ResultView.of(each) for each in found),
            next=after + most if len(found) == most else None,
        )

    @routes.post(
        "/editions/{edition}/departures",
        summary="Apply departures in order, and fill the places that become free",
    )
    async def depart(edition: EditionId, body: Departures, actor: Office) -> DepartedView:
        departures = tuple(
            Departure(
                id=each.departure,
                participant=each.participant,
                kind=each.kind,
                at=each.at or clock(),
                actor=actor.id,
                note=each.reason,
            )
            for each in body.departures
        )
        done = await desk.selections.depart(Depart(edition=edition, departures=departures))
        return DepartedView(
            departed=tuple(ResultView.of(each) for each in done.departed),
            promoted=tuple(ResultView.of(each) for each in done.promoted),
        )

    @routes.post(
        "/editions/{edition}/participants/{participant}/acceptance",
        summary="Somebody takes the seat: it changes nothing, and nothing is recorded",
    )
    async def accept(edition: EditionId, participant: Participant, _: Office) -> ResultView:
        return ResultView.of(await desk.selections.accept(edition, participant))

    return routes
