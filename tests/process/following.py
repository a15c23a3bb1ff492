"""One scan, sent within a trace after everything else, and what follows from it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from ijaza_local.files import Scan, closing_time, read_edition

from tests.editions import small_edition
from tests.flow.office import Clients, Office

SCAN_TRACE = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
CLOSING_TRACE = "cccccccccccccccccccccccccccccccc"
LAST_SCAN = "k1-2"
"""The one without which its participant was not there for long enough."""


def traceparent(trace_id: str) -> dict[str, str]:
    """The header of a request within a trace."""
    return {"traceparent": f"00-{trace_id}-1111111111111111-01"}


async def follow_a_scan(
    clients: Clients, folder: Path, settled: Callable[[], Awaitable[None]]
) -> None:
    """Teach an edition, send its decisive scan within a trace, close the edition within another.

    `settled` returns when every service has handled what was sent.
    """
    certificate = {"id": "certificate", "kind": "participation", "title": {"en": "C", "ar": "ش"}}
    scans: list[Scan] = []
    reading = read_edition(
        small_edition(folder, certificates=[certificate], approvals=None), on_scan=scans.append
    )
    assert reading.files is not None, reading
    (decisive,) = [scan for scan in scans if scan.scan_id == LAST_SCAN]
    office = Office(clients, reading.files, [scan for scan in scans if scan is not decisive])
    await office.enrol()
    await settled()
    await office.record()
    await settled()
    answer = await clients.by_service["attendance"].post(
        "/v1/scans",
        headers=traceparent(SCAN_TRACE),
        json={
            "edition": reading.files.edition.id,
            "scans": [
                {
                    "scan_id": decisive.scan_id,
                    "device": decisive.device,
                    "participant": office.ids[decisive.participant],
                    "session": decisive.session,
                    "direction": decisive.direction,
                    "at": decisive.at.isoformat(),
                    "seq": decisive.seq,
                }
            ],
        },
    )
    assert answer.json()["outcomes"][0]["outcome"] == "recorded"
    await settled()
    closing = closing_time(reading.files.edition, reading.latest)
    answer = await clients.by_service["enrollment"].post(
        f"{office.path}/close",
        headers=traceparent(CLOSING_TRACE),
        json={"at": closing.isoformat()},
    )
    assert answer.is_success
    await settled()
