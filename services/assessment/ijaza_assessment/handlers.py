"""What assessment listens to, and the function that folds each event: the one table of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ijaza_contracts.assessment import TestAnnulled, TestFailed, TestPassed
from ijaza_contracts.enrollment import EditionPublished, ParticipantSelected
from ijaza_contracts.envelope import Event, ParticipantEvent
from ijaza_contracts.topics import EDITIONS as EDITIONS_TOPIC
from ijaza_contracts.topics import ENROLLMENT
from ijaza_runtime.commands import Decide
from ijaza_runtime.errors import Conflicting, Invalid, NotKnown, Refusal
from ijaza_runtime.fold import Evolve, Fold, Rejected, Stamped, Table

from ijaza_assessment.domain import fold
from ijaza_assessment.domain.commands import Command, decide
from ijaza_assessment.domain.programme import Programme, on_edition_published
from ijaza_assessment.domain.refusals import Kind, NotAllowedError
from ijaza_assessment.domain.settle import settle
from ijaza_assessment.domain.state import State
from ijaza_assessment.storage import COLLECTION, decode, encode, labels


def of_its_edition(evolve: Callable[[State, Any], State]) -> Evolve:
    """Refuse an event that names this participant under another edition.

    Raises `Rejected`: a participant is one person in one edition, so the sender is wrong.
    """

    def checked(state: State, event: ParticipantEvent) -> State:
        if event.edition != state.edition:
            raise Rejected(
                f"the participant belongs to edition {state.edition}, the event says "
                f"{event.edition}: correct its sender"
            )
        return evolve(state, event)

    return checked


HANDLERS: dict[type[Event], Evolve] = {
    ParticipantSelected: of_its_edition(fold.on_participant_selected),
    TestPassed: of_its_edition(fold.on_test_passed),
    TestFailed: of_its_edition(fold.on_test_failed),
    TestAnnulled: of_its_edition(fold.on_test_annulled),
}

INPUTS = (ENROLLMENT,)

EDITIONS: Table[Programme] = Table(EDITIONS_TOPIC, {EditionPublished: on_edition_published})

FOLD: Fold[State, Programme, Stamped] = Fold(
    collection=COLLECTION,
    handlers=HANDLERS,
    begin=fold.begin,
    settle=settle,
    encode=encode,
    decode=decode,
    labels=labels,
    editions=EDITIONS,
)

REFUSALS: Mapping[Kind, type[Refusal]] = {
    "not-known": NotKnown,
    "invalid": Invalid,
    "conflicting": Conflicting,
}


def deciding(command: Command) -> Decide[State, Programme, Stamped]:
    """How the runtime carries out a command; what the rules do not allow becomes a `Refusal`."""

    def decided(
        state: State, programme: Programme | None, _person: Stamped | None
    ) -> Sequence[Event]:
        try:
            return decide(command, state, programme)
        except NotAllowedError as error:
            raise REFUSALS[error.kind](error.code, error.detail) from None

    return decided
