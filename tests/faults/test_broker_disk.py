"""A broker whose disk is full."""

import asyncio
import secrets
from pathlib import Path

import pytest
from ijaza_runtime.bus import Bus, BusError, Record, TopicPlan

from tests.faults.disk import small_disk
from tests.faults.world import batches, facts, world
from tests.servers.kafka import OwnKafka

pytestmark = pytest.mark.slow

BALLAST = "ballast"
SMALL, LARGE = 48, 160
"""Mebibytes."""


async def fill(bus: Bus) -> None:
    """Publish until nothing more is taken."""
    for _ in range(2 * SMALL):
        await bus.publish([Record(BALLAST, "", secrets.token_bytes(900_000), {})])


async def test_a_broker_whose_disk_is_full(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """Publications are refused, and say so; with a larger disk and the broker started again all
    that was acknowledged is there, takes effect once, and the service goes on by itself.
    """
    with small_disk(tmp_path / "disk", SMALL) as disk:
        broker = own_kafka({"log.dirs": str(disk.folder), "log.index.size.max.bytes": "262144"})
        place = world(tmp_path, kafka=broker.address)
        async with place.tools() as tools:
            await tools.prepare()
            await tools.bus.provision([TopicPlan(BALLAST, 1)])
            with place.credential() as running:
                await running.ready()
                parts = list(batches(facts(), 50))
                for part in parts[: len(parts) // 2]:
                    await tools.publish(part)
                with pytest.raises(BusError):
                    await fill(tools.bus)
                with pytest.raises(BusError):
                    await tools.bus.publish(parts[-1])

                await asyncio.to_thread(broker.kill)
                disk.resize(LARGE)
                await asyncio.to_thread(broker.start)
                for part in parts[len(parts) // 2 :]:
                    await tools.publish(part)
                await tools.expect_nothing_lost_or_doubled()
                assert running.process.poll() is None
        broker.kill()
