"""A service over HTTP, on a bus and a store in memory, and those who call it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ijaza_contracts.envelope import Event
from ijaza_runtime.access import AccessKeys, Role
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.outbox import records_of
from ijaza_runtime.service import Assembly, Parts, provision

D = TypeVar("D")

ACTOR = "staff-7"
NOW = datetime(2019, 12, 27, 9, tzinfo=UTC)
"""When a request is made that carries no time itself."""

_PARTITIONS = 2


@dataclass
class Office(Generic[D]):
    """The service, and a client that has whichever role it needs."""

    bus: MemoryBus
    service: Assembly[D]
    http: httpx.AsyncClient
    parts: Parts

    async def tell(self, *events: Event) -> None:
        """Publish what other services say."""
        await self.bus.publish(records_of(events))

    async def drain(self) -> None:
        """Let the service handle all there is."""
        while await self.service.turn():
            pass

    @asynccontextmanager
    async def beside(self, assemble: Callable[[Parts], Assembly[D]]) -> AsyncIterator[Assembly[D]]:
        """Another process of the service, which has the work from here on."""
        await self.service.close()
        other = assemble(self.parts)
        yield other
        await other.close()

    async def post(self, role: Role, path: str, body: object) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self.bearer(role))

    async def get(self, role: Role, path: str, **query: str | int) -> httpx.Response:
        return await self.http.get(path, params=query, headers=self.bearer(role))

    def bearer(self, role: Role) -> dict[str, str]:
        """The header that proves the role."""
        token = self.service.access.issue(ACTOR, [role], timedelta(hours=1), datetime.now(UTC))
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def opened(
    assemble: Callable[[Parts], Assembly[D]],
    keys: Path,
    clock: Callable[[], datetime] = lambda: NOW,
) -> AsyncIterator[Office[D]]:
    """A service with nothing in it yet."""
    bus = MemoryBus()
    parts = Parts(
        bus=bus,
        store=MemoryStore(),
        keys=keys,
        access=AccessKeys(Ed25519PrivateKey.generate()),
        partitions=_PARTITIONS,
        clock=clock,
    )
    service = assemble(parts)
    await provision(bus, [service.name], _PARTITIONS)
    transport = httpx.ASGITransport(service.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        yield Office(bus, service, http, parts)
    await service.close()


def code(response: httpx.Response, status: int) -> str:
    """The code of the problem that a request met, which must have this status."""
    assert response.status_code == status, response.text
    return str(response.json()["code"])
