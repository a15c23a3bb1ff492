"""Documents as MongoDB keeps them. Only data: nothing here connects to anything.

    _id        the key
    version, scope, partition, basis, trace
    body       the state, as bytes
    labels     only if there are some
    outbox     records, as arrays [topic, key, value, [[header, value], …]]; only while they wait
    unsent     the key once more, exactly while there is an outbox
    writers    tokens of the last saves

Fields that are not always there have sparse indexes, which hold nothing but the few documents
that have them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import bson
from pymongo import ASCENDING, IndexModel, InsertOne, UpdateOne

from ijaza_runtime.adapters.texts import stored_text, text_of
from ijaza_runtime.bus import Record
from ijaza_runtime.store import Document, Heading, StoreError

INDEXES = (
    IndexModel([("scope", ASCENDING), ("_id", ASCENDING)], name="scope"),
    IndexModel([("partition", ASCENDING), ("_id", ASCENDING)], name="partition"),
    IndexModel([("labels", ASCENDING)], name="labels", sparse=True),
    IndexModel([("unsent", ASCENDING)], name="unsent", sparse=True),
)

HEADING = {"version": 1, "scope": 1, "basis": 1}
STANDING = {"version": 1, "writers": 1}

MOST_BYTES = 16 * 1024 * 1024
_SURELY_FITS_BYTES = 2 * 1024 * 1024
_WRITERS_KEPT = 8

Fields = dict[str, Any]


def write_of(document: Document, token: int) -> InsertOne[Fields] | UpdateOne:
    """The write of a document, if it follows on what is stored."""
    fields, absent = _fields(document)
    if document.version == 1:
        return InsertOne({"_id": document.key, **fields, "writers": [token]})
    change: Fields = {
        "$set": fields,
        "$push": {"writers": {"$each": [token], "$slice": -_WRITERS_KEPT}},
    }
    if absent:
        change["$unset"] = absent
    return UpdateOne({"_id": document.key, "version": document.version - 1}, change)


def emptying_of(key: str, version: int) -> UpdateOne:
    """The write that empties the outbox of a document, if it still has that version."""
    return UpdateOne({"_id": key, "version": version}, {"$unset": {"outbox": "", "unsent": ""}})


def document_of(stored: Mapping[str, Any]) -> Document:
    return Document(
        key=stored["_id"],
        version=stored["version"],
        scope=stored["scope"],
        partition=stored["partition"],
        basis=stored["basis"],
        body=stored["body"],
        outbox=tuple(_record(each) for each in stored.get("outbox", ())),
        labels=tuple(stored.get("labels", ())),
        trace=stored["trace"],
    )


def heading_of(stored: Mapping[str, Any]) -> Heading:
    return Heading(stored["_id"], stored["version"], stored["scope"], stored["basis"])


def refuse_too_large(documents: Sequence[Document]) -> None:
    """Raises `StoreError` for the first document that MongoDB would not take."""
    for document in documents:
        if _least_bytes(document) <= _SURELY_FITS_BYTES:
            continue
        fields, _ = _fields(document)
        size = len(bson.encode({"_id": document.key, **fields, "writers": [0] * _WRITERS_KEPT}))
        if size > MOST_BYTES:
            raise StoreError(
                f"the document {document.key} has {size} bytes, and MongoDB takes {MOST_BYTES}. "
                "Nothing was written. Send what waits in its outbox first, or split what it keeps."
            )


def _fields(document: Document) -> tuple[Fields, Fields]:
    """The fields that a document has, and those that it has not, beside key and writers."""
    fields: Fields = {
        "version": document.version,
        "scope": document.scope,
        "partition": document.partition,
        "basis": document.basis,
        "trace": document.trace,
        "body": document.body,
    }
    absent: Fields = {}
    if document.labels:
        fields["labels"] = list(document.labels)
    else:
        absent["labels"] = ""
    if document.outbox:
        fields["outbox"] = [_stored_record(record) for record in document.outbox]
        fields["unsent"] = document.key
    else:
        absent.update(outbox="", unsent="")
    return fields, absent


def _least_bytes(document: Document) -> int:
    records = sum(
        len(record.value or b"")
        + sum(map(len, record.headers))
        + sum(map(len, record.headers.values()))
        for record in document.outbox
    )
    return len(document.body) + records + sum(map(len, document.labels))


def _stored_record(record: Record) -> list[Any]:
    headers = [[stored_text(name), stored_text(value)] for name, value in record.headers.items()]
    return [stored_text(record.topic), stored_text(record.key), record.value, headers]


def _record(stored: Sequence[Any]) -> Record:
    topic, key, value, headers = stored
    named = {text_of(name): text_of(header) for name, header in headers}
    return Record(text_of(topic), text_of(key), value, named)
