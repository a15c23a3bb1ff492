"""Sessions that move: totals and eligibility follow, whichever comes first, scans or officers."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ijaza_local.services import drain

from tests.flow.classroom import HOUR, PATH, Classroom, Scanned, Totals, classroom, span, times

MORNING = (Scanned("d1", "in", 1, "09:00"), Scanned("d1", "out", 1, "11:00"))
AFTERNOON = (Scanned("d2", "in", 1, "13:00"), Scanned("d2", "out", 1, "15:00"))
LAST = (Scanned("d3", "in", 2, "09:00"), Scanned("d3", "out", 2, "11:00"))
NOWHERE = (Scanned("", "in", 5, "09:00"), Scanned("", "out", 5, "11:00"))
"""Named for no session, on a day that has none."""
MIXED = (MORNING[0], AFTERNOON[1])
"""In at the morning's door and out at the afternoon's."""

Order = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """Scans, and an officer's command: what the services say without it, and with it."""

    scans: tuple[Scanned, ...]
    order: Order
    without: Totals
    then: Totals


CASES = {
    "moved to where the scans are": Case(
        (*MORNING, *AFTERNOON, *NOWHERE),
        ("d3/schedule", span(5, "09:00", "11:00")),
        Totals(6 * HOUR, 4 * HOUR, False, (("no-session", ""), ("no-session", ""))),
        Totals(6 * HOUR, 6 * HOUR, True),
    ),
    "moved away from its scans": Case(
        (*MORNING, *AFTERNOON, *LAST),
        ("d3/schedule", span(5, "09:00", "11:00")),
        Totals(6 * HOUR, 6 * HOUR, True),
        Totals(6 * HOUR, 4 * HOUR, False),
    ),
    "cancelled where somebody was absent": Case(
        (*MORNING, *AFTERNOON),
        ("d3/cancellation", {}),
        Totals(6 * HOUR, 4 * HOUR, False),
        Totals(4 * HOUR, 4 * HOUR, True),
    ),
    "added where somebody was": Case(
        (*MORNING, *AFTERNOON, *LAST, *NOWHERE),
        ("d4/addition", {"module": "m1", "times": times(5, "09:00", "11:00")}),
        Totals(6 * HOUR, 6 * HOUR, True, (("no-session", ""), ("no-session", ""))),
        Totals(8 * HOUR, 8 * HOUR, True),
    ),
    "added where nobody was": Case(
        (*MORNING, *AFTERNOON, *LAST),
        ("d4/addition", {"module": "m1", "times": times(5, "09:00", "11:00")}),
        Totals(6 * HOUR, 6 * HOUR, True),
        Totals(8 * HOUR, 6 * HOUR, False),
    ),
    "merged over both of their times": Case(
        (*MIXED, *LAST),
        (
            "d1/merger",
            {"sessions": ["d2"], "times": times(1, "09:00", "15:00", ("11:00", "13:00"))},
        ),
        Totals(6 * HOUR, 2 * HOUR, False, (("missing-out", "d1"), ("out-while-outside", "d2"))),
        Totals(6 * HOUR, 6 * HOUR, True),
    ),
}
WHEN: dict[str, Callable[[int], int]] = {
    "before the scans": lambda _: 0,
    "between the scans": lambda number: number // 2,
    "after the scans": lambda number: number,
}


@pytest.mark.slow
@pytest.mark.parametrize("when", WHEN.values(), ids=WHEN.keys())
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_totals_and_eligibility_follow(
    case: Case, when: Callable[[int], int], tmp_path: Path
) -> None:
    """Given scans, when an officer changes the calendar before, between or after them, then
    attendance and credential come to the same sums, and it is told who did what, and why.
    """
    address, order = case.order
    at = when(len(case.scans))
    async with classroom(tmp_path) as room:
        if before := case.scans[:at]:
            await room.scan(*before)
        if at == len(case.scans):
            assert await room.totals() == case.without
        await room.order(address, **order)
        if after := case.scans[at:]:
            await room.scan(*after)

        assert await room.totals() == case.then
        (told,) = await room.told()
        assert (told.correction, told.revision, told.actor) == ("c1", 2, "staff-1")
        assert told.reason == "strike"


async def certificates(room: Classroom) -> list[str]:
    """What became of the official's certificates."""
    person = f"{PATH}/participants/{room.participant}"
    decision = await room.clients.get("credential", f"{person}/decision")
    return [each["status"] for each in decision["certificates"]]


@pytest.mark.slow
async def test_a_calendar_that_changes_after_closing_reaches_the_certificate(
    tmp_path: Path,
) -> None:
    """Given a certificate, when a session is added after closing, then it is revoked; and when
    that session is cancelled again, a new one comes under the same serial.
    """
    async with classroom(tmp_path) as room:
        await room.scan(*MORNING, *AFTERNOON, *LAST)
        await room.close()
        assert await certificates(room) == ["valid"]

        await room.order("d4/addition", module="m1", times=times(5, "09:00", "11:00"))
        assert await certificates(room) == ["revoked"]

        await room.order("d4/cancellation")
        assert await certificates(room) == ["revoked", "valid"]


ORDERS: tuple[Order, ...] = (
    ("d1/schedule", span(2, "12:00", "14:00")),
    ("d3/schedule", span(5, "09:00", "11:00")),
    ("d3/schedule", span(2, "09:30", "11:30")),
    ("d2/cancellation", {}),
    ("d3/cancellation", {}),
    ("d4/addition", {"module": "m1", "times": times(5, "08:00", "12:00", ("09:30", "10:00"))}),
    ("d1/merger", {"sessions": ["d2"]}),
    ("d2/merger", {"sessions": ["d1"], "times": times(1, "09:00", "15:00", ("11:00", "13:00"))}),
    ("d3/merger", {"sessions": ["d1", "d2"]}),
)
SCANS = (*MORNING, *AFTERNOON, *LAST, *NOWHERE, Scanned("d3", "in", 1, "10:00"))


@st.composite
def two_ways(draw: st.DrawFn) -> tuple[list[Order], list[list[Scanned]], list[list[Scanned]]]:
    """Orders, and the same scans between them in two ways: some before the first, some after
    each.
    """
    orders = draw(st.lists(st.sampled_from(ORDERS), min_size=1, max_size=4))
    scans = draw(st.lists(st.sampled_from(SCANS), unique=True, min_size=2))

    def placed() -> list[list[Scanned]]:
        batches: list[list[Scanned]] = [[] for _ in range(len(orders) + 1)]
        for scan in draw(st.permutations(scans)):
            batches[draw(st.integers(0, len(orders)))].append(scan)
        return batches

    return orders, placed(), placed()


async def ended(orders: Sequence[Order], batches: Sequence[Sequence[Scanned]]) -> Totals:
    """What the services say in the end. An order that makes no sense any more is refused."""
    with TemporaryDirectory() as folder:
        async with classroom(Path(folder), embedded=False) as room:
            for number, batch in enumerate(batches):
                if number:
                    await tried(room, *orders[number - 1])
                if batch:
                    await room.scan(*batch)
            return await room.totals()


async def tried(room: Classroom, address: str, order: dict[str, Any]) -> None:
    """An order that may be refused."""
    room.orders += 1
    common = {"correction": f"c{room.orders}", "revision": room.revision, "reason": "strike"}
    answer = await room.clients.by_service["enrollment"].post(
        f"{PATH}/sessions/{address}", json=common | order
    )
    assert answer.status_code in (200, 404, 409), answer.text
    if answer.is_success:
        room.revision = answer.json()["revision"]
    await drain(room.services.all)


@pytest.mark.slow
@settings(
    max_examples=8, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(two_ways())
def test_any_order_of_scans_and_officers_comes_to_the_same_sums(
    ways: tuple[list[Order], list[list[Scanned]], list[list[Scanned]]],
) -> None:
    """The same orders, with the same scans before, between or after them, in any order of these."""
    orders, one_way, other_way = ways

    async def both() -> tuple[Totals, Totals]:
        return await ended(orders, one_way), await ended(orders, other_way)

    one, other = asyncio.run(both())
    assert one == other
