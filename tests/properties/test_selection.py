"""The selection, whatever the applicants: as the sentences of its rules say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ijaza_enrollment.domain.selection import run_selection

from tests.properties.cohorts import Cohort, cohorts


def by_the_words(cohort: Cohort) -> dict[str, tuple[str, int | None]]:
    """Outcome and rank of each ref: the sentences of the rules, one after the other."""
    asked = cohort.asked
    if asked is None:
        gone = {departure.participant for departure in cohort.departures}
        return {
            one.ref: ("withdrawn" if one.ref in gone else "selected", None)
            for one in cohort.applicants
        }
    rest = [
        one
        for one in cohort.applicants
        if all(one.columns[column] in accepted for column, accepted in asked.require.items())
    ]
    rest.sort(
        key=lambda one: (
            [
                next(
                    (
                        place
                        for place, values in enumerate(each.order)
                        if one.columns[each.column] in values
                    ),
                    len(each.order),
                )
                for each in asked.prefer
            ],
            one.applied_at,
            one.ref,
        )
    )
    outcome = {one.ref: "declined" for one in cohort.applicants}
    outcome.update({one.ref: "waitlisted" for one in rest})

    def fill() -> None:
        for one in rest:
            held = [other for other in rest if outcome[other.ref] == "selected"]
            if len(held) < asked.capacity and outcome[one.ref] == "waitlisted":
                breaks = any(
                    sum(other.columns[limit.per] == one.columns[limit.per] for other in held)
                    >= limit.seats
                    for limit in asked.at_most
                )
                if not breaks:
                    outcome[one.ref] = "selected"

    fill()
    for departure in cohort.departures:
        if outcome[departure.participant] != "declined":
            outcome[departure.participant] = "withdrawn"
        if departure.at <= asked.promote_until:
            fill()
    rank = {one.ref: place for place, one in enumerate(rest, start=1)}
    return {ref: (what, rank.get(ref)) for ref, what in outcome.items()}


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(cohorts(most=25))
def test_the_selection_does_what_its_sentences_say(cohort: Cohort) -> None:
    """Against a literal reading, which walks down the whole order each time."""
    entries = run_selection(cohort.asked, cohort.applicants, cohort.departures)

    assert {one.participant: (one.outcome, one.rank) for one in entries} == by_the_words(cohort)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(cohorts(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(cohort: Cohort, random: object) -> None:
    """Whatever the order in which applications arrive, everybody gets the same place."""
    shuffled = list(cohort.applicants)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives no narrower type

    assert run_selection(cohort.asked, shuffled, cohort.departures) == run_selection(
        cohort.asked, cohort.applicants, cohort.departures
    )


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(cohorts())
def test_numbers_count_the_seats_that_were_given(cohort: Cohort) -> None:
    """1, 2, … without a gap, each once; and no capacity and no limit is ever exceeded."""
    entries = run_selection(cohort.asked, cohort.applicants, cohort.departures)

    numbers = sorted(one.number for one in entries if one.number is not None)
    holding = [one for one in entries if one.outcome == "selected"]
    assert numbers == list(range(1, len(numbers) + 1))
    if cohort.asked is not None:
        assert len(holding) <= cohort.asked.capacity
        for place, limit in enumerate(cohort.asked.at_most):
            groups = [one.groups[place] for one in holding]
            assert all(groups.count(group) <= limit.seats for group in groups)
