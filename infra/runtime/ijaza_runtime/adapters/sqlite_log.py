"""The log in a SQLite file: topics, blocks of records, compaction. Only SQL, no threads.

A lane is one partition of one topic. A row of `blocks` holds adjacent records of one lane, as
they were published together, in MessagePack: this is some three times as fast as a row for each
record. Its id is the lane's number and the offset of its last record, so that the block which
holds an offset is the first one from there on.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from ijaza_runtime.adapters.log import TopicShape, is_missing
from ijaza_runtime.bus import Delivered, Record, TopicPlan, partition_of

SCHEMA = (
    "CREATE TABLE topics (name TEXT PRIMARY KEY, partitions INTEGER NOT NULL,"
    " compacted INTEGER NOT NULL, first_lane INTEGER NOT NULL) WITHOUT ROWID",
    # `next` is the offset after the last record; of a compacted topic, `kept` counts the records
    # that its last compaction left, `added` those since, `tombs` the tombstones whose erasure has
    # not reached the disk.
    "CREATE TABLE lanes (lane INTEGER PRIMARY KEY, compacted INTEGER NOT NULL,"
    " next INTEGER NOT NULL DEFAULT 0, kept INTEGER NOT NULL DEFAULT 0,"
    " added INTEGER NOT NULL DEFAULT 0, tombs INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE blocks (id INTEGER PRIMARY KEY, records BLOB NOT NULL)",
)

_OFFSET_BITS = 40
_BLOCK_RECORDS = 1000
_WORTH_COMPACTING = 1000

_encode = msgspec.msgpack.Encoder(enc_hook=dict).encode
_decode = msgspec.msgpack.Decoder(list[Delivered]).decode
_partition_of = lru_cache(maxsize=1 << 16)(partition_of)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the file has it; partition n is lane `first_lane` + n."""

    shape: TopicShape
    first_lane: int


def topics(connection: sqlite3.Connection) -> dict[str, Topic]:
    rows = connection.execute("SELECT name, partitions, compacted, first_lane FROM topics")
    return {
        name: Topic(TopicShape(name, partitions, bool(compacted)), first)
        for name, partitions, compacted, first in rows
    }


def provision(connection: sqlite3.Connection, plans: Iterable[TopicPlan]) -> None:
    """Make the topics that are missing. Raises `BusError` as `Bus.provision` does."""
    known = {name: topic.shape for name, topic in topics(connection).items()}
    for plan in plans:
        if is_missing(plan, known):
            _add(connection, plan)
            known[plan.name] = TopicShape(plan.name, plan.partitions, plan.compacted)


def append(
    connection: sqlite3.Connection, known: Mapping[str, Topic], records: Iterable[Record]
) -> None:
    """Append records to the lanes of their keys, in the order given."""
    lanes: dict[int, list[Record]] = {}
    for record in records:
        topic = known[record.topic]
        lane = topic.first_lane + _partition_of(record.key, topic.shape.partitions)
        lanes.setdefault(lane, []).append(record)
    starts = ends(connection, lanes)
    blocks = [block for lane in sorted(lanes) for block in _blocks(lane, starts[lane], lanes[lane])]
    connection.executemany("INSERT INTO blocks (id, records) VALUES (?, ?)", blocks)
    connection.executemany(
        "UPDATE lanes SET next = next + ?1, added = added + ?1, tombs = tombs + ?2 WHERE lane = ?3",
        [
            (len(added), sum(record.value is None for record in added), lane)
            for lane, added in lanes.items()
        ],
    )


def fetch(
    connection: sqlite3.Connection, starts: Mapping[int, int], most: int
) -> dict[int, list[Delivered]]:
    """Records of lanes from these offsets on, whole blocks, until there are `most` or more."""
    found: dict[int, list[Delivered]] = {}
    for lane, start in starts.items():
        if most <= 0:
            break
        found[lane] = _read(connection, lane, start, most)
        most -= len(found[lane])
    return found


def ends(connection: sqlite3.Connection, lanes: Collection[int]) -> dict[int, int]:
    rows = connection.execute(
        "SELECT lane, next FROM json_each(?) JOIN lanes ON lane = value", (json.dumps(list(lanes)),)
    )
    return dict(rows.fetchall())


def lanes_to_compact(connection: sqlite3.Connection, *, all_dirty: bool) -> list[int]:
    """Lanes with a new tombstone, or more new records than old ones; or with any new record."""
    rows = connection.execute(
        "SELECT lane FROM lanes WHERE compacted"
        " AND (tombs > 0 OR ? AND added > 0 OR added >= max(kept, ?))",
        (all_dirty, _WORTH_COMPACTING),
    )
    return [lane for (lane,) in rows]


def compact(connection: sqlite3.Connection, lane: int) -> None:
    """Remove every record that a later one of its key supersedes.

    The newest record of a key stays for ever, a tombstone too: it holds no more than the key, and
    whoever was away, however long, still learns from it what to forget.
    """
    rows = connection.execute(
        "SELECT id, records FROM blocks WHERE id BETWEEN ? AND ? ORDER BY id", _ids(lane)
    )
    blocks = [(block, _decode(records)) for block, records in rows]
    newest = {record.key: record.offset for _, records in blocks for record in records}
    for block, records in blocks:
        stay = [record for record in records if newest[record.key] == record.offset]
        if not stay:
            connection.execute("DELETE FROM blocks WHERE id = ?", (block,))
        elif len(stay) < len(records):
            connection.execute("UPDATE blocks SET records = ? WHERE id = ?", (_encode(stay), block))
    connection.execute("UPDATE lanes SET kept = ?, added = 0 WHERE lane = ?", (len(newest), lane))


def forget_tombstones(connection: sqlite3.Connection, lanes: Iterable[int]) -> None:
    """Note that what the tombstones of compacted lanes erased is gone from the disk."""
    connection.executemany(
        "UPDATE lanes SET tombs = 0 WHERE lane = ? AND added = 0", [(lane,) for lane in lanes]
    )


def _add(connection: sqlite3.Connection, plan: TopicPlan) -> None:
    (first,) = connection.execute("SELECT coalesce(max(lane) + 1, 0) FROM lanes").fetchone()
    connection.execute(
        "INSERT INTO topics VALUES (?, ?, ?, ?)",
        (plan.name, plan.partitions, plan.compacted, first),
    )
    connection.executemany(
        "INSERT INTO lanes (lane, compacted) VALUES (?, ?)",
        [(lane, plan.compacted) for lane in range(first, first + plan.partitions)],
    )


def _blocks(lane: int, start: int, records: Sequence[Record]) -> Iterable[tuple[int, bytes]]:
    for first in range(0, len(records), _BLOCK_RECORDS):
        block = records[first : first + _BLOCK_RECORDS]
        numbered = [
            (offset, key, value, headers)
            for offset, (_, key, value, headers) in enumerate(block, start + first)
        ]
        yield (lane << _OFFSET_BITS) + numbered[-1][0], _encode(numbered)


def _ids(lane: int, start: int = 0) -> tuple[int, int]:
    """The first and last possible ids of a lane's blocks with records from `start` on."""
    return (lane << _OFFSET_BITS) + start, ((lane + 1) << _OFFSET_BITS) - 1


def _read(connection: sqlite3.Connection, lane: int, start: int, most: int) -> list[Delivered]:
    records: list[Delivered] = []
    cursor = connection.execute(
        "SELECT records FROM blocks WHERE id BETWEEN ? AND ? ORDER BY id", _ids(lane, start)
    )
    with closing(cursor):
        for (block,) in cursor:
            decoded = _decode(block)
            if decoded[0].offset < start:
                decoded = [record for record in decoded if record.offset >= start]
            records += decoded
            if len(records) >= most:
                break
    return records
