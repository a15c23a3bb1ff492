"""One scan is followed to its certificate, in one trace, through one process or four."""

from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest
from ijaza_contracts.topics import TOPICS
from ijaza_local.services import drain, running
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.bus import Bus

from tests.deadline import eventually
from tests.flow.office import connected
from tests.process.collector import collecting
from tests.process.following import CLOSING_TRACE, SCAN_TRACE, follow_a_scan
from tests.process.house import SERVICES, House, clients_of
from tests.process.outcome import handled
from tests.spans import recording

PATH = {
    "POST /v1/scans",
    "save attendance",
    "save credential",
    "project credential.documents",
}
"""The spans that a scan leads to."""
NAMES = ("Mona", "منى", "example.org")


async def types_within(bus: Bus, trace_id: str) -> set[str]:
    """The types of the events that carry a trace."""
    follower = await bus.follower([topic.name for topic in TOPICS])
    found = set()
    while slices := await follower.read(1000):
        for each in slices:
            for record in each.records:
                if record.headers.get("traceparent", "")[3:35] == trace_id:
                    found.add(record.headers["ce_type"].split(".")[1])
    return found


@pytest.mark.slow
async def test_one_trace_in_one_process(tmp_path: Path) -> None:
    """On the bus in memory: scan, seconds, certificate and its page are one trace."""
    with recording() as spans:
        async with (
            running(
                bus_url="memory://", store_url="memory://", keys=tmp_path / "keys", partitions=2
            ) as services,
            connected(services) as clients,
        ):
            assert isinstance(services.bus, MemoryBus)
            await follow_a_scan(clients, tmp_path / "files", lambda: drain(services.all))
            within = await types_within(services.bus, SCAN_TRACE)
    finished = spans.get_finished_spans()
    of_scan = [
        span for span in finished if span.context and f"{span.context.trace_id:032x}" == SCAN_TRACE
    ]

    assert within >= {"ScanRecorded", "SessionAttended", "CertificateIssued"}
    assert "ParticipantGraduated" not in within
    assert {span.name for span in of_scan} >= PATH
    links = {
        f"{link.context.trace_id:032x}"
        for span in of_scan
        if span.name == "save credential"
        for link in span.links
    }
    assert links == {CLOSING_TRACE}


@pytest.mark.slow
async def test_one_trace_through_four_processes(empty_house: House, tmp_path: Path) -> None:
    """Sent to a collector by each process: every span has its parent, and none a person's name."""
    bus = SqliteBus(empty_house.bus)
    with collecting() as collector, ExitStack() as house:
        processes = [
            house.enter_context(empty_house.started(name, more=collector.environment))
            for name in SERVICES
        ]
        async with AsyncExitStack() as stack:
            clients = await stack.enter_async_context(clients_of(empty_house, processes))
            for process in processes:
                await process.ready()
            await follow_a_scan(
                clients, tmp_path / "files", lambda: eventually(lambda: handled(bus))
            )

        async def issued() -> bool:
            return "CertificateIssued" in await types_within(bus, SCAN_TRACE)

        await eventually(issued)
        await eventually(lambda: handled(bus))
        within = await types_within(bus, SCAN_TRACE)
        for process in processes:
            process.signal()
        assert [await process.exit_code() for process in processes] == [0] * len(processes)
    await bus.close()
    of_scan = [span for span in collector.spans if span.trace_id == SCAN_TRACE]
    ids = {span.span_id for span in of_scan}

    assert within >= {"ScanRecorded", "SessionAttended", "CertificateIssued"}
    assert {span.name for span in of_scan} >= PATH
    assert {span.service for span in of_scan} == {"ijaza-attendance", "ijaza-credential"}
    assert {span.parent for span in of_scan} - ids == {"1111111111111111"}
    assert {link for span in of_scan for link in span.links} == {CLOSING_TRACE}
    assert not [span for span in collector.spans for name in NAMES if name in str(span)]


@pytest.mark.slow
async def test_a_collector_that_is_away_hinders_nobody(empty_house: House) -> None:
    """Spans that nobody takes are lost; the service starts, answers and ends as ever."""
    nobody = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    with empty_house.started("credential", more=nobody, grace=3) as running:
        await running.ready()
        assert (await running.get("/v1/certificates/0000-0000-0000")).status_code == 404
        assert await running.stopped() == 0
