"""Passes that were on two devices at once: the rule, and that no order of facts changes it."""

from collections.abc import Sequence
from random import Random
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_attendance.domain.review import AT_ONCE, review, two_devices, worklist
from ijaza_contracts.attendance import ScanRecorded

from tests.unit.attendance.given import (
    at,
    folded,
    programme,
    scan,
    selected,
    session,
)

RULES = programme([session("s1"), session("s2", "18:00", "22:00"), session("s3", day=2)])
"""s1 and s2 overlap, s3 is on another day."""


def one(
    direction: Literal["in", "out"],
    second: int,
    device: str,
    *,
    name: str = "s1",
    undo_of: str = "",
) -> ScanRecorded:
    return scan(
        direction,
        at(f"18:{second // 60:02}:{second % 60:02}"),
        scan_id=f"{device}-{second}",
        session=name,
        device=device,
        undo_of=undo_of,
    )


def found(*scans: ScanRecorded) -> list[tuple[str, str]]:
    """Session and scan of each pass that was on two devices."""
    return [(item.session, item.scan_id) for item in two_devices(folded(selected(), *scans), RULES)]


@pytest.mark.parametrize(
    ("first", "second", "raised"),
    [
        (one("in", 0, "a"), one("in", 59, "b"), True),
        (one("out", 0, "a"), one("out", 59, "b"), True),
        (one("in", 0, "a"), one("in", AT_ONCE, "b"), False),
        (one("in", 0, "a"), one("in", 59, "a"), False),
        (one("in", 0, "a"), one("out", 59, "b"), False),
        (one("out", 0, "a"), one("in", 59, "b"), False),
        (one("in", 0, "a"), one("in", 59, "b", name="s2"), True),
        (one("in", 0, "a"), one("out", 59, "b", name="s2"), True),
        (one("out", 0, "a"), one("out", 59, "b", name="s2"), True),
        (one("out", 0, "a"), one("in", 59, "b", name="s2"), False),
        (one("in", 0, "a"), one("in", 59, "b", name="s3"), False),
    ],
    ids=[
        "in twice",
        "out twice",
        "a minute apart",
        "one device",
        "in and out again",
        "out and in again",
        "in of two sessions at one time",
        "in here, out of there",
        "out of both",
        "out of one, into the other",
        "sessions on two days",
    ],
)
def test_what_one_person_cannot_do(first: ScanRecorded, second: ScanRecorded, raised: bool) -> None:
    """Two devices, less than a minute, and two stories that cannot both be true."""
    assert found(first, second) == ([(second.session, second.scan_id)] if raised else [])


def test_the_item_names_the_later_scan_and_tells_of_the_earlier() -> None:
    """Its detail is part of its key: it says which scan it is about, and no more."""
    (item,) = two_devices(folded(selected(), one("in", 9, "b"), one("in", 0, "a")), RULES)

    assert item.detail == "in at 2019-12-15T18:00:00Z, seq 0, device a, scan a-0"


def test_an_undone_scan_was_on_no_device() -> None:
    """The second tablet took its scan back: nothing is odd about the first."""
    assert found(one("in", 0, "a"), one("in", 9, "b"), one("in", 12, "b", undo_of="b-9")) == []


def test_scans_of_no_session_raise_that_and_no_more() -> None:
    """There is nothing to compare them by."""
    far = [scan("in", at("03:00"), session="", device=device, scan_id=device) for device in "ab"]

    assert [item.kind for item in worklist(folded(selected(), *far), RULES)] == ["no-session"] * 2


def test_who_never_takes_part_raises_that_and_no_more() -> None:
    """As formats.md has it of all else."""
    state = folded(one("in", 0, "a"), one("in", 9, "b"))

    assert {item.kind for item in worklist(state, RULES)} == {"not-taking-part"}


def test_files_list_what_formats_md_lists() -> None:
    """review.csv knows no such kind: it is on the office's list alone."""
    state = folded(selected(), one("in", 0, "a"), one("in", 9, "b"), one("out", 600, "a"))

    assert [item.kind for item in review(state, RULES)] == ["in-while-inside"]
    assert [item.kind for item in worklist(state, RULES)] == ["in-while-inside", "two-devices"]


SCANS = st.lists(
    st.builds(
        lambda direction, second, device, name, seq, undo_of: scan(
            direction,
            at(f"18:{second // 60:02}:{second % 60:02}"),
            scan_id=f"{device}-{seq}",
            session=name,
            device=device,
            seq=seq,
            undo_of=undo_of,
        ),
        st.sampled_from(["in", "out"]),
        st.integers(0, 150),
        st.sampled_from("abc"),
        st.sampled_from(["s1", "s2", "s3", ""]),
        st.integers(0, 3),
        st.sampled_from(["", "", "", "a-0", "b-1"]),
    ),
    max_size=8,
)


@given(scans=SCANS, order=st.randoms(use_true_random=False))
def test_no_order_of_facts_changes_it(scans: Sequence[ScanRecorded], order: Random) -> None:
    """Devices come back from offline hours later, in any order, and send twice."""
    shuffled = [*scans, *scans[:2]]
    order.shuffle(shuffled)

    assert found(*shuffled) == found(*scans)


@pytest.mark.slow
@given(scans=SCANS)
def test_each_item_is_of_two_devices_within_the_time(scans: Sequence[ScanRecorded]) -> None:
    """Never of one device, never further apart, never of a scan that was taken back."""
    state = folded(selected(), *scans)
    items = two_devices(state, RULES)

    assert len({item.scan_id for item in items}) == len(items)
    for item in items:
        later = state.scans[item.scan_id][0]
        earlier = state.scans[item.detail.rpartition("scan ")[2]][0]
        assert earlier.device != later.device
        assert 0 <= later.at - earlier.at < AT_ONCE
        assert not earlier.undo_of
        assert not later.undo_of
