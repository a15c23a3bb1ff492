"""Several processes in one group on Kafka: who owns what, and who takes over when."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Any

import pytest
from ijaza_runtime.adapters.kafka_bus import KafkaBus
from ijaza_runtime.adapters.kafka_link import SESSION_SECONDS
from ijaza_runtime.bus import Record, TopicPlan, partition_of

from tests.conformance.reading import joined, read, until
from tests.kafka.conftest import OpenBus

pytestmark = pytest.mark.slow
Name = Callable[[str], str]
PARTITIONS = 5
"""An odd number: dealt round robin, the next topic would begin with the other member."""
ALL = list(range(PARTITIONS))


class Member:
    """A process that consumes; `held` and `handled` are what it has told so far."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.held: list[int] = []
        self.handled: list[tuple[Any, ...]] = []
        self.ousted = False
        self.listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            match json.loads(line):
                case {"held": held}:
                    self.held = held
                case "ousted":
                    self.ousted = True
                case told:
                    self.handled.append(tuple(told))


Start = Callable[[str, str, list[str]], Awaitable[Member]]


@pytest.fixture
async def start(kafka: str) -> AsyncIterator[Start]:
    """Starts members: `start(name, group, topics)`."""
    members: list[Member] = []

    async def start(name: str, group: str, topics: list[str]) -> Member:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.kafka.process", kafka, name, group, *topics, stdout=PIPE
        )
        members.append(Member(process))
        return members[-1]

    yield start
    for member in members:
        if member.process.returncode is None:
            member.process.kill()
        await member.process.wait()
        await member.listening


@pytest.fixture
async def topics(bus: KafkaBus, unused: Name) -> list[str]:
    """Three topics, as the inputs of one service, with a record of each of thirty keys."""
    names = [unused(name) for name in ("enrollment", "attendance", "assessment")]
    await bus.provision([TopicPlan(name, PARTITIONS) for name in names])
    for name in names:
        await bus.publish([Record(name, f"participant-{n}", b"", {}) for n in range(30)])
    return names


async def test_one_process_owns_a_participant_in_all_topics(
    bus: KafkaBus, topics: list[str], start: Start, unused: Name
) -> None:
    """Trap: round robin, aiokafka's default, gives a participant's topics to two processes."""
    group = unused("group")
    one = await start("one", group, topics)
    two = await start("two", group, topics)

    async def shared() -> bool:
        sizes = {len(one.held), len(two.held)}
        return sizes == {2, 3} and sorted(one.held + two.held) == ALL

    await until(shared, "two partitions and three")

    async def handled() -> bool:
        return len(one.handled) + len(two.handled) >= 30 * len(topics)

    async def owned() -> bool:
        """A round of records, each handled where its partition is held, unless that changed."""
        for member in (one, two):
            member.handled.clear()
        for name in topics:
            await bus.publish([Record(name, f"participant-{n}", b"", {}) for n in range(30)])
        await until(handled, "all records")
        return all(
            {key for topic, _, key, _ in member.handled if topic == name}
            == {
                f"participant-{n}"
                for n in range(30)
                if partition_of(f"participant-{n}", PARTITIONS) in member.held
            }
            for member in (one, two)
            for name in topics
        )

    await until(owned, "a round between two rebalances")


async def test_a_named_member_that_was_killed_waits_for_nobody(
    topics: list[str], start: Start, unused: Name
) -> None:
    """A static member has its partitions again long before its session would have ended."""
    group = unused("group")
    killed = await start("one", group, topics)

    async def holds(member: Member) -> bool:
        return member.held == ALL

    await until(lambda: holds(killed), "all partitions")
    killed.process.kill()
    await killed.process.wait()
    again = await start("one", group, topics)
    began = monotonic()
    await until(lambda: holds(again), "all partitions again")
    assert monotonic() - began < SESSION_SECONDS * 0.7


async def test_a_stopped_member_is_replaced_and_ousted_when_it_wakes(
    bus: KafkaBus,
    open_bus: OpenBus,
    kafka: str,
    topics: list[str],
    start: Start,
    unused: Name,
) -> None:
    """Trap: a zombie commits what it had read, and takes the offsets back (aiokafka#1054)."""
    group = unused("group")
    zombie = await start("zombie", group, topics)

    async def all_handled() -> bool:
        return len(zombie.handled) >= 90

    await until(all_handled, "all records by the first")
    os.kill(zombie.process.pid, signal.SIGSTOP)
    for name in topics:
        await bus.publish([Record(name, f"participant-{n}", b"", {}) for n in range(30)])
    replacing = await joined(open_bus(kafka, "other"), group, topics, PARTITIONS)
    found = await read(replacing, ALL, 90)
    assert len(found) == 90
    await replacing.commit({})
    ends = {place: end for place, end in (await bus.ends()).items() if place.topic in topics}
    await replacing.commit(ends)
    os.kill(zombie.process.pid, signal.SIGCONT)

    async def told() -> bool:
        await replacing.assigned()
        return zombie.held != ALL

    await until(told, "the zombie's learning of it")
    assert await bus.committed(group, topics) == ends


async def test_a_named_member_that_leaves_is_replaced_before_its_session_ends(
    bus: KafkaBus, open_bus: OpenBus, kafka: str, topics: list[str], unused: Name
) -> None:
    """Trap: aiokafka keeps a static member's place when it closes, and nobody reads on."""
    group = unused("group")
    leaving = await joined(open_bus(kafka, "leaving"), group, topics, PARTITIONS)
    await leaving.close()
    began = monotonic()
    await joined(open_bus(kafka, "staying"), group, topics, PARTITIONS)
    assert monotonic() - began < SESSION_SECONDS * 0.7
