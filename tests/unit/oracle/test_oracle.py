"""The oracle of modules, tests and certificates against numbers worked out by hand.

Each docstring quotes the sentence it shows.
"""

import pytest

from tests.oracle.small_editions import DAY, Play, attended, cells

START = "2019-12-15T16:00"
END = "2019-12-15T20:00"


def test_the_latest_correction_stands_and_of_equal_ones_the_one_further_down(play: Play) -> None:
    """'the one with the latest `at` stands, of equal ones the one further down'"""
    rows = play(
        corrections=[
            ("attendance", "P", "d1", "10", "2019-12-17T10:00"),
            ("attendance", "P", "d1", "20", "2019-12-17T08:00Z"),
            ("attendance", "P", "d1", "30", "2019-12-16T10:00"),
        ]
    )

    assert attended(rows) == [("240", "20")]


def test_cancelled_and_excused_sessions_leave_both_sums(play: Play) -> None:
    """'without cancelled (for all) and excused (for the person) ones, whose attendance does not

    count either; their scans are still assigned and reviewed'.
    """
    days = [{"id": f"d{n}", "start": START, "end": END} for n in (1, 2, 3)]
    rows = play(
        {"modules": [{"id": "m1", "sessions": days}]},
        corrections=[
            ("cancel-session", "", "d1", "", START),
            ("excuse", "P", "d2", "", START),
            ("attendance", "P", "d2", "100", START),
        ],
        scans=[("a", "P", "d1", "in", START, 1)],
    )

    assert attended(rows) == [("240", "0")]
    assert cells(rows, "review", "kind", "session") == [("missing-out", "d1")]


@pytest.mark.parametrize(("out", "met"), [("18:40:04", "no"), ("18:40:05", "yes")])
def test_needed_is_exact_in_seconds(play: Play, out: str, met: str) -> None:
    """'max(min_percent / 100 × scheduled, min_hours × 3600) in exact seconds'

    66.7 % of 14,400 s is 9,604.8 s: 9,605 s meet it; 160.08 minutes are 161 rounded up.
    """
    rows = play(
        {"certificates": [_certificate("c1", min_percent="66.7", min_hours="2.5")]},
        scans=[
            ("a", "P", "d1", "in", START, 1),
            ("b", "P", "d1", "out", f"2019-12-15T{out}", 2),
        ],
    )

    assert cells(rows, "attendance", "required_minutes", "attended_minutes", "met") == [
        ("161", "160", met)
    ]


def test_counting_attempts(play: Play) -> None:
    """'An attempt counts if its number is within `attempts` and it is not annulled'

    and 'An attempt above the number allowed raises attempt-over-limit'.
    """
    test = {"pass_mark": "60", "max_score": "100", "attempts": "2"}
    rows = play(
        {"modules": [{"id": "m1", "sessions": [DAY], "test": test}]},
        results=[
            ("P", "m1", 1, "100", END),
            ("P", "m1", 2, "50", END),
            ("P", "m1", 2, "50", END),
            ("P", "m1", 3, "90", END),
        ],
        corrections=[
            ("annul", "P", "m1/1", "", START),
            ("score", "P", "m1/2", "59.90", START),
        ],
    )

    assert cells(rows, "tests", "attempts", "best_score", "passed") == [("3", "59.9", "no")]
    assert cells(rows, "review", "kind", "session", "scan_id", "detail") == [
        ("attempt-over-limit", "", "", "m1/3")
    ]


def test_award_and_what_is_missing(play: Play) -> None:
    """'award = the first certificate whose requirements are met' and 'missing (of the first

    certificate, module by module, attendance before test)'.
    """
    test = {"pass_mark": "60", "max_score": "100", "attempts": "1"}
    other = {"id": "e1", "start": "2019-12-16T16:00", "end": "2019-12-16T20:00"}
    rows = play(
        {
            "modules": [
                {"id": "m2", "sessions": [DAY], "test": test},
                {"id": "m1", "sessions": [other]},
            ],
            "certificates": [_certificate("full", min_percent="80"), {"id": "modest"}],
        }
    )

    assert cells(rows, "eligibility", "eligible", "award", "missing") == [
        ("no", "modest", "attendance:m2;test:m2;attendance:m1")
    ]
    assert cells(rows, "certificates", "participant", "certificate") == [("P", "modest")]


@pytest.mark.parametrize(("second", "holders"), [("dean", []), ("registrar", ["P"])])
def test_approval_by_two(play: Play, second: str, holders: list[str]) -> None:
    """'With `on_approval` those whom approvals.csv names (by `approvers` different actors)'"""
    rows = play(
        {"issue": "on_approval", "approvers": "2"},
        approvals=[("P", "dean", END), ("P", second, END)],
    )

    assert [row["participant"] for row in rows["certificates"]] == holders


def _certificate(name: str, **attendance: str) -> dict[str, object]:
    return {"id": name, "requires": {"attendance": attendance, "tests": "all_passed"}}
