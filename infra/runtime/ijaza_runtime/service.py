"""A service put together: what it is given, what it is made of, and how its loop runs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, FastAPI
from ijaza_contracts.topics import TOPICS, Keyed, Topic, dead_letters

from ijaza_runtime.access import AccessKeys
from ijaza_runtime.bus import Bus, TopicPlan
from ijaza_runtime.commands import Commands
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.fold import Fold, K, P, S, Table
from ijaza_runtime.observe import Handled, log, unheeded
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.projector import Projector
from ijaza_runtime.reactor import Reactor
from ijaza_runtime.references import References
from ijaza_runtime.store import Store
from ijaza_runtime.web import build_app

D = TypeVar("D")

IDLE = 1.0
"""Seconds that a loop without work waits for news at the most."""
RELAY_EVERY = 15.0
"""Seconds between two looks for events that a crash left in an outbox."""


def utc_now() -> datetime:
    """The wall clock, in whole seconds of UTC: only where a request carries no time itself."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a service is built from. `store` is its own; `keys` is the folder of its secrets."""

    bus: Bus
    store: Store
    keys: Path
    access: AccessKeys
    partitions: int
    step: Step = nowhere
    handled: Handled = unheeded
    clock: Callable[[], datetime] = utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring(Generic[S, P, K]):
    """The runtime's pieces of a service with one fold."""

    references: References
    outbox: Outbox
    reactor: Reactor[S, P, K]
    commands: Commands[S, P, K]


def wire(
    parts: Parts,
    *,
    name: str,
    fold: Fold[S, P, K],
    inputs: Sequence[Topic],
    tables: Sequence[Table[Any]],
) -> Wiring[S, P, K]:
    """Connect a fold to bus and store; `tables` are all that the service reads in full."""
    references = References(parts.bus, tables)
    outbox = Outbox(parts.bus, parts.store, parts.step)
    return Wiring(
        references=references,
        outbox=outbox,
        reactor=Reactor(
            service=name,
            fold=fold,
            inputs=inputs,
            bus=parts.bus,
            store=parts.store,
            references=references,
            outbox=outbox,
            partitions=parts.partitions,
            step=parts.step,
            handled=parts.handled,
        ),
        commands=Commands(
            fold,
            store=parts.store,
            outbox=outbox,
            references=references,
            partitions=parts.partitions,
        ),
    )


@dataclass(slots=True, kw_only=True)
class Assembly(Generic[D]):
    """A service ready to run.

    `desk` is what its API and the command line give commands and questions to. `collections` are
    those whose outboxes are relayed. `projector` makes what follows from the service's events;
    `chore` is what else has to be done each turn, and tells whether it did anything.
    """

    name: str
    desk: D
    routers: Sequence[APIRouter]
    description: str
    outbox: Outbox
    collections: Sequence[str]
    references: References
    access: AccessKeys
    reactor: Reactor[Any, Any, Any] | None = None
    projector: Projector | None = None
    chore: Callable[[], Awaitable[bool]] | None = None
    _recovered: bool = field(default=False)

    async def recover(self) -> bool:
        """Send, once, what an earlier process saved and did not send. Whether there was any."""
        if self._recovered:
            return False
        sent = [await self.outbox.relay(collection) for collection in self.collections]
        self._recovered = True
        return any(sent)

    async def turn(self) -> bool:
        """Do what there is to do once. Whether anything was done."""
        done = await self.recover()
        await self.references.refresh()
        if self.reactor is not None:
            done |= await self.reactor.turn()
        if self.projector is not None:
            done |= await self.projector.turn()
        if self.chore is not None:
            done |= await self.chore()
        return done

    async def caught_up(self) -> bool:
        """Whether nothing is left to do that this process can do."""
        if self.projector is not None and self.projector.failures:
            return False
        return self.reactor is None or await self.reactor.caught_up()

    def stuck(self, tries: int) -> Exception | None:
        """What has failed so often in a row that it will hardly mend itself, or None."""
        working = (self.reactor, self.projector)
        found = [each.failures.stuck(tries) for each in working if each is not None]
        return next((error for error in found if error is not None), None)

    def app(self) -> FastAPI:
        """The HTTP application of this service."""
        return build_app(
            service=self.name,
            title=f"Ijaza {self.name}",
            description=self.description,
            routers=self.routers,
            access=self.access,
        )

    async def run(self, stopping: asyncio.Event) -> None:
        """Turn until `stopping` is set; what is begun is finished first."""
        relaying = asyncio.create_task(self._relay_forgotten(stopping))
        try:
            while not stopping.is_set():
                try:
                    done = await self.turn()
                except Exception:  # the loop outlives what it cannot do now: it tries again
                    log.exception("turn failed", service=self.name)
                    done = False
                if not done:
                    await self._wait(stopping)
        finally:
            relaying.cancel()
            await asyncio.gather(relaying, return_exceptions=True)

    async def close(self) -> None:
        """Leave the groups."""
        if self.reactor is not None:
            await self.reactor.close()
        if self.projector is not None:
            await self.projector.close()
        await self.references.close()

    async def _wait(self, stopping: asyncio.Event) -> None:
        if self.reactor is not None:
            await self.reactor.wait(IDLE)
            return
        await _until(stopping, IDLE)

    async def _relay_forgotten(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await _until(stopping, RELAY_EVERY)
            try:
                for collection in self.collections:
                    await self.outbox.relay_forgotten(collection)
            except Exception:  # the next look finds them still
                log.exception("relay failed", service=self.name)


async def provision(bus: Bus, services: Sequence[str], partitions: int) -> None:
    """Make every topic, and the dead letters of the services named.

    Raises `BusError` if a topic stands with another partition count.
    """
    plans = [
        TopicPlan(
            topic.name,
            partitions if topic.keyed is Keyed.PARTICIPANT else 1,
            compacted=topic.compacted,
        )
        for topic in (*TOPICS, *(dead_letters(name) for name in services))
    ]
    await bus.provision(plans)


async def _until(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
