"""The routes by which the programme office has valid certificates issued anew."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter
from ijaza_runtime.commands import Done
from ijaza_runtime.errors import Refusal
from ijaza_runtime.web.fields import Body, EditionPath, Instant, ParticipantPath
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ijaza_credential.api.decision_views import DecisionView
from ijaza_credential.api.reading import Reader
from ijaza_credential.api.requests import AT, ParticipantId, ReasonCode, decided_at
from ijaza_credential.api.staff import Officer
from ijaza_credential.domain.reissue import Reissue
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import deciding
from ijaza_credential.reissuing import MOST, Order, Page, Reissuing, Wanted


class Reissuance(Body):
    """A new version takes the place of a valid one, and states what that states.

    Sent again with the same `at`, or with the `version` that was seen, it changes nothing more.
    Without either, each sending is an order of its own.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"reason": "file-lost", "version": 1, "at": "2030-05-02T10:00:00Z"}
        }
    )

    reason: ReasonCode
    version: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    at: Instant | None = AT


class Reissues(Body):
    """Which valid certificates are issued anew: those that a key signed, or of some participants.

    `signed_by` is the id of a key that no longer signs; `after` is where the last answer ended.
    With `participants`, `at` has to be given: sent again with the same one it changes nothing.
    """

    model_config = ConfigDict(
        json_schema_extra={"example": {"signed_by": "k1", "reason": "key-stolen"}}
    )

    signed_by: Annotated[str | None, Field(pattern=r"^k[1-9][0-9]{0,5}$")] = None
    participants: Annotated[tuple[ParticipantId, ...], Field(max_length=MOST)] = ()
    after: Annotated[str, Field(max_length=64)] = ""
    reason: ReasonCode
    at: Instant | None = AT

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.signed_by is None) != bool(self.participants):
            raise ValueError("give signed_by, or participants, and not both")
        if self.participants and self.at is None:
            raise ValueError("with participants give at, so that the order can be sent again")
        return self


class ReissueAnswer(BaseModel):
    """What came of one certificate.

    `known` was ordered before, or another version has followed since; `refused` says why.
    """

    participant: str
    outcome: Literal["reissued", "known", "refused"]
    serial: str | None = None
    version: int | None = None
    code: str | None = None
    detail: str | None = None


class ReissueAnswers(BaseModel):
    """How many were issued anew, and how many not, by code; `answers` has those that were tried.

    `signed-by-another-key` is as it ought to be; `documents-not-made` are to be asked for again in
    a moment. `next` is what to send as `after` for the rest of `signed_by`, None when that was all.
    """

    reissued: int
    skipped: dict[str, int]
    answers: tuple[ReissueAnswer, ...]
    next: str | None


def reissues(reader: Reader, reissuing: Reissuing, clock: Callable[[], datetime]) -> APIRouter:
    """Orders of the programme office, which wait for nobody's approval."""
    api = APIRouter()

    @api.post(
        "/editions/{edition}/participants/{participant}/reissue",
        summary="Issue a valid certificate anew, with what it states",
    )
    async def one(
        edition: EditionPath, participant: ParticipantPath, body: Reissuance, actor: Officer
    ) -> DecisionView:
        """Refused while a change of the certificate waits for a word."""
        command = Reissue(
            actor=actor.id,
            reason=body.reason,
            at=decided_at(body.at, clock),
            version=body.version or 0,
        )
        await reader.commands.perform(edition, participant, deciding(command, reissuing.secret))
        return await reader.decision(edition, participant, clock())

    @api.post(
        "/editions/{edition}/reissues",
        summary="Issue valid certificates anew: all that a key signed, or those of some",
    )
    async def several(edition: EditionPath, body: Reissues, actor: Officer) -> ReissueAnswers:
        """Each states what it states now. Up to 500 by one request; those refused hinder no other.

        With `signed_by` it can be sent again at any time: what another key signed is passed over.
        """
        await reader.programme(edition)
        found = Page([Wanted(each) for each in body.participants], {}, None)
        if body.signed_by is not None:
            key = await reissuing.check(body.signed_by)
            found = await reissuing.page(edition, key, body.after)
        order = Order(actor=actor.id, at=decided_at(body.at, clock), reason=body.reason)
        results = await reissuing.issue_anew(edition, found.wanted, order)
        answers = tuple(
            _answer(each.participant, result)
            for each, result in zip(found.wanted, results, strict=True)
        )
        skipped = Counter(found.skipped)
        skipped.update(each.code or each.outcome for each in answers if each.outcome != "reissued")
        return ReissueAnswers(
            reissued=sum(each.outcome == "reissued" for each in answers),
            skipped=dict(skipped),
            answers=answers,
            next=found.next,
        )

    return api


def _answer(participant: str, result: Done[State] | Refusal) -> ReissueAnswer:
    if isinstance(result, Refusal):
        return ReissueAnswer(
            participant=participant, outcome="refused", code=result.code, detail=result.detail
        )
    state = result.state
    last = state.issued.get(state.last_version)
    return ReissueAnswer(
        participant=participant,
        outcome="reissued" if result.events else "known",
        serial=last.serial if last else None,
        version=state.last_version or None,
    )
