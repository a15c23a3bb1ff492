"""Scans that were taken back: none of the two counts, in whatever order they come."""

import pytest
from ijaza_attendance.domain.presence import assign
from ijaza_attendance.domain.review import review
from ijaza_attendance.domain.settle import settle
from ijaza_attendance.domain.state import State
from ijaza_contracts.attendance import ScanRecorded

from tests.unit.attendance.given import HOUR, at, folded, programme, scan, selected, session

IN = scan("in", at("16:00"), scan_id="a")
OUT = scan("out", at("18:00"), scan_id="b")
UNDO_OUT = scan("out", at("18:01"), scan_id="c", undo_of="b")
LATER = scan("out", at("19:00"), scan_id="d")
RULES = programme([session("s1"), session("s2", day=2)])


def counted(state: State) -> int:
    settled, _ = settle(state, RULES)
    return settled.published["s1"].seconds


@pytest.mark.parametrize("facts", [(IN, OUT, UNDO_OUT, LATER), (UNDO_OUT, LATER, OUT, IN)])
def test_neither_the_undone_scan_nor_the_undoing_one_counts(facts: list[ScanRecorded]) -> None:
    """Out at six was a mistake: the person stayed until seven."""
    state = folded(selected(), *facts)

    assert counted(state) == 3 * HOUR
    assert review(state, RULES) == []
    assert set(state.scans) == {"a", "b", "c", "d"}


def test_what_was_published_is_published_anew_when_a_scan_is_taken_back() -> None:
    """The undo bears on the slot of the scan that it takes back, wherever it was made itself."""
    before, _ = settle(folded(selected(), IN, OUT), RULES)
    away = scan("out", at("16:00", day=2), scan_id="c", session="s2", undo_of="b")

    _, events = settle(folded(away, state=before), RULES)

    assert [(each.session, each.seconds) for each in events] == [("s1", 0)]


def test_an_undo_alone_waits_for_its_scan() -> None:
    """It counts for nothing itself."""
    slots = assign(folded(selected(), UNDO_OUT), RULES)

    assert slots["s1"].scans == []
