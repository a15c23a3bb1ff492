"""What stands in the parts of a backup's archive, and what its manifest says."""

from collections.abc import Sequence
from hashlib import sha256

import msgspec
from ijaza_runtime.bus import Delivered, Record
from ijaza_runtime.store import Document

FORMAT = 1


class BackupError(Exception):
    """A backup that cannot be made or restored; the message says why and what to do."""


class Row(msgspec.Struct, array_like=True):
    """A record. Keys and headers of a foreign producer need not be UTF-8: so they are bytes."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None
    headers: list[tuple[bytes, bytes]]

    @classmethod
    def of(cls, topic: str, partition: int, record: Delivered) -> "Row":
        """A record as it stands in the log."""
        headers = [(_bytes(name), _bytes(text)) for name, text in record.headers.items()]
        key = _bytes(record.key)
        return cls(topic, partition, record.offset, key, record.value, headers)

    def record(self) -> Record:
        """The record, to be published again."""
        headers = {_text(name): _text(text) for name, text in self.headers}
        return Record(self.topic, _text(self.key), self.value, headers)


class Kept(msgspec.Struct, array_like=True):
    """A document. Its version is not kept: a store counts from its own first write."""

    key: str
    scope: str
    partition: int
    basis: str
    body: bytes
    labels: tuple[str, ...]
    trace: str
    outbox: list[Row]

    @classmethod
    def of(cls, document: Document, *, unsent: bool) -> "Kept":
        """A document, with what it has to send if `unsent`."""
        outbox = [
            Row.of(each.topic, -1, Delivered(-1, each.key, each.value, each.headers))
            for each in (document.outbox if unsent else ())
        ]
        return cls(
            document.key,
            document.scope,
            document.partition,
            document.basis,
            document.body,
            document.labels,
            document.trace,
            outbox,
        )

    def document(self) -> Document:
        """The document as the first that its new store has of it, with nothing to send."""
        return Document(
            key=self.key,
            version=1,
            scope=self.scope,
            partition=self.partition,
            basis=self.basis,
            body=self.body,
            labels=self.labels,
            trace=self.trace,
        )


class Part(msgspec.Struct):
    """A member of the archive, as it stands there."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, kw_only=True):
    """What an archive says of itself.

    `topics` counts records by partition; `committed` says of a group how many of them it had
    handled; `documents` counts by service and collection. `keys_mark` tells keys apart and does
    not give them away.
    """

    format: int
    release: str
    made_at: str
    partitions: int
    topics: dict[str, list[int]]
    committed: dict[str, dict[str, list[int]]]
    documents: dict[str, dict[str, int]]
    keys: bool
    keys_mark: str
    parts: list[Part]

    @property
    def records(self) -> int:
        """All records."""
        return sum(sum(counts) for counts in self.topics.values())

    def stored(self, service: str) -> int:
        """All documents of a service."""
        return sum(self.documents[service].values())


def bound(parts: Sequence[Part]) -> bytes:
    """One hash of all parts."""
    return sha256(msgspec.json.encode([(part.name, part.sha256) for part in parts])).digest()


unpack_rows = msgspec.msgpack.Decoder(list[Row]).decode
unpack_kept = msgspec.msgpack.Decoder(list[Kept]).decode


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _text(content: bytes) -> str:
    return content.decode(errors="surrogateescape")
