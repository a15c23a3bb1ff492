"""The oracle of scans and presence against numbers worked out by hand.

Each docstring quotes the sentence it shows.
"""

import pytest

from tests.oracle.small_editions import DAY, Play, attended, cells, selection_rules, two_applicants

START = "2019-12-15T16:00"


def test_the_least_content_of_a_scan_id_stands(play: Play) -> None:
    """'of several contents the least by (time, seq, direction, device, session) stands'

    and 'The same content … (parsed, not as text) is one scan'.
    """
    rows = play(
        scans=[
            ("s1", "P", "d1", "out", "2019-12-15T17:00", 1),
            ("s1", "P", "d1", "in", "2019-12-15T16:30", 2),
            ("s1", "P", "d1", "in", "2019-12-15T14:30:00Z", 2),
            ("s2", "P", "d1", "out", "2019-12-15T18:00", 3),
        ]
    )

    assert attended(rows) == [("240", "90")]
    assert cells(rows, "review", "kind", "session", "scan_id") == [("scan-id-reused", "d1", "s1")]


@pytest.mark.parametrize(
    ("at", "reviews"),
    [
        ("2019-12-15T15:00", [("missing-out", "d1")]),
        ("2019-12-15T14:59:59", [("no-session", "")]),
        ("2019-12-15T21:00", [("missing-out", "d1")]),
        ("2019-12-15T21:00:01", [("no-session", "")]),
    ],
)
def test_the_session_of_a_scan_without_one(
    play: Play, at: str, reviews: list[tuple[str, str]]
) -> None:
    """'the one whose start − 60 min … end + 60 min, bounds included, holds the time'"""
    rows = play(scans=[("s1", "P", "", "in", at, 1)])

    assert cells(rows, "review", "kind", "session") == reviews


def test_the_nearest_start_decides_and_then_the_order_of_the_edition(play: Play) -> None:
    """'(the nearest start; of equal ones the earlier in the edition)'"""
    later = {"id": "later", "start": "2019-12-15T18:00", "end": "2019-12-15T19:00"}
    rows = play(
        {"modules": [{"id": "m1", "sessions": [later, DAY]}]},
        scans=[
            ("tie", "P", "", "in", "2019-12-15T17:00", 1),
            ("near", "P", "", "in", "2019-12-15T16:59:59", 1),
        ],
    )

    assert sorted(cells(rows, "review", "scan_id", "session")) == [
        ("near", "d1"),
        ("tie", "later"),
    ]


def test_strangers_and_the_declined_do_not_take_part(play: Play) -> None:
    """'a participant who never takes part, or whom no applicants.csv knows: not-taking-part'

    and 'they carry the session as written'.
    """
    rows = play(
        {"selection": selection_rules(1)},
        applicants=two_applicants("2"),
        scans=[("s1", "2", "", "in", START, 1), ("s1", "nobody", "d1", "in", START, 1)],
    )

    assert cells(rows, "review", "kind", "participant", "session") == [
        ("not-taking-part", "2", ""),
        ("not-taking-part", "nobody", "d1"),
    ]


def test_in_and_out(play: Play) -> None:
    """'`in` while outside opens, `out` while inside closes, anything else changes nothing'"""
    rows = play(
        scans=[
            ("a", "P", "d1", "out", "2019-12-15T15:30", 1),
            ("b", "P", "d1", "in", "2019-12-15T15:45", 2),
            ("c", "P", "d1", "in", "2019-12-15T16:30", 3),
            ("d", "P", "d1", "out", "2019-12-15T17:00", 4),
            ("e", "P", "d1", "in", "2019-12-15T19:00", 5),
        ]
    )

    assert attended(rows) == [("240", "60")]
    assert cells(rows, "review", "kind", "scan_id") == [
        ("in-while-inside", "c"),
        ("missing-out", "e"),
        ("out-while-outside", "a"),
    ]


@pytest.mark.parametrize(
    ("attendance", "minutes", "kinds"),
    [
        ({"missing_out": "review"}, "0", ["missing-out"]),
        ({"missing_out": "credit_to_end"}, "60", []),
        ({"record": "in-only"}, "60", []),
    ],
)
def test_what_is_open_at_the_end(
    play: Play, attendance: dict[str, str], minutes: str, kinds: list[str]
) -> None:
    """'with `review` nothing is credited for it …; with `credit_to_end` it closes at the

    session's end'; 'from the first `in` to the session's end' less a break of one hour.
    """
    lunch = {"breaks": [{"start": "2019-12-15T18:30", "end": "2019-12-15T19:30"}]}
    rows = play(
        {"modules": [{"id": "m1", "sessions": [DAY | lunch]}], "attendance": attendance},
        scans=[("a", "P", "d1", "in", "2019-12-15T18:00", 1)],
    )

    assert attended(rows) == [("180", minutes)]
    assert [row["kind"] for row in rows["review"]] == kinds


def test_a_night_that_is_an_hour_longer(play: Play) -> None:
    """'a local time that occurs twice is the first …; durations are elapsed time'

    23:30 occurs twice in Cairo on 26 October 2023: the end is the first, midnight 1 h 30 later.
    """
    night = {"id": "d1", "start": "2023-10-26T22:00", "end": "2023-10-27T00:00"}
    rows = play(
        {"modules": [{"id": "m1", "sessions": [night]}]},
        scans=[
            ("a", "P", "d1", "in", "2023-10-26T22:00", 1),
            ("b", "P", "d1", "out", "2023-10-26T23:30", 2),
        ],
    )

    assert attended(rows) == [("180", "90")]


def test_a_skipped_local_time_takes_the_offset_before_the_change(play: Play) -> None:
    """'one that is skipped takes the offset before the change'

    00:30 of 28 April 2023 is skipped in Cairo, and is 01:30 of the clock after the change.
    """
    night = {"id": "d1", "start": "2023-04-27T23:30", "end": "2023-04-28T00:30"}
    rows = play({"modules": [{"id": "m1", "sessions": [night]}]})

    assert attended(rows) == [("60", "0")]


def test_breaks_move_with_the_start(play: Play) -> None:
    """'its breaks move by the same elapsed time as its start'"""
    lunch = {"breaks": [{"start": "2019-12-15T17:00", "end": "2019-12-15T18:00"}]}
    rows = play(
        {"modules": [{"id": "m1", "sessions": [DAY | lunch]}]},
        corrections=[("move-session", "", "d1", "2019-12-16T10:00/2019-12-16T11:30", START)],
        scans=[
            ("a", "P", "", "in", "2019-12-16T10:15", 1),
            ("b", "P", "", "out", "2019-12-16T11:15", 2),
        ],
    )

    assert attended(rows) == [("60", "45")]
