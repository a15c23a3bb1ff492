"""Whether a process lives, and whether it can do its work now."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any

from ijaza_runtime.bus import Bus
from ijaza_runtime.observe import log
from ijaza_runtime.service import Assembly
from ijaza_runtime.store import Store

PING_EVERY = 2.0
"""Seconds between two pings."""
PING_PATIENCE = 3.0
"""Seconds that an answer may take."""
STALE = 8.0
"""Seconds after which an answer counts no more."""

OK = "ok"


class Answering:
    """Whether a server answers: asked again and again, with what it last said."""

    def __init__(self, name: str, ping: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._ping = ping
        self._answered_at = float("-inf")
        self.said = "not asked yet"

    @property
    def state(self) -> str:
        """`ok`, or why not."""
        if self.said == OK and monotonic() - self._answered_at > STALE:
            return f"has not answered for {STALE:g} s"
        return self.said

    async def ask(self) -> None:
        """Ask once. What it answers is logged where it differs from the answer before."""
        try:
            async with asyncio.timeout(PING_PATIENCE):
                await self._ping()
        except TimeoutError:
            said = f"did not answer within {PING_PATIENCE:g} s"
            if self.said != said:
                log.warning("no answer", part=self._name, why=said)
        except Exception as error:  # whatever it is, there was no answer
            said = "does not answer"
            if self.said != said:
                log.warning("no answer", part=self._name, exc_info=error)
        else:
            said = OK
            self._answered_at = monotonic()
        if said != self.said:
            log.info("health changed", part=self._name, state=said)
            self.said = said


class Health:
    """The health of one process, which lives unless it idles for more than `patience` seconds."""

    def __init__(self, bus: Bus, store: Store, patience: float) -> None:
        self._bus = Answering("bus", bus.ping)
        self._store = Answering("store", store.ping)
        self.idle = 0.0
        """Seconds in which no turn has ended, though bus and store answered."""
        self._patience = patience
        self._assembly: Assembly[Any] | None = None
        self._stopping = False

    @property
    def answering(self) -> bool:
        """Whether bus and store answer."""
        return self._bus.state == OK == self._store.state

    def begun(self, assembly: Assembly[Any]) -> None:
        """The topics are there, and the service's loop begins."""
        self._assembly = assembly

    def stop(self) -> None:
        """Nothing more is to be sent here."""
        self._stopping = True

    def live(self) -> str:
        """`ok`, or why the process should be ended."""
        if self.idle > self._patience:
            return f"no turn has ended for {self.idle:.0f} s"
        return OK

    def ready(self) -> Mapping[str, str]:
        """Each part of readiness: `ok`, or why not."""
        parts = {"bus": self._bus.state, "store": self._store.state}
        assembly = self._assembly
        if assembly is None:
            parts["topics"] = "not looked at yet"
        else:
            parts["topics"] = OK
            parts["references"] = OK if assembly.references.read_once else "not read in full yet"
            for worker in assembly.workers:
                parts[f"group {worker.group}"] = OK if worker.joined else "not joined yet"
        if self._stopping:
            parts["process"] = "is ending"
        return parts

    async def watch(self) -> None:
        """Ask bus and store for ever, every `PING_EVERY` seconds."""
        while True:
            await asyncio.gather(self._bus.ask(), self._store.ask())
            await asyncio.sleep(PING_EVERY)
