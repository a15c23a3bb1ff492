"""Who is in a room: each status, when it begins, and what changes from one look to the next."""

from collections.abc import Sequence
from typing import Literal

import pytest
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.room import (
    ABSENT_AFTER,
    GRACE,
    Attendee,
    Room,
    Seat,
    attendee,
    changed,
    room,
)
from ijaza_attendance.domain.times import seconds_of
from ijaza_contracts.envelope import Event

from tests.unit.attendance.given import (
    MINUTE,
    PARTICIPANT,
    at,
    excused,
    folded,
    programme,
    scan,
    selected,
    session,
    withdrawn,
)

START = seconds_of(at("16:00"))
IN = scan("in", at("16:05"), scan_id="a")
OUT = scan("out", at("17:00"), scan_id="b")


def seen(
    *events: Event, now: str = "17:30", rules: Programme | None = None, chosen: bool = True
) -> Room:
    """The room of s1 with one participant of whom these events tell."""
    rules = rules or programme()
    state = folded(*([selected()] if chosen else []), *events)
    someone = attendee(state, rules, Person("Amina Said", "أمينة سعيد", 1))
    return room([someone], rules.sittings["s1"], rules, seconds_of(at(now)))


def seat(*events: Event, now: str = "17:30", rules: Programme | None = None) -> Seat:
    return seen(*events, now=now, rules=rules).seats[PARTICIPANT]


@pytest.mark.parametrize(
    ("now", "status"),
    [
        ("15:59:59", "expected"),
        ("16:00", "late"),
        ("16:59:59", "late"),
        ("17:00", "absent"),
        ("20:00", "absent"),
    ],
)
def test_who_does_not_come_is_expected_then_late_then_absent(now: str, status: str) -> None:
    """Late from the start on, absent after an hour, and after the end."""
    assert seat(now=now).status == status


def test_of_a_short_session_somebody_is_absent_when_it_ends() -> None:
    """Nobody is late for what is over."""
    rules = programme([session("s1", "16:00", "16:30")])

    assert seat(now="16:29:59", rules=rules).status == "late"
    assert seat(now="16:30", rules=rules).status == "absent"


def test_who_came_is_inside_since_their_last_entry() -> None:
    """Out and in again: inside since then; when they first came stays."""
    there = seat(IN, OUT, scan("in", at("17:20"), scan_id="c"))

    assert (there.status, there.since) == ("inside", seconds_of(at("17:20")))
    assert there.arrived == seconds_of(at("16:05"))


def test_who_went_out_has_left_since_then() -> None:
    """An out of somebody who is outside already changes nothing."""
    there = seat(IN, OUT, scan("out", at("17:10"), scan_id="c"))

    assert (there.status, there.since) == ("left", seconds_of(at("17:00")))


@pytest.mark.parametrize(("seconds", "late"), [(GRACE, False), (GRACE + 1, True)])
def test_who_comes_after_the_grace_came_late(seconds: int, late: bool) -> None:
    """Ten minutes are not late."""
    arrived = at(f"16:{seconds // MINUTE:02}:{seconds % MINUTE:02}")

    assert seat(scan("in", arrived)).arrived_late is late


def test_an_undone_entry_was_none() -> None:
    """The door took it back: the person is not here."""
    undo = scan("in", at("16:06"), scan_id="c", undo_of="a")

    assert seat(IN, undo).status == "absent"


def test_who_is_excused_is_not_waited_for_unless_they_come() -> None:
    """An excuse keeps nobody out."""
    assert seat(excused("s1"), now="16:30").status == "excused"
    assert seat(excused("s1"), IN, now="16:30").status == "inside"


def test_nobody_is_late_for_a_cancelled_session() -> None:
    """But who is there is there."""
    rules = programme([session("s1", cancelled=True)])

    assert seat(now="18:00", rules=rules).status == "expected"
    assert seat(IN, now="18:00", rules=rules).status == "inside"


def test_who_takes_no_part_is_not_of_the_room() -> None:
    """Strangers' scans are reviewed; a withdrawn person is shown as long as they are inside."""
    assert seen(IN, chosen=False).seats == {}
    assert seen(withdrawn()).seats == {}
    assert seen(IN, withdrawn()).seats[PARTICIPANT].status == "inside"


CLOSING: list[tuple[Literal["in-out", "in-only"], Literal["review", "credit_to_end"], str]] = [
    ("in-out", "review", "inside"),
    ("in-out", "credit_to_end", "left"),
    ("in-only", "review", "left"),
]


@pytest.mark.parametrize(("record", "missing_out", "status"), CLOSING)
def test_who_never_scans_out_leaves_as_the_edition_counts(
    record: Literal["in-out", "in-only"],
    missing_out: Literal["review", "credit_to_end"],
    status: str,
) -> None:
    """Where a missing out is credited to the end, people leave with it; else they did not go."""
    rules = programme(record=record, missing_out=missing_out)

    assert seat(IN, now="19:59:59", rules=rules).status == "inside"
    assert seat(IN, now="20:00", rules=rules).status == status


def test_counts_name_every_status() -> None:
    """Also those that nobody has."""
    counts = seen(IN).counts

    assert counts == {
        "inside": 1,
        "late": 0,
        "absent": 0,
        "left": 0,
        "expected": 0,
        "excused": 0,
    }


def people(count: int) -> list[Attendee]:
    return [Attendee(f"p{n}", n, f"Person {n}", "", True, {}) for n in range(1, count + 1)]


def test_a_room_is_in_the_order_of_the_badges() -> None:
    """Whatever the order of the ids."""
    rules = programme()
    listed: Sequence[Attendee] = people(11)

    there = room(sorted(listed, reverse=True), rules.sittings["s1"], rules, START)

    assert [seat.number for seat in there.seats.values()] == list(range(1, 12))


def test_what_changes_is_told_and_nothing_else() -> None:
    """One came, one is no longer of the edition, one stays as they were."""
    rules = programme()
    first, second, third = people(3)
    came = first._replace(visits=attendee(folded(selected(), IN), rules, None).visits)
    sitting = rules.sittings["s1"]

    seats, gone = changed(
        room([first, second, third], sitting, rules, START + ABSENT_AFTER),
        room([came, second], sitting, rules, START + ABSENT_AFTER + 1),
    )

    assert [(seat.participant, seat.status) for seat in seats] == [("p1", "inside")]
    assert gone == ["p3"]
