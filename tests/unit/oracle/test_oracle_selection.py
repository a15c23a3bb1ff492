"""The oracle of the selection against results worked out by hand.

Each docstring quotes the sentence it shows.
"""

import pytest

from tests.oracle.small_editions import Play, cells, selection_rules, two_applicants

START = "2019-12-15T16:00"
APPLIED = "2019-10-01T10:00"


def test_everybody_on_a_roster_is_selected_without_a_rank(play: Play) -> None:
    """'On a roster all are selected, with no rank, and leave in the same way.'"""
    rows = play(
        applicants=[("b", "x", "mid", "yes", APPLIED), ("a", "x", "mid", "yes", APPLIED)],
        decisions=[("b", "decline", START)],
    )

    assert cells(rows, "selection", "participant", "outcome", "rank") == [
        ("a", "selected", ""),
        ("b", "withdrawn", ""),
    ]


def test_order_of_selection(play: Play) -> None:
    """'Order the rest by the classes of `prefer`, then `applied_at`, then `ref` by code point'

    and 'a value in none comes last'; 12:00+02:00 is the same instant as 10:00Z.
    """
    rows = play(
        {"selection": selection_rules(5, prefer=True)},
        applicants=[
            ("none", "x", "intern", "yes", "2019-09-01T10:00"),
            ("b", "x", "mid", "yes", "2019-10-01T10:00Z"),
            ("a", "x", "senior", "yes", "2019-10-01T12:00+02:00"),
            ("Z", "x", "junior", "yes", "2019-09-01T10:00"),
            ("out", "x", "senior", "no", "2019-09-01T10:00"),
        ],
    )

    assert cells(rows, "selection", "participant", "rank", "outcome") == [
        ("Z", "3", "selected"),
        ("a", "1", "selected"),
        ("b", "2", "selected"),
        ("none", "4", "selected"),
        ("out", "", "declined"),
    ]


def test_a_free_place_passes_over_whoever_breaks_a_quota(play: Play) -> None:
    """'passing over whoever would break an `at_most`' and 'filled in the same way'."""
    rows = play(
        {"selection": selection_rules(2) | {"at_most": [{"per": "organisation", "seats": "1"}]}},
        applicants=[
            ("1", "moi", "mid", "yes", "2019-10-01T01:00"),
            ("2", "moi", "mid", "yes", "2019-10-01T02:00"),
            ("3", "mof", "mid", "yes", "2019-10-01T03:00"),
            ("4", "moh", "mid", "yes", "2019-10-01T04:00"),
        ],
        decisions=[("3", "withdraw", START)],
    )

    assert cells(rows, "selection", "participant", "outcome") == [
        ("1", "selected"),
        ("2", "waitlisted"),
        ("3", "withdrawn"),
        ("4", "selected"),
    ]


@pytest.mark.parametrize(
    ("at", "outcome"), [("2019-12-15T20:00", "selected"), ("2019-12-15T20:00:01", "waitlisted")]
)
def test_promotion_ends_with_the_latest_end_in_the_edition(
    play: Play, at: str, outcome: str
) -> None:
    """'default: the latest end of any session as in edition.yaml, moved or cancelled since or not'

    and 'After each departure up to `promote_until`', the bound included.
    """
    rows = play(
        {"selection": selection_rules(1)},
        applicants=two_applicants("2"),
        decisions=[("1", "withdraw", at)],
        corrections=[
            ("move-session", "", "d1", "2019-12-17T16:00/2019-12-17T20:00", START),
            ("cancel-session", "", "d1", "", START),
        ],
    )

    assert cells(rows, "selection", "participant", "outcome")[1] == ("2", outcome)


def test_corrections_leave_after_all_decisions(play: Play) -> None:
    """'those of decisions.csv … after them those of corrections.csv'

    so who leaves by an earlier correction was promoted by the later decision before.
    """
    rows = play(
        {"selection": selection_rules(1)},
        applicants=two_applicants("2"),
        decisions=[("1", "withdraw", "2019-12-15T12:00")],
        corrections=[("withdraw", "2", "", "", "2019-12-15T11:00")],
        scans=[("s1", "2", "d1", "in", START, 1)],
    )

    assert cells(rows, "selection", "outcome", "rank") == [("withdrawn", "1"), ("withdrawn", "2")]
    assert cells(rows, "review", "kind", "participant") == [("missing-out", "2")]
