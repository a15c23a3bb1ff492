"""What examiners and the office may say of attempts: when it repeats, and why it is refused."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from ijaza_assessment.domain.commands import Command, decide
from ijaza_assessment.domain.refusals import NotAllowedError

from tests.unit.assessment.given import annul, at, carried_out, folded, programme, result, score

COMMANDS = pytest.mark.parametrize(
    "command", [result("50"), score("61"), annul()], ids=["result", "score", "annul"]
)


def refusal(command: Command, *before: Command) -> tuple[str, str]:
    """Kind and code of the refusal that a command meets after others."""
    state, _ = carried_out(programme(), *before)
    with pytest.raises(NotAllowedError) as refused:
        decide(command, state, programme())
    return refused.value.kind, refused.value.code


@COMMANDS
def test_the_same_command_again_gives_nothing(command: Command) -> None:
    """Rule: "an identical row is one"; a client that heard no answer sends again."""
    state, _ = carried_out(programme(), result("50"), command)

    assert decide(command, state, programme()) == []


def test_the_same_score_written_otherwise_is_the_same_result() -> None:
    """A score is compared as a number, not as text."""
    state, _ = carried_out(programme(), result("60"))

    assert decide(result("60.00"), state, programme()) == []


def test_a_result_repeated_after_its_correction_gives_nothing() -> None:
    """What was recorded stays recorded."""
    state, _ = carried_out(programme(), result("50"), score("61"), annul())

    assert decide(result("50"), state, programme()) == []


def test_a_result_repeated_after_its_test_was_dropped_gives_nothing() -> None:
    """A repeat is no new statement, so no rule has to allow it."""
    state, _ = carried_out(programme(), result("50"))

    assert decide(result("50"), state, programme(tests="m2", revision=2)) == []


@pytest.mark.parametrize(
    "second",
    [result("51"), replace(result("50"), taken_at=at("20:00") + timedelta(minutes=1))],
    ids=["another score", "another time"],
)
def test_a_second_result_of_an_attempt_is_refused(second: Command) -> None:
    """Rule: "a second row with another score or taken_at for the same attempt" is a bad cell."""
    assert refusal(second, result("50")) == ("conflicting", "result-recorded")


@pytest.mark.parametrize("points", ["-0.01", "100.01", "NaN", "Infinity"])
def test_a_score_out_of_range_is_refused(points: str) -> None:
    """Rule: "A score outside 0…max_score" is a bad cell."""
    assert refusal(result(points)) == ("invalid", "score-out-of-range")


def test_a_corrected_score_out_of_range_is_refused() -> None:
    """Rule: "and a corrected score outside 0…max_score"."""
    assert refusal(score("101"), result("50")) == ("invalid", "score-out-of-range")


@pytest.mark.parametrize(
    ("module", "why"), [("m3", "'m3' has no test"), ("m9", "'m9' is not there")]
)
def test_a_module_without_a_test_is_refused(module: str, why: str) -> None:
    """Rule: "a result or a correction for a module without a test" is a bad cell."""
    with pytest.raises(NotAllowedError, match=f"{why} .* expected one of m1, m2") as refused:
        decide(result("50", module=module), folded(), programme())

    assert (refused.value.kind, refused.value.code) == ("invalid", "test-not-known")


def test_an_attempt_is_numbered_from_one() -> None:
    """Rule: "attempt (1, 2, …)"."""
    assert refusal(result("50", attempt=0, taken_at=at("20:00"))) == ("invalid", "attempt-number")


@pytest.mark.parametrize("command", [score("61"), annul()], ids=["score", "annul"])
def test_an_attempt_that_is_not_recorded_cannot_be_corrected(command: Command) -> None:
    """Rule: "A correction of an attempt … that does not exist is a bad cell"."""
    assert refusal(command) == ("not-known", "attempt-not-known")


@COMMANDS
def test_an_unknown_edition_is_refused(command: Command) -> None:
    """Nothing is decided of an edition that nobody published."""
    with pytest.raises(NotAllowedError) as refused:
        decide(command, folded(), None)

    assert (refused.value.kind, refused.value.code) == ("not-known", "edition-not-known")


@pytest.mark.parametrize(
    "other",
    [
        replace(score("61"), score=Decimal(62)),
        score("61", attempt=2),
        annul(correction="c1"),
    ],
    ids=["another score", "another attempt", "an annulment"],
)
def test_an_id_that_was_used_for_something_else_is_refused(other: Command) -> None:
    """Else one of two corrections would be lost without a word."""
    before = (result("50"), result("50", attempt=2), score("61"))

    assert refusal(other, *before) == ("conflicting", "correction-id-used")
