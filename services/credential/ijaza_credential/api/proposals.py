"""The routes for changes that wait: who they are about, before and after, and a word upon each."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.web.fields import EditionPath, ParticipantPath
from pydantic import BaseModel

from ijaza_credential.api.decision_views import DecisionView, ProspectView, prospect_view
from ijaza_credential.api.paging import MOST_ROWS, matching
from ijaza_credential.api.proposal_views import HolderView, ProposalView, proposal_view
from ijaza_credential.api.reading import Reader
from ijaza_credential.api.requests import Word, decided_at
from ijaza_credential.api.staff import READERS, Approver
from ijaza_credential.domain.change import Kind
from ijaza_credential.domain.commands import Approve, Command, Decline, Seen
from ijaza_credential.domain.decision import explain
from ijaza_credential.domain.gate import proposal, stage_now
from ijaza_credential.domain.life import Stage
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import PEOPLE, deciding

PERSON = "/editions/{edition}/participants/{participant}/proposal"


class ProposalRow(BaseModel):
    """A change that waits, or was declined, and whom it is about: the names as recorded now."""

    participant: str
    serial: str | None
    holder: HolderView
    proposal: ProposalView


class ProposalPage(BaseModel):
    """Proposals by participant; `next` is what to send as `after`, None on the last page."""

    edition: str
    revision: int
    rows: tuple[ProposalRow, ...]
    next: str | None


class ProposalDetail(BaseModel):
    """One proposal with every criterion of every certificate that it rests on."""

    edition: str
    participant: str
    revision: int
    serial: str | None
    stage: Stage
    proposal: ProposalView
    prospects: tuple[ProspectView, ...]


def proposals(reader: Reader, secret: bytes, clock: Callable[[], datetime]) -> APIRouter:
    """What waits for somebody's word, and that word."""
    api = APIRouter()

    async def say(edition: str, participant: str, command: Command) -> DecisionView:
        await reader.commands.perform(edition, participant, deciding(command, secret))
        return await reader.decision(edition, participant, clock())

    @api.get(
        "/editions/{edition}/proposals",
        dependencies=READERS,
        summary="Changes to certificates that wait for approval, or were declined, page by page",
    )
    async def listed(
        edition: EditionPath,
        show: Annotated[Literal["waiting", "declined", "all"], Query()] = "waiting",
        kind: Annotated[Kind | None, Query()] = None,
        after: Annotated[str, Query(max_length=64)] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    ) -> ProposalPage:
        """A page may be short, or empty, and name a next one all the same."""
        programme = await reader.programme(edition)

        def row(state: State) -> ProposalRow | None:
            person = reader.references.get(PEOPLE, state.participant)
            proposed = proposal(state, programme, person)
            if proposed is None or person is None or kind not in (None, proposed.change.kind):
                return None
            if show not in ("all", "waiting" if proposed.waits else "declined"):
                return None
            return ProposalRow(
                participant=state.participant,
                serial=_serial(state),
                holder=HolderView(name_en=person.name_en, name_ar=person.name_ar),
                proposal=proposal_view(proposed, state, programme),
            )

        rows, following = await matching(reader, edition, after, limit, row)
        return ProposalPage(
            edition=edition, revision=programme.revision, rows=tuple(rows), next=following
        )

    @api.get(
        PERSON,
        dependencies=READERS,
        summary="The change that waits for one participant: before and after, and why",
    )
    async def one(edition: EditionPath, participant: ParticipantPath) -> ProposalDetail:
        programme = await reader.programme(edition)
        state = await reader.participant(edition, participant)
        person = reader.references.get(PEOPLE, participant)
        proposed = proposal(state, programme, person)
        if proposed is None:
            raise NotKnown(
                "nothing-proposed", f"no change is proposed for participant {participant}"
            )
        decision = explain(state, programme, clock(), person)
        return ProposalDetail(
            edition=edition,
            participant=participant,
            revision=programme.revision,
            serial=_serial(state),
            stage=stage_now(state, programme, person),
            proposal=proposal_view(proposed, state, programme),
            prospects=tuple(prospect_view(each) for each in decision.prospects),
        )

    @api.post(f"{PERSON}/confirmation", summary="Let a proposed change happen")
    async def confirmation(
        edition: EditionPath, participant: ParticipantPath, body: Word, actor: Approver
    ) -> DecisionView:
        """It happens once as many have confirmed it as the edition asks for."""
        seen = Seen(body.step, body.facts)
        command = Approve(
            actor=actor.id, at=decided_at(body.at, clock), reason=body.reason, seen=seen
        )
        return await say(edition, participant, command)

    @api.post(f"{PERSON}/refusal", summary="Decline a proposed change until the facts change")
    async def refusal(
        edition: EditionPath, participant: ParticipantPath, body: Word, actor: Approver
    ) -> DecisionView:
        """The certificate stays as it is. One person's word is enough."""
        seen = Seen(body.step, body.facts)
        command = Decline(
            actor=actor.id, at=decided_at(body.at, clock), reason=body.reason, seen=seen
        )
        return await say(edition, participant, command)

    return api


def _serial(state: State) -> str | None:
    last = state.issued.get(state.last_version)
    return last.serial if last else None
