"""Which adapters the conformance suites hold to their ports.

To add one, write a context manager that gives a way to open it on one place, and name it in
`BUSES` or `STORES`; in `SERVED` too, if it needs a server. A server is shared by all tests: what
stands on it beside a test's own, other tests made.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ijaza_runtime.adapters.memory_bus import MemoryBus, MemoryLog
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.bus import Bus
from ijaza_runtime.connections import KafkaAccess, MongoWrites
from ijaza_runtime.store import Document, Store

ConnectBus = Callable[[str], Bus]
"""Opens a bus on the place as another process would, given the name of its member."""

ConnectStore = Callable[[], Store]
"""Opens a store on the place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an adapter keeps what it is given: an empty folder, or a server.

    `server` gives the address of the one of that name, and starts it when first asked.
    """

    folder: Path
    server: Callable[[str], str]


@asynccontextmanager
async def _memory_bus(_: Place) -> AsyncIterator[ConnectBus]:
    log = MemoryLog()
    yield lambda member: MemoryBus(log, member=member)


@asynccontextmanager
async def _sqlite_bus(place: Place) -> AsyncIterator[ConnectBus]:
    yield lambda member: SqliteBus(place.folder / "bus.db", member=member)


@asynccontextmanager
async def _kafka_bus(place: Place) -> AsyncIterator[ConnectBus]:
    from ijaza_runtime.adapters.kafka_bus import KafkaBus

    servers = (place.server("kafka"),)
    yield lambda member: KafkaBus(servers, access=KafkaAccess(), member=member)


@asynccontextmanager
async def _memory_store(_: Place) -> AsyncIterator[ConnectStore]:
    collections: dict[str, dict[str, Document]] = {}
    yield lambda: MemoryStore(collections)


@asynccontextmanager
async def _sqlite_store(place: Place) -> AsyncIterator[ConnectStore]:
    yield lambda: SqliteStore(place.folder / "service.db")


@asynccontextmanager
async def _mongo_store(place: Place) -> AsyncIterator[ConnectStore]:
    from ijaza_runtime.adapters.mongo_store import MongoStore

    database = f"{place.server('mongo')}test-{secrets.token_hex(4)}"
    yield lambda: MongoStore(database, "service", writes=MongoWrites())


BUSES: Mapping[str, Callable[[Place], AbstractAsyncContextManager[ConnectBus]]] = {
    "memory": _memory_bus,
    "sqlite": _sqlite_bus,
    "kafka": _kafka_bus,
}

STORES: Mapping[str, Callable[[Place], AbstractAsyncContextManager[ConnectStore]]] = {
    "memory": _memory_store,
    "sqlite": _sqlite_store,
    "mongo": _mongo_store,
}

SERVED = frozenset({"kafka", "mongo"})
"""Those that need a server, which takes seconds to start."""
