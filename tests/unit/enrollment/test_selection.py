"""The rules of *Selection*: who gets a seat, in which order, and who follows whom.

Sentences in quotation marks are those of the rules of an edition's files.
"""

from collections.abc import Sequence

from ijaza_enrollment.domain.entries import Entry
from ijaza_enrollment.domain.selection import in_order, run_selection

from tests.unit.enrollment.given import candidate, day, leaves, rule


def outcomes(entries: Sequence[Entry]) -> dict[str, str]:
    return {entry.participant: entry.outcome for entry in entries}


def ranks(entries: Sequence[Entry]) -> dict[str, int | None]:
    return {entry.participant: entry.rank for entry in entries}


def selected(entries: Sequence[Entry]) -> list[str]:
    """Who ever got a seat, in the order in which seats were given."""
    seated = [entry for entry in entries if entry.number is not None]
    return [entry.participant for entry in sorted(seated, key=lambda entry: entry.number or 0)]


def test_who_fails_a_requirement_is_declined_and_has_no_rank() -> None:
    """The rule: "Drop who fails `require` (declined)"; every column must be met."""
    asked = rule(2, require={"field_related": ["yes"], "organisation_type": ["ngo", "government"]})

    entries = run_selection(
        asked,
        [
            candidate("A", field_related="yes", organisation_type="ngo"),
            candidate("B", field_related="no", organisation_type="ngo"),
            candidate("C", field_related="yes", organisation_type="company"),
        ],
        [],
    )

    assert outcomes(entries) == {"A": "selected", "B": "declined", "C": "declined"}
    assert ranks(entries) == {"A": 1, "B": None, "C": None}
    assert [entry.fails for entry in entries] == ["", "field_related", "organisation_type"]


def test_a_column_that_is_missing_counts_as_empty() -> None:
    """A requirement may accept the empty value; whoever lacks the column has that."""
    asked = rule(2, require={"port": ["", "sea"]})

    entries = run_selection(asked, [candidate("A"), candidate("B", port="land")], [])

    assert outcomes(entries) == {"A": "selected", "B": "declined"}


def test_classes_of_preference_go_before_the_time_of_application() -> None:
    """The rule: "Order the rest by the classes of `prefer`, then `applied_at`"."""
    asked = rule(9, prefer={"seniority": [["senior", "mid"], ["junior"]]})

    entries = run_selection(
        asked,
        [
            candidate("A", 1, seniority="junior"),
            candidate("B", 3, seniority="senior"),
            candidate("C", 2, seniority="mid"),
            candidate("D", 0, seniority="intern"),
        ],
        [],
    )

    assert selected(entries) == ["C", "B", "A", "D"]


def test_the_first_preference_weighs_most() -> None:
    """Several entries of `prefer` are compared one after the other."""
    asked = rule(9, prefer={"seniority": [["senior"]], "country": [["EG"], ["LY"]]})

    entries = run_selection(
        asked,
        [
            candidate("A", seniority="senior", country="LY"),
            candidate("B", seniority="junior", country="EG"),
            candidate("C", seniority="senior", country="EG"),
        ],
        [],
    )

    assert selected(entries) == ["C", "A", "B"]


def test_equal_applicants_are_ordered_by_the_code_points_of_their_refs() -> None:
    """The rule: "Then `ref` by code point": no locale, capitals before small letters."""
    entries = run_selection(
        rule(9), [candidate("a1"), candidate("أ1"), candidate("B1"), candidate("B01")], []
    )

    assert selected(entries) == ["B01", "B1", "a1", "أ1"]


def test_whoever_would_break_a_limit_is_passed_over() -> None:
    """The rule: "passing over whoever would break an `at_most`"."""
    entries = run_selection(
        rule(3, at_most={"organisation": 1}),
        [
            candidate("A", 1, organisation="customs"),
            candidate("B", 2, organisation="customs"),
            candidate("C", 3, organisation="police"),
            candidate("D", 4),
            candidate("E", 5),
        ],
        [],
    )

    assert selected(entries) == ["A", "C", "D"]
    assert {entry.participant: entry.because for entry in entries} == {
        "A": "",
        "B": "at_most:organisation",
        "C": "",
        "D": "",
        "E": "at_most:organisation",
    }
    assert ranks(entries)["B"] == 2


def test_the_seat_of_who_leaves_goes_to_the_first_who_waits() -> None:
    """The rule: "The free places are filled in the same way from the waiting list"."""
    applicants = [candidate(ref, place) for place, ref in enumerate("ABCD")]

    entries = run_selection(rule(2), applicants, [leaves("A", kind="decline")])

    assert outcomes(entries) == {
        "A": "withdrawn",
        "B": "selected",
        "C": "selected",
        "D": "waitlisted",
    }
    assert selected(entries) == ["A", "B", "C"]
    assert ranks(entries) == {"A": 1, "B": 2, "C": 3, "D": 4}


def test_a_seat_that_is_left_frees_its_share_of_the_limit() -> None:
    """Whoever was passed over is looked at again from the top of the waiting list."""
    applicants = [
        candidate("A", 1, organisation="customs"),
        candidate("B", 2, organisation="customs"),
        candidate("C", 3, organisation="police"),
        candidate("D", 4, organisation="health"),
    ]
    limited = rule(2, at_most={"organisation": 1})

    after_customs = run_selection(limited, applicants, [leaves("A")])
    after_police = run_selection(limited, applicants, [leaves("C")])

    assert selected(after_customs) == ["A", "C", "B"]
    assert selected(after_police) == ["A", "C", "D"]


def test_who_leaves_the_waiting_list_is_not_promoted() -> None:
    """The rule: "withdrawn for good, whether selected or waitlisted before"."""
    applicants = [candidate(ref, place) for place, ref in enumerate("ABC")]

    entries = run_selection(rule(1), applicants, [leaves("B", 61), leaves("A", 62)])

    assert selected(entries) == ["A", "C"]
    assert outcomes(entries)["B"] == "withdrawn"


def test_the_declined_stay_declined() -> None:
    """The rule: "(the declined stay declined)", also when they say that they leave."""
    applicants = [candidate("A"), candidate("B", related="no")]

    entries = run_selection(rule(1, require={"related": [""]}), applicants, [leaves("B")])

    assert outcomes(entries) == {"A": "selected", "B": "declined"}


def test_after_the_last_day_of_promotion_a_seat_stays_empty() -> None:
    """The rule: "After each departure up to `promote_until`": the bound itself still counts."""
    applicants = [candidate(ref, place) for place, ref in enumerate("ABC")]
    asked = rule(1, until=day(70))

    on_the_day = run_selection(asked, applicants, [leaves("A", 70)])
    a_second_later = run_selection(asked, applicants, [leaves("A", 70 + 1 / 86400)])

    assert selected(on_the_day) == ["A", "B"]
    assert selected(a_second_later) == ["A"]


def test_a_departure_without_a_seat_fills_what_an_earlier_one_left_free() -> None:
    """The rule: "After each departure …": also after that of somebody gone or declined already.

    Corrections come after all decisions, so that a departure in time can follow a late one.
    """
    applicants = [
        candidate("A", 1),
        candidate("B", 2),
        candidate("C", 3),
        candidate("D", related="no"),
    ]
    asked = rule(1, require={"related": [""]}, until=day(70))

    of_the_declined = run_selection(asked, applicants, [leaves("A", 80), leaves("D", 65)])
    of_the_departed = run_selection(asked, applicants, [leaves("A", 80), leaves("A", 65)])

    assert selected(of_the_declined) == ["A", "B"]
    assert selected(of_the_departed) == ["A", "B"]


def test_several_places_left_free_are_all_filled_at_once() -> None:
    """The rule: "The free places" are all that are free then, those of late departures too."""
    applicants = [candidate(ref, place) for place, ref in enumerate("ABCDE")]

    entries = run_selection(
        rule(2, until=day(70)), applicants, [leaves("A", 80), leaves("B", 81), leaves("E", 65)]
    )

    assert selected(entries) == ["A", "B", "C", "D"]


def test_on_a_roster_everybody_has_a_number_by_ref_and_no_rank() -> None:
    """The rule: "On a roster all are selected, with no rank, and leave in the same way"."""
    entries = run_selection(None, [candidate("B", 1), candidate("C", 0), candidate("A", 2)], [])

    assert selected(entries) == ["A", "B", "C"]
    assert set(ranks(entries).values()) == {None}

    after = run_selection(None, [candidate("A"), candidate("B")], [leaves("A")])

    assert outcomes(after) == {"A": "withdrawn", "B": "selected"}


def test_departures_of_the_files_come_in_their_order() -> None:
    """The rule: "those of decisions.csv … by (at, participant, decision), after them those of
    corrections.csv (`withdraw`) by (at, participant)".
    """
    decided = [
        leaves("B", 61, kind="withdraw", command="1"),
        leaves("B", 61, kind="decline", command="2"),
        leaves("A", 61, command="3"),
        leaves("C", 60, command="4"),
    ]
    corrected = [leaves("E", 50, command="5"), leaves("D", 50, command="6")]

    assert [one.id for one in in_order(decided, corrected)] == ["4", "3", "2", "1", "6", "5"]


def test_of_several_withdrawals_in_the_corrections_the_latest_stands() -> None:
    """The rule: "Of several corrections of one kind, participant and target the one with the
    latest `at` stands, of equal ones the one further down"; decisions.csv has no such rule.
    """
    corrected = [
        leaves("A", 62, command="latest"),
        leaves("A", 61, command="earlier"),
        leaves("B", 61, command="above"),
        leaves("B", 61, command="below"),
    ]

    assert [one.id for one in in_order([], corrected)] == ["below", "latest"]
