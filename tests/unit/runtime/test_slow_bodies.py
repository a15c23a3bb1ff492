"""A body that does not come is waited for a while and no longer, over a real connection."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Depends, Request
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.meter import Meter
from ijaza_runtime.serving import Server, configured
from ijaza_runtime.web import build_app, public
from ijaza_runtime.web.app import SLOWEST_BODY
from ijaza_runtime.web.fields import Body

SECONDS = 0.3
SOON = 10.0


class Note(Body):
    """Something to say."""

    said: str


class Counted(Meter):
    """What was counted of requests."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, int]] = []

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        self.requests.append((method, route, status))


def routes() -> APIRouter:
    """One route that reads a form of JSON, one that reads bytes."""
    router = APIRouter(dependencies=[Depends(public())])

    @router.post("/notes")
    async def note(body: Note) -> str:
        return body.said

    @router.post("/bytes")
    async def count(request: Request) -> int:
        return len(await request.body())

    @router.get("/long")
    async def long() -> str:
        await asyncio.sleep(2 * SECONDS)
        return "done"

    return router


@asynccontextmanager
async def served(meter: Meter, seconds: float = SECONDS) -> AsyncIterator[int]:
    """A service that waits for bodies for so many seconds; its port."""
    app = build_app(
        service="toy",
        title="Toy",
        description="",
        routers=[routes()],
        access=AccessKeys(Ed25519PrivateKey.generate()),
        meter=meter,
        slowest_body=seconds,
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(configured(app, []))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1]
        server.end()
        async with asyncio.timeout(SOON):
            await task


@pytest.fixture
def meter() -> Counted:
    return Counted()


@pytest.fixture
async def port(meter: Counted) -> AsyncIterator[int]:
    async with served(meter) as port:
        yield port


def head(method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


async def answered(port: int, request: bytes, drip: bytes = b"") -> tuple[bytes, bytes, int]:
    """Send a request and then bytes, one by one until there is an answer.

    Head and rest of all that comes back, and how many bytes were sent one by one.
    """
    dripped = 0
    async with asyncio.timeout(SOON):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = asyncio.create_task(reader.read())
        for byte in drip:
            if answer.done():
                break
            writer.write(bytes([byte]))
            dripped += 1
            await asyncio.wait({answer}, timeout=SECONDS / 5)
        whole = await answer
        writer.close()
    status, _, rest = whole.partition(b"\r\n\r\n")
    return status, rest, dripped


SLOW = {
    "of known length": ("Content-Length: 1000", b"a" * 40),
    "in chunks": ("Transfer-Encoding: chunked", b"1\r\na\r\n" * 6),
    "of which nothing comes": ("Content-Length: 1000", b""),
}


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/notes", "/bytes"])
@pytest.mark.parametrize(("header", "drip"), SLOW.values(), ids=SLOW.keys())
async def test_a_slow_body_is_refused_and_its_connection_closed(
    port: int, meter: Counted, path: str, header: str, drip: bytes
) -> None:
    """However regularly a byte comes: the whole body counts. The answer says what to do."""
    status, body, dripped = await answered(port, head("POST", path, header), drip)

    assert status.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in status.lower()
    problem = json.loads(body)
    assert problem["code"] == "request-timeout"
    assert "within 0.3 seconds" in problem["detail"]
    assert meter.requests == [("POST", path, 408)]
    assert dripped < len(drip) or not drip, "it was waited for the last byte"


@pytest.mark.slow
async def test_what_takes_long_after_the_body_is_in_is_left_alone(port: int) -> None:
    """It is the client's time that is bounded, not the service's."""
    status, body, _ = await answered(port, head("GET", "/long", "Connection: close"))

    assert status.startswith(b"HTTP/1.1 200 ")
    assert body == b'"done"'


@pytest.mark.slow
async def test_a_body_that_comes_in_time_is_taken(meter: Counted) -> None:
    """In pieces too."""
    request = head("POST", "/notes", "Content-Length: 14", "Connection: close")

    async with served(meter, SLOWEST_BODY) as port:
        status, body, _ = await answered(port, request + b'{"said":"', b'yes"}')

    assert status.startswith(b"HTTP/1.1 200 ")
    assert body == b'"yes"'


def test_a_service_waits_as_long_as_a_poor_network_needs() -> None:
    """A minute: 256 KiB, which a door sends at the most, at 35 kbit/s."""
    assert SLOWEST_BODY * 35_000 / 8 >= 256 * 1024
