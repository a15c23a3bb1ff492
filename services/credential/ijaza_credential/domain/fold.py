"""Facts into state. Every function is idempotent, and their order changes nothing.

Per slot the highest version stands, of equal ones the greatest content. What changes nothing
returns the very state it was given, so that nothing is saved for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from ijaza_contracts.assessment import AttemptEvent, TestAnnulled, TestFailed, TestPassed
from ijaza_contracts.attendance import AbsenceExcused, SessionAttended
from ijaza_contracts.credential import (
    CertificateApproved,
    CertificateIssued,
    CertificateRevoked,
    CertificateSuperseded,
    EligibilityLost,
    EligibilityReached,
)
from ijaza_contracts.enrollment import ParticipantSelected, ParticipantWithdrawn
from ijaza_contracts.envelope import Event

from ijaza_credential.domain.state import (
    Attempt,
    Attended,
    Ended,
    Issued,
    Outcome,
    State,
    Turn,
)

Slot = TypeVar("Slot", str, int)
Value = TypeVar("Value", bound=Any)


def begin(edition: str, participant: str) -> State:
    """Nothing is known yet."""
    return State(edition, participant)


def on_participant_selected(state: State, event: ParticipantSelected) -> State:
    """A seat was given, once; should two be said, the first number stands."""
    number = event.number if state.number is None else min(state.number, event.number)
    latest = max(state.latest, event.at)
    if number == state.number and latest == state.latest:
        return state
    return replace(state, number=number, latest=latest)


def on_participant_withdrawn(state: State, event: ParticipantWithdrawn) -> State:
    """The person left for good."""
    latest = max(state.latest, event.at)
    if state.withdrawn and latest == state.latest:
        return state
    return replace(state, withdrawn=True, latest=latest)


def on_session_attended(state: State, event: SessionAttended) -> State:
    """The seconds of one session, of all facts known by its version."""
    attended = _kept(state.attended, event.session, Attended(*event.version, event.seconds))
    latest = max(state.latest, event.at)
    if attended is state.attended and latest == state.latest:
        return state
    return replace(state, attended=attended, latest=latest)


def on_absence_excused(state: State, event: AbsenceExcused) -> State:
    """formats.md: an excused session "leaves that person's scheduled and attended sums"."""
    excused = _kept(state.excused, event.session, event.correction)
    latest = max(state.latest, event.at)
    if excused is state.excused and latest == state.latest:
        return state
    return replace(state, excused=excused, latest=latest)


def on_test_passed(state: State, event: TestPassed) -> State:
    """An attempt that counts and reaches the pass mark."""
    return _attempted(state, event, "passed")


def on_test_failed(state: State, event: TestFailed) -> State:
    """An attempt below the pass mark, or one above the number allowed, which does not count."""
    outcome: Outcome = "over-limit" if event.because == "over_limit" else "failed"
    return _attempted(state, event, outcome)


def on_test_annulled(state: State, event: TestAnnulled) -> State:
    """An attempt that no longer counts, and is used up all the same."""
    return _attempted(state, event, "annulled")


def on_eligibility_reached(state: State, event: EligibilityReached) -> State:
    """What was published of eligibility: its latest turn stands."""
    return _turned(state, Turn(event.turn, event.award, event.at))


def on_eligibility_lost(state: State, event: EligibilityLost) -> State:
    """What was published of eligibility: its latest turn stands."""
    return _turned(state, Turn(event.turn, "", event.at))


def on_certificate_approved(state: State, event: CertificateApproved) -> State:
    """An actor counts once for each step, from the first time on."""
    of_step = state.approvals.get(event.version, {})
    known = of_step.get(event.actor)
    if known is not None and known <= event.at:
        return state
    changed = placed(of_step, event.actor, event.at)
    return replace(state, approvals=placed(state.approvals, event.version, changed))


def on_certificate_issued(state: State, event: CertificateIssued) -> State:
    """A certificate exists, for ever."""
    certificate = Issued(
        at=event.at,
        certificate=event.certificate,
        kind=event.kind,
        serial=event.serial,
        credential_id=event.credential_id,
        revision=event.revision,
        person_version=event.person_version,
        status_list=event.status_list,
        status_index=event.status_index,
        predecessor=event.predecessor or "",
    )
    issued = _kept(state.issued, event.version, certificate)
    return state if issued is state.issued else replace(state, issued=issued)


def on_certificate_superseded(state: State, event: CertificateSuperseded) -> State:
    """A certificate gave its place to its successor."""
    return _over(state, event.version, Ended(event.at, "superseded", "", event.because))


def on_certificate_revoked(state: State, event: CertificateRevoked) -> State:
    """A certificate no longer holds; its bit is never cleared again."""
    return _over(state, event.version, Ended(event.at, "revoked", event.actor, event.because))


def fold_decided(state: State, events: Iterable[Event]) -> State:
    """Fold what was just decided."""
    for event in events:
        match event:
            case EligibilityReached():
                state = on_eligibility_reached(state, event)
            case EligibilityLost():
                state = on_eligibility_lost(state, event)
            case CertificateIssued():
                state = on_certificate_issued(state, event)
            case CertificateSuperseded():
                state = on_certificate_superseded(state, event)
            case CertificateRevoked():
                state = on_certificate_revoked(state, event)
            case _:
                state = says_nothing_new(state, event)
    return state


def says_nothing_new(state: State, _event: Event) -> State:
    """For events that go out together with one that says it all."""
    return state


def placed(slots: Mapping[Slot, Any], slot: Slot, value: Any) -> dict[Slot, Any]:
    """The slots with this value. They are kept in order, so that equal states are equal bytes."""
    changed = {**slots, slot: value}
    if slot in slots or not slots or slot > max(slots):
        return changed
    return dict(sorted(changed.items(), key=_slot))


def plain(number: Decimal) -> str:
    """A number without exponent and trailing zeros: `62.5`, `100`."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _slot(item: tuple[Slot, Any]) -> Slot:
    return item[0]


def _attempted(state: State, event: AttemptEvent, outcome: Outcome) -> State:
    of_module = state.tests.get(event.module, {})
    attempt = Attempt(*event.version, outcome, plain(event.score))
    changed = _kept(of_module, event.attempt, attempt)
    latest: datetime = max(state.latest, event.at)
    if changed is of_module and latest == state.latest:
        return state
    return replace(state, tests=placed(state.tests, event.module, changed), latest=latest)


def _turned(state: State, turn: Turn) -> State:
    return replace(state, turn=turn) if turn > state.turn else state


def _over(state: State, version: int, end: Ended) -> State:
    ended = _kept(state.ended, version, end)
    return state if ended is state.ended else replace(state, ended=ended)


def _kept(slots: Mapping[Slot, Value], slot: Slot, value: Value) -> Mapping[Slot, Value]:
    """The slots with the greater of the known and the new value; the very same if it was known."""
    known = slots.get(slot)
    if known is not None and known >= value:
        return slots
    return placed(slots, slot, value)
