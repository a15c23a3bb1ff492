"""design.md §4: "Before an edition is closed a participant only reaches and loses eligibility"."""

from ijaza_contracts.credential import EligibilityLost, EligibilityReached

from tests.unit.credential.given import (
    PARTICIPATION,
    Life,
    attended,
    certificate,
    closed,
    day,
    everything,
    module,
    passed,
    published,
    recorded,
    types,
    withdrawn,
)


def test_eligibility_is_reached_when_the_last_requirement_is_met() -> None:
    """Nothing is said before; then the award, dated by the latest of the facts."""
    # given
    life = Life()
    *most, last = everything()
    assert life.hear(published(), *most) == []

    # when
    (event,) = life.hear(passed("m2", at=day(16)))

    # then
    assert isinstance(event, EligibilityReached)
    assert (event.award, event.turn, event.revision, event.at) == ("certificate", 1, 1, day(16))
    assert last == passed("m2")


def test_eligibility_is_lost_by_a_corrected_fact_and_reached_again() -> None:
    """Each turn has a number of its own, so that each is published once."""
    life = Life()
    life.hear(published(), *everything())

    (lost,) = life.hear(attended("m1-d1", 0, facts=2))
    (reached,) = life.hear(attended("m1-d1", 3, facts=3))

    assert isinstance(lost, EligibilityLost)
    assert isinstance(reached, EligibilityReached)
    assert (lost.turn, lost.missing, reached.turn) == (2, ("attendance:m1",), 3)


def test_another_award_is_a_new_turn() -> None:
    """EligibilityReached says which certificate; a better one is said again."""
    life = Life()
    rules = (certificate(), PARTICIPATION)
    life.hear(published(certificates=rules), *everything(m1=(4, 4, 0, 0)))

    (event,) = life.hear(attended("m1-d3", 4, facts=2), attended("m1-d4", 4, facts=2))

    assert isinstance(event, EligibilityReached)
    assert (event.award, event.turn) == ("certificate", 2)


def test_who_withdraws_loses_eligibility() -> None:
    """Taking part at the end is the first criterion."""
    life = Life()
    life.hear(published(), *everything())

    (event,) = life.hear(withdrawn())

    assert isinstance(event, EligibilityLost)
    assert event.missing == ("taking-part",)


def test_a_new_revision_decides_again() -> None:
    """design.md §3: "A new revision re-decides every state of that edition"."""
    life = Life()
    life.hear(published(), *everything())
    shorter = (module("m1", 1, cancelled=["m1-d4"]), module("m2", 8))

    (event,) = life.hear(published(2, at=day(20), modules=shorter))

    assert isinstance(event, EligibilityLost)
    assert (event.revision, event.at) == (2, day(20))


def test_an_older_version_of_a_slot_changes_nothing() -> None:
    """design.md §4: "A fold keeps the highest version per slot"."""
    life = Life()
    life.hear(published(), *everything(), attended("m1-d1", 4, facts=3))
    before = life.state

    assert life.hear(attended("m1-d1", 0, facts=2)) == []
    assert life.state == before


def test_facts_of_an_unknown_edition_are_folded_and_decided_later() -> None:
    """design.md §3: "Facts of an unknown edition are folded, not decided"."""
    life = Life()
    assert life.hear(*everything()) == []

    assert types(life.hear(published())) == ["EligibilityReached"]


def test_a_closing_that_arrives_before_its_edition_is_not_lost() -> None:
    """The one is known without the other: nothing is decided, and then both count."""
    life = Life()
    assert life.hear(closed(), recorded(), *everything()) == []

    events = life.hear(published())

    assert types(events) == ["EligibilityReached", "CertificateIssued", "ParticipantGraduated"]
