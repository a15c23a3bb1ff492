"""Stores on a database of their own, straight or through a proxy."""

import secrets
from collections.abc import AsyncIterator, Callable

import pytest
from ijaza_runtime.adapters import mongo_client
from ijaza_runtime.adapters.mongo_store import MongoStore
from ijaza_runtime.connections import MongoWrites
from ijaza_runtime.store import Document
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from tests.mongo.proxy import Fields, Proxy, proxied

OpenStore = Callable[..., MongoStore]
PEOPLE = "people"


@pytest.fixture
def database() -> str:
    """The name of a database that no other test uses."""
    return f"ijaza-{secrets.token_hex(6)}"


@pytest.fixture
async def proxy(mongo: str) -> AsyncIterator[Proxy]:
    """A proxy before the shared server."""
    async with proxied(mongo) as between:
        yield between


@pytest.fixture
async def open_store(mongo: str, database: str) -> AsyncIterator[OpenStore]:
    """Opens stores on the database: `open_store(address, options, writes)`, all optional."""
    opened: list[MongoStore] = []

    def open_one(
        address: str = mongo, options: str = "", writes: MongoWrites | None = None
    ) -> MongoStore:
        url = f"{address}{database}{options}"
        opened.append(MongoStore(url, "service", writes=writes or MongoWrites()))
        return opened[-1]

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture
async def direct(mongo: str, database: str) -> AsyncIterator[AsyncCollection[Fields]]:
    """The collection of people as another client sees it."""
    async with AsyncMongoClient[Fields](mongo) as client:
        yield client[database][f"service.{PEOPLE}"]
        await client.drop_database(database)


@pytest.fixture(params=["motor", "pymongo"])
def driver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """motor, and what it will be replaced by."""
    if request.param == "pymongo":
        monkeypatch.setattr(mongo_client, "Driver", AsyncMongoClient)


def document(key: str, version: int = 1, body: bytes = b"{}") -> Document:
    """A document of edition e1 in partition 0."""
    return Document(key, version, scope="e1", partition=0, basis="", body=body)
