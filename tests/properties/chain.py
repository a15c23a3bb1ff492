"""Attendance, assessment and credential as processes over one log, which may end at any step.

A process that ends keeps nothing; the log, and what its service has stored, outlive it. Each
service may run as two processes that share its partitions.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ijaza_assessment import main as assessment
from ijaza_assessment.handlers import deciding as decided_by_assessment
from ijaza_attendance import main as attendance
from ijaza_attendance.handlers import deciding as decided_by_attendance
from ijaza_contracts.envelope import Event
from ijaza_contracts.topics import dead_letters
from ijaza_credential import main as credential
from ijaza_credential.handlers import deciding as decided_by_credential
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.adapters.memory_bus import MemoryBus, MemoryLog
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Delivered, Record
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.failpoints import STEPS, Step
from ijaza_runtime.outbox import record_of
from ijaza_runtime.service import Assembly, Parts
from ijaza_runtime.store import Document

from tests.properties.chain_edition import EDITION, POISON, Fact, Order, Poison

SERVICES = (attendance.NAME, assessment.NAME, credential.NAME)
PLACES = (*STEPS, "saving", "publishing")
"""Where a process can end: between steps, and in the midst of writing to the store or the bus."""
PARTITIONS = 3
_ROUNDS = 100


class Crash(NamedTuple):
    """A service ends at its `arrival`-th passing of a place, since it ended last."""

    service: str
    place: str
    arrival: int


class Turn(NamedTuple):
    """A turn of one of a service's processes."""

    service: str
    process: int


class Ended(BaseException):
    """The process ended. No handler of failures sees it, as none sees `kill -9`."""


class BusOfProcess(MemoryBus):
    """A bus over which a process can end when half of a publication is out."""

    def __init__(self, log: MemoryLog, member: str, step: Step) -> None:
        super().__init__(log, member=member)
        self._step = step

    async def publish(self, records: Sequence[Record]) -> None:
        half = len(records) // 2
        await super().publish(records[:half])
        self._step("publishing")
        await super().publish(records[half:])


class StoreOfProcess(MemoryStore):
    """A store over which a process can end when half of its documents are saved."""

    def __init__(self, collections: dict[str, dict[str, Document]], step: Step) -> None:
        super().__init__(collections)
        self._step = step

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        half = len(documents) // 2
        refused = await super().save(collection, documents[:half])
        self._step("saving")
        return refused | await super().save(collection, documents[half:])


@dataclass
class Chain:
    """The services, what has become of them, and what staff have still to order.

    An order that is refused because something is not known yet is given again later; orders to
    one service about one person are given one after another.
    """

    keys: Path
    access: AccessKeys
    crashes: Iterable[Crash] = ()
    log: MemoryLog = field(default_factory=MemoryLog)

    def __post_init__(self) -> None:
        self.bus = MemoryBus(self.log)
        self.stored: dict[str, dict[str, dict[str, Document]]] = {name: {} for name in SERVICES}
        self._processes: dict[Turn, Assembly[Any]] = {}
        self._known = {Turn(name, 0) for name in SERVICES}
        self._crashes: dict[str, deque[Crash]] = defaultdict(deque)
        self.expect(self.crashes)
        self._arrivals: dict[str, int] = defaultdict(int)
        self._waiting: dict[tuple[str, str], deque[Order]] = defaultdict(deque)

    def expect(self, crashes: Iterable[Crash]) -> None:
        """Let processes end so from now on, those of one service one after another."""
        for crash in crashes:
            self._crashes[crash.service].append(crash)

    async def tell(self, told: Iterable[Fact]) -> None:
        """Let these facts become known, all at once."""
        records = []
        for fact in told:
            if isinstance(fact, Event):
                records.append(record_of(fact))
            elif isinstance(fact, Poison):
                records.append(fact.record)
            else:
                self._waiting[fact.service, fact.participant].append(fact)
        await self.bus.publish(records)
        await self._give_orders()

    async def turn(self, turn: Turn) -> bool:
        """One turn of a process, which is begun if it does not run; whether anything was done."""
        self._known.add(turn)
        process = self.process(turn)
        try:
            done = await process.turn()
        except Ended:
            self._lose(turn)
            return True
        fault = process.stuck(1)
        if fault is not None:
            raise fault
        return done

    async def drain(self) -> None:
        """Turn all processes until none has anything left to do, twice over."""
        quiet = 0
        for _ in range(_ROUNDS):
            done = await self._give_orders()
            for turn in sorted(self._known):
                done |= await self.turn(turn)
            quiet = 0 if done else quiet + 1
            # A partition that one process gave up is taken by the other at its next turn.
            if quiet == 2:
                return
        pytest.fail("the services did not come to rest")

    def process(self, turn: Turn) -> Assembly[Any]:
        """The process, begun anew if it has ended."""
        if turn not in self._processes:
            step = self._failpoints(turn.service)
            parts = Parts(
                bus=BusOfProcess(self.log, f"{turn.service}-{turn.process}", step),
                store=StoreOfProcess(self.stored[turn.service], step),
                keys=self.keys,
                access=self.access,
                partitions=PARTITIONS,
                step=step,
            )
            self._processes[turn] = _assemble(turn.service, parts)
        return self._processes[turn]

    def desk(self, service: str) -> Any:
        """Where a service takes orders and questions."""
        return self.process(Turn(service, 0)).desk

    async def records(self, topic: str) -> list[Delivered]:
        """Everything that stands on a topic."""
        follower = await self.bus.follower([topic])
        found: list[Delivered] = []
        while slices := await follower.read(1000):
            found += [record for each in slices for record in each.records]
        return found

    async def poisons_laid_aside(self) -> dict[str, set[str]]:
        """Which poisons lie in the dead letters of each service; anything else is there as ""."""
        return {
            name: {
                record.headers.get(POISON, "")
                for record in await self.records(dead_letters(name).name)
            }
            for name in SERVICES
        }

    def unsent(self) -> list[str]:
        """The keys of the documents whose outbox holds something."""
        return [
            key
            for collections in self.stored.values()
            for documents in collections.values()
            for key, document in documents.items()
            if document.outbox
        ]

    @property
    def unheard(self) -> list[Order]:
        """The orders that could not be carried out so far."""
        return [order for waiting in self._waiting.values() for order in waiting]

    async def _give_orders(self) -> bool:
        """Give every order that can be carried out; whether one was."""
        given = False
        for waiting in self._waiting.values():
            while waiting and await self._give(waiting[0]):
                waiting.popleft()
                given = True
        return given

    async def _give(self, order: Order) -> bool:
        """Give an order, again if the process ends over it; whether it was carried out."""
        while True:
            desk = self.desk(order.service)
            try:
                await desk.commands.perform(EDITION, order.participant, _decision(order, desk))
            except NotKnown:
                return False
            except Ended:
                self._lose(Turn(order.service, 0))
            else:
                return True

    def _lose(self, turn: Turn) -> None:
        del self._processes[turn]

    def _failpoints(self, service: str) -> Step:
        def step(place: str) -> None:
            coming = self._crashes[service]
            if not coming or coming[0].place != place:
                return
            self._arrivals[service] += 1
            if self._arrivals[service] == coming[0].arrival:
                self._arrivals[service] = 0
                coming.popleft()
                raise Ended

        return step


def _assemble(service: str, parts: Parts) -> Assembly[Any]:
    assemblers: dict[str, Callable[[Parts], Assembly[Any]]] = {
        attendance.NAME: attendance.assemble,
        assessment.NAME: assessment.assemble,
        credential.NAME: credential.assemble,
    }
    return assemblers[service](parts)


def _decision(order: Order, desk: Any) -> Any:
    command: Any = order.command
    if order.service == credential.NAME:
        return decided_by_credential(command, desk.secret)
    if order.service == attendance.NAME:
        return decided_by_attendance(command)
    return decided_by_assessment(command)
