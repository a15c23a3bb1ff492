"""Every bus: groups that share partitions, commit offsets and hand over.

Blind spots: members here end in good order; dead and stopped processes, and leases that run out,
show in the tests of each adapter.
"""

import asyncio
from collections.abc import Callable

import pytest
from ijaza_runtime.bus import (
    Bus,
    BusError,
    Consumer,
    Ousted,
    Record,
    TopicPartition,
    TopicPlan,
    partition_of,
)

from tests.conformance.reading import (
    after,
    assigned,
    flat,
    joined,
    numbered,
    read,
    until,
    values_by_key,
)
from tests.conformance.registry import ConnectBus

Name = Callable[[str], str]
PARTITIONS = 6
ALL = range(PARTITIONS)


@pytest.fixture
async def topics(bus: Bus, unused: Name) -> list[str]:
    """Three topics of six partitions, as the inputs of one service."""
    names = [unused("enrollment"), unused("attendance"), unused("assessment")]
    await bus.provision([TopicPlan(name, PARTITIONS) for name in names])
    return names


async def test_a_member_alone_holds_everything(bus: Bus, topics: list[str], unused: Name) -> None:
    """It reads every record of every topic, those of a key in their order."""
    for topic in topics:
        await bus.publish(numbered(topic, 40))
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    found = await read(consumer, ALL, 120)
    for topic in topics:
        values = values_by_key([each for each in found if each[0] == topic])
        assert values == {f"key-{n}": list(range(n, 40, 7)) for n in range(7)}


async def test_a_partition_of_a_poll_is_the_one_asked_for(
    bus: Bus, topics: list[str], unused: Name
) -> None:
    """Polling partition n gives records of n, of every topic, and in the end nothing."""
    for topic in topics:
        await bus.publish([Record(topic, "a", b"", {}), Record(topic, "b", b"", {})])
    number = partition_of("a", PARTITIONS)
    expected = {"a", "b"} if partition_of("b", PARTITIONS) == number else {"a"}
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    found = await read(consumer, [number], 3 * len(expected))
    assert {(topic, partition, r.key) for topic, partition, r in found} == {
        (topic, number, key) for topic in topics for key in expected
    }
    assert not await consumer.poll(number, 10)


async def test_a_poll_gives_at_most_so_many(bus: Bus, topics: list[str], unused: Name) -> None:
    """The limit counts over all topics together, and nothing is lost between polls."""
    for topic in topics:
        await bus.publish([Record(topic, "a", str(n).encode(), {}) for n in range(20)])
    number = partition_of("a", PARTITIONS)
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    polls: list[int] = []
    values: list[tuple[str, int]] = []

    async def all_read() -> bool:
        found = flat(await consumer.poll(number, 7))
        polls.append(len(found))
        values.extend((topic, r.offset) for topic, _, r in found)
        return len(values) >= 60

    await until(all_read, "60 records")
    assert max(polls) <= 7
    for topic in topics:
        assert [offset for name, offset in values if name == topic] == list(range(20))


async def test_a_backlog_of_one_topic_does_not_starve_another(
    bus: Bus, topics: list[str], unused: Name
) -> None:
    """Long before the backlog ends, the other topic's record was read."""
    await bus.publish([Record(topics[0], "a", b"", {}) for _ in range(500)])
    await bus.publish([Record(topics[1], "a", b"", {})])
    number = partition_of("a", PARTITIONS)
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    found: list[str] = []

    async def seen() -> bool:
        found.extend(topic for topic, _, _ in flat(await consumer.poll(number, 20)))
        return topics[1] in found

    await until(seen, "the record of the other topic")
    assert len(found) <= 300


async def test_ends_of_a_partition(bus: Bus, topics: list[str], unused: Name) -> None:
    """Each topic's end is named, whether something stands there or not."""
    await bus.publish([Record(topics[0], "a", b"", {}), Record(topics[0], "a", b"", {})])
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    ends = await consumer.ends(partition_of("a", PARTITIONS))
    assert ends == {topics[0]: 2, topics[1]: 0, topics[2]: 0}


async def test_only_the_uncommitted_comes_again(
    connect: ConnectBus, bus: Bus, topics: list[str], unused: Name
) -> None:
    """The next member goes on from the committed offsets, topic by topic."""
    group = unused("group")
    for topic in topics[:2]:
        await bus.publish([Record(topic, "a", str(n).encode(), {}) for n in range(10)])
    number = partition_of("a", PARTITIONS)
    first = await joined(bus, group, topics, PARTITIONS)
    await read(first, [number], 20)
    await first.commit({TopicPartition(topics[0], number): 4})
    await first.commit({TopicPartition(topics[1], number): 9})
    await first.close()
    second = await joined(connect("b"), group, topics, PARTITIONS)
    found = await read(second, [number], 7)
    offsets = {topic: [r.offset for name, _, r in found if name == topic] for topic in topics}
    assert offsets == {topics[0]: [4, 5, 6, 7, 8, 9], topics[1]: [9], topics[2]: []}


async def test_rewinding_polls_the_uncommitted_again(
    bus: Bus, topics: list[str], unused: Name
) -> None:
    """After a failure the same records come again, in the same order; other partitions stay."""
    await bus.publish(numbered(topics[0], 60))
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    before = await read(consumer, ALL, 60)
    number = partition_of("key-0", PARTITIONS)
    committed = [each for each in before if each[1] == number][:3]
    await consumer.commit(after(committed))
    await consumer.rewind(number)
    expected = [each for each in before if each[1] == number][3:]
    again = await read(consumer, [number], len(expected))
    assert again == expected
    for other in set(ALL) - {number}:
        assert not await consumer.poll(other, 10)


async def test_rewinding_with_nothing_committed_goes_to_the_beginning(
    bus: Bus, topics: list[str], unused: Name
) -> None:
    """Without a committed offset everything comes again."""
    await bus.publish([Record(topics[0], "a", b"", {}) for _ in range(5)])
    number = partition_of("a", PARTITIONS)
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    first = await read(consumer, [number], 5)
    await consumer.rewind(number)
    assert await read(consumer, [number], 5) == first


async def test_two_members_share_the_partitions(
    connect: ConnectBus, topics: list[str], unused: Name
) -> None:
    """Each number has one owner, for all topics; together they read everything once."""
    group = unused("group")
    buses = [connect("b"), connect("c")]
    for topic in topics:
        await buses[0].publish(numbered(topic, 100, keys=30))
    one, two = [await each.consumer(group, topics) for each in buses]
    held = await assigned(one, two, partitions=PARTITIONS)
    assert {len(each) for each in held} == {3}
    counts = [await _count(one, held[0], topics), await _count(two, held[1], topics)]
    assert sum(counts) == 300


async def _count(consumer: Consumer, partitions: frozenset[int], topics: list[str]) -> int:
    """How many records stand on these partitions; all of them are read."""
    ends = [await consumer.ends(number) for number in partitions]
    total = sum(end[topic] for end in ends for topic in topics)
    return len(await read(consumer, partitions, total))


async def test_a_member_that_joins_is_handed_its_share(
    connect: ConnectBus, topics: list[str], unused: Name
) -> None:
    """The first gives up half when asked next, and is refused what it gave up."""
    group = unused("group")
    first = await joined(connect("b"), group, topics, PARTITIONS)
    second = await connect("c").consumer(group, topics)
    held = await assigned(first, second, partitions=PARTITIONS)
    assert held[1]
    given_up = min(held[1])
    with pytest.raises(Ousted):
        await first.poll(given_up, 10)
    with pytest.raises(Ousted):
        await first.rewind(given_up)


async def test_what_was_handed_over_is_committed_by_its_new_owner_alone(
    connect: ConnectBus, topics: list[str], unused: Name
) -> None:
    """The old owner is ousted, and nothing of its commit counts, nor of what it still holds."""
    group, buses = unused("group"), [connect("b"), connect("c")]
    await buses[0].publish(numbered(topics[0], 60, keys=30))
    old = await joined(buses[0], group, topics, PARTITIONS)
    offsets = after(await read(old, ALL, 60))
    new = await buses[1].consumer(group, topics)
    held = await assigned(old, new, partitions=PARTITIONS)
    with pytest.raises(Ousted):
        await old.commit(offsets)
    kept = {place: end for place, end in offsets.items() if place.partition in held[0]}
    assert kept
    for number in held[0]:
        await old.rewind(number)
    assert len(await read(old, held[0], sum(kept.values()))) == sum(kept.values())


async def test_a_member_that_leaves_is_replaced_at_once(
    connect: ConnectBus, topics: list[str], unused: Name
) -> None:
    """The other takes over all, and goes on where the one that left had committed."""
    group, buses = unused("group"), [connect("b"), connect("c")]
    await buses[0].publish(numbered(topics[0], 60, keys=30))
    leaving, staying = [await each.consumer(group, topics) for each in buses]
    held = await assigned(leaving, staying, partitions=PARTITIONS)
    total = await _count(leaving, held[0], topics)
    for number in held[0]:
        await leaving.rewind(number)
    await leaving.commit(after(await read(leaving, held[0], total)))
    await leaving.close()
    await assigned(staying, partitions=PARTITIONS)
    assert len(await read(staying, ALL, 60 - total)) == 60 - total


async def test_nothing_is_held_before_it_was_assigned(
    bus: Bus, topics: list[str], unused: Name
) -> None:
    """A consumer that never asked for its partitions has none."""
    consumer = await bus.consumer(unused("group"), topics)
    with pytest.raises(Ousted):
        await consumer.poll(0, 10)
    with pytest.raises(Ousted):
        await consumer.commit({TopicPartition(topics[0], 0): 1})


async def test_offsets_of_a_foreign_topic_are_refused(
    bus: Bus, topics: list[str], unused: Name
) -> None:
    """To commit what the group does not read is an error that names the topic."""
    other = unused("other")
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    with pytest.raises(BusError, match=other):
        await consumer.commit({TopicPartition(other, 0): 1})


@pytest.mark.slow
async def test_waiting_ends_when_something_is_published(
    connect: ConnectBus, bus: Bus, topics: list[str], unused: Name
) -> None:
    """A publication of the same process or another ends the waiting long before its time."""
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    for publisher in (bus, connect("b")):
        await _until_quiet(consumer)
        waiting = asyncio.create_task(consumer.wait(60))
        await publisher.publish([Record(topics[1], "a", b"", {})])
        async with asyncio.timeout(20):
            assert await waiting
        assert await read(consumer, ALL, 1)


async def test_what_was_published_before_waiting_counts(
    bus: Bus, topics: list[str], unused: Name
) -> None:
    """A record that came between the last poll and the waiting is not waited past."""
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    await _until_quiet(consumer)
    await bus.publish([Record(topics[1], "a", b"", {})])
    async with asyncio.timeout(20):
        assert await consumer.wait(60)


async def test_waiting_is_in_vain_when_nothing_comes(
    bus: Bus, topics: list[str], unused: Name
) -> None:
    """After its time it says so; a partition left unpolled does not keep it from waiting."""
    await bus.publish(numbered(topics[0], 50, keys=20))
    consumer = await joined(bus, unused("group"), topics, PARTITIONS)
    held_back = partition_of("key-0", PARTITIONS)
    others = [number for number in ALL if number != held_back]

    async def in_vain() -> bool:
        for number in others:
            await consumer.poll(number, 100)
        return not await consumer.wait(0.1)

    await until(in_vain, "waiting in vain")
    assert flat(await consumer.poll(held_back, 100))


async def _until_quiet(consumer: Consumer) -> None:
    """Poll everything and wait, until waiting is in vain."""

    async def quiet() -> bool:
        await consumer.assigned()
        for number in ALL:
            await consumer.poll(number, 100)
        return not await consumer.wait(0.1)

    await until(quiet, "a quiet bus")


@pytest.mark.slow
async def test_a_change_of_members_loses_nothing(
    connect: ConnectBus, topics: list[str], unused: Name
) -> None:
    """Members come and go while records are published: each is handled, in its key's order."""
    group, publisher = unused("group"), connect("publisher")
    handled: dict[str, list[int]] = {}

    async def handle(name: str, rounds: int) -> None:
        consumer = await connect(name).consumer(group, topics[:1])
        for _ in range(rounds):
            for number in await consumer.assigned():
                try:
                    found = flat(await consumer.poll(number, 5))
                    await consumer.commit(after(found))
                except Ousted:
                    continue
                for key, values in values_by_key(found).items():
                    handled.setdefault(key, []).extend(values)
            await consumer.wait(0.01)
        await consumer.close()

    async def publish() -> None:
        for record in numbered(topics[0], 100):
            await publisher.publish([record])

    await asyncio.gather(publish(), *(handle(f"m{n}", 10 + 5 * n) for n in range(4)))
    last = await joined(connect("last"), group, topics[:1], PARTITIONS)
    missing = 100 - sum(map(len, handled.values()))
    for key, values in values_by_key(await read(last, ALL, missing)).items():
        handled.setdefault(key, []).extend(values)
    assert handled == {f"key-{n}": list(range(n, 100, 7)) for n in range(7)}
