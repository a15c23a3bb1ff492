"""The one table of what credential listens to."""

from ijaza_contracts.registry import of_topic
from ijaza_contracts.templates import TemplatePacked, TemplatesChanged
from ijaza_contracts.topics import (
    ASSESSMENT,
    ATTENDANCE,
    CREDENTIAL,
    CREDENTIAL_JOURNAL,
    ENROLLMENT,
)
from ijaza_credential.handlers import HANDLERS, INPUTS, credential_fold

from tests.unit.credential.given import (
    SECRET,
    Life,
    closed,
    everything,
    published,
    recorded,
    types,
)


def test_every_event_of_its_own_topic_is_folded() -> None:
    """Its store is a fold of its own events and its inputs (design.md §3).

    Templates are of no participant: they are restored from the journal as they stand there.
    """
    own = {*of_topic(CREDENTIAL), *of_topic(CREDENTIAL_JOURNAL)}
    assert own - {TemplatePacked, TemplatesChanged} <= set(HANDLERS)


def test_its_inputs_are_the_facts_of_the_other_three() -> None:
    """What is handled stands on a topic that is read."""
    assert INPUTS == (ENROLLMENT, ATTENDANCE, ASSESSMENT)


def test_what_changes_nothing_returns_the_very_state() -> None:
    """So nothing is saved for a repeated fact."""
    life = Life()
    life.hear(published(), *everything())
    state = life.state

    for fact in everything():
        assert HANDLERS[type(fact)](state, fact) is state


def test_the_fold_settles_under_the_issuers_secret() -> None:
    """The runtime sees a fold like any other service's."""
    life = Life()
    life.hear(published(), recorded(), *everything())
    life.hear(closed())
    fold = credential_fold(SECRET)
    state = fold.begin("mg-4", "p1")
    for fact in everything():
        state = fold.handlers[type(fact)](state, fact)
    assert life.programme is not None

    settled, events = fold.settle(state, life.programme, life.person)

    assert types(events) == [
        "EligibilityReached",
        "CertificateIssued",
        "ParticipantGraduated",
        "CertificatesStated",
    ]
    assert settled.issued == life.state.issued
    assert fold.decode(fold.encode(settled)) == settled
