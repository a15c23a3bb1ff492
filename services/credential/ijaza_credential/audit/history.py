"""What happened to a participant, in order, and what each event changed for their certificate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ijaza_contracts.credential import (
    CertificateEvent,
    DocumentsMade,
    EligibilityLost,
    EligibilityReached,
)
from ijaza_contracts.envelope import CloudEvent, Event, Undecodable, decode
from ijaza_contracts.registry import BY_TYPE
from ijaza_contracts.topics import CREDENTIAL, EDITIONS

from ijaza_credential.audit.records import ORDER, Recorded
from ijaza_credential.domain.evidence import evidence, rules_events
from ijaza_credential.domain.fold import begin
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.rules import Assessment, assess, criteria
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import EDITIONS as EDITIONS_TABLE
from ijaza_credential.handlers import HANDLERS

_UNTIMED = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """One event: who did what when and why, and what it changed.

    `changed` is empty if it changed nothing for a certificate. `evidence` are, of a decision, the
    ids of the events that it rests on. `readable` is false for what fits no contract any more, and
    `true` is false where the id is not that of what it says.
    """

    at: datetime | None
    record: Recorded
    kind: str
    actor: str = ""
    approved_by: tuple[str, ...] = ()
    reason: str = ""
    serial: str = ""
    credential_id: str = ""
    version: int = 0
    changed: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    decision: bool = False
    readable: bool = True
    true: bool = True


@dataclass(frozen=True, slots=True)
class _Standing:
    """What holds for a participant at one moment."""

    award: str
    missing: frozenset[str]
    certificates: Mapping[int, str]


def history(edition: str, participant: str, records: Iterable[Recorded]) -> list[Step]:
    """The steps of one participant by their time, told by the events of them and their edition."""
    read = [(each, *_read(each)) for each in records]
    read.sort(key=lambda each: (_time(each[1]), ORDER.get(each[0].topic, 99), each[0].place))
    programme: Programme | None = None
    state = begin(edition, participant)
    before: _Standing | None = None
    steps = []
    seen: set[tuple[str, str]] = set()
    for record, event, readable in read:
        if event is None:
            steps.append(Step(None, record, _kind(record), readable=readable))
            continue
        programme, state = _folded(event, programme, state)
        standing = _standing(state, programme)
        # An event that was sent again says nothing new, and would be listed twice.
        if (record.id, record.digest) not in seen:
            steps.append(_step(record, event, state, programme, _changes(before, standing)))
        seen.add((record.id, record.digest))
        before = standing
    return steps


def _read(record: Recorded) -> tuple[CloudEvent | None, bool]:
    headers = {"ce_type": record.kind, "ce_id": record.id}
    try:
        event = decode(headers, record.body, BY_TYPE)
    except Undecodable:
        return None, False
    return event, event is not None


def _time(event: CloudEvent | None) -> datetime:
    return event.time if event else _UNTIMED


def _kind(record: Recorded) -> str:
    """`credential.CertificateIssued.v1` → `CertificateIssued`."""
    return record.kind.split(".")[1] if record.kind.count(".") == 2 else record.kind or "no event"


def _folded(
    event: CloudEvent, programme: Programme | None, state: State
) -> tuple[Programme | None, State]:
    if event.TOPIC is EDITIONS:
        handler = EDITIONS_TABLE.handlers.get(type(event))
        return (handler(programme, event) if handler else programme), state
    evolve = HANDLERS.get(type(event)) if isinstance(event, Event) else None
    if evolve is None or getattr(event, "participant", "") != state.participant:
        return programme, state
    return programme, evolve(state, event)


def _standing(state: State, programme: Programme | None) -> _Standing | None:
    if programme is None or not programme.revision:
        return None
    found = assess(state, programme)
    return _Standing(
        award=found.award.id if found.award else "",
        missing=frozenset(found.missing),
        certificates={version: state.status(version) for version in state.issued},
    )


def _changes(before: _Standing | None, after: _Standing | None) -> tuple[str, ...]:
    if before is None or after is None or before == after:
        return ()
    told = [f"met: {each}" for each in sorted(before.missing - after.missing)]
    told += [f"missing: {each}" for each in sorted(after.missing - before.missing)]
    if before.award != after.award:
        told.append(f"earned: {before.award or 'none'} → {after.award or 'none'}")
    for version, status in sorted(after.certificates.items()):
        known = before.certificates.get(version)
        if known != status:
            told.append(f"certificate {version}: {known or 'none'} → {status}")
    return tuple(told)


def _step(
    record: Recorded,
    event: CloudEvent,
    state: State,
    programme: Programme | None,
    changed: tuple[str, ...],
) -> Step:
    decision = _decides(event)
    said: Any = event
    return Step(
        at=event.time,
        record=record,
        kind=_kind(record),
        actor=getattr(said, "actor", ""),
        approved_by=tuple(getattr(said, "approved_by", ())),
        reason=getattr(said, "reason", "") or getattr(said, "because", ""),
        serial=getattr(said, "serial", "") if isinstance(event, CertificateEvent) else "",
        credential_id=getattr(said, "credential_id", ""),
        version=getattr(said, "version", 0) if decision and _versioned(said) else 0,
        changed=changed,
        evidence=_evidence(state, programme) if decision and programme else (),
        decision=decision,
        true=event.id == record.id and event.key == record.key,
    )


def _decides(event: CloudEvent) -> bool:
    """Whether credential, or an officer, decided something by it."""
    return event.TOPIC is CREDENTIAL and not isinstance(event, DocumentsMade)


def _versioned(said: Any) -> bool:
    return not isinstance(said, EligibilityReached | EligibilityLost)


def _evidence(state: State, programme: Programme) -> tuple[str, ...]:
    """The ids of the events that the decisions of this moment rest on, each once."""
    if not programme.revision or not programme.certificates:
        return ()
    found: Assessment = assess(state, programme)
    certificate = found.award or programme.certificates[0]
    ids: Sequence[str] = [
        *rules_events(programme),
        *(
            each
            for criterion in criteria(certificate, state, found.modules)
            for each in evidence(criterion, state, programme)
        ),
    ]
    return tuple(dict.fromkeys(ids))
