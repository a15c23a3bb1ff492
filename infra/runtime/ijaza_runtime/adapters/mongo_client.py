"""MongoDB's driver. Nothing but this module knows which one it is.

motor is in its last year of support. To change to PyMongo's own `AsyncMongoClient`, import that
as `Driver` and `AsyncCollection` as `DriverCollection`; `tests/mongo` runs on both.
"""

import inspect
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient as Driver
from motor.motor_asyncio import AsyncIOMotorCollection as DriverCollection
from pymongo import ReadPreference, timeout
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from ijaza_runtime.adapters.mongo_address import MongoAddress
from ijaza_runtime.connections import MongoWrites

Collection = DriverCollection[dict[str, Any]]

SELECTION_SECONDS = 5.0
"""How long an operation waits for a server that takes writes: an election may be going on."""
_CONNECT_SECONDS = 2.5
_REPLY_SECONDS = 5.0
"""What a server is given to reply, beside the time in which a write has to become durable."""


class MongoConnection:
    """A pool of connections to the servers of an address, for the event loop that first uses it.

    The driver reconnects by itself, and finds out by itself what the servers can do: it repeats a
    write whose reply was lost where they know sessions, and does not where they do not.
    """

    def __init__(self, address: MongoAddress, writes: MongoWrites) -> None:
        self._address = address
        self._writes = writes
        self._client: Any = None

    def collection(self, name: str) -> Collection:
        """A collection whose writes are durable as told, and that is read where they are.

        The address cannot weaken either. Reads go to the primary, since members behind it would
        show versions that are gone; and to what a majority has, so that nothing is folded on,
        published from or shown that a failover could take back.
        """
        acknowledged = self._writes.acknowledged
        found: Collection = self._database().get_collection(
            name,
            write_concern=WriteConcern(
                w=int(acknowledged) if acknowledged.isdecimal() else acknowledged,
                j=self._writes.journalled,
                wtimeout=round(self._writes.timeout * 1000),
            ),
            read_concern=ReadConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )
        return found

    async def ping(self, seconds: float) -> None:
        """Have the primary answer within so many seconds. Raises errors of PyMongo."""
        with timeout(seconds):
            await self._database().command("ping")

    async def close(self) -> None:
        if self._client is None:
            return
        closing = self._client.close()
        if inspect.isawaitable(closing):  # motor closes at once
            await closing

    def _database(self) -> Any:
        if self._client is None:
            given: dict[str, Any] = {
                "serverSelectionTimeoutMS": round(SELECTION_SECONDS * 1000),
                "connectTimeoutMS": round(_CONNECT_SECONDS * 1000),
                "socketTimeoutMS": round((self._writes.timeout + _REPLY_SECONDS) * 1000),
                "appname": "ijaza",
            }
            missing = {k: v for k, v in given.items() if k.lower() not in self._address.options}
            self._client = Driver(self._address.url, **missing)
        return self._client[self._address.database]
