"""What assessment listens to, and the function that folds each event: the one table of it."""

from collections.abc import Sequence

from ijaza_contracts.assessment import TestAnnulled, TestFailed, TestPassed
from ijaza_contracts.enrollment import EditionPublished, ParticipantSelected
from ijaza_contracts.envelope import Event
from ijaza_contracts.topics import EDITIONS as EDITIONS_TOPIC
from ijaza_contracts.topics import ENROLLMENT
from ijaza_runtime.commands import Decide
from ijaza_runtime.errors import refusal
from ijaza_runtime.fold import Evolve, Fold, Stamped, Table

from ijaza_assessment.domain import fold
from ijaza_assessment.domain.commands import Command, decide
from ijaza_assessment.domain.programme import Programme, on_edition_published
from ijaza_assessment.domain.refusals import NotAllowedError
from ijaza_assessment.domain.settle import settle
from ijaza_assessment.domain.state import State
from ijaza_assessment.storage import COLLECTION, decode, encode, labels

HANDLERS: dict[type[Event], Evolve] = {
    ParticipantSelected: fold.on_participant_selected,
    TestPassed: fold.on_test_passed,
    TestFailed: fold.on_test_failed,
    TestAnnulled: fold.on_test_annulled,
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


def deciding(command: Command) -> Decide[State, Programme, Stamped]:
    """How the runtime carries out a command; what the rules do not allow becomes a `Refusal`."""

    def decided(
        state: State, programme: Programme | None, _person: Stamped | None
    ) -> Sequence[Event]:
        try:
            return decide(command, state, programme)
        except NotAllowedError as error:
            raise refusal(error.kind, error.code, error.detail) from None

    return decided
