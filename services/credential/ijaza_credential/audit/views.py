"""An audit as JSON and as rows: ids, times, codes and reasons, and no names."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from ijaza_credential.audit.history import Step
from ijaza_credential.audit.report import Audit

COLUMNS = (
    "serial",
    "at",
    "decision",
    "version",
    "actor",
    "approved_by",
    "reason",
    "changed",
    "event",
    "sha256",
    "seal",
    "log",
    "evidence",
)


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class StepView(_View):
    """One event that bears on the certificate."""

    at: datetime | None = Field(description="When it became so; null if nobody can read it.")
    event: str = Field(description="The event's id.")
    type: str = Field(description="Its type, as in CertificateIssued.")
    topic: str
    actor: str = Field(description="The member of staff who ordered it; empty if the facts did.")
    approved_by: tuple[str, ...]
    reason: str = Field(description="A code, or what staff wrote.")
    version: int = Field(description="The certificate's version; 0 where none is meant.")
    changed: tuple[str, ...] = Field(description="What it changed for the certificate.")
    decision: bool = Field(description="Whether it decided something, rather than told a fact.")
    evidence: tuple[str, ...] = Field(description="Of a decision, the events that it rests on.")
    sha256: str = Field(description="Of topic, type, id, key and body.")
    seal: int = Field(description="The number of the seal that it is under; 0 for none yet.")


class FaultView(_View):
    """Something that shows that the log was changed."""

    kind: str
    topic: str
    event: str = Field(description="The id of the event, or of the seal.")
    seal: int = Field(description="The number of the seal that tells it; 0 if none does.")


class LetterView(_View):
    """A dead letter under the participant's key."""

    letter: str
    stood_at: str
    laid_at: str
    error: str


class AuditView(_View):
    """What the log tells of a certificate, and whether it was changed."""

    edition: str
    participant: str
    serial: str
    unchanged: bool = Field(description="Nothing shows that the log was changed.")
    seals: int = Field(description="How many seals there are.")
    unsealed: int = Field(description="Changes to the certificate that are under no seal yet.")
    faults: tuple[FaultView, ...]
    steps: tuple[StepView, ...]
    dead_letters: tuple[LetterView, ...]
    read: tuple[str, ...] = Field(description="The topics that were read.")


def audit_view(audit: Audit) -> AuditView:
    """An audit as it is answered and printed."""
    return AuditView(
        edition=audit.found.edition,
        participant=audit.found.participant,
        serial=audit.found.serial,
        unchanged=audit.unchanged,
        seals=audit.checked.seals,
        unsealed=audit.unsealed,
        faults=tuple(
            FaultView(kind=each.kind.value, topic=each.topic, event=each.event, seal=each.number)
            for each in audit.checked.faults
        ),
        steps=tuple(_step(each, audit) for each in audit.steps),
        dead_letters=tuple(
            LetterView(
                letter=each.letter, stood_at=each.stood_at, laid_at=each.laid_at, error=each.error
            )
            for each in audit.letters
        ),
        read=audit.read,
    )


def decisions(audit: Audit) -> Iterator[Mapping[str, object]]:
    """A row for each decision, as exports have it; `log` says whether its history is unchanged."""
    log = "unchanged" if audit.unchanged else "changed"
    for step in audit.steps:
        if step.decision:
            view = _step(step, audit)
            yield {
                "serial": audit.found.serial,
                "at": view.at.isoformat().replace("+00:00", "Z") if view.at else "",
                "decision": view.type,
                "version": view.version,
                "actor": view.actor,
                "approved_by": list(view.approved_by),
                "reason": view.reason,
                "changed": list(view.changed),
                "event": view.event,
                "sha256": view.sha256,
                "seal": view.seal,
                "log": log,
                "evidence": list(view.evidence),
            }


def cells(row: Mapping[str, object]) -> list[str]:
    """A row of an export as a spreadsheet reads it: lists by semicolons, and nothing a formula."""
    return [_cell(row[name]) for name in COLUMNS]


def _cell(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    # Reasons are free: what begins so would be computed by the program that opens it (CWE-1236).
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _step(step: Step, audit: Audit) -> StepView:
    return StepView(
        at=step.at,
        event=step.record.id,
        type=step.kind,
        topic=step.record.topic,
        actor=step.actor,
        approved_by=step.approved_by,
        reason=step.reason,
        version=step.version,
        changed=step.changed,
        decision=step.decision,
        evidence=step.evidence,
        sha256=step.record.digest,
        seal=audit.seal_of(step),
    )
