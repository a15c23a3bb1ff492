"""What stands on a row of a sheet, and what the rows come to."""

from datetime import datetime

import pytest
from ijaza_attendance.domain.evidence import CorrectionFound, ScanFound, record_of
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.sheets import (
    Standing,
    Visit,
    permille,
    session_row,
    totals_of,
)
from ijaza_attendance.domain.times import seconds_of
from ijaza_contracts.attendance import ReviewResolved
from ijaza_contracts.envelope import Event

from tests.unit.attendance.given import (
    EDITION,
    HOUR,
    MINUTE,
    at,
    corrected,
    excused,
    folded,
    programme,
    scan,
    session,
    withdrawn,
)
from tests.unit.attendance.sheet_rows import (
    MERGED,
    NOW,
    attending,
    bilingual,
    in_module,
    on_sheet,
    signed_scan,
    stayed,
)

TWO = bilingual()
NEVER: list[Event] = []


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([scan("in", at("16:02")), scan("out", at("19:58"))], ("16:02", "19:58")),
        ([scan("in", at("16:02"))], ("16:02", None)),
        ([*stayed("16:02", "17:00"), *stayed("17:10", "19:00")], ("16:02", "19:00")),
        ([*stayed("16:02", "17:00"), scan("in", at("17:10"))], ("16:02", None)),
        ([scan("in", at("16:02")), scan("in", at("16:05"))], ("16:02", None)),
        ([scan("out", at("17:00"))], (None, None)),
        ([], (None, None)),
    ],
)
def test_arrival_is_the_first_in_and_departure_the_last_out(
    events: list[Event], expected: tuple[str | None, str | None]
) -> None:
    """Read as presence reads scans; who came in again has not left."""
    arrival, departure = (None if each is None else seconds_of(at(each)) for each in expected)

    assert on_sheet(attending(TWO, *events), TWO).visit == Visit(arrival, departure)


def test_where_only_entries_are_recorded_nobody_leaves() -> None:
    """An out does nothing there."""
    rules = programme(record="in-only")

    row = on_sheet(attending(rules, *stayed("16:30", "17:00")), rules)

    assert row.visit == Visit(seconds_of(at("16:30")), None)
    assert row.seconds == 3 * HOUR + 30 * MINUTE


@pytest.mark.parametrize(
    ("events", "now", "expected"),
    [
        (stayed("16:00", "17:00"), NOW, "present"),
        ([scan("in", at("16:00"))], NOW, "present"),
        ([scan("in", at("16:00")), corrected(0, at("21:00"))], NOW, "absent"),
        ([corrected(60, at("21:00"))], NOW, "present"),
        (stayed("15:10", "15:50"), NOW, "absent"),
        ([scan("in", at("20:30"))], NOW, "absent"),
        (NEVER, NOW, "absent"),
        (NEVER, at("19:59"), "expected"),
        (NEVER, at("20:00"), "absent"),
        ([*stayed("16:00", "17:00"), excused("s1")], NOW, "excused"),
        ([withdrawn()], NOW, "withdrawn"),
        ([*stayed("16:00", "17:00"), withdrawn()], NOW, "present"),
    ],
)
def test_how_somebody_stands_to_a_session(
    events: list[Event], now: datetime, expected: Standing
) -> None:
    """Present with any second that counts, or inside by the scans where nobody corrected that."""
    assert on_sheet(attending(TWO, *events), TWO, now=now).standing == expected


def test_of_a_cancelled_session_nobody_is_absent() -> None:
    """It was not held; who came is shown all the same, and nothing counts."""
    rules = bilingual(session("s1", cancelled=True))
    came, stayed_away = attending(rules, *stayed("16:00", "17:00")), attending(rules)

    rows = [on_sheet(state, rules) for state in (came, stayed_away)]

    assert [row.standing for row in rows] == ["present", "not-held"]
    assert totals_of(rows).seconds == 0


def test_a_merged_session_is_shown_by_the_one_that_it_became_part_of() -> None:
    """Its scans and what is odd about them stand there."""
    rules = bilingual(session("s1"), MERGED)
    state = attending(rules, scan("in", at("16:30"), session="s4"))

    assert on_sheet(state, rules, session="s4").standing == "not-held"
    row = on_sheet(state, rules)
    assert (row.visit.arrival, row.open_items) == (seconds_of(at("16:30")), ("missing-out",))
    record = record_of(state, rules, None, seconds_of(NOW))
    assert [len(each.evidence) for each in record.sessions] == [1, 0]


def test_an_item_that_names_a_merged_session_is_shown_there_too() -> None:
    """It bears the session as the scan had it."""
    rules = bilingual(session("s1"), MERGED)
    twice = (
        scan("in", at("16:30"), scan_id="a"),
        scan("in", at("16:31"), scan_id="a", session="s4"),
    )

    row = on_sheet(attending(rules, *twice), rules)

    assert row.open_items == ("missing-out", "scan-id-reused")


def test_an_item_with_a_verdict_is_open_no_more() -> None:
    """What is left to look at is told on the row, by its kind."""
    missing = scan("in", at("16:00"), scan_id="a")
    verdict = ReviewResolved(
        edition=EDITION,
        participant="p1",
        at=at("21:00"),
        kind="missing-out",
        session="s1",
        scan_id="a",
        verdict="accepted",
        actor="staff-7",
    )

    assert on_sheet(attending(TWO, missing), TWO).open_items == ("missing-out",)
    assert on_sheet(attending(TWO, missing, verdict), TWO).open_items == ()


def test_strangers_have_no_row() -> None:
    """Their scans are kept, and are on no sheet."""
    assert session_row(folded(scan("in", at("16:00"))), TWO, None, "s1", 0) is None


def test_an_erased_person_has_a_row_without_a_name() -> None:
    """Number and seconds stay."""
    member = on_sheet(attending(TWO, *stayed("16:00", "17:00")), TWO).member

    assert (member.number, member.name_en, member.name_ar) == (1, "", "")


def test_rows_stand_by_number_and_those_without_one_last() -> None:
    """As the badges are numbered."""
    members = [
        on_sheet(attending(TWO, participant=who, number=number), TWO).member
        for who, number in (("a", 10), ("b", 2), ("c", 0))
    ]

    assert [each.participant for each in sorted(members, key=lambda each: each.place)] == [
        "b",
        "a",
        "c",
    ]


def test_a_module_has_each_session_and_the_sums_of_the_person() -> None:
    """An excused session leaves both sums."""
    state = attending(
        TWO,
        *stayed("16:00", "17:00"),
        *stayed("16:00", "19:00", session="s2", day=2),
        excused("s1"),
    )

    row = in_module(state, TWO, Person("Li", "", 1))

    assert [each.seconds for each in row.sessions] == [HOUR, 3 * HOUR]
    assert (row.scheduled_seconds, row.attended_seconds) == (4 * HOUR, 3 * HOUR)


@pytest.mark.parametrize(
    ("attended", "scheduled", "expected"),
    [(79_999, 100_000, 799), (80_000, 100_000, 800), (0, 0, None), (5, 4, 1250)],
)
def test_a_share_is_rounded_down(attended: int, scheduled: int, expected: int | None) -> None:
    """79.999 % is not 80 %."""
    assert permille(attended, scheduled) == expected


def test_the_record_has_every_scan_and_says_which_count() -> None:
    """Undone ones, those that undo, and other contents under the same id are marked."""
    state = attending(
        TWO,
        scan("in", at("16:00"), scan_id="a"),
        scan("in", at("16:01"), scan_id="b", undo_of="a"),
        scan("in", at("16:02"), scan_id="c"),
        scan("out", at("19:00"), scan_id="c"),
        scan("in", at("02:00"), scan_id="d", session=""),
        corrected(60, at("21:00"), correction="c1"),
        corrected(90, at("22:00"), correction="c2"),
    )

    record = record_of(state, TWO, None, seconds_of(NOW))

    scans = [each for each in record.sessions[0].evidence if isinstance(each, ScanFound)]
    assert [(each.scan_id, each.weight) for each in scans] == [
        ("a", "undone"),
        ("b", "undoing"),
        ("c", "counts"),
        ("c", "other-content"),
    ]
    corrections = [
        each for each in record.sessions[0].evidence if isinstance(each, CorrectionFound)
    ]
    assert [each.stands for each in corrections] == [False, True]
    assert [each.at for each in record.unplaced] == [seconds_of(at("02:00"))]
    assert [item.kind for item in record.unplaced_items] == ["no-session"]


def test_a_signed_scan_has_its_devices_own_time_as_evidence() -> None:
    """To the millisecond, with what corrected it."""
    state = attending(TWO, signed_scan(at("16:00:07").replace(microsecond=412_000)))

    (found,) = record_of(state, TWO, None, seconds_of(NOW)).sessions[0].evidence

    assert isinstance(found, ScanFound)
    assert found.origin == (seconds_of(at("16:00:07")) * 1000 + 412, -340, "camera", "accepted")
