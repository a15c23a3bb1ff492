"""What goes over the wire: how durable every write is asked to be, and what every read may see."""

from dataclasses import replace

import pytest
from ijaza_runtime.bus import Record
from ijaza_runtime.connections import MongoWrites

from tests.mongo.conftest import PEOPLE, OpenStore, document
from tests.mongo.proxy import Fault, Proxy

RECORD = Record("credential.events", "p1", b"{}", {"ce_id": "1"})
WRITES = ("insert", "update", "delete", "createIndexes")
READS = ("find", "aggregate", "count", "distinct")
CAREFUL = {"w": "majority", "j": True, "wtimeout": 10_000}


async def exercise(open_store: OpenStore, address: str, **given: object) -> None:
    """Call all that writes and all that reads, once at least."""
    store = open_store(address, **given)
    await store.provision([PEOPLE])
    await store.save(PEOPLE, [replace(document("a"), outbox=(RECORD,)), document("b")])
    await store.save(PEOPLE, [document("b", 2), document("c", 9)])
    await store.sent(PEOPLE, {"a": 1})
    await store.load(PEOPLE, ["a"])
    await store.unsent(PEOPLE, "", 10)
    await store.headings(PEOPLE, partitions=frozenset({0}), most=10)
    await store.page(PEOPLE, scope="e1", most=10)
    await store.find(PEOPLE, "label")
    await store.delete(PEOPLE, ["a", "b"])


@pytest.mark.parametrize("options", ["", "?w=0&journal=false&wtimeoutMS=1", "?w=1"])
async def test_every_write_waits_for_the_journals_of_a_majority(
    open_store: OpenStore, proxy: Proxy, options: str
) -> None:
    """Whatever the address says: the default of a cluster can be changed, too."""
    await exercise(open_store, proxy.address, options=options)
    assert {next(iter(command)) for command in proxy.seen(*WRITES)} == set(WRITES)
    assert [c["writeConcern"] for c in proxy.seen(*WRITES)] == [CAREFUL] * len(proxy.seen(*WRITES))


async def test_settings_say_how_durable_writes_are(open_store: OpenStore, proxy: Proxy) -> None:
    """A number of members stays a number."""
    await exercise(open_store, proxy.address, writes=MongoWrites("2", False, 1.5))
    told = [command["writeConcern"] for command in proxy.seen(*WRITES)]
    assert told == [{"w": 2, "j": False, "wtimeout": 1500}] * len(told)


@pytest.mark.parametrize("options", ["", "&readPreference=secondary&readConcernLevel=local"])
async def test_every_read_is_the_primarys_and_a_majoritys(
    open_store: OpenStore, proxy: Proxy, options: str
) -> None:
    """Nothing is read that is old, or that a failover could take back."""
    speak_of_sessions(proxy)
    await exercise(open_store, proxy.address, options=f"?replicaSet=rs0{options}")
    reads = proxy.seen(*READS)
    assert len(reads) >= 6
    for command in reads:
        assert command["readConcern"] == {"level": "majority"}
        assert command.get("$readPreference", {"mode": "primary"})["mode"].startswith("primary")


async def test_headings_are_read_without_bodies(open_store: OpenStore, proxy: Proxy) -> None:
    """Only what a heading says is asked for."""
    await open_store(proxy.address).headings(PEOPLE, scope="e1", most=10)
    (command,) = proxy.seen("find")
    assert command["projection"] == {"version": 1, "scope": 1, "basis": 1}


@pytest.mark.slow
async def test_a_page_is_one_round_trip(open_store: OpenStore, proxy: Proxy) -> None:
    """However many documents are saved, emptied or loaded, up to a thousand at least."""
    store = open_store(proxy.address)
    keys = [f"p{n:04}" for n in range(1000)]
    await store.save(PEOPLE, [replace(document(key), outbox=(RECORD,)) for key in keys])
    await store.sent(PEOPLE, dict.fromkeys(keys, 1))
    assert len(await store.load(PEOPLE, keys)) == 1000
    assert len(await store.headings(PEOPLE, scope="e1", most=1000)) == 1000
    names = [next(iter(c)) for c in proxy.seen("insert", "update", "find", "getMore")]
    assert names == ["insert", "update", "find", "find"]


def speak_of_sessions(proxy: Proxy) -> None:
    """Have the server greet as a member of a replica set that knows sessions."""
    host = proxy.address.removeprefix("mongodb://").rstrip("/")
    proxy.greeting = {
        "setName": "rs0",
        "hosts": [host],
        "me": host,
        "isWritablePrimary": True,
        "logicalSessionTimeoutMinutes": 30,
    }


@pytest.mark.parametrize("sessions", [True, False])
async def test_writes_are_repeatable_where_the_server_knows_sessions(
    open_store: OpenStore, proxy: Proxy, sessions: bool
) -> None:
    """There they bear a number by which the server knows a second sending, and nowhere else."""
    options = ""
    if sessions:
        speak_of_sessions(proxy)
        options = "?replicaSet=rs0"
    store = open_store(proxy.address, options=options)
    await store.save(PEOPLE, [document("a")])
    await store.save(PEOPLE, [document("a", 2)])
    assert ["txnNumber" in c for c in proxy.seen("insert", "update")] == [sessions] * 2


@pytest.mark.slow
async def test_a_write_that_the_driver_repeated_is_no_conflict(
    open_store: OpenStore, proxy: Proxy
) -> None:
    """Even if the server forgot that it had it before, and now finds the key taken."""
    speak_of_sessions(proxy)
    store = open_store(proxy.address, options="?replicaSet=rs0")
    proxy.once("insert", Fault())
    assert await store.save(PEOPLE, [document("a")]) == frozenset()
    assert len(proxy.seen("insert")) == 2


@pytest.mark.slow
async def test_large_pages_are_sent_in_several_messages(
    open_store: OpenStore, proxy: Proxy
) -> None:
    """A server takes 48 MB in one."""
    store = open_store(proxy.address)
    body = b"x" * 6_000_000
    page = [document(f"p{n}", 1, body) for n in range(9)]
    assert await store.save(PEOPLE, page) == frozenset()
    assert len(proxy.seen("insert")) == 2
    assert max(proxy.sizes) <= 48_000_000
