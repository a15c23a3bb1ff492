"""A bus's file in the hands of somebody who may write to it, and has none of the keys."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

_OFFSET_BITS = 40

Row = list[Any]
"""Offset, key, value, headers."""


def tamper(out: Path, topic: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """Put what `change` makes of the records of each block of a topic in their place."""
    with closing(sqlite3.connect(out / ".ijaza" / "bus.db")) as file, file:
        first, count = file.execute(
            "SELECT first_lane, partitions FROM topics WHERE name = ?", (topic,)
        ).fetchone()
        span = (first << _OFFSET_BITS, (first + count) << _OFFSET_BITS)
        blocks = file.execute("SELECT id, records FROM blocks WHERE id >= ? AND id < ?", span)
        for block, content in blocks.fetchall():
            rows = change(msgspec.msgpack.decode(content))
            if rows:
                file.execute(
                    "UPDATE blocks SET records = ? WHERE id = ?",
                    (msgspec.msgpack.encode(rows), block),
                )
            else:
                file.execute("DELETE FROM blocks WHERE id = ?", (block,))


def told(event: str, **said: object) -> Callable[[list[Row]], list[Row]]:
    """Has the event of this id say something else."""

    def change(rows: list[Row]) -> list[Row]:
        for row in rows:
            if row[3].get("ce_id") == event:
                row[2] = json.dumps({**json.loads(row[2]), **said}).encode()
        return rows

    return change


def without(*events: str) -> Callable[[list[Row]], list[Row]]:
    """Removes the events of these ids."""
    return lambda rows: [row for row in rows if row[3].get("ce_id") not in events]


def without_key(key: str) -> Callable[[list[Row]], list[Row]]:
    """Removes everything under a key."""
    return lambda rows: [row for row in rows if row[1] != key]


def swap(out: Path, topic: str, one: str, other: str) -> None:
    """Put one event where the other was."""
    found: dict[str, Row] = {}

    def look(rows: list[Row]) -> list[Row]:
        found.update({row[3]["ce_id"]: row[1:] for row in rows})
        return rows

    def change(rows: list[Row]) -> list[Row]:
        exchanged = {one: other, other: one}
        return [[row[0], *found[exchanged.get(row[3]["ce_id"], row[3]["ce_id"])]] for row in rows]

    tamper(out, topic, look)
    tamper(out, topic, change)
