"""The programme office: scores corrected, attempts annulled."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from ijaza_runtime.commands import Commands
from ijaza_runtime.fold import Stamped
from ijaza_runtime.web import Actor, Role, require
from ijaza_runtime.web.fields import Body, EditionPath, Instant, Label, ParticipantPath, Reason
from pydantic import ConfigDict

from ijaza_assessment.api.answers import Recorded
from ijaza_assessment.api.fields import Number, Score
from ijaza_assessment.domain.commands import AnnulAttempt, Command, CorrectScore
from ijaza_assessment.domain.programme import Programme
from ijaza_assessment.domain.state import State
from ijaza_assessment.handlers import deciding

Office = Annotated[Actor, Depends(require(Role.OFFICE))]


class ScoreCorrection(Body):
    """Another score for an attempt. `correction` is an id of the sender's making: sent again it
    changes nothing. Without `at` it is now.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "correction": "c-2019-12-20-1",
                "module": "m1",
                "attempt": 1,
                "score": "64",
                "reason": "question-withdrawn",
            }
        }
    )

    correction: Label
    module: Label
    attempt: Number
    score: Score
    reason: Reason = ""
    at: Instant | None = None


class Annulment(Body):
    """An attempt to annul, for good. `correction` and `at` as in a correction."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "correction": "c-2019-12-20-2",
                "module": "m1",
                "attempt": 2,
                "reason": "impersonation",
            }
        }
    )

    correction: Label
    module: Label
    attempt: Number
    reason: Reason = ""
    at: Instant | None = None


def router(
    *, commands: Commands[State, Programme, Stamped], clock: Callable[[], datetime]
) -> APIRouter:
    """The routes of the office."""
    routes = APIRouter(prefix="/editions/{edition}/participants/{participant}", tags=["office"])

    async def perform(edition: str, participant: str, command: Command) -> Recorded:
        done = await commands.perform(edition, participant, deciding(command))
        return Recorded(participant=participant, events=len(done.events))

    @routes.post("/score-corrections", summary="Correct a score")
    async def correct(
        edition: EditionPath, participant: ParticipantPath, body: ScoreCorrection, actor: Office
    ) -> Recorded:
        """Give a recorded attempt another score. Of several corrections of one attempt the one
        with the latest `at` stands.
        """
        command = CorrectScore(
            module=body.module,
            attempt=body.attempt,
            score=body.score,
            actor=actor.id,
            reason=body.reason,
            at=body.at or clock(),
            correction=body.correction,
        )
        return await perform(edition, participant, command)

    @routes.post("/annulments", summary="Annul an attempt")
    async def annul(
        edition: EditionPath, participant: ParticipantPath, body: Annulment, actor: Office
    ) -> Recorded:
        """Let an attempt count no more, whatever score comes before or after. It frees no other."""
        command = AnnulAttempt(
            module=body.module,
            attempt=body.attempt,
            actor=actor.id,
            reason=body.reason,
            at=body.at or clock(),
            correction=body.correction,
        )
        return await perform(edition, participant, command)

    return routes
