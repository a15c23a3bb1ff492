"""One device's fault never blocks another's: over real connections.

How soon it is answered is measured in bench/scans.py; here it is answered at all meanwhile.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from ijaza_attendance.main import Desk
from ijaza_runtime.serving import Server, configured

from tests.unit.attendance.doors import Tablet, at_the_door, enrolled
from tests.unit.attendance.office import Office

PATIENCE = 60.0
"""Seconds in which a device has its answers, while another one goes on doing wrong."""
TRIES = 15


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition of two sessions with three people, behind a real socket."""
    async with at_the_door(tmp_path) as office:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = Server(configured(office.service.app(), []))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=address, timeout=30) as http:
                office.http = http
                yield office
            server.end()
            server.end()
            await serving


async def served(tablet: Tablet) -> None:
    """A device that sends as it should is answered each time."""
    async with asyncio.timeout(PATIENCE):
        for number in range(1, TRIES + 1):
            answer = await tablet.send(tablet.batch(number, tablet.scan(number)))
            assert answer.status_code == 200, answer.text


async def connected(
    office: Office[Desk], tablet: Tablet, length: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection of a device that has sent the head of a batch and ten bytes of it."""
    url = office.http.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(
        f"POST /v1/kiosk/batches HTTP/1.1\r\nHost: service\r\n"
        f"Authorization: Bearer {tablet.token}\r\nContent-Type: application/json\r\n"
        f"{length}\r\n\r\n".encode()
        + b'a\r\n{"device":\r\n'
    )
    await writer.drain()
    return reader, writer


@pytest.mark.slow
async def test_who_sends_a_body_slowly_waits_alone(office: Office[Desk]) -> None:
    """Fifty batches of one device that never come to their end."""
    slow, other = await enrolled(office), await enrolled(office)
    lines = [await connected(office, slow, "Content-Length: 50000") for _ in range(50)]

    await served(other)
    for _, writer in lines:
        writer.close()


@pytest.mark.slow
@pytest.mark.parametrize("length", ["Content-Length: 10000000", "Transfer-Encoding: chunked"])
async def test_a_body_without_end_is_cut_off(office: Office[Desk], length: str) -> None:
    """Announced or not, more than the limit is answered 413, and the other goes on meanwhile."""
    wild, other = await enrolled(office), await enrolled(office)
    reader, writer = await connected(office, wild, length)

    async def pour() -> None:
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        for _ in range(100):
            writer.write(chunk)
            await writer.drain()

    pouring = asyncio.create_task(pour())

    await served(other)
    assert (await asyncio.wait_for(reader.readline(), 20)).split()[1] == b"413"
    writer.close()
    await asyncio.gather(pouring, return_exceptions=True)


@pytest.mark.slow
async def test_a_flood_of_one_device_is_its_own(office: Office[Desk]) -> None:
    """Ten lines send the same batch again and again, as fast as it is refused."""
    wild, other = await enrolled(office), await enrolled(office)
    body = wild.batch(1, wild.scan(1))
    statuses: list[int] = []

    async def flood() -> None:
        while True:
            statuses.append((await wild.send(body)).status_code)

    flooding = [asyncio.create_task(flood()) for _ in range(10)]
    await served(other)
    for each in flooding:
        each.cancel()
    await asyncio.gather(*flooding, return_exceptions=True)

    assert set(statuses) == {200, 429}
    assert statuses.count(429) > statuses.count(200)
