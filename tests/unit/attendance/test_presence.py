"""formats.md, *Presence*: how many seconds of a session the scans put somebody inside."""

import pytest
from ijaza_attendance.domain.programme import Programme
from ijaza_contracts.envelope import Event

from tests.unit.attendance.given import HOUR, MINUTE, at, programme, scan, session, settled


def seconds(rules: Programme, *events: Event) -> int:
    """What was published of the one session, 0 if nothing was."""
    _, published = settled(rules, *events)
    return published[0].seconds if published else 0


def test_from_in_to_out_counts() -> None:
    """Rule: "`in` while outside opens, `out` while inside closes"."""
    assert seconds(programme(), scan("in", at("16:30")), scan("out", at("18:00:05"))) == (
        90 * MINUTE + 5
    )


def test_two_stays_are_added() -> None:
    """Rule: "their union summed in seconds"."""
    stays = [
        scan("in", at("16:00")),
        scan("out", at("17:00")),
        scan("in", at("18:00")),
        scan("out", at("20:00")),
    ]

    assert seconds(programme(), *stays) == 3 * HOUR


def test_what_lies_outside_the_session_is_cut_off() -> None:
    """Rule: "Intervals are cut to the session"."""
    assert seconds(programme(), scan("in", at("15:10")), scan("out", at("23:00"))) == 4 * HOUR


def test_a_stay_before_the_session_counts_nothing() -> None:
    """Rule: "Intervals are cut to the session": here nothing is left."""
    assert seconds(programme(), scan("in", at("15:10")), scan("out", at("15:40"))) == 0


def test_breaks_are_taken_out_overlapping_ones_once() -> None:
    """Rule: "its breaks taken out"."""
    breaks = [("17:30", "18:30"), ("17:00", "18:00")]
    rules = programme([session("s1", "16:00", "20:00", breaks=breaks)])

    assert seconds(rules, scan("in", at("16:00")), scan("out", at("20:00"))) == 150 * MINUTE


def test_who_leaves_during_a_break_loses_no_more_of_it() -> None:
    """A break is no attendance, "even for somebody who stayed inside"."""
    rules = programme([session("s1", "16:00", "20:00", breaks=[("17:00", "18:00")])])

    assert seconds(rules, scan("in", at("16:00")), scan("out", at("17:30"))) == HOUR


def test_a_second_in_changes_nothing() -> None:
    """Rule: "anything else changes nothing"."""
    scans = [scan("in", at("16:00")), scan("in", at("17:00")), scan("out", at("18:00"))]

    assert seconds(programme(), *scans) == 2 * HOUR


def test_a_second_out_changes_nothing() -> None:
    """Rule: "anything else changes nothing"."""
    scans = [scan("in", at("16:00")), scan("out", at("17:00")), scan("out", at("18:00"))]

    assert seconds(programme(), *scans) == HOUR


@pytest.mark.parametrize(
    ("seq_of_out", "expected"), [(1, 2 * HOUR), (3, HOUR)], ids=["out first", "in first"]
)
def test_scans_of_one_time_go_by_seq(seq_of_out: int, expected: int) -> None:
    """Rule: "the scans of one participant and session by time, seq, scan_id"."""
    scans = [
        scan("in", at("16:00"), seq=2),
        scan("out", at("16:00"), seq=seq_of_out),
        scan("in", at("17:00"), seq=4),
        scan("out", at("18:00"), seq=5),
    ]

    assert seconds(programme(), *scans) == expected


@pytest.mark.parametrize(
    ("ids", "expected"), [(("a", "b"), 0), (("b", "a"), 4 * HOUR)], ids=["in first", "out first"]
)
def test_scans_of_one_time_and_seq_go_by_scan_id(ids: tuple[str, str], expected: int) -> None:
    """Rule: "by time, seq, scan_id": an `out` that comes before its `in` closes nothing."""
    rules = programme(missing_out="credit_to_end")
    scans = [
        scan("in", at("16:00"), scan_id=ids[0]),
        scan("out", at("16:00"), scan_id=ids[1]),
    ]

    assert seconds(rules, *scans) == expected


def test_a_missing_out_credits_nothing_where_it_is_reviewed() -> None:
    """Rule: "with `review` nothing is credited for it"."""
    rules = programme(missing_out="review")

    assert seconds(rules, scan("in", at("16:00"))) == 0


def test_a_missing_out_closes_at_the_end_where_it_is_credited() -> None:
    """Rule: "with `credit_to_end` it closes at the session's end"."""
    rules = programme(missing_out="credit_to_end")

    assert seconds(rules, scan("in", at("19:00"))) == HOUR


def test_a_missing_out_opened_after_the_end_credits_nothing() -> None:
    """It closes at the end, and the interval is cut to the session: nothing is left."""
    rules = programme(missing_out="credit_to_end")

    assert seconds(rules, scan("in", at("20:30"))) == 0


def test_in_only_counts_from_the_first_in_to_the_end() -> None:
    """Rule: "`in-only`: from the first `in` to the session's end; `out` does nothing"."""
    rules = programme(record="in-only")
    scans = [
        scan("in", at("18:00")),
        scan("in", at("17:00")),
        scan("out", at("17:30")),
        scan("out", at("16:30")),
    ]

    assert seconds(rules, *scans) == 3 * HOUR


def test_in_only_counts_nothing_without_an_in() -> None:
    """Rule: "`out` does nothing"."""
    assert seconds(programme(record="in-only"), scan("out", at("17:30"))) == 0
