"""Reading from buses in tests: until something is so, or a deadline has passed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from ijaza_runtime.bus import Bus, Consumer, Delivered, Follower, Record, Slice, TopicPartition

DEADLINE_SECONDS = 30.0

Read = tuple[str, int, Delivered]
"""A record with the topic and partition that it was read from."""


async def until(happens: Callable[[], Awaitable[bool]], what: str) -> None:
    """Return once `happens` answers true; fail with `what` at the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not await happens():
        assert time.monotonic() < deadline, f"not within {DEADLINE_SECONDS:g} s: {what}"
        await asyncio.sleep(0.01)


async def assigned(*consumers: Consumer, partitions: int) -> list[frozenset[int]]:
    """What each consumer holds, once all partitions are dealt out among all of them."""
    held: list[frozenset[int]] = []

    async def dealt() -> bool:
        held[:] = await asyncio.gather(*(consumer.assigned() for consumer in consumers))
        return all(held) and sorted(n for each in held for n in each) == list(range(partitions))

    await until(dealt, f"{partitions} partitions among {len(consumers)} members")
    return held


async def read(
    consumer: Consumer, partitions: Collection[int], count: int, *, most: int = 100
) -> list[Read]:
    """The next `count` records or more of these partitions."""
    found: list[Read] = []

    async def enough() -> bool:
        for partition in partitions:
            found.extend(flat(await consumer.poll(partition, most)))
        return len(found) >= count

    await until(enough, f"{count} records to read")
    return found


async def follow(follower: Follower, count: int, *, most: int = 100) -> list[Read]:
    """The next `count` records or more that a follower reads."""
    found: list[Read] = []

    async def enough() -> bool:
        found.extend(flat(await follower.read(most)))
        return len(found) >= count

    await until(enough, f"{count} records to follow")
    return found


async def everything(bus: Bus, *topics: str) -> list[Read]:
    """All that stands on topics now."""
    follower = await bus.follower(topics)
    found: list[Read] = []

    async def caught_up() -> bool:
        found.extend(flat(await follower.read(1000)))
        return await follower.caught_up()

    await until(caught_up, "the end of the topics")
    await follower.close()
    return found


async def joined(bus: Bus, group: str, topics: Sequence[str], partitions: int) -> Consumer:
    """A consumer that is alone in its group and holds all partitions."""
    consumer = await bus.consumer(group, topics)
    await assigned(consumer, partitions=partitions)
    return consumer


def flat(slices: Sequence[Slice]) -> list[Read]:
    return [(each.topic, each.partition, record) for each in slices for record in each.records]


def after(records: Sequence[Read]) -> Mapping[TopicPartition, int]:
    """The offsets to commit when these records are handled."""
    return {TopicPartition(topic, number): r.offset + 1 for topic, number, r in records}


def numbered(topic: str, count: int, *, keys: int = 7) -> list[Record]:
    """Records of a few keys, whose values count up."""
    return [Record(topic, f"key-{n % keys}", str(n).encode(), {}) for n in range(count)]


def values_by_key(records: Sequence[Read]) -> dict[str, list[int]]:
    """The values of `numbered` records, as read for each key."""
    values: dict[str, list[int]] = {}
    for _, _, record in records:
        assert record.value is not None
        values.setdefault(record.key, []).append(int(record.value))
    return values
