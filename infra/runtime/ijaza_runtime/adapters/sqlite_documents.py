"""Documents in a SQLite file. Only SQL, no threads."""

import heapq
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from itertools import islice
from sqlite3 import Connection
from typing import NamedTuple

import msgspec

from ijaza_runtime.adapters.texts import stored_text, text_of
from ijaza_runtime.bus import Record
from ijaza_runtime.store import Document, Heading

SCHEMA = (
    # The body stands behind: what is read without it touches no overflow page.
    "CREATE TABLE documents (id INTEGER PRIMARY KEY, collection TEXT NOT NULL,"
    " key TEXT NOT NULL, version INTEGER NOT NULL, scope TEXT NOT NULL,"
    " partition INTEGER NOT NULL, basis TEXT NOT NULL, labels TEXT NOT NULL,"
    " body BLOB NOT NULL, trace TEXT NOT NULL DEFAULT '', UNIQUE (collection, key))",
    "CREATE INDEX documents_of_scope ON documents (collection, scope, key)",
    "CREATE INDEX documents_of_partition ON documents (collection, partition, key)",
    # Apart from the documents, so that sending its records does not rewrite a document.
    "CREATE TABLE outboxes (collection TEXT, key TEXT, version INTEGER NOT NULL,"
    " records BLOB NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID",
    "CREATE TABLE labels (collection TEXT, label TEXT, key TEXT,"
    " PRIMARY KEY (collection, label, key)) WITHOUT ROWID",
)

FROM_1 = ("ALTER TABLE documents ADD COLUMN trace TEXT NOT NULL DEFAULT ''",)
"""What a file of format 1 lacks."""

_COLUMNS = (
    "SELECT d.key, d.version, d.scope, d.partition, d.basis, d.body, o.records, d.labels, d.trace"
    " FROM"
)
_STORED_COLUMNS = (
    "SELECT d.key, d.id, d.version, d.scope, d.partition, d.labels, o.key IS NOT NULL FROM"
)
_WITH_OUTBOX = "LEFT JOIN outboxes o ON o.collection = d.collection AND o.key = d.key"

_encode_records = msgspec.msgpack.Encoder(enc_hook=dict).encode
_decode_records = msgspec.msgpack.Decoder(tuple[Record, ...]).decode
_encode_labels = msgspec.json.Encoder().encode
_decode_labels = msgspec.json.Decoder(tuple[str, ...]).decode

_Row = tuple[str, int, str, int, str, bytes, bytes | None, str, str]


class _Stored(NamedTuple):
    """What `save` needs to know of a document that is there."""

    id: int
    version: int
    scope: str
    partition: int
    labels: str
    pending: bool


def load(file: Connection, collection: str, keys: Iterable[str]) -> dict[str, Document]:
    rows = file.execute(
        f"{_COLUMNS} json_each(?) k CROSS JOIN documents d"
        f" ON d.collection = ? AND d.key = k.value {_WITH_OUTBOX}",
        (json.dumps(list(keys)), collection),
    )
    return {row[0]: _document(row) for row in rows}


def save(file: Connection, collection: str, documents: Sequence[Document]) -> frozenset[str]:
    """Write those documents that follow on what is stored; the keys of the others."""
    stored = _stored(file, collection, documents)
    accepted, conflicts = [], set()
    for document in documents:
        before = stored.get(document.key)
        if document.version - 1 == (before.version if before else 0):
            accepted.append(document)
        else:
            conflicts.add(document.key)
    _insert(file, collection, [d for d in accepted if d.key not in stored])
    _update(file, [(d, stored[d.key]) for d in accepted if d.key in stored])
    _save_outboxes(file, collection, accepted, stored)
    _save_labels(file, collection, accepted, stored)
    return frozenset(conflicts)


def sent(file: Connection, collection: str, versions: Mapping[str, int]) -> None:
    file.executemany(
        "DELETE FROM outboxes WHERE collection = ? AND key = ? AND version = ?",
        [(collection, key, version) for key, version in versions.items()],
    )


def unsent(file: Connection, collection: str, after: str, most: int) -> list[Document]:
    rows = file.execute(
        f"{_COLUMNS} outboxes o CROSS JOIN documents d"
        " ON d.collection = o.collection AND d.key = o.key"
        " WHERE o.collection = ? AND o.key > ? ORDER BY o.key LIMIT ?",
        (collection, after, most),
    )
    return [_document(row) for row in rows]


def headings(
    file: Connection,
    collection: str,
    partitions: frozenset[int] | None,
    scope: str | None,
    after: str,
    most: int,
) -> list[Heading]:
    query = "SELECT key, version, scope, basis FROM documents WHERE collection = ? AND key > ?"
    given: tuple[str | int, ...] = (collection, after)
    if scope is not None:
        query, given = f"{query} AND scope = ?", (*given, scope)
    if partitions is None:
        rows = file.execute(f"{query} ORDER BY key LIMIT ?", (*given, most))
        return [Heading(*row) for row in rows]
    with ExitStack() as cursors:
        # Each partition is read in the order of its index, and only as far as the page goes.
        each = [
            cursors.enter_context(
                closing(file.execute(f"{query} AND partition = ? ORDER BY key", (*given, number)))
            )
            for number in partitions
        ]
        return [Heading(*row) for row in islice(heapq.merge(*each), most)]


def page(file: Connection, collection: str, scope: str, after: str, most: int) -> list[Document]:
    rows = file.execute(
        f"{_COLUMNS} documents d {_WITH_OUTBOX}"
        " WHERE d.collection = ? AND d.scope = ? AND d.key > ? ORDER BY d.key LIMIT ?",
        (collection, scope, after, most),
    )
    return [_document(row) for row in rows]


def find(file: Connection, collection: str, label: str) -> list[Document]:
    rows = file.execute(
        f"{_COLUMNS} labels l CROSS JOIN documents d"
        f" ON d.collection = l.collection AND d.key = l.key {_WITH_OUTBOX}"
        " WHERE l.collection = ? AND l.label = ? ORDER BY l.key",
        (collection, label),
    )
    return [_document(row) for row in rows]


def delete(file: Connection, collection: str, keys: Sequence[str]) -> None:
    stored = load(file, collection, keys)
    file.executemany(
        "DELETE FROM labels WHERE collection = ? AND label = ? AND key = ?",
        [(collection, label, d.key) for d in stored.values() for label in d.labels],
    )
    places = [(collection, key) for key in stored]
    file.executemany("DELETE FROM outboxes WHERE collection = ? AND key = ?", places)
    file.executemany("DELETE FROM documents WHERE collection = ? AND key = ?", places)


def _document(row: _Row) -> Document:
    key, version, scope, partition, basis, body, records, labels, trace = row
    outbox = () if records is None else _outbox(records)
    found = _decode_labels(labels)
    return Document(key, version, scope, partition, basis, body, outbox, found, trace)


def _records(outbox: Sequence[Record]) -> bytes:
    """An outbox as stored, with bytes in the place of text that stands for them."""
    try:
        return _encode_records(outbox)
    except UnicodeEncodeError:
        return _encode_records(
            [
                (
                    stored_text(record.topic),
                    stored_text(record.key),
                    record.value,
                    {stored_text(name): stored_text(h) for name, h in record.headers.items()},
                )
                for record in outbox
            ]
        )


def _outbox(stored: bytes) -> tuple[Record, ...]:
    try:
        return _decode_records(stored)
    except msgspec.ValidationError:
        return tuple(
            Record(
                text_of(topic),
                text_of(key),
                value,
                {text_of(name): text_of(header) for name, header in headers.items()},
            )
            for topic, key, value, headers in msgspec.msgpack.decode(stored)
        )


def _stored(file: Connection, collection: str, documents: Iterable[Document]) -> dict[str, _Stored]:
    rows = file.execute(
        f"{_STORED_COLUMNS} json_each(?) k CROSS JOIN documents d"
        f" ON d.collection = ? AND d.key = k.value {_WITH_OUTBOX}",
        (json.dumps([document.key for document in documents]), collection),
    )
    return {key: _Stored(*values) for key, *values in rows}


def _insert(file: Connection, collection: str, documents: Sequence[Document]) -> None:
    file.executemany(
        "INSERT INTO documents"
        " (collection, key, version, scope, partition, basis, labels, body, trace)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                collection,
                d.key,
                d.version,
                d.scope,
                d.partition,
                d.basis,
                _labels(d),
                d.body,
                d.trace,
            )
            for d in documents
        ],
    )


def _update(file: Connection, pairs: Iterable[tuple[Document, _Stored]]) -> None:
    in_file_order = sorted(pairs, key=lambda pair: pair[1].id)
    file.executemany(
        "UPDATE documents SET version = ?, basis = ?, labels = ?, body = ?, trace = ? WHERE id = ?",
        [
            (d.version, d.basis, _labels(d), d.body, d.trace, stored.id)
            for d, stored in in_file_order
        ],
    )
    # These are indexed, and rarely change: naming them above would rewrite the indexes each time.
    file.executemany(
        "UPDATE documents SET scope = ?, partition = ? WHERE id = ?",
        [
            (d.scope, d.partition, stored.id)
            for d, stored in in_file_order
            if (d.scope, d.partition) != (stored.scope, stored.partition)
        ],
    )


def _save_outboxes(
    file: Connection,
    collection: str,
    documents: Iterable[Document],
    stored: Mapping[str, _Stored],
) -> None:
    full, emptied = [], []
    for d in documents:
        if d.outbox:
            full.append((collection, d.key, d.version, _records(d.outbox)))
        elif d.key in stored and stored[d.key].pending:
            emptied.append((collection, d.key))
    file.executemany("REPLACE INTO outboxes VALUES (?, ?, ?, ?)", full)
    file.executemany("DELETE FROM outboxes WHERE collection = ? AND key = ?", emptied)


def _save_labels(
    file: Connection,
    collection: str,
    documents: Iterable[Document],
    stored: Mapping[str, _Stored],
) -> None:
    gone, new = [], []
    for d in documents:
        before = stored.get(d.key)
        if before is not None and before.labels != _labels(d):
            gone += [(collection, label, d.key) for label in _decode_labels(before.labels)]
        if before is None or before.labels != _labels(d):
            new += [(collection, label, d.key) for label in set(d.labels)]
    file.executemany("DELETE FROM labels WHERE collection = ? AND label = ? AND key = ?", gone)
    file.executemany("INSERT INTO labels VALUES (?, ?, ?)", new)


def _labels(document: Document) -> str:
    return _encode_labels(document.labels).decode() if document.labels else "[]"
