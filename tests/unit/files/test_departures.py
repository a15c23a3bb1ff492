"""Departures come in the order of formats.md, and those of earlier runs first."""

from datetime import UTC, datetime
from typing import Literal

from ijaza_local.files import Correction, Decision, departure_key, departures_in_order


def at(day: int) -> datetime:
    """A day of December 2019."""
    return datetime(2019, 12, day, tzinfo=UTC)


def decided(who: str, decision: Literal["accept", "decline", "withdraw"], day: int) -> Decision:
    """A row of decisions.csv."""
    return Decision(who, decision, at(day), "office", "")


def withdrawn(who: str, day: int) -> Correction:
    """A row of corrections.csv."""
    return Correction("withdraw", who, "", "", "office", "", at(day))


def in_order(decisions: list[Decision], corrections: list[Correction], **earlier: int) -> list[str]:
    """Participant and day of each departure; `earlier` names them in the same way: A3."""
    keys = {
        f"{row.participant}{row.at.day}": departure_key(
            "decisions", row.participant, row.decision, row.at
        )
        for row in decisions
    } | {
        f"{row.participant}{row.at.day}": departure_key(
            "corrections", row.participant, row.kind, row.at
        )
        for row in corrections
    }
    known = {keys[name]: place for name, place in earlier.items()}
    ordered = departures_in_order(decisions, corrections, known)
    return [f"{one.participant}{one.at.day}" for one in ordered]


def test_decisions_come_by_time_then_corrections() -> None:
    """Decisions by time, person and decision, then corrections; who accepts does not leave."""
    decisions = [
        decided("C", "decline", 5),
        decided("B", "withdraw", 5),
        decided("A", "withdraw", 9),
        decided("D", "accept", 1),
    ]
    corrections = [withdrawn("F", 2), withdrawn("E", 1)]
    assert in_order(decisions, corrections) == ["B5", "C5", "A9", "E1", "F2"]


def test_of_several_withdrawals_of_one_person_the_latest_stands() -> None:
    """So it is in corrections.csv; decisions.csv has no such rule."""
    decisions = [decided("A", "withdraw", 1), decided("A", "withdraw", 2)]
    corrections = [withdrawn("B", 4), withdrawn("B", 3)]
    assert in_order(decisions, corrections) == ["A1", "A2", "B4"]


def test_new_departures_come_after_all_earlier_ones() -> None:
    """What an earlier run took keeps its place, whatever the times of the new ones."""
    decisions = [decided("A", "withdraw", 8), decided("B", "withdraw", 1)]
    corrections = [withdrawn("C", 9), withdrawn("D", 2)]
    assert in_order(decisions, corrections, A8=1, C9=1) == ["A8", "C9", "B1", "D2"]
    assert in_order(decisions, corrections, C9=7, A8=9) == ["C9", "A8", "B1", "D2"]


def test_departures_of_one_run_are_ordered_as_it_ordered_them() -> None:
    """Equal numbers say the same run: by time there, and only what stood was taken."""
    decisions = [decided("B", "withdraw", 8), decided("A", "withdraw", 1)]
    corrections = [withdrawn("C", 3), withdrawn("C", 5)]
    assert in_order(decisions, corrections, B8=1, A1=1, C3=1, C5=1) == ["A1", "B8", "C5"]


def test_a_withdrawal_that_a_taken_one_outweighs_is_none() -> None:
    """A new correction of before the one that was taken does not stand; one of after it does."""
    corrections = [withdrawn("C", 5), withdrawn("C", 3), withdrawn("C", 7)]
    assert in_order([], corrections, C5=1) == ["C5", "C7"]
    assert in_order([], corrections[:2], C5=1) == ["C5"]


def test_a_departure_is_known_by_what_it_says() -> None:
    """A row that differs in actor or reason alone is the same departure; no id is ambiguous."""
    other = Decision("A", "withdraw", at(1), "somebody", "another reason")
    assert in_order([decided("A", "withdraw", 1), other], []) == ["A1"]
    first = departure_key("decisions", 'A", "x', "y", at(1))
    assert first != departure_key("decisions", "A", 'x", "y', at(1))
