"""The ids of the events that a decision rests on.

An event's id follows from what it is about, so it is computed again from the slot and the version
that the state holds, and no id is stored.
"""

from collections.abc import Iterator
from typing import Any, assert_never

from ijaza_contracts.assessment import AttemptEvent, TestAnnulled, TestFailed, TestPassed
from ijaza_contracts.attendance import AbsenceExcused, SessionAttended
from ijaza_contracts.enrollment import (
    EditionClosed,
    EditionPublished,
    ParticipantSelected,
    ParticipantWithdrawn,
)
from ijaza_contracts.envelope import Event

from ijaza_credential.domain.programme import Module, Programme
from ijaza_credential.domain.rules import Attendance, Criterion, TakingPart, TestToPass
from ijaza_credential.domain.state import Attempt, Attended, Outcome, State

_TESTS: dict[Outcome, type[AttemptEvent]] = {
    "passed": TestPassed,
    "failed": TestFailed,
    "over-limit": TestFailed,
    "annulled": TestAnnulled,
}


def evidence(criterion: Criterion, state: State, programme: Programme) -> tuple[str, ...]:
    """The ids of the events that a criterion was judged by, in the order of the edition."""
    match criterion:
        case TakingPart():
            return tuple(_taking_part(state))
        case Attendance():
            return tuple(_attendance(state, programme, criterion.module))
        case TestToPass():
            module = criterion.module.id
            attempts = state.tests.get(module, {})
            return tuple(
                attempt_event(state, module, number, attempts[number])
                for number in sorted(attempts)
            )
        case _:
            assert_never(criterion)


def attended_event(state: State, session: str, fact: Attended) -> str:
    """The id of the SessionAttended that said so."""
    return _of_participant(
        SessionAttended, state, session=session, version=(fact.revision, fact.facts)
    )


def attempt_event(state: State, module: str, attempt: int, fact: Attempt) -> str:
    """The id of the TestPassed, TestFailed or TestAnnulled that said so."""
    version = (fact.revision, fact.facts)
    event = _TESTS[fact.outcome]
    return _of_participant(event, state, module=module, attempt=attempt, version=version)


def rules_events(programme: Programme) -> tuple[str, ...]:
    """The ids of the events that the rules come from: the revision, and the closing."""
    edition = programme.edition
    revision = _id(EditionPublished, edition=edition, revision=programme.revision)
    if programme.closed_at is None:
        return (revision,)
    return (revision, _id(EditionClosed, edition=edition))


def _taking_part(state: State) -> Iterator[str]:
    if state.number is not None:
        yield _of_participant(ParticipantSelected, state)
    if state.withdrawn:
        yield _of_participant(ParticipantWithdrawn, state)


def _attendance(state: State, programme: Programme, module: Module) -> Iterator[str]:
    """Of a cancelled session the revision is the evidence, of an excused one the excuse."""
    if any(each.cancelled for each in module.sittings):
        yield rules_events(programme)[0]
    for sitting in module.sittings:
        session = sitting.session
        if sitting.cancelled:
            continue
        if session in state.excused:
            correction = state.excused[session]
            yield _of_participant(AbsenceExcused, state, session=session, correction=correction)
        elif session in state.attended:
            yield attended_event(state, session, state.attended[session])


def _of_participant(event: type[Event], state: State, **said: Any) -> str:
    return _id(event, edition=state.edition, participant=state.participant, **said)


def _id(event: type[Event], **said: Any) -> str:
    """The id of an event of which only what identifies it is known."""
    return event.model_construct(**said).id
