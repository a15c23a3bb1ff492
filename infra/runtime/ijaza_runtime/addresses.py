"""Buses and stores by their addresses.

`sqlite:///` is followed by a path: `sqlite:///.ijaza/bus.db` is relative to the working
directory, `sqlite:////var/lib/ijaza/bus.db` (four slashes) is absolute. The address of a bus
names a file; that of a store names a folder, in which each service has a file of its own, so
that all services can be given the same address. What is missing is made.

`memory://` is a new and empty one every time, and gone with the process.
"""

import re
from pathlib import Path

from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.bus import Bus, BusError
from ijaza_runtime.store import Store, StoreError

_SQLITE = "sqlite:///"
_MEMORY = "memory://"
_SERVICE = re.compile(r"[a-z][a-z0-9-]*")


def open_bus(url: str, *, member: str | None = None) -> Bus:
    """The bus at an address: `sqlite:///<file>` or `memory://`.

    `member` names this process in its groups. Give it only to a process that is the only one to
    have the name: who joins under a name ends the leases of those who had it before, so that
    nobody waits for a process that was killed. Raises `BusError` if the address has another form,
    or what is there cannot be used.
    """
    if url == _MEMORY:
        return MemoryBus(member=member)
    path = url.removeprefix(_SQLITE)
    if path in (url, ""):
        raise BusError(
            f"{_shown(url)} is no address of a bus. Give sqlite:///<file> (four slashes before an "
            "absolute path), or memory:// for a test."
        )
    return SqliteBus(Path(path), member=member)


def open_store(url: str, service: str) -> Store:
    """The store of a service at an address: `sqlite:///<folder>` or `memory://`.

    In the folder, the service has the file `<service>.db`. Raises `StoreError` if the address has
    another form, or what is there cannot be used.
    """
    if not _SERVICE.fullmatch(service):
        raise StoreError(
            f"{service!r} is no name of a service: small letters, digits and hyphens are."
        )
    if url == _MEMORY:
        return MemoryStore()
    folder = url.removeprefix(_SQLITE)
    if folder in (url, ""):
        raise StoreError(
            f"{_shown(url)} is no address of a store. Give sqlite:///<folder> (four slashes "
            "before an absolute path), or memory:// for a test."
        )
    return SqliteStore(Path(folder) / f"{service}.db")


def _shown(url: str) -> str:
    """An address as an error may repeat it: without what may be a password."""
    scheme, separator, _ = url.partition("://")
    return f"{scheme}://…" if separator else "what was given"
