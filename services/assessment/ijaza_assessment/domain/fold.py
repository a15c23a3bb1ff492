"""Facts into state. Every function is idempotent, and their order changes nothing.

A state is rebuilt from what assessment itself published: each event says all of the command that
it came from. What changes nothing returns the very state it was given, so that nothing is saved
for it.
"""

from dataclasses import replace

from ijaza_contracts.assessment import AttemptEvent, TestAnnulled, TestFailed, TestPassed
from ijaza_contracts.enrollment import ParticipantSelected

from ijaza_assessment.domain.scores import plain
from ijaza_assessment.domain.staff import staff_of, with_staff
from ijaza_assessment.domain.state import (
    Attempt,
    Outcome,
    Published,
    Recorded,
    State,
    slot_of,
)
from ijaza_assessment.domain.times import whole


def begin(edition: str, participant: str) -> State:
    """Nothing is known yet."""
    return State(edition, participant)


def on_participant_selected(state: State, _event: ParticipantSelected) -> State:
    """The person takes part, ever: a later withdrawal does not take that back."""
    return state if state.takes_part else replace(state, takes_part=True)


def on_test_passed(state: State, event: TestPassed) -> State:
    """The attempt counts and reaches the pass mark."""
    return _with(state, event, "passed")


def on_test_failed(state: State, event: TestFailed) -> State:
    """The attempt is below the pass mark, or above the number of attempts allowed."""
    return _with(state, event, event.because)


def on_test_annulled(state: State, event: TestAnnulled) -> State:
    """The attempt is annulled for good."""
    return _with(state, event, "annulled")


def _with(state: State, event: AttemptEvent, outcome: Outcome) -> State:
    slot = slot_of(event.module, event.attempt)
    before = state.attempts.get(slot)
    recorded = Recorded(whole(event.taken_at), plain(event.recorded_score))
    published = Published(*event.version, outcome, plain(event.score))
    if before is None:
        after = Attempt(event.module, event.attempt, recorded, published=published)
    else:
        after = replace(
            before,
            recorded=max(recorded, before.recorded),
            published=max(published, before.published or published),
        )
    after = with_staff(after, staff_of(event))
    if after == before:
        return state
    return replace(state, attempts={**state.attempts, slot: after})
