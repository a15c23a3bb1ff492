"""formats.md, *Scans*: which content of a scan stands, and to which session it belongs."""

import pytest
from ijaza_attendance.domain.presence import assign
from ijaza_contracts.attendance import ScanRecorded

from tests.unit.attendance.given import at, folded, programme, scan, selected, session


def test_the_same_content_under_one_scan_id_is_one_scan() -> None:
    """Rule: "The same content under one participant and `scan_id` … is one scan"."""
    once = folded(scan("in", at("16:00"), scan_id="a"))

    twice = folded(scan("in", at("16:00"), scan_id="a"), state=once)

    assert twice is once


@pytest.mark.parametrize(
    ("least", "other"),
    [
        pytest.param(
            scan("out", at("16:00"), seq=9, device="z", session="s2", scan_id="a"),
            scan("in", at("16:01"), seq=1, device="b", session="s1", scan_id="a"),
            id="by time first",
        ),
        pytest.param(
            scan("out", at("16:00"), seq=1, device="z", session="s2", scan_id="a"),
            scan("in", at("16:00"), seq=2, device="b", session="s1", scan_id="a"),
            id="then by seq",
        ),
        pytest.param(
            scan("in", at("16:00"), device="z", session="s2", scan_id="a"),
            scan("out", at("16:00"), device="b", session="s1", scan_id="a"),
            id="then by direction",
        ),
        pytest.param(
            scan("in", at("16:00"), device="b", session="s2", scan_id="a"),
            scan("in", at("16:00"), device="z", session="s1", scan_id="a"),
            id="then by device",
        ),
        pytest.param(
            scan("in", at("16:00"), session="s1", scan_id="a"),
            scan("in", at("16:00"), session="s2", scan_id="a"),
            id="then by session",
        ),
    ],
)
def test_the_least_of_several_contents_stands(least: ScanRecorded, other: ScanRecorded) -> None:
    """Rule: "of several contents the least by (time, seq, direction, device, session) stands"."""
    rules = programme([session("s1"), session("s2", day=2)])

    slots = assign(folded(other, least), rules)

    (standing,) = [name for name, slot in slots.items() if slot.scans]
    assert standing == least.session


def test_a_scan_without_a_session_belongs_to_the_one_that_holds_its_time() -> None:
    """Rule: "an empty session is the one whose start − 60 min … end + 60 min … holds the time"."""
    rules = programme([session("s1"), session("s2", day=2)])

    slots = assign(folded(scan("in", at("16:20", day=2), session="")), rules)

    assert [*slots] == ["s2"]


@pytest.mark.parametrize(
    ("clock", "assigned"),
    [("14:59:59", []), ("15:00", ["s1"]), ("21:00", ["s1"]), ("21:00:01", [])],
)
def test_an_hour_around_the_session_belongs_to_it_bounds_included(
    clock: str, assigned: list[str]
) -> None:
    """Rule: "start − 60 min … end + 60 min, bounds included"."""
    rules = programme([session("s1", "16:00", "20:00")])

    slots = assign(folded(scan("in", at(clock), session="")), rules)

    assert [*slots] == assigned


@pytest.mark.parametrize(
    ("clock", "assigned"), [("11:29", "morning"), ("11:30", "morning"), ("11:31", "noon")]
)
def test_of_several_sessions_the_nearest_start_wins_then_the_earlier_in_the_edition(
    clock: str, assigned: str
) -> None:
    """Rule: "the nearest start; of equal ones the earlier in the edition"."""
    rules = programme([session("morning", "11:00", "12:00"), session("noon", "12:00", "13:00")])

    slots = assign(folded(scan("in", at(clock), session="")), rules)

    assert [*slots] == [assigned]


def test_earlier_in_the_edition_is_not_earlier_in_time() -> None:
    """The edition's order is that of its modules and sessions, as they are written."""
    rules = programme([session("noon", "12:00", "13:00")], [session("morning", "11:00", "12:00")])

    slots = assign(folded(scan("in", at("11:30"), session="")), rules)

    assert [*slots] == ["noon"]


def test_scans_are_assigned_to_cancelled_sessions_too() -> None:
    """*Modules*: of cancelled sessions, "their scans are still assigned and reviewed"."""
    rules = programme(
        [session("off", "16:00", "20:00", cancelled=True), session("on", "17:00", "20:00")]
    )

    slots = assign(folded(scan("in", at("16:10"), session="")), rules)

    assert [*slots] == ["off"]


def test_a_scan_that_names_its_session_belongs_to_it_at_any_time() -> None:
    """Only "an empty session" is looked for by the time."""
    rules = programme([session("s1"), session("s2", day=2)])

    slots = assign(folded(scan("in", at("16:00", day=9), session="s1")), rules)

    assert [*slots] == ["s1"]


def test_every_content_bears_on_each_slot_that_any_of_them_names_or_is_assigned_to() -> None:
    """design.md §4: it counts there "whether it stands or not"."""
    rules = programme([session("s1"), session("s2", day=2), session("s3", day=3)])
    state = folded(
        selected(),
        scan("in", at("16:00"), scan_id="a", session="s1"),
        scan("in", at("16:00", day=2), scan_id="a", session=""),
        scan("in", at("16:00", day=2), scan_id="b", session="s2"),
    )

    slots = assign(state, rules)

    assert {name: slot.facts for name, slot in slots.items()} == {"s1": 2, "s2": 3}
