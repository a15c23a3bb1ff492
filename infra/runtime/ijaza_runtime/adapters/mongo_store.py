"""A service's store in a MongoDB database."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar

from ijaza_runtime.adapters import mongo_saving
from ijaza_runtime.adapters.mongo_address import parse_address
from ijaza_runtime.adapters.mongo_client import Collection, MongoConnection
from ijaza_runtime.adapters.mongo_documents import (
    HEADING,
    INDEXES,
    Fields,
    document_of,
    emptying_of,
    heading_of,
)
from ijaza_runtime.adapters.mongo_errors import explained
from ijaza_runtime.adapters.mongo_saving import in_pages
from ijaza_runtime.connections import MongoWrites
from ijaza_runtime.store import Document, Heading, StoreError

T = TypeVar("T")

PING_SECONDS = 2.5


class MongoStore:
    """Implements `ijaza_runtime.store.Store` in collections named `<service>.<collection>`.

    The address is MongoDB's own, with a database; name and password, TLS (`tls`, `tlsCAFile`,
    `tlsCertificateKeyFile`) and the replica set stand in it. How durable writes are is told by
    `writes` alone. Everything is bound to the event loop that makes the first call.

    Raises `StoreError` if the address cannot be used; nothing is connected yet.
    """

    def __init__(self, url: str, service: str, *, writes: MongoWrites) -> None:
        self._address = parse_address(url)
        self._service = service
        self._connection = MongoConnection(self._address, writes)
        self._collections: dict[str, Collection] = {}
        self._writing: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def provision(self, collections: Sequence[str]) -> None:
        """See `Store.provision`. Indexes that stand already are left; nothing else makes any."""
        for name in collections:
            await self._to_its_end(self._collection(name).create_indexes(list(INDEXES)))

    async def load(self, collection: str, keys: Sequence[str]) -> Mapping[str, Document]:
        found: dict[str, Document] = {}
        for some in in_pages(keys):
            stored = await self._find(collection, {"_id": {"$in": list(some)}}, most=len(some))
            found.update((each["_id"], document_of(each)) for each in stored)
        return found

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        """See `Store.save`. A call that is cancelled is carried out all the same."""
        place = self._collection(collection)
        if not documents:
            return frozenset()
        return await self._to_its_end(mongo_saving.save(place, documents))

    async def sent(self, collection: str, versions: Mapping[str, int]) -> None:
        place = self._collection(collection)
        for some in in_pages(list(versions)):
            writes = [emptying_of(key, versions[key]) for key in some]
            await self._to_its_end(place.bulk_write(writes, ordered=False))

    async def unsent(self, collection: str, after: str, most: int) -> Sequence[Document]:
        stored = await self._find(collection, {"unsent": {"$gt": after}}, by="unsent", most=most)
        return [document_of(each) for each in stored]

    async def headings(
        self,
        collection: str,
        *,
        partitions: frozenset[int] | None = None,
        scope: str | None = None,
        after: str = "",
        most: int,
    ) -> Sequence[Heading]:
        wanted: Fields = {"_id": {"$gt": after}}
        if partitions is not None:
            wanted["partition"] = {"$in": sorted(partitions)}
        if scope is not None:
            wanted["scope"] = scope
        stored = await self._find(collection, wanted, HEADING, by="_id", most=most)
        return [heading_of(each) for each in stored]

    async def page(
        self, collection: str, *, scope: str, after: str = "", most: int
    ) -> Sequence[Document]:
        wanted = {"scope": scope, "_id": {"$gt": after}}
        return [document_of(d) for d in await self._find(collection, wanted, by="_id", most=most)]

    async def find(self, collection: str, label: str) -> Sequence[Document]:
        return [document_of(d) for d in await self._find(collection, {"labels": label}, by="_id")]

    async def delete(self, collection: str, keys: Sequence[str]) -> None:
        """See `Store.delete`.

        MongoDB keeps what was deleted for a while: in its journal until the next checkpoints, in
        the oplog until that is overwritten, in free pages of its files until they are used again,
        and in backups.
        """
        place = self._collection(collection)
        for some in in_pages(keys):
            await self._to_its_end(place.delete_many({"_id": {"$in": list(some)}}))

    async def ping(self) -> None:
        """See `Store.ping`. The answer comes within three seconds."""
        self._refuse_if_closed()
        with explained(self._address):
            await self._connection.ping(PING_SECONDS)

    async def close(self) -> None:
        """Finish what is being written, and disconnect."""
        if self._closed:
            return
        self._closed = True
        await asyncio.gather(*self._writing, return_exceptions=True)
        await self._connection.close()

    async def _find(
        self,
        collection: str,
        wanted: Fields,
        projection: Fields | None = None,
        *,
        by: str = "_id",
        most: int = 0,
    ) -> list[Fields]:
        """What fits, in order; at most `most` if that is not 0, in one reply if it is small."""
        place = self._collection(collection)
        with explained(self._address):
            cursor = place.find(wanted, projection, sort=[(by, 1)], limit=most, batch_size=most)
            found: list[Fields] = await cursor.to_list(None)
        return found

    async def _to_its_end(self, writing: Awaitable[T]) -> T:
        """A write that goes on if the caller is cancelled, so that no connection is cut in it."""
        task = asyncio.ensure_future(writing)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        with explained(self._address):
            return await asyncio.shield(task)

    def _collection(self, name: str) -> Collection:
        self._refuse_if_closed()
        if name not in self._collections:
            self._collections[name] = self._connection.collection(f"{self._service}.{name}")
        return self._collections[name]

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise StoreError(f"the store {self._address.shown} was closed: open it again.")
