"""The embedded buses: leases that run out, by a clock that the test turns.

Here two members in one process stand for two processes; real ones are in
test_sqlite_processes.py.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from ijaza_runtime.adapters.memory_bus import MemoryBus, MemoryLog
from ijaza_runtime.adapters.sqlite_bus import LEASE_SECONDS, SqliteBus
from ijaza_runtime.bus import Bus, BusError, Consumer, Ousted, TopicPartition, TopicPlan

from tests.conformance.reading import assigned, joined, numbered, read, until

PARTITIONS = 4
ALL = range(PARTITIONS)
TOPIC = "facts"


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
async def connect_clocked(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> AsyncIterator[Callable[[str], Bus]]:
    """Opens buses on one place whose leases run by `clock`, with 40 records on a topic."""
    log = MemoryLog(clock)
    make: dict[str, Callable[[str], Bus]] = {
        "memory": lambda member: MemoryBus(log, member=member),
        "sqlite": lambda member: SqliteBus(tmp_path / "bus.db", member=member, clock=clock),
    }
    opened: list[Bus] = []

    def connect(member: str) -> Bus:
        opened.append(make[request.param](member))
        return opened[-1]

    first = connect("first")
    await first.provision([TopicPlan(TOPIC, PARTITIONS)])
    await first.publish(numbered(TOPIC, 40, keys=20))
    yield connect
    for bus in opened:
        await bus.close()


@pytest.fixture
def buses(connect_clocked: Callable[[str], Bus]) -> list[Bus]:
    """Two such buses."""
    return [connect_clocked("a"), connect_clocked("b")]


async def stopped_and_replaced(buses: list[Bus], clock: Clock) -> tuple[Consumer, Consumer]:
    """A member that had read everything when its lease ran out, and the one that took over."""
    stopped = await joined(buses[0], "group", [TOPIC], PARTITIONS)
    await read(stopped, ALL, 40)
    clock.seconds += LEASE_SECONDS
    return stopped, await joined(buses[1], "group", [TOPIC], PARTITIONS)


async def test_a_lease_that_ran_out_frees_its_partitions(buses: list[Bus], clock: Clock) -> None:
    """Another member gets them all, and reads what was not committed."""
    _, replacing = await stopped_and_replaced(buses, clock)
    assert len(await read(replacing, ALL, 40)) == 40


async def test_before_its_lease_ran_out_a_member_keeps_its_partitions(
    buses: list[Bus], clock: Clock
) -> None:
    """A member that joins gets nothing until then, though it is to have half."""
    await joined(buses[0], "group", [TOPIC], PARTITIONS)
    clock.seconds += LEASE_SECONDS - 0.001
    joining = await buses[1].consumer("group", [TOPIC])
    assert await joining.assigned() == frozenset()


async def test_who_asks_for_its_partitions_renews_its_lease(buses: list[Bus], clock: Clock) -> None:
    """As long as it asks within the time of a lease, nothing is taken away."""
    asking = await joined(buses[0], "group", [TOPIC], PARTITIONS)
    for _ in range(5):
        clock.seconds += LEASE_SECONDS * 0.9
        assert await asking.assigned() == frozenset(ALL)
    await asking.commit({TopicPartition(TOPIC, 0): 1})


async def test_a_stopped_member_is_ousted_when_it_wakes(buses: list[Bus], clock: Clock) -> None:
    """It polls, rewinds and commits nothing any more; what the other committed stands."""
    stopped, replacing = await stopped_and_replaced(buses, clock)
    await replacing.commit({TopicPartition(TOPIC, 0): 2})
    with pytest.raises(Ousted):
        await stopped.poll(1, 10)
    with pytest.raises(Ousted):
        await stopped.rewind(2)
    with pytest.raises(Ousted):
        await stopped.commit({TopicPartition(TOPIC, 0): 1, TopicPartition(TOPIC, 3): 1})
    assert await committed(replacing) == {0: 2, 1: 0, 2: 0, 3: 0}


async def committed(consumer: Consumer) -> dict[int, int]:
    """Where each partition of a consumer that holds all begins after rewinding."""
    ends = {number: (await consumer.ends(number))[TOPIC] for number in ALL}
    for number in ALL:
        await consumer.rewind(number)
    begins = {}
    for number in ALL:
        slices = await consumer.poll(number, 100)
        begins[number] = slices[0].records[0].offset if slices else ends[number]
    return begins


async def test_a_member_whose_lease_ran_out_is_ousted_though_nobody_took_over(
    buses: list[Bus], clock: Clock
) -> None:
    """Somebody might have, and have left again: it cannot know."""
    stopped = await joined(buses[0], "group", [TOPIC], PARTITIONS)
    clock.seconds += LEASE_SECONDS
    with pytest.raises(Ousted):
        await stopped.commit({TopicPartition(TOPIC, 0): 1})


async def test_who_comes_back_under_its_name_waits_for_nobody(
    connect_clocked: Callable[[str], Bus],
) -> None:
    """It has at once what it held when it was killed; if that process lives, it is ousted."""
    killed = await joined(connect_clocked("a"), "group", [TOPIC], PARTITIONS)
    await read(killed, ALL, 40)
    again = await connect_clocked("a").consumer("group", [TOPIC])
    assert await again.assigned() == frozenset(ALL)
    assert len(await read(again, ALL, 40)) == 40
    with pytest.raises(Ousted):
        await killed.commit({TopicPartition(TOPIC, 0): 1})
    assert await committed(again) == dict.fromkeys(ALL, 0)


async def test_two_under_one_name_still_share(connect_clocked: Callable[[str], Bus]) -> None:
    """If the first was not killed after all, it joins again beside the second."""
    first = await joined(connect_clocked("a"), "group", [TOPIC], PARTITIONS)
    second = await joined(connect_clocked("a"), "group", [TOPIC], PARTITIONS)
    assert await first.assigned() == frozenset()
    held = await assigned(first, second, partitions=PARTITIONS)
    assert [len(each) for each in held] == [2, 2]


async def test_a_name_that_another_begins_with_is_another(
    connect_clocked: Callable[[str], Bus],
) -> None:
    """Members `a` and `a#b` do not take each other's places."""
    await joined(connect_clocked("a#b"), "group", [TOPIC], PARTITIONS)
    other = await connect_clocked("a").consumer("group", [TOPIC])
    assert await other.assigned() == frozenset()


async def test_what_was_lost_is_left_out_of_one_answer(buses: list[Bus], clock: Clock) -> None:
    """Even if it is free again, so that the member learns to drop what it had cached of it."""
    stopped, replacing = await stopped_and_replaced(buses, clock)
    await replacing.commit({TopicPartition(TOPIC, 0): 2})
    await replacing.close()
    assert await stopped.assigned() == frozenset()
    assert await stopped.assigned() == frozenset(ALL)
    assert min(r.offset for _, _, r in await read(stopped, [0], 1)) == 2


async def test_who_is_ousted_need_not_wait_to_learn_of_it(buses: list[Bus], clock: Clock) -> None:
    """Waiting ends at once, so that it asks for its partitions."""
    stopped, _ = await stopped_and_replaced(buses, clock)
    assert await stopped.wait(0)


async def test_who_waits_learns_of_a_change_in_the_group(buses: list[Bus]) -> None:
    """A member that joins ends the waiting of the others, until they have asked again."""
    waiting = await joined(buses[0], "group", [TOPIC], PARTITIONS)
    await read(waiting, ALL, 40)
    assert not await waiting.wait(0)
    joining = await buses[1].consumer("group", [TOPIC])
    await joining.assigned()
    assert await waiting.wait(0)
    await assigned(waiting, joining, partitions=PARTITIONS)
    await waiting.assigned()
    assert not await waiting.wait(0)


async def test_members_of_a_group_read_one_partition_count(buses: list[Bus]) -> None:
    """A group that reads topics of four partitions cannot be joined for a topic of one."""
    await joined(buses[0], "group", [TOPIC], PARTITIONS)
    await buses[0].provision([TopicPlan("editions", 1)])
    with pytest.raises(BusError, match=rf"group.*{PARTITIONS}.*1"):
        await buses[1].consumer("group", ["editions"])


async def test_a_late_renewal_takes_nothing_away(buses: list[Bus], clock: Clock) -> None:
    """A member that believed to be ousted, but was not, goes on from what it had committed."""
    late = await joined(buses[0], "group", [TOPIC], PARTITIONS)
    await late.commit({TopicPartition(TOPIC, 0): 2})
    clock.seconds += LEASE_SECONDS
    with pytest.raises(Ousted):
        await late.poll(0, 10)
    clock.seconds -= LEASE_SECONDS
    assert await late.assigned() == frozenset(ALL)
    assert min(r.offset for _, _, r in await read(late, [0], 1)) == 2


@pytest.fixture
async def clocked(tmp_path: Path) -> AsyncIterator[Callable[..., SqliteBus]]:
    """Makes SQLite buses on one file, each with a clock of its own."""
    opened: list[SqliteBus] = []

    def make(clock: Callable[[], float], **given: Any) -> SqliteBus:
        opened.append(SqliteBus(tmp_path / "bus.db", clock=clock, **given))
        return opened[-1]

    first = make(lambda: 0.0)
    await first.provision([TopicPlan(TOPIC, PARTITIONS)])
    await first.publish(numbered(TOPIC, 40, keys=20))
    yield make
    for bus in opened:
        await bus.close()


async def test_a_commit_is_refused_by_what_the_file_says(
    clocked: Callable[..., SqliteBus],
) -> None:
    """A member that was stopped just before its commit does not know yet: nothing is committed."""
    stopped = await joined(clocked(lambda: 50.0), "group", [TOPIC], PARTITIONS)
    replacing_bus = clocked(lambda: 50.0 + LEASE_SECONDS)
    replacing = await joined(replacing_bus, "group", [TOPIC], PARTITIONS)
    await replacing.commit({TopicPartition(TOPIC, 0): 2})
    with pytest.raises(Ousted):
        await stopped.commit({TopicPartition(TOPIC, 0): 1, TopicPartition(TOPIC, 3): 1})
    assert await committed(replacing) == {0: 2, 1: 0, 2: 0, 3: 0}
    with pytest.raises(Ousted):
        await stopped.poll(0, 10)


async def test_what_is_lost_while_it_is_read_is_not_given(
    clocked: Callable[..., SqliteBus], clock: Clock
) -> None:
    """A poll whose lease runs out on the way ends in `Ousted`."""
    consumer = await joined(clocked(clock), "group", [TOPIC], PARTITIONS)
    polling = asyncio.create_task(consumer.poll(0, 10))
    await asyncio.sleep(0)  # the poll begins, and waits for the file
    clock.seconds += LEASE_SECONDS
    with pytest.raises(Ousted):
        await polling


async def test_a_lease_that_ran_out_is_not_renewed_in_the_background(
    clocked: Callable[..., SqliteBus], clock: Clock
) -> None:
    """However often the stopped process tries after it woke, its partitions stay free."""
    await joined(clocked(clock, ttl=0.3), "group", [TOPIC], PARTITIONS)
    clock.seconds += 0.3
    loop = asyncio.get_running_loop()
    after_renewals = loop.time() + 0.3

    async def tried() -> bool:
        return loop.time() > after_renewals

    await until(tried, "some renewals")
    replacing = await clocked(clock, ttl=0.3).consumer("group", [TOPIC])
    assert await replacing.assigned() == frozenset(ALL)


@pytest.mark.parametrize(
    ("boots", "seconds"),
    [(("before", "since"), (1000.0, 1001.0)), (("", ""), (1000.0, 60.0))],
    ids=["boot id", "clock alone"],
)
async def test_leases_of_an_earlier_boot_are_void(
    clocked: Callable[..., SqliteBus], boots: tuple[str, str], seconds: tuple[float, float]
) -> None:
    """Told apart by the boot's id, or where there is none by a clock that is behind the lease."""
    before = clocked(lambda: seconds[0], boot=boots[0])
    await joined(before, "group", [TOPIC], PARTITIONS)
    since = clocked(lambda: seconds[1], boot=boots[1])
    consumer = await since.consumer("group", [TOPIC])
    assert await consumer.assigned() == frozenset(ALL)
