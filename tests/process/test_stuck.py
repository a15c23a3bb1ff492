"""A process that does no more what it is for ends itself, so that its supervisor starts it anew."""

import pytest

from tests.process.house import House

pytestmark = pytest.mark.slow

STUCK = 70


@pytest.mark.parametrize(
    ("variant", "why"),
    [
        ("blocked", "the event loop has not turned"),
        ("stuck", "group credential"),
        ("failing", "group credential has committed"),
    ],
)
async def test_a_stuck_process_ends(house: House, variant: str, why: str) -> None:
    """A loop that hangs, a consumer that gets nothing, a batch that fails again and again."""
    with house.started("credential", variant=[variant], watchdog=5, grace=2) as running:
        assert await running.exit_code(40) == STUCK

        said = [line["why"] for line in running.lines() if line.get("level") == "critical"]
        assert why in said[0]


async def test_who_has_nothing_to_do_is_not_stuck(empty_house: House) -> None:
    """A process that waits for events lives on, and is ready, long after the patience is over."""
    with empty_house.started("credential", watchdog=5, grace=2) as running:
        await running.ready()
        with pytest.raises(pytest.fail.Exception):
            await running.exit_code(9)
        assert await running.is_ready()
        assert (await running.get("/health/live")).status_code == 200


async def test_a_blocked_process_is_ended_by_a_signal_too(house: House) -> None:
    """SIGTERM is not left to the event loop: after the grace the process is gone."""
    with house.started("credential", variant=["blocked"], grace=1) as running:
        await running.logged("blocking")
        running.signal()
        assert await running.exit_code(10) == 3
