"""What regular looks at a process find: its lag, its outbox, and whether it should be ended."""

from collections.abc import AsyncIterator, Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import TopicPartition
from ijaza_runtime.health import Health
from ijaza_runtime.metrics import Metrics
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.references import References
from ijaza_runtime.service import Assembly
from ijaza_runtime.survey import Survey

from tests.unit.runtime import toy
from tests.unit.runtime.test_reactor import FailingBus, World

PATIENCE = 10.0


class LostBus(FailingBus):
    """A bus whose ends cannot be told, with an error that is none of the port's."""

    lost = False

    async def ends(self) -> Mapping[TopicPartition, int]:
        if self.lost:
            raise RuntimeError("of the client library")
        return await super().ends()


class Surveyed:
    """A process of the service in miniature, with its survey."""

    def __init__(self, bus: LostBus) -> None:
        self.bus = bus
        self.world = World(bus, MemoryStore())
        self.metrics = Metrics("toy", "1")
        self.health = Health(bus, self.world.store, PATIENCE / 2)
        references = References(bus, [toy.FOLD.editions])
        assembly: Assembly[None] = Assembly(
            name="toy",
            desk=None,
            routers=[],
            description="",
            outbox=Outbox(bus, self.world.store),
            collections=["toys"],
            references=references,
            access=AccessKeys(Ed25519PrivateKey.generate()),
            reactor=self.world.reactor,
        )
        self.survey = Survey(bus, assembly, self.health, self.metrics, PATIENCE)

    async def looks(self, count: int, seconds: float = 3.0) -> list[str | None]:
        """What so many looks find, each after so many seconds."""
        return [await self.survey.look(seconds) for _ in range(count)]


@pytest.fixture
async def surveyed(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Surveyed]:
    """A process whose bus and store answer."""
    bus = LostBus()
    await bus.provision(toy.PLANS)
    made = Surveyed(bus)
    monkeypatch.setattr(Health, "answering", True)
    await made.world.reactor.turn()
    yield made
    await made.world.reactor.close()


async def test_lag_is_told(surveyed: Surveyed) -> None:
    """Of facts as of what is read in full."""
    await surveyed.world.tell(toy.rule(1, 9), toy.mark("a", 1), toy.mark("a", 2))
    await surveyed.looks(1)
    told = surveyed.metrics.render().decode()

    assert 'topic="toy.marks"} 2.0' in told
    assert 'ijaza_reference_lag_records{topic="toy.rules"} 1.0' in told
    assert 'ijaza_partitions_held{group="toy"} 4.0' in told


async def test_a_partition_that_stands_still_is_found(surveyed: Surveyed) -> None:
    """What waits there and is not taken; turns that end do not hide it."""
    await surveyed.world.tell(toy.mark("a", 1))
    found = []
    for _ in range(5):
        surveyed.metrics.turned()
        found += await surveyed.looks(1)

    assert found[:4] == [None] * 4
    assert "group toy has committed 0 of 1 records" in str(found[4])


async def test_a_loop_that_ends_no_turn_is_found(surveyed: Surveyed) -> None:
    """Also where nothing waits; liveness fails before the process is ended."""
    surveyed.metrics.progressed_at -= 1000
    found = await surveyed.looks(2)
    assert surveyed.health.live() == "no turn has ended for 6 s"
    found += await surveyed.looks(2)

    assert found[:3] == [None] * 3
    assert found[3] == "no turn has ended for 12 s, though bus and store answer"


async def test_who_goes_on_is_alive_again(surveyed: Surveyed) -> None:
    """A long turn that ends is over."""
    surveyed.metrics.progressed_at -= 1000
    await surveyed.looks(3)
    surveyed.metrics.turned()
    found = await surveyed.looks(1)

    assert found == [None]
    assert surveyed.health.live() == "ok"


async def test_an_outage_is_waited_for(surveyed: Surveyed, monkeypatch: pytest.MonkeyPatch) -> None:
    """To start anew would help nobody, however long it takes."""
    await surveyed.world.tell(toy.mark("a", 1))
    surveyed.metrics.progressed_at -= 1000
    monkeypatch.setattr(Health, "answering", False)

    assert await surveyed.looks(20) == [None] * 20
    assert surveyed.health.live() == "ok"


async def test_a_look_that_fails_is_not_the_last(surveyed: Surveyed) -> None:
    """Whatever it fails with: without looks nothing would be found any more."""
    surveyed.bus.lost = True

    assert await surveyed.looks(2) == [None, None]
