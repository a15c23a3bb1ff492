"""What the API tells staff of a participant: a decision with its reasons, and what waits."""

from datetime import datetime
from math import ceil
from typing import Annotated, Any, Literal, assert_never

from ijaza_contracts.credential import CertificateKind
from pydantic import BaseModel, ConfigDict, Field

from ijaza_credential.domain.change import Change, proposal
from ijaza_credential.domain.decision import Decision, Finding, Prospect, Standing
from ijaza_credential.domain.fold import plain
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.rules import Attendance, TakingPart, TestToPass
from ijaza_credential.domain.state import State, Stated, Status
from ijaza_credential.domain.wording import Wording

Seconds = Annotated[int, Field(ge=0)]


class Both(BaseModel):
    """The same in English and Arabic."""

    en: str
    ar: str

    @classmethod
    def of(cls, wording: Wording) -> "Both":
        return cls(en=wording.en, ar=wording.ar)


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
    """A certificate that was issued. Nothing here names its holder."""

    version: int
    certificate: str
    kind: CertificateKind
    credential_id: str
    status: Status
    issued_at: datetime
    ended_at: datetime | None = None
    predecessor: str | None = None


class HolderView(BaseModel):
    """The names that a certificate states."""

    name_en: str
    name_ar: str


class ProposalView(BaseModel):
    """A change that waits for approval: what holds before it, and what would hold after it.

    `because` lists codes: award, name, results, or the criteria that are not met any longer.
    """

    kind: Literal["issue", "supersede", "revoke", "reinstate"]
    because: tuple[str, ...]
    certificate_before: str | None = None
    certificate_after: str | None = None
    holder_before: HolderView | None = None
    holder_after: HolderView | None = None
    approved_by: tuple[str, ...]
    approvals_needed: int


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
        prospects=tuple(_prospect(each) for each in decision.prospects),
        serial=last.serial if last else None,
        certificates=certificate_views(state),
        proposal=_proposal(proposed, state, programme) if proposed else None,
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
            issued_at=issued.at,
            ended_at=state.ended[version].at if version in state.ended else None,
            predecessor=issued.predecessor or None,
        )
        for version, issued in sorted(state.issued.items())
    )


def _prospect(prospect: Prospect) -> ProspectView:
    return ProspectView(
        certificate=prospect.certificate.id,
        kind=prospect.certificate.kind,
        title=Both.of(Wording.of(prospect.certificate.title)),
        standing=prospect.standing,
        criteria=tuple(_criterion(each) for each in prospect.findings),
    )


def _criterion(finding: Finding) -> CriterionView:
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


def _proposal(change: Change, state: State, programme: Programme) -> ProposalView:
    stated_before = state.stated.get(state.last_version) if change.before else None
    return ProposalView(
        kind=change.kind,
        because=tuple(filter(None, change.because.split(","))),
        certificate_before=change.before.certificate if change.before else None,
        certificate_after=change.after.certificate.id if change.after else None,
        holder_before=_holder(stated_before) if stated_before else None,
        holder_after=_holder(change.after.stated) if change.after else None,
        approved_by=tuple(sorted(state.approvals.get(change.step, {}))),
        approvals_needed=programme.approvers,
    )


def _holder(stated: Stated) -> HolderView:
    return HolderView(name_en=stated.name_en, name_ar=stated.name_ar)
