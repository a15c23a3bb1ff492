"""Services whose processes are killed at one step after the other, and started anew each time."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.deadline import eventually
from tests.faults.world import PATIENCE
from tests.flow.office import Clients
from tests.process.house import House, Running


@dataclass
class Supervised:
    """A service that is to be killed at each of `steps`, in their order.

    Its processes bear one name, so that none waits for the session of the one before.
    """

    house: House
    service: str
    settings: Mapping[str, Any]
    steps: Sequence[str]
    killed_at: list[str] = field(default_factory=list)
    running: Running | None = None

    async def run(self) -> None:
        """Start it anew whenever it was killed, until this is cancelled."""
        while True:
            left = self.steps[len(self.killed_at) :]
            failpoint = left[0] if left else ""
            with self.house.started(
                self.service,
                member=f"{self.service}-0",
                failpoint=failpoint,
                **self.settings,
            ) as self.running:
                code = await asyncio.to_thread(self.running.process.wait)
                assert code == -signal.SIGKILL, self.running.log.read_text(encoding="utf-8")
                self.killed_at.append(failpoint)

    @property
    def url(self) -> str:
        """Where the process that runs now listens, as far as it does; empty otherwise."""
        if self.running is None:
            return ""
        ports = [line["port"] for line in self.running.lines() if line["event"] == "listening"]
        return f"http://127.0.0.1:{ports[-1]}" if ports else ""


@asynccontextmanager
async def supervised(services: Sequence[Supervised]) -> AsyncIterator[None]:
    """Run services meanwhile. Fails with whatever of them ended otherwise than by its kill."""
    tasks = [asyncio.create_task(each.run(), name=each.service) for each in services]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for each in ended:
        if not isinstance(each, asyncio.CancelledError) and isinstance(each, BaseException):
            raise each


@dataclass(frozen=True)
class Retrying(Clients):
    """Sends a request again until some process of the service has answered it."""

    services: Mapping[str, Supervised]
    headers: Mapping[str, str]

    async def post(self, service: str, path: str, body: dict[str, Any]) -> Any:
        answers: list[httpx.Response] = []

        async def answered() -> bool:
            url = self.services[service].url
            if not url:
                return False
            async with httpx.AsyncClient(base_url=url, headers=self.headers) as client:
                try:
                    answers.append(await client.post(path, json=body, timeout=30))
                except httpx.TransportError:
                    return False
            return True

        await eventually(answered, PATIENCE)
        (answer,) = answers
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()
