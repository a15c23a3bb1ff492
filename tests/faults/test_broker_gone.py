"""A broker that dies or hangs while it is written to and read from.

Seen on two busy cores: the broker killed and started again, a publication took 7.8 s at most;
stopped for 8 s, 8.1 s. None was refused.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from tests.deadline import eventually
from tests.faults.world import PATIENCE, Tools, batches, facts, world
from tests.servers.kafka import Broker, OwnKafka

pytestmark = pytest.mark.slow

BATCH = 25
HANGS_SECONDS = 8.0


class Feeding:
    """Publishes the stream, a batch after the other, and knows how long one took at most."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.longest = 0.0

    async def run(self) -> None:
        for batch in batches(facts(), BATCH):
            begun = monotonic()
            await self._tools.publish(batch)
            self.longest = max(self.longest, monotonic() - begun)
            await asyncio.sleep(0.02)  # so that the fault comes in the midst


async def fed_through(tools: Tools, fault: Callable[[], None]) -> float:
    """Feed the whole stream, with a fault once a part of it was published and handled.

    The seconds that a publication took at most.
    """
    feeding = Feeding(tools)
    running = asyncio.create_task(feeding.run())

    async def in_the_midst() -> bool:
        return len(tools.acknowledged) > 500 and await tools.committed() > 100

    await eventually(in_the_midst)
    assert not running.done()
    await asyncio.to_thread(fault)
    await running
    told = f"longest publication {feeding.longest:.1f} s, {len(tools.refusals)} refused"
    print(told)  # noqa: T201 - a figure for docs/architecture/faults.md
    return feeding.longest


def killed_and_started(broker: Broker) -> None:
    broker.kill()
    broker.start()


def hanging(broker: Broker) -> None:
    broker.pause()
    time.sleep(HANGS_SECONDS)
    broker.resume()


async def test_a_broker_that_is_killed(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """SIGKILL while producing and folding, and a start on the same data: what was acknowledged is
    there, takes effect once, and the service goes on by itself.
    """
    broker = own_kafka()
    place = world(tmp_path, kafka=broker.address)
    async with place.tools() as tools:
        await tools.prepare()
        with place.credential() as running:
            await running.ready()
            longest = await fed_through(tools, lambda: killed_and_started(broker))
            await tools.expect_nothing_lost_or_doubled()
            assert running.process.poll() is None
    assert longest < PATIENCE


async def test_a_broker_that_hangs(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """SIGSTOP for eight seconds while producing and folding costs time and nothing else: no
    publication is refused, and the service goes on by itself.
    """
    broker = own_kafka()
    place = world(tmp_path, kafka=broker.address)
    async with place.tools() as tools:
        await tools.prepare()
        with place.credential() as running:
            await running.ready()
            longest = await fed_through(tools, lambda: hanging(broker))
            await tools.expect_nothing_lost_or_doubled()
            assert running.process.poll() is None
        assert tools.refusals == []
    assert longest > HANGS_SECONDS - 1, "it hung in the midst"
