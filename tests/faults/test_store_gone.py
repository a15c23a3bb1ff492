"""A store that dies, hangs or is slow: no offset is committed before what it covers is durable."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.deadline import eventually
from tests.faults.proxy import proxy
from tests.faults.world import PATIENCE, batches, facts, world
from tests.servers.kafka import OwnKafka
from tests.servers.mongo import Mongo, OwnMongo

pytestmark = pytest.mark.slow

DELAY = 0.1
"""Seconds each way."""


def leave(server: Mongo, how: str) -> None:
    server.kill() if how == "killed" else server.pause()


def bring_back(server: Mongo, how: str) -> None:
    server.start() if how == "killed" else server.resume()


@pytest.mark.parametrize("how", ["killed", "stopped"])
async def test_a_store_that_is_gone(
    own_kafka: OwnKafka, own_mongo: OwnMongo, tmp_path: Path, how: str
) -> None:
    """While it is gone nothing is committed, however much is published; all that was committed by
    then is in its documents; when it is back the service goes on, and everything counts once.
    """
    server = own_mongo()
    place = world(tmp_path, kafka=own_kafka().address, mongo=server.address)
    async with place.tools() as tools:
        await tools.prepare()
        with place.credential() as running:
            await running.ready()
            parts = list(batches(facts(), 100))
            for part in parts[: len(parts) // 2]:
                await tools.publish(part)

            async def in_the_midst() -> bool:
                return await tools.committed() > 0

            await eventually(in_the_midst)
            await asyncio.to_thread(leave, server, how)
            for part in parts[len(parts) // 2 :]:
                await tools.publish(part)
            await eventually(running.is_not_ready, 10)
            committed = await tools.committed()
            for _ in range(20):
                assert await tools.committed() == committed < len(facts())
                await asyncio.sleep(0.1)

            running.signal(signal.SIGSTOP)  # so that it does not write what it had not
            await asyncio.to_thread(bring_back, server, how)
            await tools.expect_committed_to_be_durable()
            running.signal(signal.SIGCONT)
            await eventually(running.is_ready, PATIENCE)
            await tools.expect_nothing_lost_or_doubled()
            assert running.process.poll() is None


async def test_a_store_that_is_slow(
    own_kafka: OwnKafka, own_mongo: OwnMongo, tmp_path: Path
) -> None:
    """A fifth of a second for every answer only slows: the service stays ready."""
    server = own_mongo()
    with proxy() as between:
        between.leads_to(int(server.address.rstrip("/").rpartition(":")[2]))
        between.delay = DELAY
        through = f"mongodb://127.0.0.1:{between.port}/"
        place = world(tmp_path, kafka=own_kafka().address, mongo=through)
        async with place.tools() as tools:
            await tools.prepare()
            with place.credential() as running:
                await running.ready()
                for part in batches(facts(), 100):
                    await tools.publish(part)
                    assert await running.is_ready()
                await tools.expect_nothing_lost_or_doubled()
                assert running.process.poll() is None
