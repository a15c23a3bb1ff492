"""The routes of a graduation: who is eligible, who nearly is, and approving them together."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from ijaza_runtime.commands import Work
from ijaza_runtime.web.fields import EditionPath

from ijaza_credential.api.graduation_views import (
    CandidatePage,
    CandidateView,
    GraduationAnswers,
    GraduationApprovals,
    GraduationCounts,
    candidate_view,
    counts_view,
)
from ijaza_credential.api.orders import approval_answer
from ijaza_credential.api.paging import MOST_ROWS, matching
from ijaza_credential.api.reading import Reader
from ijaza_credential.api.requests import decided_at
from ijaza_credential.api.staff import READERS, Approver
from ijaza_credential.domain.commands import Approve, Seen
from ijaza_credential.domain.graduation import Chance, candidate
from ijaza_credential.domain.life import Stage
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.rules import assess
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import PEOPLE, deciding
from ijaza_credential.tallies import Tallies

MOST_APPROVALS = 500
"""Approvals of `all` that one request gives, and answers for."""


def graduation(reader: Reader, secret: bytes, clock: Callable[[], datetime]) -> APIRouter:
    """Who stands where before the ceremony, and the approval of those who graduate."""
    api = APIRouter(prefix="/editions/{edition}/graduation")
    tallies = Tallies(reader.commands, reader.references, reader.store)

    @api.get(
        "", dependencies=READERS, summary="Who is eligible, who nearly is, and what is missing"
    )
    async def candidates(
        edition: EditionPath,
        chance: Annotated[Chance | None, Query()] = None,
        stage: Annotated[Stage | None, Query()] = None,
        award: Annotated[str | None, Query(max_length=200)] = None,
        missing_at_most: Annotated[
            int | None,
            Query(ge=0, le=1000, description="Criteria of the first certificate not met."),
        ] = None,
        after: Annotated[str, Query(max_length=64)] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    ) -> CandidatePage:
        """A page may be short, or empty, and name a next one all the same."""
        programme, now = await reader.programme(edition), clock()

        def row(state: State) -> CandidateView | None:
            person = reader.references.get(PEOPLE, state.participant)
            found = candidate(state, programme, person, now)
            if (
                found is None
                or chance not in (None, found.chance)
                or stage not in (None, found.stage)
                or award not in (None, found.award)
                or (missing_at_most is not None and len(found.missing) > missing_at_most)
            ):
                return None
            return candidate_view(found, programme, now)

        rows, following = await matching(reader, edition, after, limit, row)
        return CandidatePage(
            edition=edition,
            revision=programme.revision,
            closed=programme.closed_at is not None,
            approvals_needed=programme.approvers if programme.on_approval else 0,
            rows=tuple(rows),
            next=following,
        )

    @api.get("/counts", dependencies=READERS, summary="How many are eligible, nearly, or not")
    async def counts(edition: EditionPath) -> GraduationCounts:
        await reader.programme(edition)
        return counts_view(edition, await tallies.of(edition, clock()))

    @api.post("/approvals", summary="Approve first certificates: of some, or of all who earn one")
    async def approvals(
        edition: EditionPath, body: GraduationApprovals, actor: Approver
    ) -> GraduationAnswers:
        """Sent again it changes nothing. Each certificate is issued once as many have approved it
        as the edition asks for, and not before the closing.
        """
        programme, at = await reader.programme(edition), decided_at(body.at, clock)
        people, following = list(body.participants), None
        if body.all:
            people, following = await matching(
                reader,
                edition,
                body.after,
                MOST_APPROVALS,
                lambda state: _to_approve(state, programme, actor.id, body.certificate),
            )
        work: list[Work[State, Programme, Person]] = []
        for participant in people:
            step = body.steps.get(participant)
            command = Approve(
                actor=actor.id,
                at=at,
                reason=body.reason,
                seen=Seen(step) if step else None,
                first_only=True,
            )
            work.append(Work(edition, participant, deciding(command, secret)))
        results = await reader.commands.perform_many(work)
        answers = map(approval_answer, people, results)
        return GraduationAnswers(answers=tuple(answers), next=following)

    return api


def _to_approve(
    state: State, programme: Programme, actor: str, certificate: str | None
) -> str | None:
    """The participant, if a first certificate is earned that this actor has not approved yet."""
    if state.issued or actor in state.approvals.get(state.step, {}):
        return None
    award = assess(state, programme).award
    if award is None or certificate not in (None, award.id):
        return None
    return state.participant
