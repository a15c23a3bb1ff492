"""Traces pass through records and documents, are recorded per document, and change nothing else."""

import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Depends
from ijaza_contracts.credential import ParticipantGraduated
from ijaza_contracts.envelope import Event
from ijaza_contracts.examples import EXAMPLES
from ijaza_runtime import observe, tracing
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.outbox import record_of
from ijaza_runtime.projector import Projector
from ijaza_runtime.store import Document
from ijaza_runtime.web import build_app, public
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.spans import recording
from tests.unit.runtime import toy
from tests.unit.runtime.test_reactor import FailingBus, World

SCAN = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-1111111111111111-01"
CLOSING = "00-cccccccccccccccccccccccccccccccc-2222222222222222-01"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """One process over empty adapters."""
    bus = FailingBus()
    await bus.provision(toy.PLANS)
    made = World(bus, MemoryStore())
    yield made
    await made.reactor.close()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans that are recorded meanwhile."""
    with recording() as exporter:
        yield exporter


async def tell(world: World, event: Event, trace: str) -> None:
    """Publish an event within a trace."""
    await world.bus.publish([record_of(event, trace)])


async def traces_out(world: World) -> list[str | None]:
    """The traceparents of what came out."""
    return [each.headers.get("traceparent") for each in await world._all(toy.OUT.name)]


async def document_of(world: World, key: str) -> Document:
    """A document as stored."""
    return (await world.store.load("toys", [key]))[key]


async def test_without_an_exporter_a_trace_is_passed_on(world: World) -> None:
    """Nobody records here, and somebody else's trace is not cut for that."""
    await world.tell(toy.rule(1, 1))
    await tell(world, toy.mark("a", 1), SCAN)
    await world.drain()

    assert await traces_out(world) == [SCAN]
    assert (await document_of(world, "a")).trace == SCAN


async def test_without_a_trace_none_is_begun(world: World, spans: InMemorySpanExporter) -> None:
    """What files begin writes the same bytes, whether or not anybody records."""
    await world.tell(toy.rule(1, 1), toy.mark("a", 1))
    await world.drain()

    assert await traces_out(world) == [None]
    assert (await document_of(world, "a")).trace == ""
    assert spans.get_finished_spans() == ()


async def test_a_document_is_saved_in_a_span_of_its_own(
    world: World, spans: InMemorySpanExporter
) -> None:
    """One span for the document, however many events were folded; its records carry it."""
    await world.tell(toy.rule(1, 2))
    await tell(world, toy.mark("a", 1), SCAN)
    await tell(world, toy.mark("a", 2), SCAN)
    await world.drain()

    (span,) = spans.get_finished_spans()
    assert span.name == "save toys"
    assert dict(span.attributes or {}) == {
        "ijaza.edition": "e",
        "ijaza.events.folded": 2,
        "ijaza.events.decided": 1,
    }
    assert span.parent is not None
    assert f"{span.parent.trace_id:032x}-{span.parent.span_id:016x}" == SCAN[3:-3]
    assert span.context is not None
    carried = f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01"
    assert await traces_out(world) == [carried]
    assert (await document_of(world, "a")).trace == carried


async def test_a_closing_continues_the_trace_of_the_scan(
    world: World, spans: InMemorySpanExporter
) -> None:
    """What a closing brings about goes on with the document's trace, and links the closing's."""
    await tell(world, toy.rule(1, 9), CLOSING.replace("c", "b"))
    await tell(world, toy.mark("a", 1), SCAN)
    await world.drain()
    spans.clear()
    await tell(world, toy.rule(2, 1), CLOSING)
    await world.drain()

    (span,) = spans.get_finished_spans()
    assert span.parent is not None
    assert f"{span.parent.trace_id:032x}" == SCAN[3:35]
    assert [f"{link.context.trace_id:032x}" for link in span.links] == [CLOSING[3:35]]
    assert [str(trace)[3:35] for trace in await traces_out(world)] == [SCAN[3:35]]


async def test_a_document_without_a_trace_takes_the_closing_s(world: World) -> None:
    """Facts from files, a closing by request: the certificate belongs to the request."""
    await world.tell(toy.rule(1, 9), toy.mark("a", 1))
    await world.drain()
    await tell(world, toy.rule(2, 1), CLOSING)
    await world.drain()

    assert await traces_out(world) == [CLOSING]


async def test_nothing_is_saved_for_a_trace_alone(world: World) -> None:
    """An event that comes again within another trace changes no document."""
    await world.tell(toy.rule(1, 1))
    await tell(world, toy.mark("a", 1), SCAN)
    await world.drain()
    before = await document_of(world, "a")
    await tell(world, toy.mark("a", 1), CLOSING)
    await world.drain()

    assert await document_of(world, "a") == before


async def test_a_header_that_is_no_trace_is_not_passed_on(
    world: World, spans: InMemorySpanExporter
) -> None:
    """Anybody who may publish can write any header."""
    await world.tell(toy.rule(1, 1))
    await tell(world, toy.mark("a", 1), "x" * 5000)
    await world.drain()

    assert await traces_out(world) == [None]
    assert (await document_of(world, "a")).trace == ""
    assert spans.get_finished_spans() == ()


def test_public_records_carry_no_trace() -> None:
    """By its trace, what graduations tells of nobody would lead to somebody's scan."""
    graduated = next(each for each in EXAMPLES.values() if isinstance(each, ParticipantGraduated))

    assert "traceparent" not in record_of(graduated, SCAN).headers
    assert record_of(toy.mark("a", 1), SCAN).headers["traceparent"] == SCAN


def test_an_id_does_not_depend_on_the_trace() -> None:
    """An event sent again within another trace is recognised."""
    marked = [record_of(toy.mark("a", 1), trace).headers["ce_id"] for trace in ("", SCAN)]

    assert len(set(marked)) == 1


async def test_a_projection_goes_on_with_each_event_s_trace(spans: InMemorySpanExporter) -> None:
    """Events of one trace are projected together, in their order, in a span of that trace."""
    bus = MemoryBus()
    await bus.provision(toy.PLANS)
    projected: list[tuple[int, str]] = []

    async def project(events: object) -> None:
        assert isinstance(events, list)
        projected.append((len(events), tracing.trace_id()))

    projector = Projector(
        service="toy",
        group="toy.pages",
        topics=[toy.MARKS],
        events=[toy.Marked],
        project=project,
        bus=bus,
    )
    for number, trace in enumerate(["", "", SCAN, SCAN, CLOSING]):
        await bus.publish([record_of(toy.mark("a", number), trace)])
    await projector.turn()

    assert projected == [(2, ""), (2, SCAN[3:35]), (1, CLOSING[3:35])]
    assert [span.name for span in spans.get_finished_spans()] == ["project toy.pages"] * 2
    await projector.close()


def client() -> httpx.AsyncClient:
    """A client of a service whose one route answers with a record's headers."""
    router = APIRouter(prefix="/v1")

    @router.get("/marks/{name}", dependencies=[Depends(public())])
    async def route(name: str) -> dict[str, str]:
        observe.log.warning("asked")
        return dict(record_of(toy.mark("a", 1)).headers)

    app = build_app(
        service="toy",
        title="Toy",
        description="",
        routers=[router],
        access=AccessKeys(Ed25519PrivateKey.generate()),
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


async def test_a_request_continues_the_trace_that_it_names(spans: InMemorySpanExporter) -> None:
    """Its span is named by the route's pattern, and what it publishes carries it."""
    async with client() as caller:
        answer = await caller.get("/v1/marks/Amina", headers={"traceparent": SCAN})

    (span,) = spans.get_finished_spans()
    assert span.name == "GET /v1/marks/{name}"
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": "/v1/marks/{name}",
        "http.response.status_code": 200,
    }
    assert answer.json()["traceparent"][3:35] == SCAN[3:35]
    assert answer.json()["traceparent"] != SCAN


async def test_a_request_without_a_trace_begins_one(spans: InMemorySpanExporter) -> None:
    """But only where somebody records; otherwise there would be nothing behind it."""
    async with client() as caller:
        answer = await caller.get("/v1/marks/a")

    (span,) = spans.get_finished_spans()
    assert span.parent is None
    assert span.context is not None
    assert answer.json()["traceparent"][3:35] == f"{span.context.trace_id:032x}"


async def test_without_an_exporter_a_request_begins_no_trace() -> None:
    """And passes on what it names."""
    async with client() as caller:
        without = await caller.get("/v1/marks/a")
        within = await caller.get("/v1/marks/a", headers={"traceparent": SCAN})
        strange = await caller.get("/v1/marks/a", headers={"traceparent": "Amina Said"})

    assert "traceparent" not in without.json()
    assert within.json()["traceparent"] == SCAN
    assert "traceparent" not in strange.json()


async def test_health_and_metrics_are_not_traced(spans: InMemorySpanExporter) -> None:
    """They are asked for every few seconds, and lead to nothing."""
    async with client() as caller:
        await caller.get("/health/live")

    assert spans.get_finished_spans() == ()


def test_a_log_line_bears_the_trace(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever sees a trace finds its lines, and the other way round."""
    before = structlog.get_config()
    processors = observe._shared("toy")
    try:
        structlog.configure(
            processors=[*processors[:2], structlog.processors.JSONRenderer()],
            logger_factory=structlog.PrintLoggerFactory(),
        )
        with tracing.within("work", SCAN, {}):
            structlog.get_logger().info("inside")
        structlog.get_logger().info("outside")
    finally:
        structlog.configure(**before)
    inside, outside = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert inside["trace_id"] == SCAN[3:35]
    assert "trace_id" not in outside
