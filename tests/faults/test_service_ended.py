"""Credential on Kafka is told to end in the midst of a backlog, or stands still in it."""

from pathlib import Path

import pytest
from ijaza_credential.main import NAME
from ijaza_runtime.bus import TopicPartition

from tests.deadline import eventually
from tests.faults.members import members_of
from tests.faults.standing import never_going_back, states
from tests.faults.world import FACTS, PATIENCE, facts, world
from tests.servers.kafka import OwnKafka
from tests.servers.mongo import OwnMongo

pytestmark = pytest.mark.slow

GRACE, STUCK = 3, 70
"""Exit codes: what was in hand outlasted the grace; ended by the watchdog."""
BATCH = 100
WATCHDOG = 8
"""Seconds; a loaded machine may take five to load the clients of Kafka alone."""


async def test_ended_in_a_backlog(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """SIGTERM between folding and saving: it ends well within its grace, has committed what it
    saved and nothing else, and the next one goes on there.
    """
    place = world(tmp_path, kafka=own_kafka().address)
    house = members_of(place)
    async with place.tools() as tools, never_going_back(tools):
        await tools.prepare()
        await tools.publish(facts())
        with house.member(place, {"batch": BATCH, "end": "folded:5"}, grace=10) as first:
            await first.running.url()
            assert await first.running.exit_code(PATIENCE) == 0
        committed = await tools.bus.committed(NAME, FACTS)
        assert 0 < sum(committed.values()) < len(facts()), "in the midst of it"
        await tools.expect_committed_to_be_durable()
        with house.member(place) as second:
            await tools.expect_nothing_lost_or_doubled()
            polled = [each for note in second.notes("polled") for each in note.records]
        assert not [each for each in polled if each[2] < committed[TopicPartition(*each[:2])]]


async def test_a_store_that_hangs_outlasts_the_grace(
    own_kafka: OwnKafka, own_mongo: OwnMongo, tmp_path: Path
) -> None:
    """SIGTERM while nothing can be saved: the process ends by itself, with an exit code that says
    so, and nothing is committed that is not stored.
    """
    mongo = own_mongo()
    place = world(tmp_path, kafka=own_kafka().address, mongo=mongo.address)
    house = members_of(place)
    stream = facts()
    async with place.tools() as tools, never_going_back(tools):
        await tools.prepare()
        await tools.publish(stream[:500])
        with house.member(place, grace=3) as first:
            await eventually(tools.has_handled, PATIENCE)
            mongo.pause()
            committed, polled = await tools.committed(), len(first.notes("polled"))
            await tools.publish(stream[500:])

            async def has_more() -> bool:
                return len(first.notes("polled")) > polled

            await eventually(has_more, PATIENCE)
            first.running.signal()
            assert await first.running.exit_code(15) == GRACE
        mongo.resume()
        assert await tools.committed() == committed
        await tools.expect_committed_to_be_durable()
        with house.member(place):
            await tools.expect_nothing_lost_or_doubled()


async def test_an_outage_of_the_store_is_waited_for(
    own_kafka: OwnKafka, own_mongo: OwnMongo, tmp_path: Path
) -> None:
    """A store that hangs for several times the watchdog's patience ends no process: to start all
    of them anew would help nobody. Nothing is committed meanwhile, and then it goes on.
    """
    mongo = own_mongo()
    place = world(tmp_path, kafka=own_kafka().address, mongo=mongo.address)
    house = members_of(place)
    stream = facts()
    async with place.tools() as tools, never_going_back(tools):
        await tools.prepare()
        await tools.publish(stream[:500])
        with house.member(place, watchdog=WATCHDOG, grace=2) as member:
            await eventually(tools.has_handled, PATIENCE)
            mongo.pause()
            before = await tools.committed()
            await tools.publish(stream[500:])
            with pytest.raises(pytest.fail.Exception):
                await member.running.exit_code(2.5 * WATCHDOG)
            assert await tools.committed() == before
            mongo.resume()
            await tools.expect_nothing_lost_or_doubled()


async def test_who_is_really_stuck_is_ended(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """A load that never comes back, though bus and store answer: the watchdog ends the process,
    nothing is committed, and the next one does all of it.
    """
    place = world(tmp_path, kafka=own_kafka().address)
    house = members_of(place)
    hang = tmp_path / "hang"
    hang.touch()
    async with place.tools() as tools, never_going_back(tools):
        await tools.prepare()
        await tools.publish(facts())
        with house.member(place, {"hang": hang}, watchdog=WATCHDOG, grace=2) as first:
            await first.running.ready()
            assert await first.running.exit_code(PATIENCE) == STUCK
        assert await tools.committed() == 0
        assert await states(tools) == {}
        with house.member(place):
            await tools.expect_nothing_lost_or_doubled()
