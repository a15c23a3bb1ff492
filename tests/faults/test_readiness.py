"""Every service through an outage of its broker or its store: it says so, and comes back.

Not ready within ten seconds, ready within a minute of the return, in the same process, and what
was published meanwhile is folded. It says all along that it lives: to start it anew would help
nobody.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic

import pytest
from ijaza_runtime.bus import Record
from ijaza_runtime.service import provision

from tests.deadline import eventually
from tests.faults.world import PATIENCE, Tools, World, facts, world
from tests.process.house import PARTITIONS, SERVICES, Running
from tests.servers.kafka import Broker, broker
from tests.servers.mongo import Mongo
from tests.servers.process import NotAvailable
from tests.thirdparty.conftest import not_available

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("readiness")]

UNREADY_WITHIN = 10.0


@dataclass(frozen=True)
class Town:
    """All services at work, and their servers."""

    place: World
    broker: Broker
    store: Mongo
    services: tuple[Running, ...]

    def server(self, part: str) -> Broker | Mongo:
        return self.broker if part == "bus" else self.store


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Four processes on one broker and one store. A test leaves them at work."""
    folder = tmp_path_factory.mktemp("town")
    with ExitStack() as stack:
        try:
            kafka, mongo = broker(folder / "kafka"), Mongo(folder / "mongo")
        except NotAvailable as error:
            not_available(str(error))
        for server in (kafka, mongo):
            stack.callback(server.kill)
            server.start()
        place = world(folder, kafka=kafka.address, mongo=mongo.address)
        asyncio.run(_provision(place))
        services = [stack.enter_context(place.started(name)) for name in SERVICES]
        yield Town(place, kafka, mongo, tuple(services))


async def _provision(place: World) -> None:
    async with place.tools() as tools:
        await tools.prepare()
        await provision(tools.bus, SERVICES, PARTITIONS)


async def health(service: Running) -> tuple[dict[str, str], int]:
    """The parts of readiness that are wanting, and the status of liveness."""
    assert service.process.poll() is None, f"{service.service} has ended"
    ready = await service.get("/health/ready")
    wanting = {name: how for name, how in json.loads(ready.content)["parts"].items() if how != "ok"}
    assert (ready.status_code == 200) == (not wanting)
    return wanting, (await service.get("/health/live")).status_code


async def until_all(
    services: Sequence[Running], within: float, is_so: Callable[[dict[str, str]], bool]
) -> float:
    """The seconds until it is so of each service, all of which say that they live."""
    begun = monotonic()

    async def so() -> bool:
        found = [await health(service) for service in services]
        assert {alive for _, alive in found} == {200}
        return all(is_so(wanting) for wanting, _ in found)

    await eventually(so, within)
    return monotonic() - begun


def part_of_stream(number: int) -> list[Record]:
    """Another quarter of the facts of the cohort."""
    return facts()[number::4]


@pytest.mark.parametrize("how", ["killed", "stopped"])
@pytest.mark.parametrize("part", ["bus", "store"])
async def test_an_outage_shows_and_ends_by_itself(town: Town, part: str, how: str) -> None:
    """SIGKILL or SIGSTOP of the broker or the store, for longer than any call may take."""
    server = town.server(part)
    for service in town.services:
        await service.ready()
    before = [service.process.pid for service in town.services]

    server.kill() if how == "killed" else server.pause()
    gone = await until_all(town.services, UNREADY_WITHIN, lambda wanting: part in wanting)
    async with town.place.tools() as tools:
        publishing = asyncio.create_task(publish(tools, ("bus", "store").index(part), how))
        await until_all(town.services, UNREADY_WITHIN, lambda wanting: part in wanting)
        await lasting(town.services)
        await asyncio.to_thread(server.start if how == "killed" else server.resume)
        back = await until_all(town.services, PATIENCE, lambda wanting: not wanting)
        await publishing
        await eventually(tools.has_handled, PATIENCE)
        await tools.expect_committed_to_be_durable()
    assert [service.process.pid for service in town.services] == before
    told = f"{part} {how}: not ready after {gone:.1f} s, ready {back:.1f} s after its return"
    print(told)  # noqa: T201 - a figure for docs/architecture/faults.md


async def publish(tools: Tools, part: int, how: str) -> None:
    """A quarter of the stream, as soon as the bus takes it."""
    await tools.publish(part_of_stream(2 * part + (how == "stopped")))


async def lasting(services: Sequence[Running]) -> None:
    """Let the outage last longer than a session or a call, while every service lives."""
    begun = monotonic()

    async def long_enough() -> bool:
        assert {alive for _, alive in [await health(each) for each in services]} == {200}
        return monotonic() - begun > 12

    await eventually(long_enough)
