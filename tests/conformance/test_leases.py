"""The embedded buses: leases that run out, by a clock that the test turns.

Here two members in one process stand for two processes; real ones are in
test_sqlite_processes.py.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from ijaza_runtime.adapters.memory_bus import MemoryBus, MemoryLog
from ijaza_runtime.adapters.sqlite_bus import LEASE_SECONDS, SqliteBus
from ijaza_runtime.bus import Bus, BusError, Consumer, Ousted, TopicPartition, TopicPlan

from tests.conformance.reading import assigned, joined, numbered, read

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
async def buses(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> AsyncIterator[list[Bus]]:
    """Two buses on one place whose leases run by `clock`, with 40 records on a topic."""
    log = MemoryLog(clock)
    make: dict[str, Callable[[str], Bus]] = {
        "memory": lambda member: MemoryBus(log, member=member),
        "sqlite": lambda member: SqliteBus(tmp_path / "bus.db", member=member, clock=clock),
    }
    opened = [make[request.param](member) for member in "ab"]
    await opened[0].provision([TopicPlan(TOPIC, PARTITIONS)])
    await opened[0].publish(numbered(TOPIC, 40, keys=20))
    yield opened
    for bus in opened:
        await bus.close()


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
        await stopped.commit({TopicPartition(TOPIC, 0): 1, TopicPartition(TOPIC, 1): 1})
    with pytest.raises(Ousted):
        await stopped.poll(1, 10)
    with pytest.raises(Ousted):
        await stopped.rewind(1)
    for number in ALL:
        await replacing.rewind(number)
    found = await read(replacing, ALL, 38)
    assert min(r.offset for _, number, r in found if number == 0) == 2
    assert len(found) == 38


async def test_a_member_whose_lease_ran_out_is_ousted_though_nobody_took_over(
    buses: list[Bus], clock: Clock
) -> None:
    """Somebody might have, and have left again: it cannot know."""
    stopped = await joined(buses[0], "group", [TOPIC], PARTITIONS)
    clock.seconds += LEASE_SECONDS
    with pytest.raises(Ousted):
        await stopped.commit({TopicPartition(TOPIC, 0): 1})


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


async def test_leases_of_an_earlier_boot_are_void(tmp_path: Path) -> None:
    """After a reboot the clock begins again; nobody waits for leases that it will never reach."""
    before = SqliteBus(tmp_path / "bus.db", clock=lambda: 5_000_000.0, boot="before")
    await before.provision([TopicPlan(TOPIC, PARTITIONS)])
    await joined(before, "group", [TOPIC], PARTITIONS)
    since = SqliteBus(tmp_path / "bus.db", clock=lambda: 4_999_999.0, boot="since")
    consumer = await since.consumer("group", [TOPIC])
    assert await consumer.assigned() == frozenset(ALL)
    await since.close()
    await before.close()


async def test_without_a_boot_id_a_lease_of_the_future_is_void(tmp_path: Path) -> None:
    """Where the machine does not tell boots apart, a clock that is behind a lease does."""
    before = SqliteBus(tmp_path / "bus.db", clock=lambda: 5_000_000.0, boot="")
    await before.provision([TopicPlan(TOPIC, PARTITIONS)])
    await joined(before, "group", [TOPIC], PARTITIONS)
    since = SqliteBus(tmp_path / "bus.db", clock=lambda: 60.0, boot="")
    consumer = await since.consumer("group", [TOPIC])
    assert await consumer.assigned() == frozenset(ALL)
    await since.close()
    await before.close()
