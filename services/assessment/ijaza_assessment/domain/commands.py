"""What examiners record and the office corrects, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import assert_never

from ijaza_contracts.assessment import AttemptEvent
from ijaza_contracts.edition import Test

from ijaza_assessment.domain.programme import Programme
from ijaza_assessment.domain.refusals import NotAllowedError
from ijaza_assessment.domain.scores import plain
from ijaza_assessment.domain.settle import event_of, outcome
from ijaza_assessment.domain.staff import NOBODY, StaffSaid, with_staff
from ijaza_assessment.domain.state import (
    Attempt,
    Published,
    Recorded,
    State,
    slot_of,
)
from ijaza_assessment.domain.times import whole


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """The result of one attempt. The same result again changes nothing."""

    module: str
    attempt: int
    score: Decimal
    taken_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectScore:
    """Another score for a recorded attempt.

    `correction` is the command's own id: the same one again changes nothing.
    """

    module: str
    attempt: int
    score: Decimal
    actor: str
    reason: str
    at: datetime
    correction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnulAttempt:
    """An attempt counts no more: "final, whatever score comes before or after"."""

    module: str
    attempt: int
    actor: str
    reason: str
    at: datetime
    correction: str


Command = RecordResult | CorrectScore | AnnulAttempt


def decide(command: Command, state: State, programme: Programme | None) -> list[AttemptEvent]:
    """The events that a command gives; none if it was carried out before.

    Raises `NotAllowedError`: "not-known" for an edition, a participant of it or an attempt that
    is not known, "invalid" for a module without a test or a score outside 0…max_score,
    "conflicting" where what is recorded, or the id of a correction, says something else.
    """
    if programme is None or programme.edition != state.edition:
        raise NotAllowedError(
            "not-known",
            "edition-not-known",
            f"participant {state.participant}: the edition named is not known here, or this "
            "participant belongs to another one; check both, or publish the edition first",
        )
    match command:
        case RecordResult():
            return _record(command, state, programme)
        case CorrectScore():
            return _correct(command, state, programme)
        case AnnulAttempt():
            return _annul(command, state, programme)
        case _:
            assert_never(command)


def _record(command: RecordResult, state: State, programme: Programme) -> list[AttemptEvent]:
    slot = slot_of(command.module, command.attempt)
    known = state.attempts.get(slot)
    if known is not None and known.recorded == (whole(command.taken_at), command.score):
        return []
    test = _test_of(command.module, programme)
    _check_score(command.score, command.module, test)
    if command.attempt < 1:
        raise NotAllowedError(
            "invalid",
            "attempt-number",
            f"attempt {command.attempt} at {command.module}: expected 1, 2, …",
        )
    if known is not None:
        raise NotAllowedError(
            "conflicting",
            "result-recorded",
            f"attempt {slot} is recorded with score {known.recorded.score}, taken at "
            f"{known.recorded.taken_at.isoformat()}, and not with {command.score}, taken at "
            f"{command.taken_at.isoformat()}: correct the recorded score instead",
        )
    recorded = Recorded(whole(command.taken_at), plain(command.score))
    attempt = Attempt(command.module, command.attempt, recorded)
    return [_said(state, attempt, programme, test, NOBODY)]


def _correct(command: CorrectScore, state: State, programme: Programme) -> list[AttemptEvent]:
    attempt = _attempt_of(command, state)
    known = attempt.corrections.get(command.correction)
    if known is not None and known.score == command.score:
        return []
    _check_unused(command.correction, state)
    test = _test_of(command.module, programme)
    _check_score(command.score, command.module, test)
    staff = StaffSaid(
        correction=command.correction,
        score=plain(command.score),
        at=whole(command.at),
        ordinal=1 + max((each.ordinal for each in attempt.corrections.values()), default=0),
        actor=command.actor,
        reason=command.reason,
    )
    return [_said(state, with_staff(attempt, staff), programme, test, staff)]


def _annul(command: AnnulAttempt, state: State, programme: Programme) -> list[AttemptEvent]:
    attempt = _attempt_of(command, state)
    if command.correction in attempt.annulments:
        return []
    _check_unused(command.correction, state)
    test = _test_of(command.module, programme)
    staff = StaffSaid(
        correction=command.correction,
        at=whole(command.at),
        actor=command.actor,
        reason=command.reason,
    )
    return [_said(state, with_staff(attempt, staff), programme, test, staff)]


def _said(
    state: State, attempt: Attempt, programme: Programme, test: Test, staff: StaffSaid
) -> AttemptEvent:
    said = Published(programme.revision, attempt.facts, outcome(attempt, test), attempt.score)
    return event_of(state, attempt, said, staff)


def _test_of(module: str, programme: Programme) -> Test:
    test = programme.tests.get(module)
    if test is not None:
        return test
    known = "has no test" if module in programme.modules else "is not there"
    raise NotAllowedError(
        "invalid",
        "test-not-known",
        f"module {module!r} {known} in edition {programme.edition}: expected one of "
        f"{', '.join(programme.tests) or 'none, for the edition has no tests'}",
    )


def _check_score(score: Decimal, module: str, test: Test) -> None:
    if not (score.is_finite() and 0 <= score <= test.max_score):
        raise NotAllowedError(
            "invalid",
            "score-out-of-range",
            f"score {score} for {module}: expected 0 to {test.max_score}",
        )


def _attempt_of(command: CorrectScore | AnnulAttempt, state: State) -> Attempt:
    slot = slot_of(command.module, command.attempt)
    attempt = state.attempts.get(slot)
    if attempt is None:
        raise NotAllowedError(
            "not-known",
            "attempt-not-known",
            f"attempt {slot} of participant {state.participant} is not recorded: record its "
            "result first",
        )
    return attempt


def _check_unused(correction: str, state: State) -> None:
    for slot, attempt in state.attempts.items():
        if correction in attempt.corrections or correction in attempt.annulments:
            raise NotAllowedError(
                "conflicting",
                "correction-id-used",
                f"correction {correction!r} is recorded for attempt {slot} and says something "
                "else: give another correction an id of its own",
            )
