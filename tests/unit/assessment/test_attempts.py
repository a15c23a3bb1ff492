"""formats.md, *Tests*: which attempts count, what they come to, and what is published of them."""

from decimal import Decimal

import pytest
from ijaza_assessment.domain.programme import Programme
from ijaza_assessment.domain.settle import settle
from ijaza_contracts import assessment as said

from tests.unit.assessment.given import (
    annul,
    at,
    carried_out,
    folded,
    programme,
    result,
    score,
    selected,
)


@pytest.mark.parametrize(
    ("points", "kind"),
    [
        ("60", said.TestPassed),
        ("60.00", said.TestPassed),
        ("100", said.TestPassed),
        ("59.99", said.TestFailed),
        ("0", said.TestFailed),
    ],
)
def test_an_attempt_with_the_pass_mark_is_passed(
    points: str, kind: type[said.AttemptEvent]
) -> None:
    """Rule: "passed = a counting attempt with score ≥ pass_mark"."""
    _, (event,) = carried_out(programme(mark="60"), result(points))

    assert type(event) is kind


def test_an_attempt_above_the_number_allowed_does_not_count() -> None:
    """Rule: "An attempt counts if its number is within `attempts`", whatever its score."""
    _, (event,) = carried_out(programme(attempts=2), result("100", attempt=3))

    assert isinstance(event, said.TestFailed)
    assert event.because == "over_limit"


def test_an_attempt_below_the_pass_mark_says_so() -> None:
    """TestFailed tells the two reasons apart."""
    _, (event,) = carried_out(programme(), result("10"))

    assert isinstance(event, said.TestFailed)
    assert event.because == "below_pass_mark"


def test_a_result_is_published_before_the_participant_is_known_to_take_part() -> None:
    """Every accepted command leaves an event; whoever decides knows who takes part."""
    state, (event,) = carried_out(programme(), result("72.5"), state=folded())

    assert isinstance(event, said.TestPassed)
    assert not state.takes_part


def test_the_event_says_all_of_the_result() -> None:
    """The store can be rebuilt from it."""
    _, (event,) = carried_out(programme(revision=3), result("72.5", module="m2", attempt=2))

    assert (event.module, event.attempt, event.version) == ("m2", 2, (3, 1))
    assert event.score == event.recorded_score == Decimal("72.5")
    assert event.at == event.taken_at == at("20:00", 2)
    assert (event.correction, event.corrected_score, event.actor) == ("", None, "")


def test_a_correction_changes_the_score_that_stands() -> None:
    """The examiner's score stays beside it, and the event says who corrected it and why."""
    _, (_, event) = carried_out(programme(), result("59"), score("61"))

    assert isinstance(event, said.TestPassed)
    scores = (event.score, event.recorded_score, event.corrected_score)
    assert scores == (Decimal(61), Decimal(59), Decimal(61))
    assert (event.correction, event.actor, event.reason) == ("c1", "staff-7", "question-withdrawn")
    assert (event.at, event.corrected_at) == (at("09:00", 5), at("09:00", 5))
    assert event.version == (1, 2)


def test_of_several_corrections_the_latest_stands() -> None:
    """Rule: "the one with the latest `at` stands"; each leaves its own event all the same."""
    late = score("80", correction="late", time=at("12:00", 5))
    early = score("10", correction="early", time=at("11:00", 5))

    _, (_, _, event) = carried_out(programme(), result("50"), late, early)

    assert isinstance(event, said.TestPassed)
    assert (event.score, event.corrected_score) == (Decimal(80), Decimal(10))
    assert event.correction == "early"
    assert event.at == at("12:00", 5)


def test_of_corrections_of_one_time_the_one_further_down_stands() -> None:
    """Rule: "of equal ones the one further down": the one recorded later."""
    _, (_, _, event) = carried_out(
        programme(), result("50"), score("80", correction="a"), score("70", correction="b")
    )

    assert (event.score, event.ordinal) == (Decimal(70), 2)


def test_an_annulled_attempt_does_not_count() -> None:
    """Rule: "and it is not annulled"; the event says who annulled it and why."""
    _, (_, event) = carried_out(programme(), result("90"), annul())

    assert isinstance(event, said.TestAnnulled)
    assert (event.correction, event.actor, event.reason) == ("a1", "staff-7", "impersonation")
    assert (event.corrected_at, event.corrected_score) == (at("10:00", 5), None)


@pytest.mark.parametrize("clock", ["08:00", "23:00"], ids=["before", "after"])
def test_an_annulment_is_final(clock: str) -> None:
    """Rule: "final, whatever score comes before or after"."""
    corrected = score("100", time=at(clock, 5))

    _, (_, _, event) = carried_out(programme(), result("90"), annul(), corrected)

    assert isinstance(event, said.TestAnnulled)
    assert (event.score, event.corrected_score) == (Decimal(100), Decimal(100))


@pytest.mark.parametrize(
    ("revised", "kind"),
    [
        (programme(mark="80", revision=2), said.TestFailed),
        (programme(attempts=1, revision=2), said.TestFailed),
    ],
    ids=["another pass mark", "another number of attempts"],
)
def test_a_new_revision_decides_again(revised: Programme, kind: type[said.AttemptEvent]) -> None:
    """What an attempt came to is published again with the revision's higher version."""
    state, _ = carried_out(programme(), result("70", attempt=2))

    _, (event,) = settle(state, revised)

    assert type(event) is kind
    assert (event.version, event.correction) == ((2, 1), "")


def test_a_revision_that_changes_nothing_of_it_says_nothing() -> None:
    """A settled state has nothing left to say."""
    state, _ = carried_out(programme(), result("70"))

    assert settle(state, programme(mark="65", revision=2)) == (state, ())


def test_a_test_that_a_revision_drops_leaves_its_attempts_as_they_are() -> None:
    """There is no rule to decide them by; nobody asks for them either."""
    state, _ = carried_out(programme(), result("70"))

    assert settle(state, programme(tests="m2", revision=2)) == (state, ())


def test_an_older_revision_never_takes_back_what_a_newer_one_said() -> None:
    """A process that has not read the newest revision yet leaves such a state as it is."""
    state, _ = carried_out(programme(mark="80", revision=2), result("70"), state=None)

    assert settle(state, programme(revision=1)) == (state, ())


def test_a_selection_changes_nothing_of_the_attempts() -> None:
    """Results may be recorded before it arrives."""
    before, _ = carried_out(programme(), result("70"), state=folded())

    after, published = settle(folded(selected(), state=before), programme())

    assert after.attempts == before.attempts
    assert not published
