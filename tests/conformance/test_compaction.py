"""The embedded buses: compacted topics keep the newest record of each key."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.bus import BusError, Follower, Record, TopicPartition, TopicPlan

from tests.conformance.reading import Read, after, everything, follow, joined, read, until

PEOPLE, FACTS = "enrollment.people", "enrollment.events"


@pytest.fixture(params=["memory", "sqlite"])
async def bus(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[MemoryBus | SqliteBus]:
    """A bus with a compacted topic and one that is not, of one partition each."""
    bus = MemoryBus() if request.param == "memory" else SqliteBus(tmp_path / "bus.db")
    await bus.provision([TopicPlan(PEOPLE, 1, compacted=True), TopicPlan(FACTS, 1)])
    yield bus
    await bus.close()


def versions(topic: str, *numbers: int, keys: str = "abc") -> list[Record]:
    """A record of every key, for each number."""
    return [Record(topic, key, f"{key}{n}".encode(), {}) for n in numbers for key in keys]


async def all_values(bus: MemoryBus | SqliteBus, topic: str) -> list[tuple[int, bytes | None]]:
    """Offset and value of everything that stands on a topic."""
    return [(record.offset, record.value) for _, _, record in await everything(bus, topic)]


async def test_the_newest_record_of_a_key_stays(bus: MemoryBus | SqliteBus) -> None:
    """With its offset; older ones are gone."""
    for number in range(3):
        await bus.publish(versions(PEOPLE, number))
    await bus.compact()
    assert await all_values(bus, PEOPLE) == [(6, b"a2"), (7, b"b2"), (8, b"c2")]


async def test_a_tombstone_stays_for_whoever_was_away(bus: MemoryBus | SqliteBus) -> None:
    """It erases what came before it, and is read by all that read later."""
    await bus.publish(versions(PEOPLE, 0, 1))
    await bus.publish([Record(PEOPLE, "b", None, {})])
    await bus.compact()
    assert await all_values(bus, PEOPLE) == [(3, b"a1"), (5, b"c1"), (6, None)]


async def test_other_topics_are_never_compacted(bus: MemoryBus | SqliteBus) -> None:
    """Facts are kept for ever, whatever their keys."""
    await bus.publish(versions(FACTS, 0, 1))
    await bus.compact()
    assert len(await all_values(bus, FACTS)) == 6


async def test_readers_go_on_past_what_was_removed(bus: MemoryBus | SqliteBus) -> None:
    """Followers and committed offsets stand where they stood, and offsets are not used again."""
    await bus.publish(versions(PEOPLE, 0, 1))
    follower = await bus.follower([PEOPLE])
    assert len(await follow(follower, 2, most=2)) == 2
    consumer = await joined(bus, "group", [PEOPLE], 1)
    await consumer.commit(after(await read(consumer, [0], 2, most=2)))
    await bus.publish(versions(PEOPLE, 2, keys="ab"))
    await bus.compact()
    await bus.publish(versions(PEOPLE, 3, keys="c"))
    await consumer.rewind(0)
    for found in (await follow_to(follower, 8), await read(consumer, [0], 3)):
        offsets = [r.offset for _, _, r in found]
        assert offsets == sorted(set(offsets))
        assert min(offsets) >= 2
        newest = {r.key: (r.offset, r.value) for _, _, r in found}
        assert newest == {"a": (6, b"a2"), "b": (7, b"b2"), "c": (8, b"c3")}
    assert await follower.caught_up()
    assert await bus.ends() == {TopicPartition(PEOPLE, 0): 9, TopicPartition(FACTS, 0): 0}


async def follow_to(follower: Follower, offset: int) -> list[Read]:
    """What a follower reads up to this offset; it may have fetched ahead what is removed now."""
    found: list[Read] = []

    async def there() -> bool:
        found.extend(await follow(follower, 1, most=2))
        return found[-1][2].offset >= offset

    await until(there, f"offset {offset}")
    return found


async def test_compacting_again_changes_nothing(bus: MemoryBus | SqliteBus) -> None:
    """Nor does compacting an empty topic."""
    await bus.compact()
    await bus.publish(versions(PEOPLE, 0, 1))
    await bus.compact()
    once = await all_values(bus, PEOPLE)
    await bus.compact()
    assert await all_values(bus, PEOPLE) == once


async def test_whether_a_topic_is_compacted_is_fixed_for_life(
    bus: MemoryBus | SqliteBus,
) -> None:
    """Facts must not be lost, nor erased persons kept, because two settings differ."""
    with pytest.raises(BusError, match=FACTS):
        await bus.provision([TopicPlan(FACTS, 1, compacted=True)])
    with pytest.raises(BusError, match=PEOPLE):
        await bus.provision([TopicPlan(PEOPLE, 1)])
