"""The routes that change something: approvals, revocation, reinstatement."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from ijaza_runtime.commands import Done, Work
from ijaza_runtime.errors import Refusal

from ijaza_credential.api.decision_views import DecisionView
from ijaza_credential.api.reading import Reader
from ijaza_credential.api.requests import (
    ApprovalAnswer,
    ApprovalAnswers,
    Approvals,
    Reinstatement,
    Revocation,
    decided_at,
)
from ijaza_credential.api.staff import Approver, Officer
from ijaza_credential.domain.commands import Approve, Command, Reinstate, Revoke
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import deciding


def orders(reader: Reader, secret: bytes, clock: Callable[[], datetime]) -> APIRouter:
    """What approvers and the programme office order."""
    api = APIRouter()

    def time(given: datetime | None) -> datetime:
        return decided_at(given, clock)

    async def carry_out(edition: str, participant: str, command: Command) -> DecisionView:
        await reader.commands.perform(edition, participant, deciding(command, secret))
        return await reader.decision(edition, participant, clock())

    @api.post(
        "/editions/{edition}/approvals",
        summary="Approve certificates, or the changes to them that are proposed",
    )
    async def approvals(edition: str, body: Approvals, actor: Approver) -> ApprovalAnswers:
        given = [(each.participant, time(each.at)) for each in body.approvals]
        in_order = sorted(range(len(given)), key=lambda index: given[index][1])
        work: list[Work[State, Programme, Person]] = [
            Work(edition, participant, deciding(Approve(actor=actor.id, at=at), secret))
            for participant, at in (given[index] for index in in_order)
        ]
        results = dict(zip(in_order, await reader.commands.perform_many(work), strict=True))
        return ApprovalAnswers(
            answers=tuple(
                approval_answer(participant, results[index])
                for index, (participant, _) in enumerate(given)
            )
        )

    @api.post(
        "/editions/{edition}/participants/{participant}/revocation",
        summary="Revoke a certificate until it is reinstated",
    )
    async def revocation(
        edition: str, participant: str, body: Revocation, actor: Officer
    ) -> DecisionView:
        command = Revoke(actor=actor.id, reason=body.reason, at=time(body.at))
        return await carry_out(edition, participant, command)

    @api.post(
        "/editions/{edition}/participants/{participant}/reinstatement",
        summary="Give a new credential for one that an officer revoked",
    )
    async def reinstatement(
        edition: str, participant: str, body: Reinstatement, actor: Officer
    ) -> DecisionView:
        command = Reinstate(actor=actor.id, at=time(body.at), reason=body.reason)
        return await carry_out(edition, participant, command)

    return api


def approval_answer(participant: str, result: Done[State] | Refusal) -> ApprovalAnswer:
    """What came of one approval."""
    if isinstance(result, Refusal):
        return ApprovalAnswer(
            participant=participant, outcome="refused", code=result.code, detail=result.detail
        )
    last = result.state.issued.get(result.state.last_version)
    return ApprovalAnswer(
        participant=participant,
        outcome="recorded" if result.events else "known",
        serial=last.serial if last else None,
    )
