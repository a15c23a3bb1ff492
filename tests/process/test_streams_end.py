"""A process that is told to end does not wait for those who listen to a room."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from ijaza_contracts.edition import Session
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.outbox import records_of

from tests.process.house import House
from tests.unit.attendance.given import EDITION, edition

pytestmark = pytest.mark.slow


async def test_a_stream_ends_when_its_process_does(tmp_path: Path) -> None:
    """SIGTERM: the stream ends as a stream ends, and the process well within its grace."""
    house = House(tmp_path / "house")
    house.folder.mkdir()
    await house.provision()
    now = datetime.now(UTC).replace(microsecond=0)
    bus = SqliteBus(house.bus)
    await bus.publish(
        records_of([edition([Session(id="s1", start=now, end=now + timedelta(hours=1))])])
    )
    await bus.close()
    with house.started("attendance", grace=20) as running:
        await running.ready()
        path = f"{await running.url()}/v1/editions/{EDITION}/sessions/s1/room/events"
        async with (
            httpx.AsyncClient(headers=house.headers(), timeout=30) as http,
            http.stream("GET", path) as answer,
            asyncio.timeout(15),
        ):
            lines = answer.aiter_lines()
            while "snapshot" not in await anext(lines):
                pass
            running.signal()
            assert [line async for line in lines][-1] == ""
            assert await running.exit_code(10) == 0
