"""What the API tells of a proposed change: before and after side by side, and what it would do."""

from datetime import datetime
from typing import Annotated, assert_never

from pydantic import BaseModel, Field

from ijaza_credential.api.bilingual import Both
from ijaza_credential.domain import wording
from ijaza_credential.domain.change import Change, Kind
from ijaza_credential.domain.gate import Proposal
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.state import Declined, State, Stated
from ijaza_credential.domain.wording import Wording

Seconds = Annotated[int, Field(ge=0)]


class HolderView(BaseModel):
    """The names that a certificate states."""

    name_en: str
    name_ar: str


class ResultView(BaseModel):
    """A module as a certificate states it; `best_score` is None if no attempt counts."""

    module: str
    scheduled_seconds: Seconds
    attended_seconds: Seconds
    best_score: str | None


class DeclinedView(BaseModel):
    """Who declined a proposal, when and why."""

    actor: str
    at: datetime
    reason: str


class ProposalView(BaseModel):
    """A change that may not happen yet: what holds before it, and what would hold after it.

    `because` lists codes: award, name, results, or the criteria that are not met any longer.
    `step` and `facts` are what a confirmation or a refusal sends back, so that it is taken for
    this proposal and no other. A part before is null where there is no certificate, or where what
    it states is not known any more; a part after is null where no certificate would be valid.
    """

    kind: Kind
    step: int
    facts: str
    because: tuple[str, ...]
    effect: Both
    certificate_before: str | None = None
    certificate_after: str | None = None
    holder_before: HolderView | None = None
    holder_after: HolderView | None = None
    results_before: tuple[ResultView, ...] | None = None
    results_after: tuple[ResultView, ...] | None = None
    approved_by: tuple[str, ...]
    approvals_needed: int
    declined: DeclinedView | None = None


def proposal_view(proposed: Proposal, state: State, programme: Programme) -> ProposalView:
    """A proposal, as those see it who decide upon it."""
    change = proposed.change
    before = state.stated.get(state.last_version) if change.before else None
    after = change.after.stated if change.after else None
    return ProposalView(
        kind=change.kind,
        step=change.step,
        facts=proposed.facts,
        because=codes(change.because),
        effect=Both.of(_effect(change, state)),
        certificate_before=change.before.certificate if change.before else None,
        certificate_after=change.after.certificate.id if change.after else None,
        holder_before=_holder(before) if before else None,
        holder_after=_holder(after) if after else None,
        results_before=_results(before) if before else None,
        results_after=_results(after) if after else None,
        approved_by=tuple(sorted(proposed.approvals)),
        approvals_needed=programme.approvers,
        declined=_declined(proposed.declined) if proposed.declined else None,
    )


def codes(because: str) -> tuple[str, ...]:
    """The codes of a reason, which events carry as one text."""
    return tuple(filter(None, because.split(",")))


def _effect(change: Change, state: State) -> Wording:
    version = state.last_version
    serial = change.before.serial if change.before else ""
    title = Wording.of(change.after.certificate.title) if change.after else wording.NOTHING
    match change.kind:
        case "issue":
            return wording.will_be_issued(title)
        case "supersede":
            return wording.will_be_superseded(title, serial, version)
        case "revoke":
            return wording.will_be_revoked(serial, version)
        case "reinstate":
            return wording.will_be_reinstated(title, serial, version)
        case _:
            assert_never(change.kind)


def _holder(stated: Stated) -> HolderView:
    return HolderView(name_en=stated.name_en, name_ar=stated.name_ar)


def _results(stated: Stated) -> tuple[ResultView, ...]:
    return tuple(
        ResultView(
            module=each.module,
            scheduled_seconds=each.scheduled,
            attended_seconds=each.attended,
            best_score=each.best_score or None,
        )
        for each in stated.results
    )


def _declined(declined: Declined) -> DeclinedView:
    return DeclinedView(actor=declined.actor, at=declined.at, reason=declined.because)
