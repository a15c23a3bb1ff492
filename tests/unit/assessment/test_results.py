"""formats.md, *Tests*, tests.csv and *Review*: the results of a module, and what is reviewed."""

from decimal import Decimal

from ijaza_assessment.domain.commands import Command
from ijaza_assessment.domain.results import module_results
from ijaza_assessment.domain.review import review

from tests.unit.assessment.given import annul, carried_out, folded, programme, result, score


def test_each_module_with_a_test_has_a_result() -> None:
    """Rule: "a row for each module with a test", in the edition's order."""
    state, _ = carried_out(programme(), result("70", module="m2"))

    assert module_results(state, programme()) == [
        ("m1", 0, None, False),
        ("m2", 1, Decimal(70), True),
    ]


def test_the_best_score_is_the_highest_counting_one() -> None:
    """Rule: "highest counting one": of an annulled and an over-limit attempt the score is none."""
    commands: list[Command] = [
        result("90", attempt=1),
        result("40", attempt=2),
        result("100", attempt=3),
        annul(attempt=1),
    ]
    state, _ = carried_out(programme(attempts=2), *commands)

    assert module_results(state, programme())[0] == ("m1", 3, Decimal(40), False)


def test_annulling_frees_no_attempt() -> None:
    """Rule: "annulling frees no attempt": the third stays above the number allowed."""
    state, _ = carried_out(programme(attempts=2), result("10"), annul(), result("90", attempt=3))

    assert module_results(state, programme())[0] == ("m1", 2, None, False)


def test_a_corrected_score_counts_as_it_stands() -> None:
    """A correction downwards takes a pass away."""
    state, _ = carried_out(programme(), result("90"), score("59.50"))

    assert module_results(state, programme())[0] == ("m1", 1, Decimal("59.5"), False)


def test_the_best_score_has_no_trailing_zeros() -> None:
    """Rule: "no trailing zeros", and no exponent either."""
    state, _ = carried_out(programme(), result("70.50"), result("100", module="m2"))

    assert [str(each.best_score) for each in module_results(state, programme())] == ["70.5", "100"]


def test_attempts_above_the_number_allowed_are_raised_annulled_or_not() -> None:
    """Rule: "session and scan_id empty, detail `module/attempt`", "annulled or not"."""
    state, _ = carried_out(
        programme(attempts=2), result("70", attempt=3), result("70", attempt=4), annul(attempt=4)
    )

    assert review(state, programme(attempts=2)) == [
        ("attempt-over-limit", "", "", "m1/3"),
        ("attempt-over-limit", "", "", "m1/4"),
    ]


def test_nothing_is_raised_of_somebody_who_never_takes_part() -> None:
    """Rule: "for everybody who ever takes part"."""
    state, _ = carried_out(programme(), result("70", attempt=3), state=folded())

    assert review(state, programme()) == []


def test_a_revision_that_allows_more_takes_the_item_back() -> None:
    """*Review*: "what no longer holds once a later fact is in is not listed"."""
    state, _ = carried_out(programme(attempts=2), result("70", attempt=3))

    assert review(state, programme(attempts=3, revision=2)) == []
