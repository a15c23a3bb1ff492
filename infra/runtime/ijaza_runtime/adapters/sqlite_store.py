"""A service's store in one SQLite file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ijaza_runtime.adapters import sqlite_documents
from ijaza_runtime.adapters.sqlite_file import FileKind
from ijaza_runtime.adapters.sqlite_worker import Worker
from ijaza_runtime.store import Document, Heading, StoreError

STORE_FILE = FileKind(
    application_id=0x496A7A73,
    version=2,
    schema=sqlite_documents.SCHEMA,
    upgrades={1: sqlite_documents.FROM_1},
    tables=frozenset({"documents", "outboxes", "labels"}),
    error=StoreError,
)


class SqliteStore:
    """Implements `ijaza_runtime.store.Store` in a file that is made if it is missing.

    Raises `StoreError` if the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = Worker(path, STORE_FILE)
        self._reader = Worker(path, STORE_FILE)

    async def provision(self, collections: Sequence[str]) -> None:
        """Nothing is needed: the file is made with its indexes."""

    async def load(self, collection: str, keys: Sequence[str]) -> Mapping[str, Document]:
        return await self._reader.read(lambda file: sqlite_documents.load(file, collection, keys))

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        return await self._writer.write(
            lambda file: sqlite_documents.save(file, collection, documents)
        )

    async def sent(self, collection: str, versions: Mapping[str, int]) -> None:
        await self._writer.write(lambda file: sqlite_documents.sent(file, collection, versions))

    async def unsent(self, collection: str, after: str, most: int) -> Sequence[Document]:
        return await self._reader.read(
            lambda file: sqlite_documents.unsent(file, collection, after, most)
        )

    async def headings(
        self,
        collection: str,
        *,
        partitions: frozenset[int] | None = None,
        scope: str | None = None,
        after: str = "",
        most: int,
    ) -> Sequence[Heading]:
        return await self._reader.read(
            lambda file: sqlite_documents.headings(file, collection, partitions, scope, after, most)
        )

    async def page(
        self, collection: str, *, scope: str, after: str = "", most: int
    ) -> Sequence[Document]:
        return await self._reader.read(
            lambda file: sqlite_documents.page(file, collection, scope, after, most)
        )

    async def find(self, collection: str, label: str) -> Sequence[Document]:
        return await self._reader.read(lambda file: sqlite_documents.find(file, collection, label))

    async def delete(self, collection: str, keys: Sequence[str]) -> None:
        """See `Store.delete`. Nothing of the documents is in the file when this returns.

        Raises `StoreError` if somebody reads for so long that copies of them had to stay in the
        write-ahead log; the documents are deleted then, and the same call again empties the log.
        """
        await self._writer.write(lambda file: sqlite_documents.delete(file, collection, keys))
        if not await self._writer.truncate():
            raise StoreError(
                f"{self._path}: what was deleted still stands in its write-ahead log, since "
                "somebody reads the file. End backups and shells that have it open, and try again."
            )

    async def ping(self) -> None:
        await self._reader.ping()

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()
