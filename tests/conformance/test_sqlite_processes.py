"""SQLite buses and stores under several real processes, some killed, stopped or out of disk."""

import asyncio
import json
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.bus import Record, TopicPartition, TopicPlan

from tests.conformance.process import LEASE_SECONDS
from tests.conformance.reading import (
    assigned,
    everything,
    joined,
    numbered,
    read,
    until,
    values_by_key,
)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PARTITIONS = 6
TOPICS = ("enrollment.events", "attendance.events", "assessment.events")
TOPIC = TOPICS[0]


class Child:
    """A process of `tests.conformance.process` and what it has told so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.told: list[Any] = []
        self._process = process
        self._listening = asyncio.create_task(self._listen())

    @property
    def records(self) -> list[tuple[str, int, str, int]]:
        """Topic, partition, key and value of what it has handled."""
        return [tuple(told) for told in self.told if isinstance(told, list)]

    @property
    def held(self) -> list[int]:
        """What it said last that it holds."""
        held: list[list[int]] = [told["held"] for told in self.told if isinstance(told, dict)]
        return held[-1] if held else []

    async def tells(self, count: int) -> list[Any]:
        """All that it has told, once that is so much."""

        async def enough() -> bool:
            return len(self.told) >= count or self._process.returncode is not None

        await until(enough, f"{count} lines from a process, which told {self.told[-3:]}")
        assert len(self.told) >= count
        return self.told

    async def ended(self) -> list[Any]:
        """All that it told before it ended by itself, without an error."""
        await self._listening
        assert await self._process.wait() == 0
        return self.told

    async def stopped(self) -> None:
        """Return once the whole process stands still."""

        async def still() -> bool:
            return self._state() == "T"

        await until(still, "a stopped process")

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def kill(self) -> None:
        """As kill -9 does; what it told before is kept."""
        if self._process.returncode is None:
            self._process.kill()
        await self._listening
        await self._process.wait()

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if line.endswith(b"\n"):
                self.told.append(json.loads(line))

    def _state(self) -> str:
        stat = Path(f"/proc/{self._process.pid}/stat").read_text("utf-8")
        return stat.rpartition(")")[2].split()[0]


Start = Callable[..., Awaitable[Child]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts processes, which are killed when the test ends."""
    children: list[Child] = []

    async def start(*arguments: object) -> Child:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.conformance.process"),
            *map(str, arguments),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        children.append(Child(process))
        return children[-1]

    yield start
    for child in children:
        await child.kill()


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A bus with three topics of six partitions, which no process has open."""
    path = tmp_path / "bus.db"
    bus = SqliteBus(path)
    await bus.provision([TopicPlan(name, PARTITIONS) for name in TOPICS])
    await bus.close()
    return path


@pytest.fixture
async def bus(path: Path) -> AsyncIterator[SqliteBus]:
    """The test's own connection to the bus."""
    bus = SqliteBus(path, ttl=LEASE_SECONDS)
    yield bus
    await bus.close()


async def all_held(*children: Child) -> None:
    """Return once these processes hold all partitions, each as many."""

    async def shared() -> bool:
        held = sorted(number for child in children for number in child.held)
        even = len({len(child.held) for child in children}) == 1
        return even and held == list(range(PARTITIONS))

    await until(shared, f"partitions shared by {len(children)} processes")


async def all_handled(count: int, *children: Child) -> None:
    """Return once these processes have handled so many different records."""

    async def handled() -> bool:
        return len({record for child in children for record in child.records}) >= count

    await until(handled, f"{count} records handled")


async def test_one_process_owns_a_key_in_all_topics(
    path: Path, bus: SqliteBus, start: Start
) -> None:
    """Two processes read three topics: whoever handles a key handles it in all of them."""
    children = [await start("consume", path, name, *TOPICS) for name in "ab"]
    await all_held(*children)
    await bus.publish([Record(t, f"p{n}", b"%d" % n, {}) for t in TOPICS for n in range(60)])
    await all_handled(180, *children)
    keys = [{(key, topic) for topic, _, key, _ in child.records} for child in children]
    assert all(len(each) % len(TOPICS) == 0 for each in keys)
    assert {key for key, _ in keys[0]}.isdisjoint(key for key, _ in keys[1])
    assert [len(child.records) for child in children] == [len(each) for each in keys]
    assert all(keys)


async def test_a_killed_publisher_loses_nothing_it_was_told_is_durable(
    path: Path, start: Start
) -> None:
    """Killed at any moment, three times: what was acknowledged is there, in order, once."""
    for key in ("a", "b", "c"):
        publisher = await start("publish", path, TOPIC, key)
        acknowledged = (await publisher.tells(30))[-1]
        await publisher.kill()
        acknowledged = max(acknowledged, *publisher.told)
        bus = SqliteBus(path)
        values = values_by_key(await everything(bus, TOPIC))[key]
        await bus.close()
        assert values == list(range(len(values)))
        assert acknowledged <= len(values) <= acknowledged + 7


async def test_processes_publish_side_by_side(path: Path, bus: SqliteBus, start: Start) -> None:
    """Three processes and this one publish at a time: all keep their order, offsets are dense."""
    publishers = [await start("publish", path, TOPIC, key) for key in ("a", "b", "c")]
    for number in range(50):
        await bus.publish([Record(TOPIC, "d", str(number).encode(), {})])
    told = [(await publisher.tells(20))[-1] for publisher in publishers]
    for publisher in publishers:
        await publisher.kill()
    found = await everything(bus, TOPIC)
    assert len(found) >= sum(told) + 50
    values = values_by_key(found)
    assert all(each == list(range(len(each))) for each in values.values())
    assert len(values["d"]) == 50
    for place, end in (await bus.ends()).items():
        if place.topic == TOPIC:
            read_there = [r.offset for _, number, r in found if number == place.partition]
            assert read_there == list(range(end))


async def test_what_a_killed_process_had_not_committed_is_handled_by_another(
    path: Path, bus: SqliteBus, start: Start
) -> None:
    """Its partitions go over when its lease runs out; of each, at most one batch comes twice."""
    first, second = [await start("consume", path, name, TOPIC) for name in "ab"]
    await all_held(first, second)
    await bus.publish(numbered(TOPIC, 2000, keys=40))
    await all_handled(200, first)
    await first.kill()
    await all_handled(2000, first, second)
    twice = set(first.records) & set(second.records)
    assert len(twice) <= 5 * PARTITIONS
    assert len(set(first.records)) == len(first.records)
    assert len(set(second.records)) == len(second.records)
    for child in (first, second):
        values: dict[str, list[int]] = defaultdict(list)
        for _, _, key, value in child.records:
            values[key].append(value)
        assert all(each == sorted(each) for each in values.values())


async def test_a_stopped_process_is_ousted_when_it_is_continued(
    path: Path, bus: SqliteBus, start: Start
) -> None:
    """Meanwhile another has taken over and committed, and this stands."""
    await bus.publish(numbered(TOPIC, 60, keys=30))
    (end, *_) = [end for place, end in (await bus.ends()).items() if place == (TOPIC, 0)]
    stopped = await start("stop_after_polling", path, TOPIC)
    assert await stopped.tells(1) == [end]
    await stopped.stopped()
    replacing = await joined(bus, "group", [TOPIC], PARTITIONS)
    assert len(await read(replacing, [0], end)) == end
    await replacing.commit({TopicPartition(TOPIC, 0): 1})
    stopped.signal(signal.SIGCONT)
    assert (await stopped.ended())[1:] == ["ousted", "ousted", []]
    await replacing.rewind(0)
    assert [r.offset for _, _, r in await read(replacing, [0], end - 1)] == list(range(1, end))


async def test_a_process_with_a_busy_event_loop_keeps_its_lease(bus: SqliteBus, path: Path) -> None:
    """Folding for longer than a lease lasts, without a pause, does not look like death."""
    busy = await joined(bus, "group", [TOPIC], PARTITIONS)
    loop = asyncio.get_running_loop()
    end = loop.time() + 1.5 * LEASE_SECONDS
    while loop.time() < end:
        sum(range(10_000))
    other_bus = SqliteBus(path, ttl=LEASE_SECONDS)
    other = await other_bus.consumer("group", [TOPIC])
    assert await other.assigned() == frozenset()
    await busy.commit({TopicPartition(TOPIC, 0): 0})
    await assigned(busy, other, partitions=PARTITIONS)
    await other_bus.close()


async def test_a_full_disk_fails_the_publication_and_nothing_else(
    path: Path, bus: SqliteBus, start: Start
) -> None:
    """The error says so, nothing is half written, and publishing works once there is room."""
    child = await start("publish_until_full", path, TOPIC, 2_000_000)
    (acknowledged, said), again = await child.ended()
    assert "nothing of this was written" in said
    assert again == "published again"
    assert acknowledged >= 50
    assert len(await everything(bus, TOPIC)) == acknowledged + 1


async def test_a_full_disk_fails_the_saving_and_nothing_else(tmp_path: Path, start: Start) -> None:
    """The error says so, and no document nor label of that saving is there."""
    path = tmp_path / "store.db"
    await SqliteStore(path).close()
    child = await start("save_until_full", path, "people", 2_000_000)
    ((saved, said),) = await child.ended()
    assert "nothing of this was written" in said
    store = SqliteStore(path)
    assert saved >= 50
    assert len(await store.headings("people", most=100_000)) == saved
    assert len(await store.find("people", "label")) == saved
    assert await store.save("people", []) == frozenset()
    await store.close()
