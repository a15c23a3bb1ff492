"""The store port: documents that carry what they still have to send.

A document is one aggregate: its state as JSON, and its outbox, the records that follow from the
state but are not yet known to be published. Both change in one atomic write, compared against
the version that the writer had read. There is no transaction over several documents, and none is
needed. One conformance suite holds every adapter to what is said here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ijaza_runtime.bus import Record


@dataclass(frozen=True, slots=True)
class Document:
    """One aggregate as stored.

    `scope` groups documents (an edition); `partition` is that of its key on the bus; `basis` is
    what its last decision was made under, empty if undecided; `labels` find it again; `trace` is
    the W3C traceparent of what last changed it, or empty.
    """

    key: str
    version: int
    scope: str
    partition: int
    basis: str
    body: bytes
    outbox: tuple[Record, ...] = ()
    labels: tuple[str, ...] = ()
    trace: str = ""


class Heading(NamedTuple):
    """A document without its body."""

    key: str
    version: int
    scope: str
    basis: str


class StoreError(Exception):
    """The store cannot do what was asked; the message says why and what to do."""


class Store(Protocol):
    """Documents in named collections. `open_store` makes one from its address."""

    async def provision(self, collections: Sequence[str]) -> None:
        """Make what collections need on the server beside their documents: their indexes."""
        ...

    async def load(self, collection: str, keys: Sequence[str]) -> Mapping[str, Document]:
        """The documents that exist of those asked for."""
        ...

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        """Write each document whose stored version is `version - 1` (none stored: 0).

        Each write is atomic; on return all are durable but those whose keys are returned: their
        stored version was another, and they are unchanged. A key occurs once in `documents`.
        """
        ...

    async def sent(self, collection: str, versions: Mapping[str, int]) -> None:
        """Empty the outboxes of those documents that still have the version given."""
        ...

    async def unsent(self, collection: str, after: str, most: int) -> Sequence[Document]:
        """Documents with a non-empty outbox, by key, those after key `after`."""
        ...

    async def headings(
        self,
        collection: str,
        *,
        partitions: frozenset[int] | None = None,
        scope: str | None = None,
        after: str = "",
        most: int,
    ) -> Sequence[Heading]:
        """Headings by key, those after `after`, of some partitions or of one scope."""
        ...

    async def page(
        self, collection: str, *, scope: str, after: str = "", most: int
    ) -> Sequence[Document]:
        """Documents of one scope by key, those after `after`."""
        ...

    async def find(self, collection: str, label: str) -> Sequence[Document]:
        """The documents that bear a label, by key."""
        ...

    async def delete(self, collection: str, keys: Sequence[str]) -> None:
        """Remove documents, and what they held from the file or disk as far as the store can."""
        ...

    async def ping(self) -> None:
        """Raises `StoreError` if the store does not answer."""
        ...

    async def close(self) -> None: ...
