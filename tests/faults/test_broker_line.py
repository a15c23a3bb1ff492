"""A bad line between a service and its broker: slow, cut in the midst of replies, silent, gone.

The test itself reaches the broker straight, as do other services.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from tests.deadline import eventually
from tests.faults.proxy import Proxy, proxy
from tests.faults.world import PATIENCE, Tools, World, batches, facts, world
from tests.process.house import Running
from tests.servers.kafka import Broker
from tests.servers.kafka_settings import COMMON, IN_CLEAR, listening, of_node, replicated
from tests.servers.process import NotAvailable, free_port
from tests.thirdparty.conftest import not_available

pytestmark = pytest.mark.slow

UNREADY_WITHIN = 10.0
DELAY = 0.25
"""Seconds each way: half a second for every answer."""
CUT_EVERY = 0.4
"""Seconds."""


@dataclass(frozen=True)
class Line:
    """A service, its broker, and what is between them."""

    between: Proxy
    place: World
    running: Running
    tools: Tools

    async def publish(self, part: int) -> None:
        """One half of the stream, straight to the broker."""
        records = facts()
        half = len(records) // 2
        for batch in batches(records[:half] if part == 1 else records[half:], 100):
            await self.tools.publish(batch)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    """Credential at work behind a proxy that does nothing yet."""
    with ExitStack() as stack:
        between = stack.enter_context(proxy())
        broker = _broker(tmp_path / "kafka", between)
        stack.callback(broker.kill)
        await asyncio.to_thread(broker.start)
        through = f"127.0.0.1:{between.port}"
        place = world(tmp_path, kafka=through, tools=broker.address)
        async with place.tools() as tools:
            await tools.prepare()
            running = stack.enter_context(place.credential())
            await running.ready()
            yield Line(between, place, running, tools)
            assert running.process.poll() is None, "nobody had to start it anew"


def _broker(folder: Path, between: Proxy) -> Broker:
    """A broker that tells those who come through the proxy to come through the proxy."""
    direct, controller, behind = free_port(), free_port(), free_port()
    between.leads_to(behind)
    settings = listening(CLIENTS=direct, CONTROLLER=controller, LINE=behind)
    told = settings["advertised.listeners"].replace(f":{behind}", f":{between.port}")
    protocols = IN_CLEAR["listener.security.protocol.map"] + ",LINE:PLAINTEXT"
    try:
        return Broker(
            folder,
            COMMON
            | IN_CLEAR
            | replicated(1, 1)
            | of_node(1, {1: controller}, folder)
            | settings
            | {"advertised.listeners": told, "listener.security.protocol.map": protocols},
            address=f"127.0.0.1:{direct}",
        )
    except NotAvailable as error:
        not_available(str(error))


async def test_a_slow_line_only_slows(line: Line) -> None:
    """Half a second for every answer: the service stays ready and handles everything once."""
    line.between.delay = DELAY
    unready = 0
    publishing = asyncio.create_task(line.publish(1))

    async def handled() -> bool:
        nonlocal unready
        unready += await line.running.is_not_ready()
        return publishing.done() and await line.tools.has_handled()

    await eventually(handled, PATIENCE)
    await line.publish(2)
    await line.tools.expect_nothing_lost_or_doubled()
    assert unready == 0


async def test_a_line_that_is_cut_in_replies(line: Line) -> None:
    """Replies end in their middle, with their connection: whether a request was carried out is
    unknown again and again, and everything takes effect once.
    """
    line.between.cut_every = CUT_EVERY
    await line.publish(1)

    async def often_cut() -> bool:
        return line.between.cuts >= 20

    await eventually(often_cut, PATIENCE)
    await line.publish(2)
    await eventually(line.tools.has_handled, PATIENCE)
    line.between.calm()
    await line.tools.expect_nothing_lost_or_doubled()


@pytest.mark.parametrize("how", ["silent", "shut"])
async def test_a_line_that_is_gone(line: Line, how: str) -> None:
    """Connections that stay open and carry nothing, or that all end: the service says within ten
    seconds that it is not ready, and goes on by itself within a minute of the line's return.
    """
    await line.publish(1)
    setattr(line.between, how, True)
    await eventually(line.running.is_not_ready, UNREADY_WITHIN)
    assert (await line.running.get("/health/live")).status_code == 200
    await line.publish(2)
    begun = monotonic()

    async def lost_its_place() -> bool:
        return monotonic() - begun > 15  # longer than a session, and than a call may take

    await eventually(lost_its_place)
    line.between.calm()
    returned = monotonic()
    await eventually(line.running.is_ready, PATIENCE)
    await eventually(line.tools.has_handled, PATIENCE - (monotonic() - returned))
    await line.tools.expect_nothing_lost_or_doubled()
