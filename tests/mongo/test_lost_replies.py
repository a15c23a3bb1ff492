"""Saves whose outcome the reply does not tell: lost, cancelled, too slow to become durable.

Nothing here is called a conflict that is none, nor saved that is not, nor written twice.
"""

import asyncio
from dataclasses import replace

import pytest
from ijaza_runtime.bus import Record
from ijaza_runtime.store import StoreError
from pymongo.asynchronous.collection import AsyncCollection

from tests.deadline import eventually
from tests.mongo.conftest import PEOPLE, OpenStore, document
from tests.mongo.proxy import Fault, Fields, Proxy

pytestmark = pytest.mark.usefixtures("driver")

RECORD = Record("credential.events", "p1", b"{}", {"ce_id": "1"})
LOST = Fault()


@pytest.mark.slow
async def test_a_page_tells_exactly_which_were_refused(open_store: OpenStore) -> None:
    """One reply counts a thousand conditional writes; every seventh of them was refused."""
    store = open_store()
    keys = [f"p{n:04}" for n in range(1000)]
    await store.save(PEOPLE, [document(key) for key in keys])
    await store.save(PEOPLE, [document(key, 2) for key in keys[::7]])
    page = [*(document(key, 2, b"ours") for key in keys), document("new"), document("gone", 5)]
    assert await store.save(PEOPLE, page) == {*keys[::7], "gone"}
    stored = await store.load(PEOPLE, keys)
    assert {key for key in keys if stored[key].body != b"ours"} == set(keys[::7])


@pytest.mark.slow
@pytest.mark.parametrize(("version", "command"), [(1, "insert"), (2, "update")])
async def test_a_lost_reply_is_no_conflict(
    open_store: OpenStore, proxy: Proxy, version: int, command: str
) -> None:
    """The connection is cut after the server wrote and before it told so: it counts as saved."""
    store = open_store(proxy.address)
    for before in range(1, version):
        await store.save(PEOPLE, [document("a", before)])
    proxy.once(command, LOST)
    ours = replace(document("a", version, b"ours"), outbox=(RECORD,))
    assert await store.save(PEOPLE, [ours]) == frozenset()
    assert not proxy.faults[command]
    assert await store.load(PEOPLE, ["a"]) == {"a": ours}


@pytest.mark.slow
async def test_nor_is_it_when_another_wrote_on_top(open_store: OpenStore, proxy: Proxy) -> None:
    """While our reply was lost, others saved the next versions: ours stood, theirs stands."""
    store, other = open_store(proxy.address), open_store()
    await store.save(PEOPLE, [document("a")])

    async def others_go_on() -> None:
        for version in (3, 4, 5):
            assert await other.save(PEOPLE, [document("a", version)]) == frozenset()

    proxy.once("update", Fault(meanwhile=others_go_on))
    assert await store.save(PEOPLE, [document("a", 2)]) == frozenset()
    assert (await other.load(PEOPLE, ["a"]))["a"].version == 5


@pytest.mark.slow
async def test_a_lost_reply_that_said_no_is_a_conflict(open_store: OpenStore, proxy: Proxy) -> None:
    """What others had written first is theirs, and of a page only that is refused."""
    store, other = open_store(proxy.address), open_store()
    await store.save(PEOPLE, [document(key) for key in "abc"])
    await other.save(PEOPLE, [document("b", 2, b"theirs")])
    await other.save(PEOPLE, [document("e", 1, b"theirs")])
    proxy.once("insert", LOST)
    page = [*(document(key, 2, b"ours") for key in "abc"), document("e")]
    # Its inserts go first: the updates of the same page are never sent.
    with pytest.raises(StoreError, match="whether they were written is unknown"):
        await store.save(PEOPLE, page)
    proxy.once("update", LOST)
    assert await store.save(PEOPLE, page[:3]) == {"b"}
    bodies = {key: d.body for key, d in (await store.load(PEOPLE, list("abce"))).items()}
    assert bodies == {"a": b"ours", "b": b"theirs", "c": b"ours", "e": b"theirs"}


@pytest.mark.slow
@pytest.mark.parametrize(("version", "command"), [(1, "insert"), (2, "update")])
async def test_a_lost_request_is_told(
    open_store: OpenStore, proxy: Proxy, version: int, command: str
) -> None:
    """The server never got it: that is neither saved nor a conflict; the next try is accepted."""
    store = open_store(proxy.address)
    for before in range(1, version):
        await store.save(PEOPLE, [document("a", before)])
    proxy.once(command, Fault(arrives=False))
    with pytest.raises(StoreError, match=r"unknown.*will be tried again"):
        await store.save(PEOPLE, [document("a", version)])
    assert await store.save(PEOPLE, [document("a", version)]) == frozenset()


@pytest.mark.parametrize("command", ["insert", "update"])
async def test_a_write_that_is_not_durable_in_time_is_told(
    open_store: OpenStore, proxy: Proxy, command: str
) -> None:
    """The primary has it, but not enough members within the time given."""
    store = open_store(proxy.address)
    await store.save(PEOPLE, [document("a")])
    late = {"code": 64, "codeName": "WriteConcernTimeout", "errmsg": "waiting for replication"}
    proxy.once(command, Fault(reply=lambda reply: reply | {"writeConcernError": late}))
    with pytest.raises(StoreError, match=r"not yet as durable .* will be tried again"):
        await store.save(PEOPLE, [document("a", 2) if command == "update" else document("b")])


async def test_what_is_not_yet_with_the_majority_is_waited_for(
    open_store: OpenStore, proxy: Proxy
) -> None:
    """A write was refused, but what refused it cannot be read yet: the conflict is told later."""
    store, other = open_store(proxy.address), open_store()
    await store.save(PEOPLE, [document("a")])
    await other.save(PEOPLE, [document("a", 2)])

    def one_behind(reply: Fields) -> Fields:
        (found,) = reply["cursor"]["firstBatch"]
        found |= {"version": 1, "writers": found["writers"][:-1]}
        return reply

    proxy.once("find", Fault(reply=one_behind))
    proxy.once("find", Fault(reply=one_behind))
    assert await store.save(PEOPLE, [document("a", 2, b"ours")]) == {"a"}


async def test_a_cancelled_save_is_carried_out(
    open_store: OpenStore, proxy: Proxy, direct: AsyncCollection[Fields]
) -> None:
    """Who is cancelled while the request is on its way leaves a whole document behind."""
    store = open_store(proxy.address)
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        under_way.set()
        await go_on.wait()

    proxy.once("insert", Fault(before=wait, reply=lambda reply: reply))
    saving = asyncio.create_task(store.save(PEOPLE, [document("a"), document("b")]))
    await under_way.wait()
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    go_on.set()

    async def both_stand() -> bool:
        return await direct.count_documents({"version": 1}) == 2

    await eventually(both_stand, 10)


@pytest.mark.slow
async def test_closing_waits_for_what_is_being_written(
    open_store: OpenStore, proxy: Proxy, direct: AsyncCollection[Fields]
) -> None:
    """Also when nobody else waits for it any more."""
    store = open_store(proxy.address)
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        under_way.set()
        await go_on.wait()

    proxy.once("insert", Fault(before=wait, reply=lambda reply: reply))
    saving = asyncio.create_task(store.save(PEOPLE, [document("a")]))
    await under_way.wait()
    saving.cancel()
    closing = asyncio.create_task(store.close())
    done, _ = await asyncio.wait([closing], timeout=0.2)
    assert not done
    go_on.set()
    await closing
    assert await direct.count_documents({}) == 1
