"""Told to stop, a reactor and a projector leave nothing half done and commit nothing unfinished."""

from collections.abc import AsyncIterator, Sequence

import pytest
from ijaza_contracts.envelope import Event
from ijaza_runtime import reactor
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.outbox import record_of
from ijaza_runtime.projector import Projector

from tests.unit.runtime import toy
from tests.unit.runtime.test_reactor import FailingBus, World

TRACES = [f"00-{digit * 32}-{digit * 16}-01" for digit in "abc"]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """One process over empty adapters."""
    bus = FailingBus()
    await bus.provision(toy.PLANS)
    made = World(bus, MemoryStore())
    yield made
    await made.reactor.close()


async def committed(bus: MemoryBus, group: str, topic: str) -> int:
    """How many records of a topic a group has committed."""
    return sum((await bus.committed(group, [topic])).values())


async def test_a_backlog_is_left_at_the_next_batch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is folded is saved and committed, and the rest is the next process's; none is lost."""
    monkeypatch.setattr(reactor, "BATCH", 1)
    monkeypatch.setattr(reactor, "GATHERED", 1)
    await world.tell(toy.rule(1, 5), *[toy.mark("a", number) for number in range(5)])
    left = 2

    def stop_at_second(step: str) -> None:
        nonlocal left
        left -= step == "folded"
        if left == 0:
            world.reactor.stop()

    world.reactor._step = stop_at_second
    await world.reactor.turn()
    await world.reactor.close()
    done = await committed(world.bus, "toy", toy.MARKS.name)
    saved = toy.FOLD.decode((await world.store.load("toys", ["a"]))["a"].body)
    assert done == len(saved.marks) == 2

    world.reactor, world.commands = world.process()
    await world.drain()

    assert await world.said() == [("a", 1)]


async def test_a_stopped_reactor_begins_nothing(world: World) -> None:
    """A turn after it handles no partition."""
    await world.tell(toy.rule(1, 1), toy.mark("a", 1))
    world.reactor.stop()
    await world.reactor.turn()

    assert await committed(world.bus, "toy", toy.MARKS.name) == 0
    assert await world.said() == []


async def test_a_stopped_projection_comes_again_whole() -> None:
    """What was projected of the batch is projected again: it is safe to repeat, and not lost."""
    bus = MemoryBus()
    await bus.provision(toy.PLANS)
    projected: list[int] = []

    async def project(events: Sequence[Event]) -> None:
        projected.extend(event.mark for event in events if isinstance(event, toy.Marked))
        if len(projected) == 2:
            first.stop()

    def projector() -> Projector:
        return Projector(
            service="toy",
            group="toy.pages",
            topics=[toy.MARKS],
            events=[toy.Marked],
            project=project,
            bus=bus,
        )

    first = projector()
    for number, trace in enumerate(TRACES):
        await bus.publish([record_of(toy.mark("a", number), trace)])
    await first.turn()
    await first.close()
    assert (projected, await committed(bus, "toy.pages", toy.MARKS.name)) == ([0, 1], 0)

    second = projector()
    await second.turn()
    await second.close()

    assert projected == [0, 1, 0, 1, 2]
    assert await committed(bus, "toy.pages", toy.MARKS.name) == 3
