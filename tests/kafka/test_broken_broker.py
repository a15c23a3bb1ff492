"""A broker that dies or hangs: errors in time, and everything goes on by itself when it is back."""

import asyncio
from collections.abc import Awaitable
from time import monotonic

import pytest
from ijaza_runtime.adapters.kafka_bus import KafkaBus
from ijaza_runtime.bus import BusError, TopicPlan

from tests.conformance.reading import flat, joined, numbered, until
from tests.deadline import eventually
from tests.kafka.conftest import PARTITIONS, OpenBus
from tests.servers.kafka import OwnKafka

pytestmark = pytest.mark.slow
TOPIC = "facts"


async def refused_within(seconds: float, call: Awaitable[object]) -> None:
    """The call ends in a `BusError`, in time."""
    began = monotonic()
    with pytest.raises(BusError):
        await call
    assert monotonic() - began < seconds


async def answers(bus: KafkaBus) -> bool:
    try:
        await bus.ping()
    except BusError:
        return False
    return True


async def test_nothing_hangs_on_an_address_where_nobody_is(open_bus: OpenBus) -> None:
    """Trap: a ping that is true, and calls without end."""
    bus = open_bus("127.0.0.1:1")
    await refused_within(3.5, bus.ping())
    await refused_within(15, bus.ends())
    await refused_within(15, bus.publish(numbered(TOPIC, 1)))
    await refused_within(15, bus.consumer("group", [TOPIC]))


@pytest.mark.parametrize("how", ["killed", "stopped"])
async def test_a_broker_that_is_gone_is_noticed_and_found_again(
    own_kafka: OwnKafka, open_bus: OpenBus, how: str
) -> None:
    """Traps: a ping true while the broker is down (faststream#2212); a consumer stuck after its
    return (aiokafka#1154); a publication that waits for ever.
    """
    broker = own_kafka()
    bus = open_bus(broker.address)
    await bus.provision([TopicPlan(TOPIC, PARTITIONS)])
    consumer = await joined(bus, "group", [TOPIC], PARTITIONS)
    await bus.publish(numbered(TOPIC, 10))
    broker.kill() if how == "killed" else broker.pause()
    await refused_within(3.5, bus.ping())
    await refused_within(16, bus.publish(numbered(TOPIC, 10)))
    await refused_within(16, consumer.ends(0))
    broker.start() if how == "killed" else broker.resume()
    await eventually(lambda: answers(bus))

    async def published() -> bool:
        try:
            await bus.publish(numbered(TOPIC, 10))
        except BusError:
            return False
        return True

    await until(published, "a publication")
    found: dict[tuple[int, int], bytes | None] = {}

    async def all_read() -> bool:
        try:
            for number in await consumer.assigned():
                for _, _, record in flat(await consumer.poll(number, 100)):
                    found[number, record.offset] = record.value
            return len(found) == sum((await bus.ends()).values())
        except BusError:
            return False

    await until(all_read, "all that stands on the topic")
    assert list(found.values()).count(b"0") >= 2
    assert len(found) >= 20


async def test_to_close_without_a_broker_ends_in_time(
    own_kafka: OwnKafka, open_bus: OpenBus
) -> None:
    """Trap: a producer's `stop` waits for its queue as long as no broker takes it."""
    broker = own_kafka()
    bus = open_bus(broker.address)
    await bus.provision([TopicPlan(TOPIC, PARTITIONS)])
    consumer = await joined(bus, "group", [TOPIC], PARTITIONS)
    await bus.publish(numbered(TOPIC, 1))
    broker.kill()
    publishing = asyncio.create_task(bus.publish(numbered(TOPIC, 1)))
    await asyncio.sleep(0)
    async with asyncio.timeout(40):
        await consumer.close()
        await bus.close()
        await asyncio.gather(publishing, return_exceptions=True)
