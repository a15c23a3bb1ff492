"""Examiners: results of attempts, one at a time or a class at once."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from ijaza_runtime.commands import Commands, Work
from ijaza_runtime.errors import Refusal
from ijaza_runtime.fold import Stamped
from ijaza_runtime.web import Role, require
from ijaza_runtime.web.fields import (
    Body,
    EditionPath,
    Instant,
    Label,
    ParticipantId,
    ParticipantPath,
)
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from ijaza_assessment.api.answers import Recorded
from ijaza_assessment.api.fields import Number, Score
from ijaza_assessment.domain.commands import RecordResult
from ijaza_assessment.domain.programme import Programme
from ijaza_assessment.domain.state import State
from ijaza_assessment.handlers import deciding

MOST = 500
"""Results in one batch."""


_ONE: JsonDict = {
    "module": "m1",
    "attempt": 1,
    "score": "72.5",
    "taken_at": "2019-12-18T20:30:00+02:00",
}
_OF_SOMEBODY: JsonDict = {"participant": "5f3c9a61d2e84b07a1c6e0f4b8d97325", **_ONE}


class Result(Body):
    """The result of one attempt. The same result may be sent any number of times."""

    model_config = ConfigDict(json_schema_extra={"example": _ONE})

    module: Label
    attempt: Number
    score: Score
    taken_at: Instant


class ResultOf(Result):
    """The result of one attempt of a participant."""

    model_config = ConfigDict(json_schema_extra={"example": _OF_SOMEBODY})

    participant: ParticipantId


class ResultBatch(Body):
    """Results of one edition, in any order."""

    model_config = ConfigDict(json_schema_extra={"example": {"results": [_OF_SOMEBODY]}})

    results: Annotated[list[ResultOf], Field(min_length=1, max_length=MOST)]


class ResultOutcome(BaseModel):
    """What became of one result. A refused one is not kept; `detail` says why and what to do."""

    participant: str
    module: str
    attempt: int
    outcome: Literal["recorded", "refused"]
    code: str = ""
    detail: str = ""


class ResultOutcomes(BaseModel):
    """One outcome for each result of the batch, in its order."""

    outcomes: list[ResultOutcome]


def router(*, commands: Commands[State, Programme, Stamped]) -> APIRouter:
    """The routes of examiners."""
    routes = APIRouter(
        prefix="/editions/{edition}",
        tags=["results"],
        dependencies=[Depends(require(Role.EXAMINER))],
    )

    @routes.post("/participants/{participant}/results", summary="Record a result")
    async def record(edition: EditionPath, participant: ParticipantPath, body: Result) -> Recorded:
        """Record the result of one attempt. One of somebody who never takes part has no effect."""
        done = await commands.perform(edition, participant, deciding(_command(body)))
        return Recorded(participant=participant, events=len(done.events))

    @routes.post("/results", summary="Record a batch of results")
    async def record_many(edition: EditionPath, body: ResultBatch) -> ResultOutcomes:
        """Record each result by itself: one that is refused hinders no other."""
        done = await commands.perform_many(
            [
                Work(edition, result.participant, deciding(_command(result)))
                for result in body.results
            ]
        )
        return ResultOutcomes(
            outcomes=[
                ResultOutcome(
                    participant=result.participant,
                    module=result.module,
                    attempt=result.attempt,
                    outcome="refused" if isinstance(each, Refusal) else "recorded",
                    code=each.code if isinstance(each, Refusal) else "",
                    detail=each.detail if isinstance(each, Refusal) else "",
                )
                for result, each in zip(body.results, done, strict=True)
            ]
        )

    return routes


def _command(result: Result) -> RecordResult:
    return RecordResult(
        module=result.module,
        attempt=result.attempt,
        score=result.score,
        taken_at=result.taken_at,
    )
