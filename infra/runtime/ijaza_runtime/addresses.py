"""Buses and stores by their addresses.

`sqlite:///` is followed by a path: `sqlite:///.ijaza/bus.db` is relative to the working
directory, `sqlite:////var/lib/ijaza/bus.db` (four slashes) is absolute. The address of a bus
names a file; that of a store names a folder, in which each service has a file of its own, so
that all services can be given the same address. What is missing is made.

`kafka://host:9092,host:9092` is a cluster by some of its brokers. A `mongodb://` address is
MongoDB's own, with the name of a database.

`memory://` is a new and empty one every time, and gone with the process.
"""

import re
from pathlib import Path

from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.bus import Bus, BusError
from ijaza_runtime.connections import KafkaAccess, MongoWrites
from ijaza_runtime.store import Store, StoreError

_SQLITE = "sqlite:///"
_MEMORY = "memory://"
_KAFKA = "kafka://"
_MONGO = ("mongodb://", "mongodb+srv://")
_PLAIN_KAFKA = KafkaAccess()
_SAFE_WRITES = MongoWrites()
_SERVER = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}")
_SERVICE = re.compile(r"[a-z][a-z0-9-]*")


def open_bus(url: str, *, member: str | None = None, kafka: KafkaAccess = _PLAIN_KAFKA) -> Bus:
    """The bus at an address: `sqlite:///<file>`, `kafka://<host:port,…>` or `memory://`.

    `member` names this process in its groups. Give it only to a process that is the only one to
    have the name: who joins under a name ends the leases of those who had it before, so that
    nobody waits for a process that was killed. Raises `BusError` if the address has another form,
    or what is there cannot be used.
    """
    if url == _MEMORY:
        return MemoryBus(member=member)
    if url.startswith(_KAFKA):
        # Imported where it is asked for: Kafka's client takes a third of a second to load.
        from ijaza_runtime.adapters.kafka_bus import KafkaBus

        return KafkaBus(_servers(url), access=kafka, member=member)
    path = url.removeprefix(_SQLITE)
    if path in (url, ""):
        raise BusError(
            f"{_shown(url)} is no address of a bus. Give sqlite:///<file> (four slashes before an "
            "absolute path), kafka://<host:port>, or memory:// for a test."
        )
    return SqliteBus(Path(path), member=member)


def open_store(url: str, service: str, *, mongo: MongoWrites = _SAFE_WRITES) -> Store:
    """The store of a service: `sqlite:///<folder>`, `mongodb://…/<database>` or `memory://`.

    In the folder, the service has the file `<service>.db`; in the database, the collections whose
    names begin with `<service>.`. Raises `StoreError` if the address has
    another form, or what is there cannot be used.
    """
    if not _SERVICE.fullmatch(service):
        raise StoreError(
            f"{service!r} is no name of a service: small letters, digits and hyphens are."
        )
    if url == _MEMORY:
        return MemoryStore()
    if url.startswith(_MONGO):
        # Imported where it is asked for, as Kafka's client is.
        from ijaza_runtime.adapters.mongo_store import MongoStore

        return MongoStore(url, service, writes=mongo)
    folder = url.removeprefix(_SQLITE)
    if folder in (url, ""):
        raise StoreError(
            f"{_shown(url)} is no address of a store. Give sqlite:///<folder> (four slashes "
            "before an absolute path), mongodb://<host:port>/<database>, or memory:// for a test."
        )
    return SqliteStore(Path(folder) / f"{service}.db")


def is_embedded(bus_url: str) -> bool:
    """Whether a bus is this machine's own, and so makes its topics when it is opened."""
    return not bus_url.startswith(_KAFKA)


def _servers(url: str) -> tuple[str, ...]:
    servers = tuple(url.removeprefix(_KAFKA).rstrip("/").split(","))
    if not all(_SERVER.fullmatch(server) for server in servers):
        raise BusError(
            "this is no address of Kafka: give kafka://HOST:PORT, several with commas between "
            "them, and name and password by IJAZA_KAFKA_USERNAME and IJAZA_KAFKA_PASSWORD."
        )
    return servers


def _shown(url: str) -> str:
    """An address as an error may repeat it: without what may be a password."""
    scheme, separator, _ = url.partition("://")
    return f"{scheme}://…" if separator else "what was given"
