"""What the stores need on their server: MongoDB's indexes. A store in a file needs nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ijaza_runtime.addresses import open_store
from ijaza_runtime.connections import MongoWrites
from ijaza_runtime.store import StoreError

from ijaza_local.provisioning.changes import Change, Kind
from ijaza_local.services import running

_MONGO = ("mongodb://", "mongodb+srv://")


async def collections_by_service() -> Mapping[str, Sequence[str]]:
    """Every service's collections, as it says them when it is put together.

    It is put together on nothing, with keys that are gone when this returns.
    """
    with TemporaryDirectory() as keys:
        async with running(
            bus_url="memory://", store_url="memory://", keys=Path(keys), partitions=1
        ) as services:
            return {service.name: tuple(service.collections) for service in services.all}


async def compare_stores(url: str, writes: MongoWrites) -> list[Change]:
    """The indexes that are missing. Raises `StoreError` if the server does not answer."""
    if not url.startswith(_MONGO):
        return []
    # Imported where it is asked for: the driver takes a while to load.
    from ijaza_runtime.adapters.mongo_address import parse_address
    from ijaza_runtime.adapters.mongo_client import MongoConnection
    from ijaza_runtime.adapters.mongo_documents import INDEXES
    from pymongo.errors import PyMongoError

    address = parse_address(url)
    connection = MongoConnection(address, writes)
    changes = []
    try:
        for service, collections in (await collections_by_service()).items():
            for name in collections:
                place = connection.collection(f"{service}.{name}")
                there = await place.index_information()
                changes += [
                    Change(Kind.MAKE, f"index {index.document['name']} of {service}.{name}")
                    for index in INDEXES
                    if index.document["name"] not in there
                ]
    except PyMongoError as error:
        raise StoreError(
            f"{address.shown} does not answer as MongoDB does: {type(error).__name__}. Is it "
            "there, and may this user read its indexes?"
        ) from None
    finally:
        await connection.close()
    return changes


async def provision_stores(url: str, writes: MongoWrites) -> None:
    """Make what is missing. Raises `StoreError`."""
    for service, collections in (await collections_by_service()).items():
        store = open_store(url, service, mongo=writes)
        try:
            await store.provision(collections)
        finally:
            await store.close()
