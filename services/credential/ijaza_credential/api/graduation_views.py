"""What the API tells of a graduation: who stands where, how many, and what came of approvals."""

from datetime import datetime
from typing import Annotated, Self

from ijaza_runtime.web.fields import Body, Instant
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ijaza_credential.api.decision_views import CriterionView, criterion_view
from ijaza_credential.api.proposal_views import HolderView
from ijaza_credential.api.requests import AT, ApprovalAnswer, ParticipantId, ReasonCodeOrEmpty
from ijaza_credential.domain.decision import finding
from ijaza_credential.domain.graduation import Candidate, Chance, Tally
from ijaza_credential.domain.life import Stage
from ijaza_credential.domain.programme import Programme


class CandidateView(BaseModel):
    """A participant before the ceremony.

    `award` is the certificate that is earned, which can be another than the first; `missing` are
    the criteria of the first one that are not met. `step` is what an approval is given for.
    """

    participant: str
    holder: HolderView | None
    chance: Chance
    award: str
    stage: Stage
    serial: str | None
    step: int
    approved_by: tuple[str, ...]
    missing: tuple[CriterionView, ...]


class CandidatePage(BaseModel):
    """Candidates by participant; `next` is what to send as `after`, None on the last page."""

    edition: str
    revision: int
    closed: bool
    approvals_needed: int
    rows: tuple[CandidateView, ...]
    next: str | None


class GraduationCounts(BaseModel):
    """Everybody who had a seat, counted by chance, by award and by the certificate's stage."""

    edition: str
    revision: int
    candidates: int
    chances: dict[str, int]
    awards: dict[str, int]
    stages: dict[str, int]


class GraduationApprovals(Body):
    """First certificates to approve: those of the participants listed, or of all who earn one.

    `steps` are what was seen of those listed: one that is another by now is refused. With `all`,
    `certificate` leaves out who earns another one, and `after` is where the last answer ended.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "participants": ["6f0b8a51f0c94f0e9a3f4a1be0a3f6d2"],
                "steps": {"6f0b8a51f0c94f0e9a3f4a1be0a3f6d2": 1},
                "at": "2020-04-18T09:00:00Z",
            }
        }
    )

    participants: Annotated[tuple[ParticipantId, ...], Field(max_length=1000)] = ()
    steps: dict[ParticipantId, Annotated[int, Field(ge=1, lt=2**31)]] = Field(
        default_factory=dict, max_length=1000
    )
    all: bool = False
    certificate: Annotated[str | None, Field(max_length=200)] = None
    after: Annotated[str, Field(max_length=64)] = ""
    reason: ReasonCodeOrEmpty = ""
    at: Instant | None = AT

    @model_validator(mode="after")
    def _listed_or_all(self) -> Self:
        if self.all == bool(self.participants):
            raise ValueError("give participants, or all: true, and not both")
        return self


class GraduationAnswers(BaseModel):
    """What came of each approval; those refused hinder no other.

    `next` is what to send as `after` for the rest of `all`, None when that was all.
    """

    answers: tuple[ApprovalAnswer, ...]
    next: str | None


def candidate_view(candidate: Candidate, programme: Programme, now: datetime) -> CandidateView:
    """A candidate at `now`, as the office sees them: with numbers for what is missing."""
    state, person = candidate.state, candidate.person
    last = state.issued.get(state.last_version)
    return CandidateView(
        participant=state.participant,
        holder=HolderView(name_en=person.name_en, name_ar=person.name_ar) if person else None,
        chance=candidate.chance,
        award=candidate.award,
        stage=candidate.stage,
        serial=last.serial if last else None,
        step=state.step,
        approved_by=tuple(sorted(state.approvals.get(state.step, {}))),
        missing=tuple(
            criterion_view(finding(each, state, programme, now)) for each in candidate.missing
        ),
    )


def counts_view(edition: str, tally: Tally) -> GraduationCounts:
    """How many stand where."""
    return GraduationCounts(
        edition=edition,
        revision=tally.revision,
        candidates=tally.candidates,
        chances=dict(tally.chances),
        awards=dict(tally.awards),
        stages=dict(tally.stages),
    )
