"""Groups and committed offsets in a SQLite file. Only SQL, no threads.

The caller reads the clock inside its transaction: one read before could be older than a renewal
that another process has committed meanwhile.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping

import msgspec

from ijaza_runtime.adapters import groups
from ijaza_runtime.adapters.groups import Group

SCHEMA = (
    "CREATE TABLE groups (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL,"
    " state BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE offsets (name TEXT, lane INTEGER, next INTEGER NOT NULL,"
    " PRIMARY KEY (name, lane)) WITHOUT ROWID",
)

_decode = msgspec.json.Decoder(Group).decode


def found(connection: sqlite3.Connection, name: str, partitions: int) -> None:
    """Make a group if it is missing. Raises `BusError` if it has another partition count."""
    row = connection.execute("SELECT state FROM groups WHERE name = ?", (name,)).fetchone()
    group = _decode(row[0]) if row else groups.empty(partitions)
    groups.refuse_other_count(name, group, partitions)
    if row is None:
        save(connection, name, group)


def load(connection: sqlite3.Connection, name: str) -> Group:
    (state,) = connection.execute("SELECT state FROM groups WHERE name = ?", (name,)).fetchone()
    return _decode(state)


def save(connection: sqlite3.Connection, name: str, group: Group) -> None:
    connection.execute(
        "INSERT INTO groups VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, state = excluded.state",
        (name, group.epoch, msgspec.json.encode(group)),
    )


def epoch(connection: sqlite3.Connection, name: str) -> int:
    (number,) = connection.execute("SELECT epoch FROM groups WHERE name = ?", (name,)).fetchone()
    return int(number)


def committed(connection: sqlite3.Connection, name: str, lanes: Collection[int]) -> dict[int, int]:
    """The committed offsets of those of the lanes that have one."""
    rows = connection.execute(
        "SELECT lane, next FROM json_each(?1) JOIN offsets ON name = ?2 AND lane = value",
        (json.dumps(list(lanes)), name),
    )
    return dict(rows.fetchall())


def commit(connection: sqlite3.Connection, name: str, offsets: Mapping[int, int]) -> None:
    connection.executemany(
        "INSERT INTO offsets VALUES (?, ?, ?)"
        " ON CONFLICT (name, lane) DO UPDATE SET next = excluded.next",
        [(name, lane, offset) for lane, offset in offsets.items()],
    )
