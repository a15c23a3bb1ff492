"""Every bus: what is published, how it is read in full, and what is refused.

Blind spots: what survives a dead process or a full disk shows in the tests of each adapter.
"""

import asyncio
from collections.abc import Callable

import pytest
from ijaza_runtime.bus import Bus, BusError, Record, TopicPartition, TopicPlan, partition_of

from tests.conformance.reading import (
    after,
    follow,
    joined,
    numbered,
    read,
    until,
    values_by_key,
)
from tests.conformance.registry import ConnectBus

Name = Callable[[str], str]
PARTITIONS = 6


@pytest.fixture
async def topic(bus: Bus, unused: Name) -> str:
    """A topic of six partitions."""
    name = unused("facts")
    await bus.provision([TopicPlan(name, PARTITIONS)])
    return name


async def test_a_record_comes_as_it_was_published(bus: Bus, topic: str) -> None:
    """Key, bytes of any kind and headers are unchanged, and None stays apart from empty."""
    records = [
        Record(topic, "مشارك-1", b'{"seconds": 5400}', {"ce_id": "1", "ce_type": "إجازة"}),
        Record(topic, "b", b"\x00\xff\xfe not text", {}),
        Record(topic, "c", b"", {"empty": ""}),
        Record(topic, "d", None, {"ce_id": "4"}),
    ]
    await bus.publish(records)
    found = await follow(await bus.follower([topic]), len(records))
    assert {r.key: (r.value, dict(r.headers)) for _, _, r in found} == {
        r.key: (r.value, r.headers) for r in records
    }


async def test_a_key_has_the_partition_of_its_hash(bus: Bus, topic: str) -> None:
    """The partition is that of murmur2, so that a key is in the same one on every bus."""
    await bus.publish(numbered(topic, 50, keys=50))
    found = await follow(await bus.follower([topic]), 50)
    assert {r.key: partition for _, partition, r in found} == {
        f"key-{n}": partition_of(f"key-{n}", PARTITIONS) for n in range(50)
    }


async def test_offsets_are_dense(bus: Bus, topic: str) -> None:
    """In each partition the offsets count up from 0, over several publications."""
    for start in range(0, 60, 20):
        await bus.publish(numbered(topic, 60)[start : start + 20])
    found = await follow(await bus.follower([topic]), 60)
    ends = {place: end for place, end in (await bus.ends()).items() if place.topic == topic}
    assert len(ends) == PARTITIONS
    for place, end in ends.items():
        offsets = [r.offset for _, partition, r in found if partition == place.partition]
        assert offsets == list(range(end))


async def test_records_of_a_key_keep_their_order(bus: Bus, topic: str) -> None:
    """Many tasks publish at a time, each for a key of its own: no order of a key is lost."""

    async def publish_in_order(key: str) -> None:
        for number in range(25):
            await bus.publish([Record(topic, key, str(number).encode(), {})])

    keys = [f"key-{n}" for n in range(20)]
    await asyncio.gather(*(publish_in_order(key) for key in keys))
    found = values_by_key(await follow(await bus.follower([topic]), 500))
    assert found == {key: list(range(25)) for key in keys}


async def test_nothing_is_published_to_an_unknown_topic(bus: Bus, topic: str, unused: Name) -> None:
    """One unknown topic fails the whole publication, and names the topic."""
    unknown = unused("unknown")
    with pytest.raises(BusError, match=unknown):
        await bus.publish([Record(topic, "a", b"", {}), Record(unknown, "a", b"", {})])
    ends = await bus.ends()
    assert {end for place, end in ends.items() if place.topic == topic} == {0}


async def test_publishing_nothing_is_no_error(bus: Bus) -> None:
    """An empty outbox may be published."""
    await bus.publish([])


async def test_what_was_published_outlives_the_bus(connect: ConnectBus, unused: Name) -> None:
    """Another process finds everything after the first one closed its bus."""
    topic = unused("facts")
    first = connect("a")
    await first.provision([TopicPlan(topic, PARTITIONS)])
    await first.publish(numbered(topic, 10))
    await first.close()
    found = await follow(await connect("b").follower([topic]), 10)
    assert len(found) == 10


async def test_topics_are_provisioned_once(connect: ConnectBus, unused: Name) -> None:
    """Provisioning again, in another process and with more topics, keeps what is there."""
    first, second = unused("first"), unused("second")
    bus = connect("a")
    await bus.provision([TopicPlan(first, 3)])
    await bus.publish(numbered(first, 10))
    await connect("b").provision([TopicPlan(first, 3), TopicPlan(second, 2, compacted=True)])
    await bus.publish(numbered(second, 5))
    ends = await bus.ends()
    assert sum(ends[TopicPartition(first, n)] for n in range(3)) == 10
    assert sum(ends[TopicPartition(second, n)] for n in range(2)) == 5


async def test_another_partition_count_is_refused(bus: Bus, topic: str) -> None:
    """The count is fixed for life; the error names the topic."""
    with pytest.raises(BusError, match=topic):
        await bus.provision([TopicPlan(topic, PARTITIONS + 1)])


async def test_ends_are_those_of_every_partition(bus: Bus, topic: str) -> None:
    """Empty partitions have the end 0."""
    await bus.publish([Record(topic, "a", b"", {}), Record(topic, "a", b"", {})])
    ends = {place: end for place, end in (await bus.ends()).items() if place.topic == topic}
    expected = dict.fromkeys((TopicPartition(topic, n) for n in range(PARTITIONS)), 0)
    assert ends == {**expected, TopicPartition(topic, partition_of("a", PARTITIONS)): 2}


async def test_a_follower_reads_all_topics_and_goes_on(bus: Bus, topic: str, unused: Name) -> None:
    """It begins at the beginning of topics of any partition counts, and then follows them."""
    other = unused("editions")
    await bus.provision([TopicPlan(other, 1)])
    await bus.publish([*numbered(topic, 30), *numbered(other, 5)])
    follower = await bus.follower([topic, other])
    assert not await follower.caught_up()
    before = await follow(follower, 35, most=4)
    await bus.publish(numbered(other, 3))
    assert not await follower.caught_up()
    later = await follow(follower, 3)
    assert [name for name, _, _ in before].count(other) == 5
    assert [(name, r.offset) for name, _, r in later] == [(other, 5), (other, 6), (other, 7)]
    assert await follower.caught_up()
    assert not await follower.read(10)
    await follower.close()


async def test_a_follower_reads_at_most_so_many(bus: Bus, topic: str) -> None:
    """One reading never gives more than asked for, and readings lose nothing between them."""
    await bus.publish(numbered(topic, 40))
    follower = await bus.follower([topic])
    sizes: list[int] = []

    async def all_read() -> bool:
        sizes.append(sum(len(each.records) for each in await follower.read(7)))
        return sum(sizes) >= 40

    await until(all_read, "40 records")
    assert max(sizes) <= 7
    assert sum(sizes) == 40


async def test_followers_and_groups_do_not_touch_each_other(
    bus: Bus, topic: str, unused: Name
) -> None:
    """What a group has committed does not move a follower, nor another group."""
    await bus.publish(numbered(topic, 10))
    consumer = await joined(bus, unused("one"), [topic], PARTITIONS)
    await consumer.commit(after(await read(consumer, range(PARTITIONS), 10)))
    other = await joined(bus, unused("other"), [topic], PARTITIONS)
    assert len(await read(other, range(PARTITIONS), 10)) == 10
    assert len(await follow(await bus.follower([topic]), 10)) == 10


async def test_unknown_topics_are_not_read(bus: Bus, topic: str, unused: Name) -> None:
    """Whoever reads a topic that does not exist is told its name."""
    unknown = unused("unknown")
    with pytest.raises(BusError, match=unknown):
        await bus.follower([topic, unknown])
    with pytest.raises(BusError, match=unknown):
        await bus.consumer(unused("group"), [topic, unknown])


async def test_a_group_reads_topics_of_one_partition_count(
    bus: Bus, topic: str, unused: Name
) -> None:
    """Different counts would give one key to two processes; the error says who has how many."""
    other = unused("editions")
    await bus.provision([TopicPlan(other, 1)])
    with pytest.raises(BusError, match=rf"(?s){PARTITIONS}.*{other}.*1"):
        await bus.consumer(unused("group"), [topic, other])


async def test_closing_finishes_what_is_being_published(connect: ConnectBus, unused: Name) -> None:
    """What was handed to `publish` before closing is in the log, and those who wait are told."""
    topic = unused("facts")
    bus = connect("a")
    await bus.provision([TopicPlan(topic, PARTITIONS)])
    await bus.publish(numbered(topic, 1))
    publications = []
    for _ in range(20):
        publications.append(asyncio.create_task(bus.publish(numbered(topic, 3))))
        await asyncio.sleep(0)  # it begins, and comes up to its first wait
    await bus.close()
    await asyncio.gather(*publications)
    assert len(await follow(await connect("b").follower([topic]), 61)) == 61


async def test_a_closed_bus_refuses(connect: ConnectBus, unused: Name) -> None:
    """After closing, which may be done twice, everything is refused with a reason."""
    topic = unused("facts")
    bus = connect("a")
    await bus.provision([TopicPlan(topic, PARTITIONS)])
    consumer = await joined(bus, unused("group"), [topic], PARTITIONS)
    await bus.close()
    await bus.close()
    for call in (
        bus.publish(numbered(topic, 1)),
        bus.ends(),
        bus.follower([topic]),
        bus.consumer(unused("group"), [topic]),
        consumer.assigned(),
    ):
        with pytest.raises(BusError, match="closed"):
            await call
