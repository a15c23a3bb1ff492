"""The four HTTP APIs in one process, on an edition that was taught and one that is being taught."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from ijaza_local.files import Scan, closing_time, read_edition
from ijaza_local.services import Services, drain, running
from ijaza_runtime.base64url import encoded
from ijaza_runtime.web import Role

from tests.editions import small_edition
from tests.flow.office import Clients, Office, connected

OF_DEVICES = ("/v1/kiosk/batches", "/v1/kiosk/bundle")
"""Routes that enrolled devices alone may use."""
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation of a service's OpenAPI document."""

    service: str
    method: str
    path: str
    said: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.service} {self.method.upper()} {self.path}"


@dataclass(frozen=True)
class House:
    """The services' applications, and what addresses of theirs can name.

    `taught` fills addresses with things that are closed and issued, `open` with such as can still
    change. `device` is the token of a device that keeps the doors of the open one.
    """

    services: Services
    runner: asyncio.Runner
    apps: Mapping[str, FastAPI]
    taught: Mapping[str, Any]
    open: Mapping[str, Any]
    device: str

    def operations(self) -> list[Operation]:
        """Every operation of every service."""
        return [
            Operation(name, method, path, said)
            for name, app in self.apps.items()
            for path, item in app.openapi()["paths"].items()
            for method, said in item.items()
            if method in METHODS
        ]

    def request(
        self,
        operation: Operation,
        address: Mapping[str, Any],
        who: str = "127.0.0.1",
        **sent: Any,
    ) -> httpx.Response:
        """The answer to a request; `address` fills the operation's path, `who` is who asks."""
        return self.runner.run(self._request(operation, address, who, sent))

    async def _request(
        self, operation: Operation, address: Mapping[str, Any], who: str, sent: Mapping[str, Any]
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.apps[operation.service], client=(who, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            path = operation.path.format(**address)
            return await client.request(operation.method.upper(), path, **sent)

    def bearer_for(self, operation: Operation) -> dict[str, str]:
        """The header that proves all that an operation asks for."""
        if operation.path in OF_DEVICES:
            return {"Authorization": f"Bearer {self.device}"}
        return self.bearer(*Role)

    def bearer(self, *roles: Role) -> dict[str, str]:
        """The header that proves the roles."""
        now = datetime.now(UTC)
        token = self.services.access.issue("staff-1", roles, timedelta(hours=1), now)
        return {"Authorization": f"Bearer {token}"}


@contextmanager
def http_house(folder: Path) -> Iterator[House]:
    """Put the services together in memory, and send both editions to them by HTTP."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        opening = running(
            bus_url="memory://", store_url="memory://", keys=folder / "keys", partitions=2
        )
        services = runner.run(stack.enter_async_context(opening))
        try:
            yield House(
                services=services, runner=runner, **runner.run(_furnished(services, folder))
            )
        finally:
            runner.run(stack.aclose())


async def _furnished(services: Services, folder: Path) -> dict[str, Any]:
    """What a house knows of itself once both editions were sent to it."""
    async with connected(services) as clients:
        taught, closing = _office(clients, folder, "small-1")
        being_taught, _ = _office(clients, folder, "small-2")
        for office in (taught, being_taught):
            await office.enrol()
            await drain(services.all)
            await office.record()
            await drain(services.all)
        await taught.close(closing)
        await drain(services.all)
        participant = next(iter(taught.ids.values()))
        door = {"label": "Main door", "editions": [{"edition": "small-2"}]}
        invited = await clients.post("attendance", "/v1/devices", door)  # requests may revoke it
        kept = await clients.post("attendance", "/v1/devices", door)
        key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        enrolled = await clients.post(
            "attendance",
            "/v1/kiosk/enrolment",
            {"code": kept["code"], "public_key": encoded(key), "user_agent": ""},
        )
        passes = {"expires_at": "2100-01-01T00:00:00Z"}
        await clients.post("attendance", f"{being_taught.path}/passes", passes)
        doors = {
            "device": invited["device"],
            "session": "m1-d1",
            "module": "m1",
            "key_id": "k1",
            "pass_serial": "7Q2MZ4T0XK",
            "code": "none",
        }
        decision = await clients.get(
            "credential", f"{taught.path}/participants/{participant}/decision"
        )
    return {
        "apps": {service.name: service.app() for service in services.all},
        "device": enrolled["token"],
        "taught": {
            "edition": "small-1",
            "participant": participant,
            "serial": decision["serial"],
            "version": 1,
            "number": 1,
            "template": "built-in",
            **doors,
        },
        "open": {
            "edition": "small-2",
            "participant": next(iter(being_taught.ids.values())),
            "template": "built-in",
            **doors,
        },
    }


def _office(clients: Clients, folder: Path, edition: str) -> tuple[Office, datetime]:
    """Who sends an edition that gives everybody who takes part a certificate; when it is over."""
    certificate = {"id": "certificate", "kind": "participation", "title": {"en": "C", "ar": "ش"}}
    files = small_edition(folder / edition, id=edition, certificates=[certificate], approvals=None)
    scans: list[Scan] = []
    reading = read_edition(files, on_scan=scans.append)
    assert reading.files is not None, reading
    closing = closing_time(reading.files.edition, reading.latest)
    return Office(clients, reading.files, scans), closing
