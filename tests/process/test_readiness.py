"""Ready is who can do the work now: it turns false with an outage, and true again by itself."""

from pathlib import Path

import pytest

from tests.deadline import eventually
from tests.process.house import House

pytestmark = pytest.mark.slow

WITHIN = 10.0
"""Seconds in which an outage has to show, and its end."""


@pytest.mark.parametrize("part", ["bus", "store"])
async def test_an_outage_shows_and_ends(empty_house: House, part: str) -> None:
    """A file that is gone is an outage of bus or store, and of nothing else."""
    file = {"bus": empty_house.bus, "store": empty_house.stores / "credential.db"}[part]
    away = file.with_suffix(".away")
    with empty_house.started("credential") as running:
        await running.ready()
        file.rename(away)
        await eventually(running.is_not_ready, WITHIN)
        answer = (await running.get("/health/ready")).json()
        alive = await running.get("/health/live")
        away.rename(file)
        await eventually(running.is_ready, WITHIN)

        assert await running.stopped() == 0
    assert [name for name, state in answer["parts"].items() if state != "ok"] == [part]
    assert str(empty_house.folder) not in str(answer), "addresses can hold passwords"
    assert alive.status_code == 200, "to start it anew would help nobody"


async def test_a_bus_that_is_away_at_the_start_is_waited_for(
    empty_house: House, tmp_path: Path
) -> None:
    """It serves, is not ready, and goes to work when the bus is there; nobody starts it anew."""
    away = tmp_path / "away"
    away.touch()
    with empty_house.started("credential", variant=["absent", str(away)]) as running:
        await running.logged("waiting for the bus")
        assert not await running.is_ready()
        away.unlink()
        await eventually(running.is_ready, WITHIN)
        assert await running.stopped() == 0


async def test_who_waits_for_the_bus_can_be_ended(empty_house: House, tmp_path: Path) -> None:
    """SIGTERM before anything could begin is no error."""
    away = tmp_path / "away"
    away.touch()
    with empty_house.started("credential", variant=["absent", str(away)]) as running:
        await running.logged("waiting for the bus")
        assert await running.stopped() == 0
