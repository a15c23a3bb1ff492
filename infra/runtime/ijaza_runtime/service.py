"""A service put together: what it is given, what it is made of, and how its loop runs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, FastAPI
from ijaza_contracts.topics import TOPICS, Keyed, Topic, dead_letters

from ijaza_runtime.access import AccessKeys
from ijaza_runtime.bus import Bus, TopicPartition, TopicPlan
from ijaza_runtime.commands import Commands
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.fold import Fold, K, P, S, Table
from ijaza_runtime.meter import UNHEARD, Meter
from ijaza_runtime.observe import log
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.projector import Projector
from ijaza_runtime.reactor import Reactor
from ijaza_runtime.references import References
from ijaza_runtime.store import Store
from ijaza_runtime.waiting import happens
from ijaza_runtime.web import build_app
from ijaza_runtime.web.asyncapi import asyncapi
from ijaza_runtime.web.middleware import PageOf

D = TypeVar("D")

IDLE = 1.0
"""Seconds that a loop without work waits for news at the most."""
FIRST_PAUSE = 0.5
"""Seconds after a turn that failed as a whole; doubled with each that follows."""
LONGEST_PAUSE = 5.0
"""Seconds that it comes to at the most."""
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
    meter: Meter = UNHEARD
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
            meter=parts.meter,
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
    `chore` is what else has to be done each turn, and tells whether it did anything; `hang_up`
    ends the answers that would go on by themselves; `release` lets go of what it holds beside bus
    and store; `page` is what people are shown in place of problems.
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
    hang_up: Callable[[], None] = lambda: None
    release: Callable[[], Awaitable[None]] | None = None
    page: PageOf | None = None
    meter: Meter = UNHEARD
    _recovered: bool = field(default=False)

    @property
    def workers(self) -> tuple[Reactor[Any, Any, Any] | Projector, ...]:
        """Those who are members of groups."""
        return tuple(each for each in (self.reactor, self.projector) if each is not None)

    @property
    def topics(self) -> frozenset[str]:
        """The names of the topics that have to be there: all that it reads or may publish on."""
        reads = {name for worker in self.workers for name in worker.topics}
        owns = {topic.name for topic in TOPICS if topic.owner == self.name}
        return frozenset({*reads, *self.references.topics, *owns, dead_letters(self.name).name})

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

    async def left(self) -> str:
        """What this service has left to do, in whichever process; empty if it is at rest.

        It is told from what is durable: the log, the offsets, the documents. So it holds of a
        moment, and lasts only where nothing new comes in.
        """
        await self.references.refresh()
        for worker in self.workers:
            if left := await worker.left():
                return left
        return await self.outbox.left(self.collections)

    async def reached(self) -> list[Mapping[TopicPartition, int]]:
        """What its groups have committed, whichever processes do their work."""
        return [await worker.reached() for worker in self.workers]

    def stuck(self, tries: int) -> Exception | None:
        """What has failed so often in a row that it will hardly mend itself, or None."""
        found = [each.failures.stuck(tries) for each in self.workers]
        return next((error for error in found if error is not None), None)

    def app(self, operations: APIRouter | None = None) -> FastAPI:
        """The HTTP application of this service, with what a process of its own tells operators."""
        return build_app(
            service=self.name,
            title=f"Ijaza {self.name}",
            description=self.description,
            routers=[*self.routers, asyncapi(self.name, self.topics)],
            access=self.access,
            operations=operations,
            meter=self.meter,
            page=self.page,
        )

    def stop(self) -> None:
        """End the turn that goes on as soon as what is in hand is saved, or can be dropped."""
        for worker in self.workers:
            worker.stop()
        self.hang_up()

    async def run(self, stopping: asyncio.Event) -> None:
        """Turn until `stopping` is set; what is begun is finished first."""
        relaying = asyncio.create_task(self._relay_forgotten(stopping))
        pause = FIRST_PAUSE
        try:
            while not stopping.is_set():
                try:
                    if not await self.turn():
                        await self._wait(stopping)
                    pause = FIRST_PAUSE
                except Exception:  # the loop outlives what it cannot do now: it tries again
                    log.exception("turn failed", service=self.name)
                    self.meter.failed(self.name)
                    await happens(stopping, pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
                self.meter.turned()
        finally:
            relaying.cancel()
            await asyncio.gather(relaying, return_exceptions=True)

    async def close(self) -> None:
        """Leave the groups."""
        for worker in self.workers:
            await worker.close()
        await self.references.close()
        if self.release is not None:
            await self.release()

    async def _wait(self, stopping: asyncio.Event) -> None:
        if self.reactor is not None:
            await self.reactor.wait(IDLE)
            return
        await happens(stopping, IDLE)

    async def _relay_forgotten(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await happens(stopping, RELAY_EVERY)
            try:
                for collection in self.collections:
                    await self.outbox.relay_forgotten(collection)
            except Exception:  # the next look finds them still
                log.exception("relay failed", service=self.name)


async def provision(bus: Bus, services: Sequence[str], partitions: int) -> None:
    """Make every topic, and the dead letters of the services named.

    Raises `BusError` if a topic stands with another partition count.
    """
    await bus.provision(plans(services, partitions))


def plans(services: Sequence[str], partitions: int) -> list[TopicPlan]:
    """Every topic as it has to be, with the dead letters of the services named."""
    return [
        TopicPlan(
            topic.name,
            partitions if topic.keyed is Keyed.PARTICIPANT else 1,
            compacted=topic.compacted,
            largest=topic.largest,
        )
        for topic in (*TOPICS, *(dead_letters(name) for name in services))
    ]
