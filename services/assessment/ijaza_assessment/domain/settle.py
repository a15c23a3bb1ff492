"""What an attempt came to, and what there is to publish of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from ijaza_contracts.assessment import AttemptEvent, TestAnnulled, TestFailed, TestPassed
from ijaza_contracts.edition import Test

from ijaza_assessment.domain.programme import Programme
from ijaza_assessment.domain.staff import NOBODY, StaffSaid
from ijaza_assessment.domain.state import Attempt, Outcome, Published, State


def settle(
    state: State, programme: Programme, _person: object = None
) -> tuple[State, Sequence[AttemptEvent]]:
    """Publish each attempt that came to something else than was last published.

    So it is after a new revision with another pass mark or number of attempts. The version of
    what is published never goes down: a state that was settled under a newer revision is left
    as it is, and so is an attempt at a test that the revision does not have.
    """
    attempts = dict(state.attempts)
    events: list[AttemptEvent] = []
    for slot, attempt in state.attempts.items():
        test = programme.tests.get(attempt.module)
        if test is None:
            continue
        said = Published(programme.revision, attempt.facts, outcome(attempt, test), attempt.score)
        before = attempt.published
        if before is not None and (said[2:] == before[2:] or said[:2] <= before[:2]):
            continue
        attempts[slot] = replace(attempt, published=said)
        events.append(event_of(state, attempt, said, NOBODY))
    return (replace(state, attempts=attempts), events) if events else (state, ())


def outcome(attempt: Attempt, test: Test) -> Outcome:
    """What an attempt came to. formats.md, *Tests*: "An attempt counts if its number is within
    `attempts` and it is not annulled"; passed is "a counting attempt with score ≥ pass_mark".
    """
    if attempt.annulments:
        return "annulled"
    if attempt.number > test.attempts:
        return "over_limit"
    return "passed" if attempt.score >= test.pass_mark else "below_pass_mark"


def event_of(state: State, attempt: Attempt, said: Published, staff: StaffSaid) -> AttemptEvent:
    """The event that says `said` of an attempt, and what staff said that led to it."""
    fields = {
        "edition": state.edition,
        "participant": state.participant,
        "at": attempt.latest,
        "module": attempt.module,
        "attempt": attempt.number,
        "score": said.score,
        "recorded_score": attempt.recorded.score,
        "taken_at": attempt.recorded.taken_at,
        "version": (said.revision, said.facts),
        "correction": staff.correction,
        "corrected_score": staff.score,
        "corrected_at": staff.at,
        "ordinal": staff.ordinal,
        "actor": staff.actor,
        "reason": staff.reason,
    }
    match said.outcome:
        case "passed":
            return TestPassed.model_validate(fields)
        case "annulled":
            return TestAnnulled.model_validate(fields)
        case "below_pass_mark" | "over_limit":
            return TestFailed.model_validate(fields | {"because": said.outcome})
        case _:
            assert_never(said.outcome)
