"""What the API tells staff of a participant: a decision with its reasons, and what waits."""

from datetime import datetime
from math import ceil
from typing import Annotated, Any, Literal, assert_never

from ijaza_contracts.credential import CertificateKind
from pydantic import BaseModel, ConfigDict, Field

from ijaza_credential.api.bilingual import Both
from ijaza_credential.api.proposal_views import ProposalView, codes, proposal_view
from ijaza_credential.domain.decision import Decision, Finding, Prospect, Standing
from ijaza_credential.domain.fold import plain
from ijaza_credential.domain.gate import proposal, stage_now
from ijaza_credential.domain.life import Began, Stage, began, successor
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.rules import Attendance, TakingPart, TestToPass
from ijaza_credential.domain.state import Ended, State, Status
from ijaza_credential.domain.wording import Wording

Seconds = Annotated[int, Field(ge=0)]


class CriterionView(BaseModel):
    """One criterion of a certificate, with the numbers of its kind.

    `needed_seconds` are rounded up to whole ones, which decides alike: attendance is counted in
    whole seconds. `possible_seconds` can have been attended in the end at the most. `evidence`
    and the decision's `rules` are ids of events (`ce_id`).
    """

    criterion: str
    kind: Literal["taking-part", "attendance", "test"]
    module: str | None = None
    standing: Standing
    rule: Both
    left: Both
    scheduled_seconds: Seconds | None = None
    needed_seconds: Seconds | None = None
    attended_seconds: Seconds | None = None
    possible_seconds: Seconds | None = None
    pass_mark: str | None = None
    best_score: str | None = None
    attempts: int | None = None
    attempts_left: int | None = None
    evidence: tuple[str, ...]


class ProspectView(BaseModel):
    """One certificate of the edition, and how far the participant is from it."""

    certificate: str
    kind: CertificateKind
    title: Both
    standing: Standing
    criteria: tuple[CriterionView, ...]


class CertificateView(BaseModel):
    """A version of a certificate. Nothing here names its holder.

    `because` and `ended_by` tell why it ended, and which officer said so.
    """

    version: int
    certificate: str
    kind: CertificateKind
    credential_id: str
    status: Status
    began: Began
    issued_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    because: tuple[str, ...] = ()
    predecessor: str | None = None
    successor: str | None = None


class DecisionView(BaseModel):
    """Why a participant gets a certificate or not, what is left to do, and what there is so far."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "edition": "mg-4",
                "participant": "6f0b8a51f0c94f0e9a3f4a1be0a3f6d2",
                "revision": 1,
                "as_of": "2020-04-16T08:00:00Z",
                "closed_at": None,
                "award": "",
                "eligible": False,
                "summary": {
                    "en": "Earns no certificate yet; what is left is said with each criterion.",
                    "ar": "لم تُستوفَ شروط أي شهادة بعد، وما يلزم مذكور مع كل شرط.",
                },
                "prospects": [],
                "stage": "none",
                "serial": None,
                "certificates": [],
                "proposal": None,
                "rules": ["0a4e0de1c6a1a6d24b0c6b8f5d0c7e11"],
            }
        }
    )

    edition: str
    participant: str
    revision: int
    as_of: datetime
    closed_at: datetime | None
    award: str
    eligible: bool
    summary: Both
    prospects: tuple[ProspectView, ...]
    stage: Stage
    serial: str | None
    certificates: tuple[CertificateView, ...]
    proposal: ProposalView | None
    rules: tuple[str, ...]


def decision_view(
    decision: Decision, state: State, programme: Programme, person: Person | None
) -> DecisionView:
    """A decision, with the certificates there are and the change that waits, if one does."""
    proposed = proposal(state, programme, person)
    last = state.issued.get(state.last_version)
    return DecisionView(
        edition=decision.edition,
        participant=decision.participant,
        revision=decision.revision,
        as_of=decision.now,
        closed_at=decision.closed_at,
        award=decision.award,
        eligible=decision.eligible,
        summary=Both.of(decision.summary),
        prospects=tuple(prospect_view(each) for each in decision.prospects),
        stage=stage_now(state, programme, person),
        serial=last.serial if last else None,
        certificates=certificate_views(state),
        proposal=proposal_view(proposed, state, programme) if proposed else None,
        rules=decision.rules,
    )


def certificate_views(state: State) -> tuple[CertificateView, ...]:
    """A participant's certificates, the first one first."""
    return tuple(
        CertificateView(
            version=version,
            certificate=issued.certificate,
            kind=issued.kind,
            credential_id=issued.credential_id,
            status=state.status(version),
            began=began(state, version),
            issued_at=issued.at,
            predecessor=issued.predecessor or None,
            successor=successor(state, version) or None,
            **_end(state.ended.get(version)),
        )
        for version, issued in sorted(state.issued.items())
    )


def _end(ended: Ended | None) -> dict[str, Any]:
    if ended is None:
        return {}
    return {"ended_at": ended.at, "ended_by": ended.actor or None, "because": codes(ended.because)}


def prospect_view(prospect: Prospect) -> ProspectView:
    """How far a participant is from one certificate."""
    return ProspectView(
        certificate=prospect.certificate.id,
        kind=prospect.certificate.kind,
        title=Both.of(Wording.of(prospect.certificate.title)),
        standing=prospect.standing,
        criteria=tuple(criterion_view(each) for each in prospect.findings),
    )


def criterion_view(finding: Finding) -> CriterionView:
    """One criterion with its numbers."""
    criterion = finding.criterion
    common: dict[str, Any] = {
        "criterion": criterion.name,
        "standing": finding.standing,
        "rule": Both.of(finding.rule),
        "left": Both.of(finding.left),
        "evidence": finding.evidence,
    }
    match criterion:
        case TakingPart():
            return CriterionView(kind="taking-part", **common)
        case Attendance():
            return CriterionView(
                kind="attendance",
                module=criterion.module.id,
                scheduled_seconds=criterion.scheduled,
                needed_seconds=ceil(criterion.needed),
                attended_seconds=criterion.attended,
                possible_seconds=finding.possible,
                **common,
            )
        case TestToPass():
            best = criterion.sums.best
            return CriterionView(
                kind="test",
                module=criterion.module.id,
                pass_mark=plain(criterion.test.pass_mark),
                best_score=None if best is None else plain(best),
                attempts=criterion.sums.attempts,
                attempts_left=criterion.sums.left,
                **common,
            )
        case _:
            assert_never(criterion)
