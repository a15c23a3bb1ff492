"""What is measured of the work of a process, and told to Prometheus."""

import re
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ijaza_contracts import assessment
from ijaza_contracts.examples import EXAMPLES
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import BusError, Record, TopicPartition, TopicPlan
from ijaza_runtime.metered import MeteredBus, MeteredStore
from ijaza_runtime.metrics import Metrics
from ijaza_runtime.outbox import Outbox, record_of
from ijaza_runtime.store import Document
from ijaza_runtime.web import build_app
from ijaza_runtime.web.operations import operations

from tests.unit.runtime import toy


@pytest.fixture
def metrics() -> Metrics:
    """The metrics of a process of the service in miniature."""
    return Metrics("toy", "1.2.3")


def value(metrics: Metrics, sample: str) -> float:
    """The value of a sample as it is told: `name{label="…",…}`; 0 where there is none."""
    found = re.search(rf"^{re.escape(sample)} (\S+)$", metrics.render().decode(), re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.fixture
async def bus(metrics: Metrics) -> AsyncIterator[MeteredBus]:
    """A bus that is measured."""
    bus = MeteredBus(MemoryBus(), metrics)
    await bus.provision([*toy.PLANS, TopicPlan("assessment.events", toy.PARTITIONS)])
    yield bus
    await bus.close()


async def test_events_are_counted_by_topic_and_type(metrics: Metrics, bus: MeteredBus) -> None:
    """Out when the bus has them, in when a group takes them; an unknown type has no name."""
    passed = next(each for each in EXAMPLES.values() if isinstance(each, assessment.TestPassed))
    known = record_of(passed)
    strange = known._replace(headers={"ce_type": "made.up.by-somebody"})
    await bus.publish([known, known, strange])
    consumer = await bus.consumer("toy", ["assessment.events"])
    for partition in await consumer.assigned():
        await consumer.poll(partition, 10)

    kind = passed.TYPE
    assert value(metrics, f'ijaza_events_out_total{{topic="{known.topic}",type="{kind}"}}') == 2
    assert value(metrics, f'ijaza_events_out_total{{topic="{known.topic}",type="other"}}') == 1
    into = f'ijaza_events_in_total{{group="toy",topic="{known.topic}",type="{kind}"}}'
    assert value(metrics, into) == 2
    assert value(metrics, 'ijaza_batch_records_sum{group="toy"}') == 3
    assert "made.up" not in metrics.render().decode()


async def test_what_was_not_published_is_not_counted(metrics: Metrics) -> None:
    """A bus that fails has nothing."""

    class Failing(MemoryBus):
        async def publish(self, records: Sequence[Record]) -> None:
            raise BusError("the bus is away")

    with pytest.raises(BusError):
        await MeteredBus(Failing(), metrics).publish([record_of(toy.mark("a", 1))])

    assert "ijaza_events_out_total{" not in metrics.render().decode()


async def test_dead_letters_are_counted(metrics: Metrics, bus: MeteredBus) -> None:
    """Whoever watches one number finds them all."""
    await bus.publish([Record("toy.dead-letters", "a", b"?", {})] * 3)

    assert value(metrics, "ijaza_dead_letters_total") == 3


async def test_commits_and_saves_are_timed(metrics: Metrics, bus: MeteredBus) -> None:
    """How often is as visible as how long; documents that were refused are not saved."""
    store = MeteredStore(MemoryStore(), metrics)
    document = Document("a", 1, "e", 0, "", b"{}")
    await store.save("toys", [document])
    await store.save("toys", [document])
    consumer = await bus.consumer("toy", [toy.MARKS.name])
    await consumer.assigned()
    await consumer.commit({TopicPartition(toy.MARKS.name, 0): 0})

    assert value(metrics, 'ijaza_save_seconds_count{collection="toys"}') == 2
    assert value(metrics, 'ijaza_documents_saved_total{collection="toys"}') == 1
    assert value(metrics, 'ijaza_commit_seconds_count{group="toy"}') == 1


def test_lag_is_of_the_partitions_held(metrics: Metrics) -> None:
    """A partition that was taken away is somebody else's to tell of."""
    metrics.lagging("toy", {TopicPartition("t", 0): 4, TopicPartition("t", 1): 5}, 2)
    metrics.lagging("pages", {TopicPartition("t", 0): 6}, 1)
    metrics.lagging("toy", {TopicPartition("t", 1): 3}, 1)

    told = metrics.render().decode()
    assert 'ijaza_lag_records{group="toy",partition="1",topic="t"} 3.0' in told
    assert 'ijaza_lag_records{group="toy",partition="0"' not in told
    assert 'ijaza_lag_records{group="pages",partition="0",topic="t"} 6.0' in told
    assert value(metrics, 'ijaza_partitions_held{group="toy"}') == 1


async def test_the_age_of_what_is_unsent() -> None:
    """It is counted from when it was first seen, until it is sent; a failing bus makes it grow."""

    class Failing(MemoryBus):
        away = True

        async def publish(self, records: Sequence[Record]) -> None:
            if self.away:
                raise BusError("the bus is away")
            await super().publish(records)

    clock = 100.0
    store, bus = MemoryStore(), Failing()
    await bus.provision(toy.PLANS)
    outbox = Outbox(bus, store, now=lambda: clock)
    record = record_of(toy.mark("a", 1))
    await store.save("toys", [Document("a", 1, "e", 0, "", b"{}", (record,))])
    await outbox.relay_forgotten("toys")
    clock = 140.0
    with pytest.raises(BusError):
        await outbox.relay_forgotten("toys")
    assert outbox.unsent() == (1, 40.0)

    bus.away = False
    await outbox.relay_forgotten("toys")
    await outbox.relay_forgotten("toys")

    assert outbox.unsent() == (0, 0.0)


async def test_requests_are_counted_by_their_route(metrics: Metrics) -> None:
    """By its pattern, never by the address; what is at no route, and no method, has no name."""
    routes = operations("toy", live=lambda: "ok", ready=dict, metrics=metrics.render)
    app = build_app(
        service="toy",
        title="Toy",
        description="",
        routers=[],
        access=AccessKeys(Ed25519PrivateKey.generate()),
        operations=routes,
        meter=metrics,
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        await client.get("/health/live")
        await client.get("/somewhere/Amina")
        await client.request("AMINA", "/somewhere")
        told = (await client.get("/metrics")).text

    counted = "ijaza_http_requests_total"
    assert f'{counted}{{method="GET",route="/health/live",status="200"}} 1.0' in told
    assert f'{counted}{{method="GET",route="none",status="404"}} 1.0' in told
    assert f'{counted}{{method="other",route="none",status="404"}} 1.0' in told
    assert "Amina" not in told
    assert "AMINA" not in told
    assert 'ijaza_build_info{python="' in told
