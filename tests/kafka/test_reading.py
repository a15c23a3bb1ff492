"""Reading from Kafka: each trap of its clients that would lose an event, or stand still."""

import asyncio
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka import TopicPartition as KafkaPlace
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from confluent_kafka import Producer
from faststream import AckPolicy
from ijaza_runtime.adapters.kafka_bus import KafkaBus
from ijaza_runtime.adapters.kafka_consumer import POLL_SECONDS, KafkaConsumer
from ijaza_runtime.adapters.kafka_intake import Intake
from ijaza_runtime.bus import BusError, Ousted, Record, TopicPartition, TopicPlan, partition_of

from tests.conformance.reading import after, flat, joined, numbered, read, until
from tests.kafka.conftest import PARTITIONS, OpenBus

pytestmark = pytest.mark.slow
Name = Callable[[str], str]
ALL = range(PARTITIONS)


async def test_what_loses_events_by_default_is_set_otherwise(
    bus: KafkaBus, topic: str, unused: Name
) -> None:
    """Traps: ACK_FIRST, `latest`, auto-commit, round robin, topics that are made by asking."""
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    assert isinstance(consumer, KafkaConsumer)
    link = consumer._membership._link
    assert link is not None
    assert link._subscriber.ack_policy is AckPolicy.MANUAL
    assert link._broker.config.broker_config.allow_auto_create_topics is False
    kafka = link.consumer
    assert kafka._auto_offset_reset == "earliest"
    assert kafka._enable_auto_commit is False
    assert kafka._partition_assignment_strategy == (RangePartitionAssignor,)
    assert (kafka._session_timeout_ms, kafka._heartbeat_interval_ms) == (10_000, 3_000)


async def test_nothing_is_committed_by_reading(
    bus: KafkaBus, topic: str, open_bus: OpenBus, kafka: str, unused: Name
) -> None:
    """Traps: offsets committed while a handler runs, past an exception, or when it closes.

    The consumer is closed in good order after it was given everything, and handled nothing.
    """
    group = unused("group")
    await bus.publish(numbered(topic, 30))
    other = open_bus(kafka)
    consumer = await joined(other, group, [topic], PARTITIONS)
    await read(consumer, ALL, 30)
    await other.close()
    assert set((await bus.committed(group, [topic])).values()) == {0}
    again = await joined(bus, group, [topic], PARTITIONS)
    assert len(await read(again, ALL, 30)) == 30


async def test_only_what_is_named_is_committed(bus: KafkaBus, topic: str, unused: Name) -> None:
    """Trap: a commit of FastStream's message commits the positions of all partitions."""
    group = unused("group")
    await bus.publish(numbered(topic, 30))
    consumer = await joined(bus, group, [topic], PARTITIONS)
    await read(consumer, ALL, 30)
    place = TopicPartition(topic, partition_of("key-0", PARTITIONS))
    await consumer.commit({place: 2})
    committed = await bus.committed(group, [topic])
    assert committed == dict.fromkeys(committed, 0) | {place: 2}


async def test_events_from_before_the_group_are_read(
    bus: KafkaBus, topic: str, unused: Name
) -> None:
    """Trap: `auto_offset_reset` is `latest` by default, and a new group misses what was before."""
    await bus.publish(numbered(topic, 12))
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    assert len(await read(consumer, ALL, 12)) == 12


async def test_rewinding_goes_to_a_committed_offset_of_zero(
    bus: KafkaBus, topic: str, unused: Name
) -> None:
    """Trap: `seek_to_committed` of aiokafka passes over the offset 0 (aiokafka#1003)."""
    await bus.publish([Record(topic, "a", str(n).encode(), {}) for n in range(3)])
    number = partition_of("a", PARTITIONS)
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    first = await read(consumer, [number], 3)
    await consumer.commit({TopicPartition(topic, number): 0})
    await consumer.rewind(number)
    assert flat(await consumer.poll(number, 10)) == first


async def test_rewinding_amid_a_backlog_repeats_and_omits_nothing(
    bus: KafkaBus, topic: str, unused: Name
) -> None:
    """Trap: what a fetch had returned before the seek is laid in after it."""
    await bus.publish([Record(topic, "a", b"x" * 300, {}) for n in range(3_000)])
    number = partition_of("a", PARTITIONS)
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    for taken in range(1, 40, 3):
        await read(consumer, [number], taken, most=taken)
        await consumer.rewind(number)
    found = await read(consumer, [number], 3_000, most=700)
    assert [record.offset for _, _, record in found] == list(range(3_000))


async def test_a_rewind_that_fails_passes_nothing_over(
    bus: KafkaBus, topic: str, unused: Name, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trap: while no broker answers, the next poll would go on behind what was not handled."""
    await bus.publish([Record(topic, "a", str(n).encode(), {}) for n in range(6)])
    number = partition_of("a", PARTITIONS)
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    await read(consumer, [number], 2, most=2)

    async def unanswered(*_: object) -> None:
        raise BusError("no answer")

    with monkeypatch.context() as away:
        away.setattr(bus._lookout, "committed", unanswered)
        with pytest.raises(BusError, match="no answer"):
            await consumer.rewind(number)
        with pytest.raises(BusError, match="no answer"):
            await consumer.poll(number, 10)
    found = flat(await consumer.poll(number, 10))
    assert [record.offset for _, _, record in found] == list(range(6))


async def test_a_poll_is_empty_only_at_the_end(bus: KafkaBus, topic: str, unused: Name) -> None:
    """Trap: an answer that is empty because nothing was fetched yet (aiokafka#1031)."""
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    for number in range(20):
        await bus.publish([Record(topic, "a", str(number).encode(), {})])
        found = flat(await consumer.poll(partition_of("a", PARTITIONS), 10))
        assert [record.value for _, _, record in found] == [str(number).encode()]


async def test_a_partition_left_unpolled_does_not_hold_up_others(
    bus: KafkaBus, topic: str, unused: Name
) -> None:
    """Trap: one full buffer keeps FastStream's loop from fetching for all."""
    await bus.publish([Record(topic, f"key-{n % 50}", b"x" * 500, {}) for n in range(9_000)])
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    ends = {number: (await consumer.ends(number))[topic] for number in ALL}
    await consumer.wait(5)  # all have fetched something
    for number in (2, 0):
        assert len(await read(consumer, [number], ends[number], most=1_000)) == ends[number]


async def test_records_of_foreigners_come_with_their_bytes(
    bus: KafkaBus, topic: str, foreign: AIOKafkaProducer, unused: Name
) -> None:
    """Trap: a key or header that is not UTF-8, or none at all, ends FastStream's loop for ever.

    Published again, as to the dead letters, key and headers are the bytes that they were.
    """
    await foreign.send_and_wait(
        topic, b"\xff", key=b"\xfe\x00", headers=[("ce_id", b"\xfd")], partition=0
    )
    await foreign.send_and_wait(topic, b"no key", partition=0)
    await foreign.send_and_wait(topic, b"good", key=b"a", partition=0)
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    bad, keyless, good = [record for _, _, record in await read(consumer, [0], 3)]
    assert (bad.value, keyless.key, dict(keyless.headers), good.key) == (b"\xff", "", {}, "a")
    letters = unused("letters")
    await bus.provision([TopicPlan(letters, 1)])
    await bus.publish([Record(letters, bad.key, bad.value, dict(bad.headers))])
    copies = await joined(bus, unused("other"), [letters], 1)
    (copy,) = [record for _, _, record in await read(copies, [0], 1)]
    assert copy.key.encode(errors="surrogateescape") == b"\xfe\x00"
    assert copy.headers["ce_id"].encode(errors="surrogateescape") == b"\xfd"


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
async def test_records_that_a_foreigner_compressed_are_read(
    bus: KafkaBus, kafka: str, topic: str, unused: Name, codec: str
) -> None:
    """Trap: without its library a codec ends the fetching of a partition, again and again."""
    producer = Producer({"bootstrap.servers": kafka, "compression.type": codec, "linger.ms": 200})
    for number in range(20):
        producer.produce(topic, f"{number}".encode() * 2_000, key=b"a", partition=0)
    assert producer.flush(30) == 0
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    found = await read(consumer, [0], 20)
    values = [f"{number}".encode() * 2_000 for number in range(20)]
    assert [record.value for _, _, record in found] == values


async def test_markers_of_a_foreign_transaction_are_no_records_to_wait_for(
    bus: KafkaBus, kafka: str, topic: str, unused: Name
) -> None:
    """Trap: they take offsets, and whoever waits for a record at the last one waits for ever."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=unused("tx"))
    async with producer, producer.transaction():
        await producer.send_and_wait(topic, b"in", key=b"a", partition=0)
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    assert len(await read(consumer, [0], 1)) == 1
    async with asyncio.timeout(15):
        assert not await consumer.poll(0, 10)
    follower = await bus.follower([topic])

    async def read_to_the_end() -> bool:
        await follower.read(10)
        return await follower.caught_up()

    await until(read_to_the_end, "the end, behind the marker")


@pytest.mark.parametrize("while_reading", [False, True])
async def test_records_removed_before_they_were_read_are_named(
    bus: KafkaBus, kafka: str, topic: str, unused: Name, *, while_reading: bool
) -> None:
    """Trap: out of range, `earliest` passes over what retention has removed, and says nothing."""
    group = unused("group")
    await bus.publish([Record(topic, "a", b"x" * 300, {}) for _ in range(20)])
    number = partition_of("a", PARTITIONS)
    first = await joined(bus, group, [topic], PARTITIONS)
    await first.commit(after(await read(first, [number], 3, most=3)))
    if not while_reading:
        await first.close()
    else:
        await read(first, [number], 17)
    await remove_before(kafka, topic, number, 20 if while_reading else 10)
    consumer = first if while_reading else await joined(bus, group, [topic], PARTITIONS)
    reading = consumer.rewind(number) if while_reading else consumer.poll(number, 10)
    with pytest.raises(BusError, match=rf"{topic}\[{number}\] from offset 3"):
        await reading
    with pytest.raises(BusError, match="removed before they were read"):
        await consumer.poll(number, 10)


async def test_records_removed_while_the_consumer_is_behind_are_named(
    bus: KafkaBus, kafka: str, topic: str, unused: Name
) -> None:
    """Trap: aiokafka goes on behind the gap; the poll that meets it must not."""
    await bus.publish([Record(topic, "a", b"", {}) for _ in range(5)])
    number = partition_of("a", PARTITIONS)
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    await read(consumer, [number], 5)
    assert isinstance(consumer, KafkaConsumer)
    behind = consumer._membership.consumer
    behind.pause(KafkaPlace(topic, number))
    await bus.publish([Record(topic, "a", b"", {}) for _ in range(10)])
    await remove_before(kafka, topic, number, 9)
    behind.resume(KafkaPlace(topic, number))
    with pytest.raises(BusError, match=rf"{topic}\[{number}\] from offset 5.* 9 to"):
        await consumer.poll(number, 10)


async def test_records_removed_are_named_also_if_others_come_while_the_ends_are_asked_for(
    bus: KafkaBus, kafka: str, topic: str, unused: Name, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trap: a poll that finds nothing, asks for the ends, and gives what came meanwhile from
    behind the gap: its offsets would be committed.
    """
    await bus.publish([Record(topic, "a", b"", {}) for _ in range(5)])
    number = partition_of("a", PARTITIONS)
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    await read(consumer, [number], 5)
    assert isinstance(consumer, KafkaConsumer)
    behind = consumer._membership.consumer
    behind.pause(KafkaPlace(topic, number))
    await bus.publish([Record(topic, "a", b"", {}) for _ in range(10)])
    await remove_before(kafka, topic, number, 9)
    asked = consumer._behind

    async def others_come(intake: Intake, partition: int) -> list[TopicPartition]:
        behind.resume(KafkaPlace(topic, number))

        async def came() -> bool:
            return intake[TopicPartition(topic, number)].gap is not None

        await until(came, "records behind the gap")
        return await asked(intake, partition)

    monkeypatch.setattr(consumer, "_behind", others_come)
    with pytest.raises(BusError, match=rf"{topic}\[{number}\] from offset 5.* 9 to"):
        await consumer.poll(number, 10)


async def remove_before(address: str, topic: str, number: int, offset: int) -> None:
    """Remove the records of a partition before an offset, as retention does."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.delete_records({KafkaPlace(topic, number): RecordsToDelete(before_offset=offset)})
    await admin.close()


async def test_a_commit_that_the_group_refuses_raises(
    bus: KafkaBus, topic: str, unused: Name
) -> None:
    """Trap: FastStream only logs it. Here the member was removed, and does not know it yet."""
    group = unused("group")
    await bus.publish(numbered(topic, 30))
    consumer = await joined(bus, group, [topic], PARTITIONS)
    offsets = after(await read(consumer, ALL, 30))
    assert isinstance(consumer, KafkaConsumer)
    consumer._membership.consumer._coordinator.generation += 1  # as a zombie's is another
    with pytest.raises(Ousted):
        await consumer.commit(offsets)
    assert set((await bus.committed(group, [topic])).values()) == {0}
    with pytest.raises(Ousted):
        await consumer.poll(0, 10)


async def test_what_was_lost_is_left_out_of_one_answer(
    bus: KafkaBus, topic: str, unused: Name
) -> None:
    """Trap: a rebalance that gives everything back passes unseen, and stale states are kept."""
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    assert isinstance(consumer, KafkaConsumer)
    before = consumer._membership.intake
    consumer._membership.consumer._coordinator.request_rejoin()

    async def rebalanced() -> bool:
        return consumer._membership.intake not in (None, before)

    await until(rebalanced, "another assignment")
    assert await consumer.wait(0)
    assert await consumer.assigned() == frozenset()
    assert await consumer.assigned() == frozenset(ALL)


@pytest.mark.parametrize("which", ["coordination", "fetching"])
async def test_a_consumer_whose_tasks_died_joins_again(
    bus: KafkaBus, topic: str, unused: Name, which: str
) -> None:
    """Trap: aiokafka's tasks end after some errors, and nothing says so (aiokafka#1154)."""
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    assert isinstance(consumer, KafkaConsumer)
    kafka = consumer._membership.consumer
    task = kafka._coordinator._coordination_task if which == "coordination" else None
    (task or kafka._fetcher.error_future).cancel()
    await bus.publish(numbered(topic, 30))
    found: set[tuple[int, int]] = set()

    async def all_read() -> bool:
        try:
            for number in await consumer.assigned():
                slices = await consumer.poll(number, 100)
                found.update((number, record.offset) for _, _, record in flat(slices))
        except BusError:
            pass
        return len(found) == 30

    async with asyncio.timeout(POLL_SECONDS - 1):  # else a poll would find out, and only then
        await until(all_read, "all records")
