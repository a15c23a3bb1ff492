"""Services as processes of their own, on one SQLite bus and a store file each."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from ijaza_runtime.access import AccessKeys, Role
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.service import provision

from tests.deadline import eventually
from tests.flow.office import Clients

ROOT = Path(__file__).parents[2]
SERVICES = ("enrollment", "attendance", "assessment", "credential")
PARTITIONS = 2


@dataclass(frozen=True)
class House:
    """Where processes find their bus, stores and keys."""

    folder: Path

    @property
    def bus(self) -> Path:
        return self.folder / "bus.db"

    @property
    def stores(self) -> Path:
        return self.folder / "stores"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def environment(self, **settings: object) -> dict[str, str]:
        """The variables of a process; `grace=1` is `IJAZA_GRACE=1`."""
        given = {
            "bus_url": f"sqlite:///{self.bus}",
            "store_url": f"sqlite:///{self.stores}",
            "keys": self.keys,
            "partitions": PARTITIONS,
            "port": 0,
            "log_level": "INFO",
            **settings,
        }
        plain = {name: value for name, value in os.environ.items() if "IJAZA" not in name}
        return plain | {f"IJAZA_{name.upper()}": str(value) for name, value in given.items()}

    def command(self, service: str, variant: Sequence[str] = ()) -> list[str]:
        """How a process is started; a `variant` is one of `tests.process.variants`."""
        module = ["tests.process.variants", *variant] if variant else [f"ijaza_{service}"]
        return [sys.executable, "-m", *module]

    def ended(self, service: str, **settings: object) -> subprocess.CompletedProcess[str]:
        """Run a process that ends by itself."""
        return subprocess.run(
            self.command(service),
            env=self.environment(**settings),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @contextmanager
    def started(
        self,
        service: str,
        *,
        variant: Sequence[str] = (),
        more: Mapping[str, str] | None = None,
        **settings: object,
    ) -> Iterator["Running"]:
        """Run a process; what is left of it at the end is killed."""
        self.folder.mkdir(exist_ok=True)
        log = self.folder / f"{service}.{len(list(self.folder.glob('*.log')))}.log"
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                self.command(service, variant),
                env=self.environment(**settings) | dict(more or {}),
                cwd=ROOT,
                stderr=stderr,
            )
        try:
            yield Running(service, process, log)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    async def provision(self) -> None:
        """Make the topics, as `ijaza provision` does."""
        bus = SqliteBus(self.bus)
        await provision(bus, SERVICES, PARTITIONS)
        await bus.close()

    def headers(self) -> dict[str, str]:
        """A token for every role."""
        access = AccessKeys.load_or_create(self.keys)
        token = access.issue("staff-1", list(Role), timedelta(hours=1), datetime.now(UTC))
        return {"authorization": f"Bearer {token}"}


@dataclass
class Running:
    """One process."""

    service: str
    process: "subprocess.Popen[bytes]"
    log: Path
    _url: str = field(default="")

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged; a line that is none of the log is its `text`."""
        written = self.log.read_text(encoding="utf-8").splitlines()
        return [
            json.loads(line) if line.startswith("{") else {"event": "", "text": line}
            for line in written
        ]

    async def url(self) -> str:
        """Where it listens, once it does."""

        async def listens() -> bool:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            ports = [line["port"] for line in self.lines() if line["event"] == "listening"]
            if ports:
                self._url = f"http://127.0.0.1:{ports[0]}"
            return bool(ports)

        if not self._url:
            await eventually(listens)
        return self._url

    async def logged(self, event: str) -> None:
        """Wait until it has logged an event."""

        async def has() -> bool:
            return any(line["event"] == event for line in self.lines())

        await eventually(has)

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=await self.url()) as client:
            return await client.get(path)

    async def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
        return (await self.get("/health/ready")).status_code == 200

    async def is_not_ready(self) -> bool:
        return not await self.is_ready()

    async def ready(self) -> None:
        """Wait until it says that it is ready."""
        await self.url()
        await eventually(self.is_ready)

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    async def exit_code(self, seconds: float = 30.0) -> int:
        """Wait for its end."""

        async def has_ended() -> bool:
            return self.process.poll() is not None

        await eventually(has_ended, seconds)
        return self.process.returncode

    async def stopped(self) -> int:
        """Ask it to end, and wait for it."""
        self.signal()
        return await self.exit_code()


@asynccontextmanager
async def clients_of(house: House, processes: Sequence[Running]) -> AsyncIterator[Clients]:
    """A client of each process, with a token for every role."""
    clients = {
        each.service: httpx.AsyncClient(
            base_url=await each.url(), headers=house.headers(), timeout=30
        )
        for each in processes
    }
    try:
        yield Clients(clients)
    finally:
        for client in clients.values():
            await client.aclose()
