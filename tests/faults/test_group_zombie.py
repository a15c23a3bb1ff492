"""A member that is stopped for longer than its session, and wakes with what it had in hand."""

from pathlib import Path

import pytest
from ijaza_credential import main as credential
from ijaza_credential.storage import COLLECTION as STATES

from tests.deadline import eventually
from tests.faults.members import Member, members_of
from tests.faults.standing import never_going_back, states
from tests.faults.world import PATIENCE, facts, world
from tests.servers.kafka import OwnKafka

pytestmark = pytest.mark.slow

FROZEN_AT = 4
"""The batch after which the zombie is stopped, of a hundred records each."""


async def test_a_zombie_brings_nothing_back(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """Stopped between folding and saving, replaced, woken: its write is refused, and its commit.

    What it had folded is folded again on top of what the other saved, where it changes nothing.
    No group's offset ever goes back, and each event has one effect.
    """
    place = world(tmp_path, kafka=own_kafka().address)
    house = members_of(place)
    stream = facts()
    half = len(stream) // 2
    async with place.tools() as tools, never_going_back(tools):
        await tools.prepare()
        await tools.publish(stream[:half])
        with house.member(place, {"batch": 100, "stop": f"folded:{FROZEN_AT}"}) as zombie:
            await stopped(zombie)
            with house.member(place, {"batch": 100}) as other:
                await tools.publish(stream[half:])
                await eventually(tools.has_handled, PATIENCE)
                assert zombie.is_stopped()
                before = await states(tools)
                zombie.wake()

                async def shared() -> bool:
                    return bool(zombie.held) and zombie.held | other.held == {0, 1}

                async def refused() -> bool:
                    """It tries to save what it had folded, which others have written since."""
                    return any(note.keys for note in zombie.notes("refused", STATES))

                await eventually(refused, PATIENCE)
                await eventually(shared, PATIENCE)
                assert await states(tools) == before
                await tools.expect_nothing_lost_or_doubled()


async def stopped(member: Member) -> None:
    """Wait until a member has stopped itself with a batch in hand."""

    async def has() -> bool:
        return member.is_stopped()

    await eventually(has, PATIENCE)
    assert len(member.notes("polled", credential.NAME)) == FROZEN_AT
