"""Sessions that became part of another one: what was scanned at them counts for that one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ijaza_attendance.domain.presence import assign
from ijaza_attendance.domain.review import review
from ijaza_attendance.domain.settle import settle
from ijaza_attendance.domain.sums import module_sums
from ijaza_attendance.main import Desk
from ijaza_contracts.edition import Session

from tests.unit.attendance.doors import at_the_door, enrolled
from tests.unit.attendance.given import (
    HOUR,
    at,
    corrected,
    edition,
    excused,
    folded,
    programme,
    scan,
    selected,
    session,
    settled,
)
from tests.unit.attendance.office import Office

MORNING = (scan("in", at("09:00")), scan("out", at("11:00")))
AFTERNOON = (
    scan("in", at("13:00"), session="s2"),
    scan("out", at("15:00"), session="s2"),
)
APART = [session("s1", "09:00", "11:00"), session("s2", "13:00", "15:00")]


def merged(one: Session, into: str) -> Session:
    """A session as it is once it was merged."""
    return one.model_copy(update={"cancelled": True, "merged_into": into})


TOGETHER = programme(
    [
        session("s1", "09:00", "15:00", breaks=[("11:00", "13:00")]),
        merged(session("s2", "13:00", "15:00"), "s1"),
    ],
    revision=2,
)


def test_scans_of_a_merged_session_count_for_the_one_that_is_left() -> None:
    """Given stays in two sessions, when they are one, then both stays are in it."""
    state, published = settled(TOGETHER, *MORNING, *AFTERNOON)

    assert [(event.session, event.seconds) for event in published] == [("s1", 4 * HOUR)]
    assert module_sums(state, TOGETHER) == [("m1", 4 * HOUR, 4 * HOUR)]


def test_in_at_one_and_out_at_the_other_is_one_stay() -> None:
    """Given a door that was never told of the merger, then its scan closes the other's."""
    in_at_first, *_ = MORNING
    *_, out_at_second = AFTERNOON

    state, published = settled(TOGETHER, in_at_first, out_at_second)

    assert [event.seconds for event in published] == [4 * HOUR]
    assert review(state, TOGETHER) == []


def test_a_scan_near_a_merged_session_counts_for_the_one_that_is_left() -> None:
    """Given scans that name no session, then nearness finds the merged one as it did before."""
    rules = programme([session("s1", "09:00", "11:00"), merged(session("s2", day=2), "s1")])
    unnamed = scan("in", at("16:00", 2), session="")

    slots = assign(folded(unnamed), rules)

    assert {name: len(slot.scans) for name, slot in slots.items()} == {"s1": 1}


def test_a_merger_after_the_scans_is_published_for_both() -> None:
    """Given seconds of both sessions, when they become one, then the one has the sum and the
    other nothing, under versions that rise.
    """
    state, before = settled(programme(APART), *MORNING, *AFTERNOON)

    state, after = settle(state, TOGETHER)

    assert {event.session: event.seconds for event in before} == {"s1": 2 * HOUR, "s2": 2 * HOUR}
    assert {event.session: (event.seconds, event.version) for event in after} == {
        "s1": (4 * HOUR, (2, 4)),
        "s2": (0, (2, 0)),
    }
    assert module_sums(state, TOGETHER) == [("m1", 4 * HOUR, 4 * HOUR)]


def test_what_is_odd_is_reviewed_under_the_one_that_is_left() -> None:
    """Given somebody who went in twice and never out, then the items carry that session."""
    twice = (MORNING[0], scan("in", at("13:00"), scan_id="b", session="s2"))
    state = folded(selected(), *twice)

    assert [item[:3] for item in review(state, TOGETHER)] == [
        ("in-while-inside", "s1", "b"),
        ("missing-out", "s1", MORNING[0].scan_id),
    ]


def test_corrections_and_excuses_stay_where_they_were_said() -> None:
    """Given minutes credited and an excuse for a session, when it is merged, then neither counts:
    they were about that session alone.
    """
    said = (corrected(90, at("18:00"), session="s2"), excused("s2"))

    state, _ = settled(TOGETHER, *MORNING, *said)

    assert module_sums(state, TOGETHER) == [("m1", 4 * HOUR, 2 * HOUR)]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition of two sessions with three people."""
    async with at_the_door(tmp_path) as office:
        yield office


async def merge(office: Office[Desk]) -> None:
    """s2 becomes part of s1."""
    sessions = [session("s1"), merged(session("s2", day=2), "s1")]
    await office.tell(edition(sessions, revision=2))
    await office.drain()


async def test_what_a_tablet_recorded_offline_counts_after_a_merger(office: Office[Desk]) -> None:
    """Given two tablets that each keep one of two sessions, when these become one meanwhile, then
    what either brings, under either name, is recorded.
    """
    kept_first, kept_second = await enrolled(office, "s1"), await enrolled(office, "s2")
    await merge(office)

    for tablet in (kept_first, kept_second):
        both = [tablet.scan(1, session="s1"), tablet.scan(2, session="s2")]
        answer = (await tablet.send(tablet.batch(1, *both))).json()
        assert [each["outcome"] for each in answer["outcomes"]] == ["recorded", "recorded"]


async def test_a_bundle_has_what_the_tablets_session_became(office: Office[Desk]) -> None:
    """Given a tablet that keeps a session, when it is merged, then the tablet gets the session
    that is left, and who is inside it.
    """
    tablet = await enrolled(office, "s2")
    before = (await tablet.bundle()).headers["ETag"]
    inside = scan("in", at("16:00", 2), session="s2").model_copy(update={"participant": "p1"})
    await office.tell(inside)
    await merge(office)

    answer = await tablet.bundle(**{"If-None-Match": before})

    (kept,) = answer.json()["editions"]
    assert [(each["session"], each["cancelled"]) for each in kept["sessions"]] == [
        ("s1", False),
        ("s2", True),
    ]
    assert [each["session"] for each in answer.json()["attendance"]] == ["s1"]


async def test_a_bundle_follows_the_calendar(office: Office[Desk]) -> None:
    """Given a tablet that keeps every session, when one moves, one is cancelled and one is added,
    then its next bundle has all of it.
    """
    tablet = await enrolled(office)
    before = (await tablet.bundle()).headers["ETag"]
    changed = [session("s1", "17:00", "21:00"), session("s2", day=2, cancelled=True)]
    await office.tell(edition([*changed, session("s3", day=3)], revision=2))
    await office.drain()

    answer = await tablet.bundle(**{"If-None-Match": before})

    (kept,) = answer.json()["editions"]
    assert kept["revision"] == 2
    assert [(each["session"], each["start"], each["cancelled"]) for each in kept["sessions"]] == [
        ("s1", "2019-12-15T17:00:00Z", False),
        ("s2", "2019-12-16T16:00:00Z", True),
        ("s3", "2019-12-17T16:00:00Z", False),
    ]
