"""Publishing to Kafka: each trap of its clients that would lose or silently repeat an event."""

import asyncio
from collections.abc import Callable

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import OutOfOrderSequenceNumber
from ijaza_runtime.adapters.kafka_bus import KafkaBus
from ijaza_runtime.adapters.kafka_topics import settings_of
from ijaza_runtime.bus import BusError, Record, TopicPartition, TopicPlan

from tests.conformance.reading import everything, numbered
from tests.kafka.conftest import PARTITIONS, OpenBus
from tests.servers.kafka import OwnKafka

pytestmark = pytest.mark.slow
Name = Callable[[str], str]


async def test_a_producer_is_idempotent_and_waits_for_all_replicas(
    bus: KafkaBus, topic: str
) -> None:
    """Trap: by default aiokafka takes one broker's word (acks=1), and a retry writes twice."""
    await bus.publish(numbered(topic, 1))
    producer = bus._publisher._producer
    assert producer is not None
    assert producer._sender._acks == -1
    assert producer._txn_manager is not None
    assert producer._txn_manager.has_pid()
    assert producer._txn_manager.transactional_id is None


async def test_to_cancel_a_publication_does_not_cancel_the_sending(
    bus: KafkaBus, topic: str
) -> None:
    """Trap: a cancelled send leaves nobody knowing, and a hole in the sequence (aiokafka#197)."""
    await bus.publish(numbered(topic, 1))
    publishing = asyncio.create_task(bus.publish(numbered(topic, 50)))
    await asyncio.sleep(0)  # it begins, and comes up to its first wait
    sending = list(bus._publisher._sending)
    assert sending
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    await asyncio.gather(*sending)
    assert len(await everything(bus, topic)) == 51


async def test_a_fatal_error_of_the_producer_makes_another(
    bus: KafkaBus, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trap: after OutOfOrderSequence every send fails until the process is restarted (#1017)."""
    await bus.publish(numbered(topic, 1))
    producer = bus._publisher._producer
    assert producer is not None

    async def out_of_order(*_: object, **__: object) -> None:
        raise OutOfOrderSequenceNumber

    monkeypatch.setattr(producer, "send", out_of_order)
    with pytest.raises(BusError, match="OutOfOrderSequenceNumber"):
        await bus.publish(numbered(topic, 1))
    await bus.publish(numbered(topic, 1))
    assert bus._publisher._producer is not producer
    assert len(await everything(bus, topic)) == 2


async def test_a_record_too_large_is_an_error_that_says_so(bus: KafkaBus, topic: str) -> None:
    """And the next publication of its key goes through.

    Trap: what a broker refuses leaves a hole in the producer's sequence, at which the next fails.
    """
    await bus.publish([Record(topic, "a", b"", {})])
    for size in (2_000_000, 20_000_000):  # more than the topic takes, and than the producer does
        with pytest.raises(BusError, match=r"max\.message\.bytes"):
            await bus.publish([Record(topic, "a", b"x" * size, {})])
        await bus.publish([Record(topic, "a", b"", {})])
    assert len(await everything(bus, topic)) == 3


async def test_no_topic_is_made_by_asking_for_it(
    own_kafka: OwnKafka, open_bus: OpenBus, unused: Name
) -> None:
    """Trap: a broker that makes topics by itself makes them of one partition, at any question."""
    bus = open_bus(own_kafka({"auto.create.topics.enable": "true"}).address)
    unknown = unused("unknown")
    for call in (
        bus.publish([Record(unknown, "a", b"", {})]),
        bus.consumer(unused("group"), [unknown]),
        bus.follower([unknown]),
        bus.committed(unused("group"), [unknown]),
    ):
        with pytest.raises(BusError, match=unknown):
            await call
    assert unknown not in await bus._lookout.all_counts()


async def test_topics_are_made_as_planned(bus: KafkaBus, kafka: str, unused: Name) -> None:
    """Facts are kept for ever, others as long as is said; compacted ones keep tombstones."""
    facts, letters, people = unused("facts"), unused("letters"), unused("people")
    await bus.provision(
        [
            TopicPlan(facts, 2),
            TopicPlan(letters, 1, retention=86_400, largest=5_000_000),
            TopicPlan(people, 1, compacted=True),
        ]
    )
    settings = await settings_at(kafka, facts, letters, people)
    assert settings[facts]["cleanup.policy"] == "delete"
    assert settings[facts]["retention.ms"] == settings[facts]["retention.bytes"] == "-1"
    assert settings[facts]["max.message.bytes"] == "1048588"
    assert settings[letters]["retention.ms"] == "86400000"
    assert settings[letters]["max.message.bytes"] == "5000000"
    assert settings[people]["cleanup.policy"] == "compact"
    assert int(settings[people]["delete.retention.ms"]) > 50 * 365 * 86_400_000
    with pytest.raises(BusError, match=people):
        await bus.provision([TopicPlan(people, 1)])


async def settings_at(address: str, *topics: str) -> dict[str, dict[str, str]]:
    """The settings of topics."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
    responses = await admin.describe_configs(resources)
    await admin.close()
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for response in responses
        for _, _, _, name, entries in response.resources
    }


def test_two_of_three_copies_acknowledge() -> None:
    """One broker may be away; a record that only one has is not acknowledged."""
    assert settings_of(TopicPlan("facts", 1), 3)["min.insync.replicas"] == "2"
    assert settings_of(TopicPlan("facts", 1), 1)["min.insync.replicas"] == "1"


async def test_committed_offsets_are_seen_without_joining(
    bus: KafkaBus, topic: str, unused: Name
) -> None:
    """A group that never was has committed nothing, and is not made by looking."""
    committed = await bus.committed(unused("group"), [topic])
    assert committed == {TopicPartition(topic, number): 0 for number in range(PARTITIONS)}
