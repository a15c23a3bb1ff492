"""formats.md, *Modules*, *Tests*, *Eligible*: what a certificate asks for."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from ijaza_contracts.envelope import Event
from ijaza_credential.domain.programme import certificate_of
from ijaza_credential.domain.rules import Assessment, needed_seconds

from tests.unit.credential.given import (
    HOUR,
    PARTICIPATION,
    Life,
    annulled,
    attended,
    attended_module,
    certificate,
    day,
    everything,
    excused,
    failed,
    module,
    passed,
    published,
    selected,
    session,
    withdrawn,
)

ONE_MODULE = (module("m1", 1),)


def assessed(*facts: Event, **changes: Any) -> Assessment:
    """What these facts come to in the edition, with changes."""
    life = Life()
    life.hear(published(**changes), *facts)
    return life.assess()


@pytest.mark.parametrize(
    ("hours", "met"), [((4, 4, 4, 1), True), ((4, 4, 4, 0.9997), False), ((4, 4, 4, 0.85), False)]
)
def test_thirteen_hours_are_needed_of_four_days_though_80_percent_are_less(
    hours: tuple[float, ...], met: bool
) -> None:
    """P1, modules 1, 2, 4, 5, 6: 16 h in the calendar, needed "13 h (80 % = 12 h 48)"."""
    facts = [selected(), *attended_module("m1", *hours), passed("m1")]

    assessment = assessed(*facts, modules=ONE_MODULE)

    assert assessment.eligible is met


@pytest.mark.parametrize(
    ("hours", "met"),
    [((4, 4, 4, 4, 0), True), ((4, 4, 4, 3.9997, 0), False), ((4, 4, 4, 1), False)],
)
def test_80_percent_are_needed_of_five_days_though_13_hours_are_less(
    hours: tuple[float, ...], met: bool
) -> None:
    """P1, module 3: 20 h in the calendar, needed "16 h (80 %)"."""
    facts = [selected(), *attended_module("m3", *hours), passed("m3")]

    assessment = assessed(*facts, modules=(module("m3", 1, days=5),))

    assert assessment.eligible is met


@pytest.mark.parametrize(
    ("percent", "hours", "scheduled", "needed"),
    [
        (80, 13, 16 * HOUR, 13 * HOUR),
        (80, 13, 20 * HOUR, 16 * HOUR),
        (80, None, 16 * HOUR, 46_080),
        (None, 13, 16 * HOUR, 13 * HOUR),
        (None, None, 16 * HOUR, 0),
        (80, None, 3_599, Fraction(14_396, 5)),
        (80, 13, 0, 13 * HOUR),
    ],
)
def test_needed_is_the_greater_of_both_bounds_in_exact_seconds(
    percent: int | None, hours: int | None, scheduled: int, needed: int | Fraction
) -> None:
    """formats.md: "Needed = max(min_percent / 100 × scheduled, min_hours × 3600) in exact
    seconds".
    """
    rule = certificate_of(certificate(percent=percent, hours=hours))

    assert needed_seconds(rule.bounds, scheduled) == needed


def test_a_bound_with_decimals_is_exact() -> None:
    """edition.yaml: "Numbers are exact decimals, not floats"."""
    rule = certificate_of(certificate(percent=Decimal("33.3"), hours=None))

    assert needed_seconds(rule.bounds, 1_000) == 333


def test_an_excused_session_leaves_both_sums() -> None:
    """formats.md: "excuse: … it leaves that person's scheduled and attended sums"."""
    facts = [selected(), *attended_module("m1", 4, 4, 1, 4), excused("m1-d3"), passed("m1")]

    (sums,) = assessed(*facts, modules=ONE_MODULE).modules

    assert (sums.scheduled, sums.attended) == (12 * HOUR, 12 * HOUR)


def test_with_a_day_excused_13_hours_cannot_be_met() -> None:
    """formats.md: "Needed = max(…)": the bound in hours does not shrink with what is scheduled."""
    facts = [selected(), *attended_module("m1", 4, 4, 0, 4), excused("m1-d3"), passed("m1")]

    assert assessed(*facts, modules=ONE_MODULE).missing == ("attendance:m1",)


def test_with_a_day_excused_a_percentage_can_be_met() -> None:
    """The share is of what is scheduled for this person."""
    facts = [selected(), *attended_module("m1", 4, 4, 0, 2), excused("m1-d3"), passed("m1")]
    rules = (certificate(percent=80, hours=None),)

    assert assessed(*facts, modules=ONE_MODULE, certificates=rules).eligible


def test_a_cancelled_session_counts_for_nobody() -> None:
    """formats.md: "without cancelled (for all) … ones, whose attendance does not count either"."""
    modules = (module("m1", 1, cancelled=["m1-d4"]),)

    (sums,) = assessed(selected(), *attended_module("m1", 4, 4, 4, 4), modules=modules).modules

    assert (sums.scheduled, sums.attended) == (12 * HOUR, 12 * HOUR)


def test_breaks_are_not_scheduled_even_where_they_overlap_or_reach_beyond_the_session() -> None:
    """formats.md: "Scheduled = sessions less their breaks"."""
    breaks = [(day(1, 17), day(1, 18)), (day(1, 17), day(1, 18)), (day(1, 19), day(1, 23))]
    modules = (
        module("m1", 1).model_copy(update={"sessions": (session("m1-d1", 1, breaks=breaks),)}),
    )

    (sums,) = assessed(selected(), modules=modules).modules

    assert sums.scheduled == 2 * HOUR


def test_credited_time_may_exceed_what_is_scheduled() -> None:
    """formats.md: "attendance (… value = whole minutes ≥ 0 credited for it, as given)"."""
    facts = [selected(), attended("m1-d1", 13), passed("m1")]

    assert assessed(*facts, modules=ONE_MODULE).eligible


def test_nothing_is_needed_if_the_certificate_asks_for_no_attendance() -> None:
    """formats.md: "nothing, if the first certificate asks for no attendance"."""
    rules = (certificate(percent=None, hours=None),)

    assert assessed(selected(), passed("m1"), modules=ONE_MODULE, certificates=rules).eligible


def test_a_later_attempt_may_pass() -> None:
    """formats.md: "passed = a counting attempt with score ≥ pass_mark"."""
    facts = [*everything(), failed("m1", facts=2), passed("m1", "61", attempt=2)]

    sums = assessed(*facts).modules[0].test

    assert sums is not None
    assert (sums.passed, sums.best, sums.attempts, sums.left) == (True, Decimal(61), 2, 0)


def test_an_attempt_above_the_number_allowed_does_not_count() -> None:
    """formats.md: "An attempt counts if its number is within `attempts`"."""
    facts = [
        *everything(),
        failed("m1", "40", facts=2),
        failed("m1", "95", attempt=3, because="over_limit"),
    ]

    sums = assessed(*facts).modules[0].test

    assert sums is not None
    assert (sums.passed, sums.best, sums.attempts, sums.left) == (False, Decimal(40), 2, 1)


def test_annulling_frees_no_attempt() -> None:
    """formats.md: "… and it is not annulled (annulling frees no attempt)"."""
    facts = [*everything(), annulled("m1")]

    sums = assessed(*facts).modules[0].test

    assert sums is not None
    assert (sums.passed, sums.best, sums.attempts, sums.left) == (False, None, 1, 1)


def test_missing_is_named_module_by_module_attendance_before_test() -> None:
    """eligibility.csv: "missing (…, module by module, attendance before test)"."""
    assert assessed(selected()).missing == (
        "attendance:m1",
        "test:m1",
        "attendance:m2",
        "test:m2",
    )


def test_the_award_is_the_first_certificate_whose_requirements_are_met() -> None:
    """formats.md: "`award` = the first certificate whose requirements are met"."""
    facts = [*everything(m1=(4, 4, 0, 0))]
    rules = (certificate(), PARTICIPATION)

    assessment = assessed(*facts, certificates=rules)

    assert assessment.award is not None
    assert (assessment.award.id, assessment.eligible) == ("participation", False)


def test_who_was_withdrawn_has_no_award() -> None:
    """formats.md: "Eligible = takes part at the end and meets every requirement"."""
    assessment = assessed(*everything(), withdrawn())

    assert (assessment.award, assessment.missing) == (None, ("taking-part",))


def test_who_was_never_selected_has_no_award() -> None:
    """formats.md: "At the end: the same [selected at any time], not withdrawn"."""
    assert assessed(*everything()[1:]).award is None
