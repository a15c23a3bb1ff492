"""The SQLite files behind the addresses of this machine's own bus and stores."""

from pathlib import Path

_SQLITE = "sqlite:///"


def bus_file(url: str) -> Path | None:
    """The file of a bus; None if it is not in one."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def store_file(url: str, name: str) -> Path | None:
    """The file of a service's store, by the service's name; None if it is not in one."""
    return Path(url.removeprefix(_SQLITE)) / f"{name}.db" if url.startswith(_SQLITE) else None
