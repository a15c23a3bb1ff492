"""Whether a process lives and is ready, as it is told to its supervisor."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ijaza_runtime import health
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.bus import BusError
from ijaza_runtime.health import Answering
from ijaza_runtime.web import build_app
from ijaza_runtime.web.operations import operations


class Server:
    """Something to ping."""

    def __init__(self) -> None:
        self.away = False
        self.hanging = False

    async def ping(self) -> None:
        if self.hanging:
            await asyncio.Event().wait()
        if self.away:
            raise BusError("kafka://user:hunter2@host is away")


@pytest.fixture
def server() -> Server:
    """One that answers."""
    return Server()


async def test_who_was_not_asked_does_not_answer(server: Server) -> None:
    """A process is not ready before it knows."""
    assert Answering("bus", server.ping).state == "not asked yet"


async def test_an_answer_counts_until_the_next_question(server: Server) -> None:
    """It is there, away, and there again; what it says of itself is not repeated."""
    answering = Answering("bus", server.ping)
    states = []
    for away in (False, True, False):
        server.away = away
        await answering.ask()
        states.append(answering.state)

    assert states == ["ok", "does not answer", "ok"]


async def test_who_hangs_does_not_answer(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that stays open proves nothing."""
    monkeypatch.setattr(health, "PING_PATIENCE", 0.05)
    answering = Answering("bus", server.ping)
    server.hanging = True
    await answering.ask()

    assert answering.state == "did not answer within 0.05 s"


async def test_an_old_answer_counts_no_more(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks may hang too."""
    answering = Answering("bus", server.ping)
    await answering.ask()
    monkeypatch.setattr(health, "STALE", -1.0)

    assert answering.state.startswith("has not answered")


async def answers(live: str, ready: Mapping[str, str]) -> list[tuple[int, object]]:
    """What is told on both routes."""
    app = build_app(
        service="toy",
        title="Toy",
        description="",
        routers=[],
        access=AccessKeys(Ed25519PrivateKey.generate()),
        operations=operations("toy", live=lambda: live, ready=lambda: ready, metrics=lambda: b""),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        told = [await client.get(path) for path in ("/health/live", "/health/ready")]
    return [(each.status_code, each.json()) for each in told]


async def test_all_is_well() -> None:
    """200 on both."""
    assert await answers("ok", {"bus": "ok", "store": "ok"}) == [
        (200, {"service": "toy", "status": "ok"}),
        (200, {"service": "toy", "status": "ok", "parts": {"bus": "ok", "store": "ok"}}),
    ]


async def test_what_is_not_ready_is_named() -> None:
    """503, and which part it is; a process can live and not be ready, and the other way round."""
    parts = {"bus": "does not answer", "store": "ok"}

    assert await answers("ok", parts) == [
        (200, {"service": "toy", "status": "ok"}),
        (503, {"service": "toy", "status": "not ready", "parts": parts}),
    ]
    assert (await answers("no turn ended", {}))[0][0] == 503
