"""Facts into state. Every function is idempotent, and their order changes nothing.

Per slot the highest version stands, of equal ones the greatest content. What changes nothing
returns the very state it was given, so that nothing is saved for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from ijaza_contracts.assessment import AttemptEvent, TestAnnulled, TestFailed, TestPassed
from ijaza_contracts.attendance import AbsenceExcused, SessionAttended
from ijaza_contracts.credential import (
    CertificateApproved,
    CertificateIssued,
    CertificateRevoked,
    CertificateSuperseded,
    ChangeDeclined,
    EligibilityLost,
    EligibilityReached,
)
from ijaza_contracts.enrollment import ParticipantSelected, ParticipantWithdrawn
from ijaza_contracts.envelope import Event

from ijaza_credential.domain.state import (
    Attempt,
    Attended,
    Declined,
    Ended,
    Issued,
    Outcome,
    State,
    Turn,
    changed,
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
    return changed(state, number=number, latest=latest)


def on_participant_withdrawn(state: State, event: ParticipantWithdrawn) -> State:
    """The person left for good."""
    latest = max(state.latest, event.at)
    if state.withdrawn and latest == state.latest:
        return state
    return changed(state, withdrawn=True, latest=latest)


def on_session_attended(state: State, event: SessionAttended) -> State:
    """The seconds of one session, of all facts known by its version."""
    return on_sessions_attended(state, (event,))


def on_sessions_attended(state: State, facts: Sequence[SessionAttended]) -> State:
    """Several at once: the state, and its sessions, are copied once for all of them."""
    known = state.attended
    greater: dict[str, tuple[int, int, int]] = {}
    latest = state.latest
    for fact in facts:
        session = fact.session
        said = (*fact.version, fact.seconds)
        before = greater.get(session) or known.get(session)
        if before is None or said > before:
            greater[session] = said
        if fact.at > latest:
            latest = fact.at
    if greater:
        attended = _in_order(known, {each: Attended(*said) for each, said in greater.items()})
        return changed(state, attended=attended, latest=latest)
    return state if latest == state.latest else changed(state, latest=latest)


def on_absence_excused(state: State, event: AbsenceExcused) -> State:
    """formats.md: an excused session "leaves that person's scheduled and attended sums"."""
    excused = _kept(state.excused, event.session, event.correction)
    latest = max(state.latest, event.at)
    if excused is state.excused and latest == state.latest:
        return state
    return changed(state, excused=excused, latest=latest)


def on_test_passed(state: State, event: TestPassed) -> State:
    """An attempt that counts and reaches the pass mark."""
    return on_tests_passed(state, (event,))


def on_tests_passed(state: State, facts: Sequence[TestPassed]) -> State:
    """Several at once."""
    return _attempted(state, [(each, "passed") for each in facts])


def on_test_failed(state: State, event: TestFailed) -> State:
    """An attempt below the pass mark, or one above the number allowed, which does not count."""
    return on_tests_failed(state, (event,))


def on_tests_failed(state: State, facts: Sequence[TestFailed]) -> State:
    """Several at once."""
    return _attempted(
        state,
        [(each, "over-limit" if each.because == "over_limit" else "failed") for each in facts],
    )


def on_test_annulled(state: State, event: TestAnnulled) -> State:
    """An attempt that no longer counts, and is used up all the same."""
    return _attempted(state, [(event, "annulled")])


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
    of_step = placed(of_step, event.actor, event.at)
    return changed(state, approvals=placed(state.approvals, event.version, of_step))


def on_change_declined(state: State, event: ChangeDeclined) -> State:
    """A proposal is off the table, while the facts that it followed from stand."""
    said = Declined(event.at, event.actor, event.because, event.facts)
    declined = _kept(state.declined, event.version, said)
    return state if declined is state.declined else changed(state, declined=declined)


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
    return state if issued is state.issued else changed(state, issued=issued)


def on_certificate_superseded(state: State, event: CertificateSuperseded) -> State:
    """A certificate gave its place to its successor."""
    return _over(state, event.version, Ended(event.at, "superseded", event.actor, event.because))


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
    return _in_order(slots, {slot: value})


def plain(number: Decimal) -> str:
    """A number without exponent and trailing zeros: `62.5`, `100`."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _attempted(state: State, facts: Iterable[tuple[AttemptEvent, Outcome]]) -> State:
    tests, latest = state.tests, state.latest
    for fact, outcome in facts:
        of_module = tests.get(fact.module, {})
        attempt = Attempt(*fact.version, outcome, plain(Decimal(fact.score)))
        kept = _kept(of_module, fact.attempt, attempt)
        if kept is not of_module:
            tests = placed(tests, fact.module, kept)
        if fact.at > latest:
            latest = fact.at
    if tests is state.tests and latest == state.latest:
        return state
    return changed(state, tests=tests, latest=latest)


def _turned(state: State, turn: Turn) -> State:
    return changed(state, turn=turn) if turn > state.turn else state


def _over(state: State, version: int, end: Ended) -> State:
    ended = _kept(state.ended, version, end)
    return state if ended is state.ended else changed(state, ended=ended)


def _kept(slots: Mapping[Slot, Value], slot: Slot, value: Value) -> Mapping[Slot, Value]:
    """The slots with the greater of the known and the new value; the very same if it was known."""
    known = slots.get(slot)
    if known is not None and known >= value:
        return slots
    return placed(slots, slot, value)


def _in_order(slots: Mapping[Slot, Any], said: Mapping[Slot, Any]) -> dict[Slot, Any]:
    filled = {**slots, **said}
    if len(filled) == len(slots):
        return filled
    return {slot: filled[slot] for slot in sorted(filled)}
