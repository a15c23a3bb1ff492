"""Whenever a process ends, and however, the next one comes to what an undisturbed one comes to."""

import asyncio
import shutil
import signal
from pathlib import Path

import pytest
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.failpoints import STEPS

from tests.deadline import eventually
from tests.process.house import House
from tests.process.outcome import is_done, outcome

pytestmark = pytest.mark.slow

MEMBER = "credential-0"
"""One name for all: nobody waits for the lease of a process that was killed."""


async def finish(house: House) -> dict[str, object]:
    """Run credential until nothing is left to do, and end it."""
    bus = SqliteBus(house.bus)
    with house.started("credential", member=MEMBER) as running:
        await running.url()
        await eventually(lambda: is_done(bus))
        assert await running.stopped() == 0
    await bus.close()
    return await outcome(house)


@pytest.fixture(scope="module")
def undisturbed(taught: House, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What credential comes to when nobody ends it."""
    folder = tmp_path_factory.mktemp("undisturbed") / "house"
    come_to = asyncio.run(finish(House(Path(shutil.copytree(taught.folder, folder)))))
    assert come_to["documents"], "there are certificates"
    return come_to


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_a_step(step: str, house: House, undisturbed: dict[str, object]) -> None:
    """`kill -9` between any two steps: nothing is lost, and nothing is there twice."""
    with house.started("credential", failpoint=step, member=MEMBER) as running:
        assert await running.exit_code() == -signal.SIGKILL, "the failpoint was reached"

    assert await finish(house) == undisturbed


@pytest.mark.parametrize("step", STEPS)
async def test_ended_at_a_step(step: str, house: House, undisturbed: dict[str, object]) -> None:
    """SIGTERM between any two steps: it ends well, and has committed nothing unfinished."""
    with house.started("credential", variant=["signalled", step, "1"]) as running:
        assert await running.exit_code() == 0

    assert await finish(house) == undisturbed


async def test_a_batch_that_outlasts_the_grace(
    house: House, undisturbed: dict[str, object]
) -> None:
    """Ended in the midst of it, with an exit code that says so; the batch comes again."""
    with house.started("credential", variant=["endless"], grace=1, member=MEMBER) as running:
        await running.logged("projecting")
        running.signal()
        assert await running.exit_code(10) == 3

    assert await finish(house) == undisturbed


async def test_an_ended_process_leaves_its_groups(house: House) -> None:
    """The next one takes the partitions at once, long before a lease would have run out."""
    with house.started("credential") as first:
        await first.ready()
        assert await first.stopped() == 0
    with house.started("credential") as second:
        await second.ready()
        held = 'ijaza_partitions_held{group="credential"} 2.0'

        async def holds_all() -> bool:
            return held in (await second.get("/metrics")).text

        await eventually(holds_all, 8)
