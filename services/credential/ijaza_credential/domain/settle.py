"""What follows from a participant's facts: eligibility at any time, certificates after closing.

design.md §4: "Before an edition is closed a participant only reaches and loses eligibility, for
facts arrive in any order; certificates are issued at closing (or at approval after it). What
changes later is re-decided".
"""

from collections.abc import Sequence

from ijaza_contracts.credential import EligibilityLost, EligibilityReached
from ijaza_contracts.envelope import Event

from ijaza_credential.domain.change import (
    Change,
    Naming,
    due_change,
    forget,
    restate,
    states,
)
from ijaza_credential.domain.fold import fold_decided
from ijaza_credential.domain.gate import approving, asks_approval, is_open
from ijaza_credential.domain.issue import Occasion, carry_out
from ijaza_credential.domain.journal import erased, journaled
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import BEGINNING, Programme
from ijaza_credential.domain.rules import Assessment, assess
from ijaza_credential.domain.state import State


def settle(
    state: State, programme: Programme, person: Person | None, naming: Naming
) -> tuple[State, Sequence[Event]]:
    """Decide on a folded state, and fold what was decided; a second time decides nothing."""
    if not programme.revision:
        return state, ()
    assessment = assess(state, programme)
    turned = _turn(state, programme, assessment)
    state = fold_decided(state, turned)
    if person is None:
        return forget(state), [*turned, *erased(state)]
    known, stated = state.stated, states(person, assessment.modules)
    state = restate(state, stated, naming)
    change = due_change(state, programme, person, assessment)
    if change is None or not is_open(state, programme):
        return state, [*turned, *journaled(state, known)]
    changed = carry_out(change, person, _occasion(change, state, programme, naming))
    state = restate(fold_decided(state, changed), stated, naming)
    return state, [*turned, *changed, *journaled(state, known)]


def _turn(state: State, programme: Programme, assessment: Assessment) -> Sequence[Event]:
    """Publish the award that is earned, if it is another than was published last.

    It is dated by the last of what it rests on: the facts, and the revision.
    """
    award, turn = assessment.award, state.turn.number + 1
    at = max(state.latest, programme.revised_at)
    if award is None and state.turn.award:
        return [
            EligibilityLost(
                edition=state.edition,
                participant=state.participant,
                at=at,
                revision=programme.revision,
                turn=turn,
                missing=assessment.missing,
            )
        ]
    if award is not None and award.id != state.turn.award:
        return [
            EligibilityReached(
                edition=state.edition,
                participant=state.participant,
                at=at,
                award=award.id,
                revision=programme.revision,
                turn=turn,
            )
        ]
    return ()


def _occasion(change: Change, state: State, programme: Programme, naming: Naming) -> Occasion:
    """At the time of what caused a change, or of the approval that let it pass, if that is later.

    formats.md: "every date in a document is that of the recorded event that caused it …; an
    approval's issue date is the later of its `at` and the closing".
    """
    given = approving(state, programme) if asks_approval(state, programme) else ()
    return Occasion(
        state,
        programme,
        naming,
        at=max(change.caused_at, *(at for at, _ in given), BEGINNING),
        approved_by=tuple(actor for _, actor in given),
    )
