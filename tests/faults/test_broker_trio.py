"""Three brokers, of which some die: another one leads on, and too few refuse to take anything."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from ijaza_contracts.topics import ATTENDANCE
from ijaza_runtime.adapters.kafka_bus import KafkaBus
from ijaza_runtime.bus import BusError, Record, TopicPlan
from ijaza_runtime.connections import KafkaAccess

from tests.conformance.reading import everything, numbered
from tests.deadline import eventually
from tests.faults.world import PATIENCE, batches, facts, world
from tests.servers.kafka import Broker, Trio

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("trio")]

TWO, THREE = "two-copies-count", "three-copies-count"
REFUSED_WITHIN = 20.0


async def leader_of(trio: Trio, topic: str) -> Broker:
    """The broker that leads the first partition of a topic, once there is one."""
    found: list[Broker] = []

    async def one_leads() -> bool:
        leader = await asyncio.to_thread(trio.leader, topic)
        found[:] = [leader] if leader is not None and leader.running else []
        return bool(found)

    await eventually(one_leads, PATIENCE)
    return found[0]


async def test_a_leader_that_is_killed(kafka_trio: Trio, tmp_path: Path) -> None:
    """SIGKILL of the broker that leads while producing and folding: another one takes over, with
    everything that was acknowledged, and it takes effect once.
    """
    place = world(tmp_path, kafka=kafka_trio.address)
    async with place.tools() as tools:
        await tools.prepare()
        with place.credential() as running:
            await running.ready()
            parts = list(batches(facts(), 25))
            for part in parts[: len(parts) // 2]:
                await tools.publish(part)
            leader = await leader_of(kafka_trio, ATTENDANCE.name)
            killing = asyncio.create_task(asyncio.to_thread(leader.kill))
            for part in parts[len(parts) // 2 :]:
                await tools.publish(part)
            await killing
            assert await leader_of(kafka_trio, ATTENDANCE.name) is not leader
            await tools.expect_nothing_lost_or_doubled()
            assert running.process.poll() is None
            assert not leader.running


@pytest.fixture
async def bus(kafka_trio: Trio) -> AsyncIterator[KafkaBus]:
    """A bus with a topic of which three of three copies have to be written, and one of two."""
    trio = KafkaBus(tuple(kafka_trio.address.split(",")), access=KafkaAccess())
    admin = AdminClient({"bootstrap.servers": kafka_trio.address})
    demanding = NewTopic(THREE, 1, 3, config={"min.insync.replicas": "3"})
    admin.create_topics([demanding])[THREE].result()
    await trio.provision([TopicPlan(TWO, 1), TopicPlan(THREE, 1)])
    yield trio
    await trio.close()


async def refused(bus: KafkaBus, records: Sequence[Record]) -> None:
    """The publication is refused, in time."""
    async with asyncio.timeout(REFUSED_WITHIN):
        with pytest.raises(BusError):
            await bus.publish(records)


async def test_too_few_brokers_refuse(kafka_trio: Trio, bus: KafkaBus) -> None:
    """While fewer have a record than have to, no publication returns as if it were durable; what
    was acknowledged before is there when they are back.
    """
    await bus.publish(numbered(TWO, 200))
    await bus.publish(numbered(THREE, 200))
    first, second, _ = kafka_trio.brokers.values()
    await asyncio.to_thread(first.kill)

    async def two_go_on() -> bool:
        try:
            await bus.publish(numbered(TWO, 1))
        except BusError:
            return False
        return True

    await eventually(two_go_on, PATIENCE)
    await refused(bus, numbered(THREE, 10))
    await asyncio.to_thread(second.kill)
    await refused(bus, numbered(TWO, 10))

    await asyncio.to_thread(kafka_trio.start)
    await eventually(two_go_on, PATIENCE)
    for topic, least in ((TWO, 202), (THREE, 200)):
        values = [record.value for _, _, record in await everything(bus, topic)]
        assert values[:200] == [record.value for record in numbered(topic, 200)]
        assert len(values) >= least
