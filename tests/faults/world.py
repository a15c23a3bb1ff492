"""Credential in a process of its own, fed with a known stream, and what must come of it.

What must come of it is what comes of it where nothing fails: the same stream through the same
service in memory.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from ijaza_contracts.attendance import SessionAttended
from ijaza_contracts.audit import HistorySealed
from ijaza_contracts.enrollment import EditionClosed
from ijaza_contracts.envelope import decode
from ijaza_contracts.topics import ATTENDANCE, CREDENTIAL, GRADUATIONS, dead_letters
from ijaza_credential import main as credential
from ijaza_credential.desk import COLLECTION as FILES
from ijaza_credential.handlers import INPUTS, credential_fold
from ijaza_credential.storage import COLLECTION as STATES
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import Bus, BusError, Delivered, Record, TopicPartition
from ijaza_runtime.outbox import record_of
from ijaza_runtime.service import Parts, provision
from ijaza_runtime.store import Store, StoreError

from bench import fold_stream
from tests.conformance.reading import everything
from tests.deadline import eventually
from tests.process.house import PARTITIONS, House, Running

PATIENCE = 60.0
"""Seconds in which a service has to be at work again after a fault."""
PARTICIPANTS = 30
POISON = b"{"
POISONED = 100
"""One record in so many is none of its contract."""
CLOSED = datetime(2020, 12, 1, tzinfo=UTC)
FACTS = tuple(topic.name for topic in INPUTS)
LETTERS = dead_letters(credential.NAME).name
GROUPS = {credential.NAME: FACTS, credential.PROJECTION: (CREDENTIAL.name,)}

Outcome = Mapping[str, Any]


def facts() -> list[Record]:
    """Some 2,900 facts of a cohort, of which some come twice, with poison among them."""
    found: list[Record] = []
    for number, record in enumerate(fold_stream.facts(PARTICIPANTS)):
        found.append(record)
        if number % POISONED == 0:
            headers = {"ce_type": SessionAttended.TYPE, "ce_id": f"poison-{number}"}
            found.append(Record(ATTENDANCE.name, record.key, POISON, headers))
    return found


@dataclass(frozen=True)
class World:
    """Where credential's process finds its bus and store, and its keys.

    `tools_url` is how the test itself reaches the bus, if that is another way.
    """

    house: House
    bus_url: str
    store_url: str
    tools_url: str = ""

    def started(self, service: str) -> AbstractContextManager[Running]:
        """Run a service."""
        return self.house.started(service, bus_url=self.bus_url, store_url=self.store_url)

    def credential(self) -> AbstractContextManager[Running]:
        """Run the service whose work is compared."""
        return self.started(credential.NAME)

    @asynccontextmanager
    async def tools(self) -> AsyncIterator["Tools"]:
        """What a test needs to feed the service and to look what came of it."""
        bus = open_bus(self.tools_url or self.bus_url)
        store = open_store(self.store_url, credential.NAME)
        try:
            yield Tools(self, bus, store)
        finally:
            await store.close()
            await bus.close()


def world(folder: Path, *, kafka: str, mongo: str = "", tools: str = "") -> World:
    """A world on a broker (`host:port`), with its store in a file, or at an address of MongoDB."""
    house = House(folder / "house")
    house.folder.mkdir(parents=True)
    store_url = f"{mongo}faults" if mongo else f"sqlite:///{house.stores}"
    return World(house, f"kafka://{kafka}", store_url, f"kafka://{tools}" if tools else "")


@dataclass
class Tools:
    """`acknowledged` are the records of which `Bus.publish` has returned."""

    world: World
    bus: Bus
    store: Store
    acknowledged: list[Record] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    async def prepare(self) -> None:
        """Make the topics; publish the edition and its people."""
        await provision(self.bus, [credential.NAME], PARTITIONS)
        await self.bus.publish(list(fold_stream.references(PARTICIPANTS)))

    async def publish(self, records: Sequence[Record]) -> None:
        """Publish, and again what was refused, under the same ids; refusals are kept."""

        async def done() -> bool:
            try:
                await self.bus.publish(records)
            except BusError as error:
                self.refusals.append(str(error))
                return False
            return True

        await eventually(done, PATIENCE)
        self.acknowledged += records

    async def committed(self) -> int:
        """How many facts credential has committed."""
        return sum((await self.bus.committed(credential.NAME, FACTS)).values())

    async def has_handled(self) -> bool:
        """Whether the service has committed everything there is. No answer is no."""
        try:
            ends = await self.bus.ends()
            for group, topics in GROUPS.items():
                committed = await self.bus.committed(group, topics)
                if any(offset < ends[place] for place, offset in committed.items()):
                    return False
        except BusError:
            return False
        return True

    async def expect_committed_to_be_durable(self) -> None:
        """What credential has committed is in its documents: folded again it changes nothing."""
        fold = credential_fold(b"")
        known = {event.TYPE: event for event in fold.handlers}
        edition = fold_stream.edition().id
        documents = await self.store.page(STATES, scope=edition, most=1000)
        states = {each.key: fold.decode(each.body) for each in documents}
        committed = await self.bus.committed(credential.NAME, FACTS)
        looked_at = 0
        for topic, number, record in await everything(self.bus, *FACTS):
            if record.offset >= committed[TopicPartition(topic, number)] or record.value == POISON:
                continue
            event = decode(record.headers, record.value or b"", known)
            if event is None:
                continue
            state = states.get(record.key, fold.begin(edition, record.key))
            again = fold.handlers[type(event)](state, event)
            assert again == state, f"{topic}[{number}] {record.offset} was committed, and is lost"
            looked_at += 1
        assert looked_at

    async def expect_nothing_lost_or_doubled(self) -> None:
        """Everything acknowledged stands on the log, and in effect once.

        The service handles all of it without being started anew, lays aside each poisoned record
        and nothing else, and comes to what it comes to where nothing fails.
        """
        logged = await everything(self.bus, *FACTS)
        lost = {_name(r.topic, r) for r in self.acknowledged} - {_name(t, r) for t, _, r in logged}
        assert not lost
        await eventually(self.has_handled, PATIENCE)
        poisoned = [(t, str(n), str(r.offset)) for t, n, r in logged if r.value == POISON]
        laid = [_place(each) for _, _, each in await everything(self.bus, LETTERS)]
        odd = set(laid) ^ set(poisoned)
        assert not odd, f"{len(laid)} dead letters of {len(poisoned)}: {odd}"
        await self.bus.publish([_closing()])
        wanted = await fault_free(self.world.house.keys)
        found: list[Outcome] = []

        async def same() -> bool:
            try:
                found[:] = [await outcome(self.bus, self.store)]
            except (BusError, StoreError):
                return False
            return found == [wanted]

        try:
            await eventually(same, PATIENCE)
        finally:
            assert found == [wanted]


async def fault_free(keys: Path) -> Outcome:
    """What the stream comes to in memory, where nothing fails."""
    bus, store = MemoryBus(), MemoryStore()
    await provision(bus, [credential.NAME], PARTITIONS)
    service = credential.assemble(
        Parts(
            bus=bus,
            store=store,
            keys=keys,
            access=AccessKeys.load_or_create(keys),
            partitions=PARTITIONS,
        )
    )
    await bus.publish(list(fold_stream.references(PARTICIPANTS)))
    sound = [record for record in facts() if record.value != POISON]
    for records in (sound, [_closing()]):
        await bus.publish(records)
        while await service.turn():
            pass
    found = await outcome(bus, store)
    await service.close()
    return found


async def outcome(bus: Bus, store: Store) -> Outcome:
    """Documents by key, and events by id: one sent twice, under one id and alike, is one.

    When eligibility was reached is told by which facts had come by then, and so is left out; and
    seals, for how many a person has depends on when the log was looked through.
    """
    events: dict[tuple[str, str], bytes | None] = {}
    doubled = []
    for topic, _, record in await everything(bus, CREDENTIAL.name, GRADUATIONS.name):
        name = _name(topic, record)
        if record.headers["ce_type"] == HistorySealed.TYPE:
            continue
        body = _without(record.value, "at") if "Eligibility" in name[1] else record.value
        if events.setdefault(name, body) != body:
            doubled.append(name)
    documents = {
        (collection, each.key): _document(each.body)
        for collection in (STATES, FILES)
        for each in await store.page(collection, scope=fold_stream.edition().id, most=1000)
    }
    unsent = [each.key for name in (STATES, FILES) for each in await store.unsent(name, "", 100)]
    return {"events": events, "documents": documents, "unsent": unsent, "doubled": doubled}


def batches(records: Sequence[Record], size: int) -> Iterator[Sequence[Record]]:
    """Records by so many at a time."""
    return (records[start : start + size] for start in range(0, len(records), size))


def _closing() -> Record:
    return record_of(EditionClosed(edition=fold_stream.edition().id, at=CLOSED))


def _name(topic: str, record: Record | Delivered) -> tuple[str, str]:
    return topic, record.headers["ce_type"] + record.headers["ce_id"]


def _place(letter: Delivered) -> tuple[str, str, str]:
    headers = letter.headers
    return headers["ijaza-topic"], headers["ijaza-partition"], headers["ijaza-offset"]


def _document(body: bytes) -> Any:
    found = msgspec.json.decode(body)
    if "turn" in found:
        found["turn"][2] = ""
    return found


def _without(body: bytes | None, name: str) -> bytes:
    found = msgspec.json.decode(body or b"{}")
    found.pop(name, None)
    return msgspec.json.encode(found)
