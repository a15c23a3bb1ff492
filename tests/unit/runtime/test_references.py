"""Tables that every process reads in full, and how many readings they cost."""

import asyncio
from collections.abc import Sequence

import pytest
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.bus import BusError, Follower, Slice, TopicPlan
from ijaza_runtime.outbox import record_of
from ijaza_runtime.references import References

from tests.deadline import eventually
from tests.unit.runtime.toy import AT, FOLD, RULES, RuleSet


class SlowBus(MemoryBus):
    """A bus whose followers read when they are let, and count how often they began."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = 0
        self.let = asyncio.Semaphore(0)
        self.fault: BusError | None = None

    async def follower(self, topics: Sequence[str]) -> Follower:
        return _Slow(self, await super().follower(topics))

    async def rule(self, revision: int) -> None:
        event = RuleSet(edition="e", at=AT, revision=revision, bound=1)
        await self.publish([record_of(event)])


class _Slow:
    def __init__(self, bus: SlowBus, follower: Follower) -> None:
        self._bus = bus
        self._follower = follower

    async def read(self, most: int) -> Sequence[Slice]:
        self._bus.begun += 1
        found = await self._follower.read(most)
        await self._bus.let.acquire()
        if self._bus.fault is not None:
            raise self._bus.fault
        return found

    async def caught_up(self) -> bool:
        return await self._follower.caught_up()

    async def close(self) -> None:
        await self._follower.close()


@pytest.fixture
async def bus() -> SlowBus:
    bus = SlowBus()
    await bus.provision([TopicPlan(RULES.name, 1)])
    return bus


def refreshing(references: References, many: int) -> list["asyncio.Task[None]"]:
    return [asyncio.create_task(references.refresh()) for _ in range(many)]


async def begun(bus: SlowBus, readings: int) -> None:
    """Wait until so many readings have begun."""

    async def enough() -> bool:
        return bus.begun >= readings

    await eventually(enough)


async def test_who_asks_during_a_reading_shares_the_next(bus: SlowBus) -> None:
    """It sees what was published before it asked, and a hundred cost one reading more."""
    references = References(bus, [FOLD.editions])
    first = refreshing(references, 1)
    await begun(bus, 1)
    await bus.rule(1)
    others = refreshing(references, 100)

    for _ in range(10):
        bus.let.release()
    await asyncio.gather(*first, *others)

    known = references.get(FOLD.editions, "e")
    assert known is not None
    assert known.revision == 1
    assert bus.begun == 3  # nothing yet; the rule; and that nothing comes after it


async def test_who_gives_up_hinders_nobody(bus: SlowBus) -> None:
    """A request that is cancelled leaves the reading to those who share it."""
    references = References(bus, [FOLD.editions])
    gone, stays = refreshing(references, 2)
    await begun(bus, 1)

    gone.cancel()
    bus.let.release()
    await stays

    assert references.read_once


async def test_a_failure_is_told_and_the_next_reading_is_its_own(bus: SlowBus) -> None:
    """Everybody who shared it is told; whoever asks after that reads anew."""
    references = References(bus, [FOLD.editions])
    bus.fault = BusError("away")
    tasks = refreshing(references, 3)
    bus.let.release()
    for each in tasks:
        with pytest.raises(BusError):
            await each

    bus.fault = None
    bus.let.release()
    await references.refresh()

    assert references.read_once
