"""Which adapters the conformance suites hold to their ports.

To add one, write a context manager that gives a way to open it on one empty place, and name it
in `BUSES` or `STORES`.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from ijaza_runtime.adapters.memory_bus import MemoryBus, MemoryLog
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.bus import Bus
from ijaza_runtime.store import Document, Store

ConnectBus = Callable[[str], Bus]
"""Opens a bus on the place as another process would, given the name of its member."""

ConnectStore = Callable[[], Store]
"""Opens a store on the place."""


@asynccontextmanager
async def _memory_bus(_: Path) -> AsyncIterator[ConnectBus]:
    log = MemoryLog()
    yield lambda member: MemoryBus(log, member=member)


@asynccontextmanager
async def _sqlite_bus(folder: Path) -> AsyncIterator[ConnectBus]:
    yield lambda member: SqliteBus(folder / "bus.db", member=member)


@asynccontextmanager
async def _memory_store(_: Path) -> AsyncIterator[ConnectStore]:
    collections: dict[str, dict[str, Document]] = {}
    yield lambda: MemoryStore(collections)


@asynccontextmanager
async def _sqlite_store(folder: Path) -> AsyncIterator[ConnectStore]:
    yield lambda: SqliteStore(folder / "service.db")


BUSES: Mapping[str, Callable[[Path], AbstractAsyncContextManager[ConnectBus]]] = {
    "memory": _memory_bus,
    "sqlite": _sqlite_bus,
}

STORES: Mapping[str, Callable[[Path], AbstractAsyncContextManager[ConnectStore]]] = {
    "memory": _memory_store,
    "sqlite": _sqlite_store,
}
