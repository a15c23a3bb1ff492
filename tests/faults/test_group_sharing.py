"""Members of credential's group come and go, and share what there is to do meanwhile."""

import asyncio
import signal
from collections import defaultdict
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from time import monotonic

import pytest
from ijaza_credential import main as credential
from ijaza_runtime.bus import Record, partition_of
from ijaza_runtime.service import provision

from bench import fold_stream
from tests.deadline import eventually
from tests.faults.members import Member, members_of
from tests.faults.standing import never_going_back
from tests.faults.world import FACTS, PARTICIPANTS, PATIENCE, Tools, batches, facts, world
from tests.servers.kafka import OwnKafka

pytestmark = pytest.mark.slow

PARTITIONS = 7
"""No multiple of two or three: only then does a round robin part a participant's topics."""
STORM_SECONDS = 36.0
EVERY_SECONDS = 3.0


async def prepare(tools: Tools) -> None:
    """As `Tools.prepare` does, with more partitions than members."""
    await provision(tools.bus, [credential.NAME], PARTITIONS)
    await tools.bus.publish(list(fold_stream.references(PARTICIPANTS)))


async def test_each_participant_is_one_member_s(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """Three processes share the partitions of every topic, then two of them do: a participant's
    facts of all topics are handled by one process from one sharing to the next.
    """
    place = world(tmp_path, kafka=own_kafka().address)
    house = members_of(place)
    stream = facts()
    half = len(stream) // 2
    async with place.tools() as tools, never_going_back(tools):
        await prepare(tools)
        with ExitStack() as stack:
            members = [
                stack.enter_context(house.member(place, partitions=PARTITIONS)) for _ in range(3)
            ]
            await shared(members)
            await handled_apart(tools, members, stream[:half])
            assert await left(members.pop()) == 0
            await shared(members)
            await handled_apart(tools, members, stream[half:])
            await tools.expect_nothing_lost_or_doubled()


async def shared(members: list[Member]) -> None:
    """Wait until every member holds its part of the partitions, and together they hold all."""

    async def are() -> bool:
        held = [member.held for member in members]
        numbers = sorted(number for some in held for number in some)
        least = PARTITIONS // len(members)
        return numbers == list(range(PARTITIONS)) and min(map(len, held)) == least

    await eventually(are, PATIENCE)


async def left(member: Member) -> int:
    """End a member, which says farewell to its group."""
    return await member.running.stopped()


async def handled_apart(tools: Tools, members: list[Member], stream: list[Record]) -> None:
    """Publish, and see that each member has handled its participants' facts of all topics."""
    before = [len(member.notes("polled")) for member in members]
    for batch in batches(stream, 200):
        await tools.publish(batch)
    await eventually(tools.has_handled, PATIENCE)
    topics = {record.topic for record in stream}
    for member, seen in zip(members, before, strict=True):
        handled: dict[str, set[str]] = defaultdict(set)
        for note in member.notes("polled")[seen:]:
            for topic, _, _, key in note.records:
                handled[topic].add(key)
        for topic in topics:
            assert handled[topic] == {
                record.key
                for record in stream
                if record.topic == topic and partition_of(record.key, PARTITIONS) in member.held
            }, topic


async def test_a_storm_of_rebalances(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """Every three seconds a member comes and another goes, by SIGTERM or by SIGKILL, while events
    flow: at the end everything is done, every participant's facts in their order, and once.
    """
    place = world(tmp_path, kafka=own_kafka().address)
    house = members_of(place)
    ends = cycle([signal.SIGTERM, signal.SIGKILL])
    gone: list[int] = []
    async with place.tools() as tools, never_going_back(tools):
        await prepare(tools)
        flowing = asyncio.create_task(flow(tools))
        with ExitStack() as stack:
            living: list[Member] = []
            everybody: list[Member] = []
            until = monotonic() + STORM_SECONDS
            while monotonic() < until:
                comes = stack.enter_context(
                    house.member(place, {"batch": 20}, partitions=PARTITIONS)
                )
                living.append(comes)
                everybody.append(comes)
                await asyncio.sleep(EVERY_SECONDS)
                if len(living) > 2:
                    goes = living.pop(0)
                    goes.running.signal(next(ends))
                    gone.append(await goes.running.exit_code())
            await flowing
            assert {0, -signal.SIGKILL} == set(gone)
            await tools.expect_nothing_lost_or_doubled()
            await expect_order(tools, everybody)


async def flow(tools: Tools) -> None:
    """Publish the stream over the time of the storm."""
    stream = list(batches(facts(), 25))
    for batch in stream:
        await tools.publish(batch)
        await asyncio.sleep(0.9 * STORM_SECONDS / len(stream))


async def expect_order(tools: Tools, members: list[Member]) -> None:
    """Nobody was handed a fact before all those that stand before it had been handled once."""
    polls = sorted(
        (note for member in members for note in member.notes("polled")),
        key=lambda note: note.seconds,
    )
    reached: dict[tuple[str, int], int] = defaultdict(int)
    for note in polls:
        for topic, partition, offset, _ in note.records:
            assert offset <= reached[topic, partition], "nothing was passed over"
            reached[topic, partition] = max(reached[topic, partition], offset + 1)
    ends = {place: end for place, end in (await tools.bus.ends()).items() if place.topic in FACTS}
    assert {place: reached[place] for place in ends} == ends
