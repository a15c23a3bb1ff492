"""A server that is killed, paused or restarted under a store that goes on using it."""

import asyncio
import time
from collections.abc import Callable

import pytest
from ijaza_runtime.store import Store, StoreError

from tests.deadline import eventually
from tests.mongo.conftest import PEOPLE, OpenStore, document
from tests.servers.mongo import Mongo

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("driver")]

OwnMongo = Callable[[], Mongo]
KEYS = [f"p{n:02}" for n in range(20)]


class Writer:
    """Saves version after version of some documents, and remembers what was acknowledged."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.acknowledged = dict.fromkeys(KEYS, 0)
        self.failures = 0
        self.stopping = False

    async def run(self) -> None:
        while not self.stopping:
            try:
                await self._save_all()
            except StoreError:
                self.failures += 1
                await asyncio.sleep(0.05)

    async def _save_all(self) -> None:
        stored = await self.store.load(PEOPLE, KEYS)
        for key, found in stored.items():
            assert found.version in (self.acknowledged[key], self.acknowledged[key] + 1)
            assert int(found.body) == found.version
            self.acknowledged[key] = found.version
        page = [document(k, n + 1, b"%d" % (n + 1)) for k, n in self.acknowledged.items()]
        assert await self.store.save(PEOPLE, page) == frozenset()
        self.acknowledged = {each.key: each.version for each in page}


async def test_what_was_acknowledged_outlives_the_server(
    own_mongo: OwnMongo, open_store: OpenStore
) -> None:
    """The server is killed three times in the midst of saves: nothing acknowledged is missing,
    nothing is there in part, no write of ours is called another's, and nobody restarts the store.
    """
    server = own_mongo()
    store = open_store(server.address)
    writer = Writer(store)
    running = asyncio.create_task(writer.run())
    for _ in range(3):
        reached = min(writer.acknowledged.values())

        async def going_on(reached: int = reached) -> bool:
            assert not running.done(), running.exception()
            return min(writer.acknowledged.values()) > reached + 20

        await eventually(going_on)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    await eventually(going_on)
    writer.stopping = True
    await running
    stored = await store.load(PEOPLE, KEYS)
    assert {key: d.version for key, d in stored.items()} == writer.acknowledged
    assert writer.failures


async def answers(store: Store) -> bool:
    try:
        await store.ping()
    except StoreError:
        return False
    return True


async def test_a_paused_server_does_not_answer_and_then_does(
    own_mongo: OwnMongo, open_store: OpenStore
) -> None:
    """Ping says no within three seconds, and yes soon after; a save in the midst is told of."""
    server = own_mongo()
    store = open_store(server.address)
    await store.ping()
    server.pause()
    saving = asyncio.create_task(store.save(PEOPLE, [document("a")]))

    async def silent() -> bool:
        return not await answers(store)

    await eventually(silent, 10)  # the signal may be slower than a ping
    begin = time.monotonic()
    with pytest.raises(StoreError, match="does not answer"):
        await store.ping()
    assert time.monotonic() - begin < 3
    server.resume()
    await eventually(lambda: answers(store), 10)
    (told,) = await asyncio.gather(saving, return_exceptions=True)
    if told != frozenset():
        assert isinstance(told, StoreError)
        await store.save(PEOPLE, [document("a")])
    assert await store.load(PEOPLE, ["a"]) == {"a": document("a")}


async def test_a_server_that_is_gone_is_told_and_found_again(
    own_mongo: OwnMongo, open_store: OpenStore
) -> None:
    """Every call says so, and none of them needs a new store when it is back."""
    server = own_mongo()
    store = open_store(server.address)
    await store.save(PEOPLE, [document("a")])
    server.kill()
    calls = (
        store.load(PEOPLE, ["a"]),
        store.save(PEOPLE, [document("b")]),
        store.sent(PEOPLE, {"a": 1}),
        store.unsent(PEOPLE, "", 1),
        store.delete(PEOPLE, ["a"]),
        store.provision([PEOPLE]),
        store.ping(),
    )
    told = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(each) for each in told] == [StoreError] * len(calls)
    await asyncio.to_thread(server.start)

    async def back() -> bool:
        try:
            return set(await store.load(PEOPLE, ["a"])) == {"a"}
        except StoreError:
            return False

    await eventually(back, 10)
