"""Buses on the shared broker, a topic, and a plain producer as foreigners have it."""

import secrets
from collections.abc import AsyncIterator, Callable

import pytest
from aiokafka import AIOKafkaProducer
from ijaza_runtime.adapters.kafka_bus import KafkaBus
from ijaza_runtime.bus import TopicPlan
from ijaza_runtime.connections import KafkaAccess

OpenBus = Callable[..., KafkaBus]
PARTITIONS = 3


@pytest.fixture
async def open_bus() -> AsyncIterator[OpenBus]:
    """Opens buses at an address, which are closed when the test ends."""
    opened: list[KafkaBus] = []

    def open_bus(address: str, member: str | None = None) -> KafkaBus:
        opened.append(KafkaBus((address,), access=KafkaAccess(), member=member))
        return opened[-1]

    yield open_bus
    for bus in opened:
        await bus.close()


@pytest.fixture
def bus(kafka: str, open_bus: OpenBus) -> KafkaBus:
    """A bus on the shared broker."""
    return open_bus(kafka)


@pytest.fixture
def unused() -> Callable[[str], str]:
    """Makes a name that nothing on the shared broker has."""
    token = secrets.token_hex(4)
    return lambda name: f"{name}-{token}"


@pytest.fixture
async def topic(bus: KafkaBus, unused: Callable[[str], str]) -> str:
    """A topic of three partitions."""
    name = unused("facts")
    await bus.provision([TopicPlan(name, PARTITIONS)])
    return name


@pytest.fixture
async def foreign(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer that keeps to no contract."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    yield producer
    await producer.stop()
