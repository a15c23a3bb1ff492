"""The store in memory, for tests: what `SqliteStore` promises, but for what outlives it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from ijaza_runtime.store import Document, Heading, StoreError


class MemoryStore:
    """Implements `ijaza_runtime.store.Store`.

    Stores over the same `collections` share them, as processes share a file.
    """

    def __init__(self, collections: dict[str, dict[str, Document]] | None = None) -> None:
        self._collections = {} if collections is None else collections
        self._closed = False

    async def provision(self, collections: Sequence[str]) -> None:
        """Nothing is needed."""

    async def load(self, collection: str, keys: Sequence[str]) -> Mapping[str, Document]:
        documents = self._documents(collection)
        return {key: _copy(documents[key]) for key in keys if key in documents}

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        stored = self._documents(collection)
        conflicts = set()
        for document in documents:
            before = stored.get(document.key)
            if document.version - 1 == (before.version if before else 0):
                stored[document.key] = _copy(document)
            else:
                conflicts.add(document.key)
        return frozenset(conflicts)

    async def sent(self, collection: str, versions: Mapping[str, int]) -> None:
        stored = self._documents(collection)
        for key, version in versions.items():
            if key in stored and stored[key].version == version:
                stored[key] = replace(stored[key], outbox=())

    async def unsent(self, collection: str, after: str, most: int) -> Sequence[Document]:
        pending = (document for document in self._after(collection, after) if document.outbox)
        return _first(pending, most)

    async def headings(
        self,
        collection: str,
        *,
        partitions: frozenset[int] | None = None,
        scope: str | None = None,
        after: str = "",
        most: int,
    ) -> Sequence[Heading]:
        found = [
            Heading(document.key, document.version, document.scope, document.basis)
            for document in self._after(collection, after)
            if (partitions is None or document.partition in partitions)
            and (scope is None or document.scope == scope)
        ]
        return found[:most]

    async def page(
        self, collection: str, *, scope: str, after: str = "", most: int
    ) -> Sequence[Document]:
        return _first((d for d in self._after(collection, after) if d.scope == scope), most)

    async def find(self, collection: str, label: str) -> Sequence[Document]:
        return [_copy(d) for d in self._after(collection, "") if label in d.labels]

    async def delete(self, collection: str, keys: Sequence[str]) -> None:
        stored = self._documents(collection)
        for key in keys:
            stored.pop(key, None)

    async def ping(self) -> None:
        self._documents("")

    async def close(self) -> None:
        self._closed = True

    def _documents(self, collection: str) -> dict[str, Document]:
        if self._closed:
            raise StoreError("this store was closed: open another.")
        return self._collections.setdefault(collection, {})

    def _after(self, collection: str, after: str) -> list[Document]:
        documents = self._documents(collection)
        return [documents[key] for key in sorted(documents) if key > after]


def _first(documents: Iterable[Document], most: int) -> list[Document]:
    return [_copy(document) for document in islice(documents, most)]


def _copy(document: Document) -> Document:
    """A document whose headers nobody else can change."""
    outbox = tuple(record._replace(headers=dict(record.headers)) for record in document.outbox)
    return replace(document, outbox=outbox)
