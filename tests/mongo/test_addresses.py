"""Addresses and errors: refused early, explained, and never with a password."""

import asyncio
import time
import traceback

import pytest
from ijaza_runtime.adapters.mongo_address import parse_address, without_secrets
from ijaza_runtime.adapters.mongo_store import MongoStore
from ijaza_runtime.addresses import open_store
from ijaza_runtime.connections import MongoWrites
from ijaza_runtime.store import StoreError

from tests.mongo.conftest import PEOPLE, document
from tests.mongo.conftest import OpenStore as Open
from tests.mongo.proxy import Fault, Proxy
from tests.servers.process import free_port

SECRET = "s3cr%40t"
NAME = b"Mona"


@pytest.mark.parametrize("address", ["mongodb://h:27017", "mongodb://h:27017/", "mongodb://h/?w=1"])
def test_an_address_names_a_database(address: str) -> None:
    """The driver would take one called test."""
    with pytest.raises(StoreError, match="names no database"):
        open_store(address, "credential")


@pytest.mark.parametrize(
    "address",
    [
        f"mongodb://user:{SECRET}@h:27017/",
        f"mongodb://user:{SECRET}@h:port/ijaza",
        f"mongodb://user:{SECRET}@h:99999/ijaza",
        f"mongodb://us:er:{SECRET}@h/ijaza",
        f"mongodb://user:a@{SECRET}@h/ijaza",
        f"mongodb://user:{SECRET}/x@h/ijaza",
        f"mongodb://user:x{SECRET}:9@9@h/ijaza",
        f"mongodb://user:{SECRET}%@h/ijaza",
        f"mongodb://user:{SECRET}@/ijaza",
        f"mongodb://user:{SECRET}@h/i.j",
        f"mongodb://user:{SECRET}@h/ijaza?tlsInsecure=true&tlsAllowInvalidCertificates=true",
        f"mongodb://user:{SECRET}@h/ijaza?authMechanism=none",
        f"mongodb://h/ijaza?tlsCertificateKeyFilePassword={SECRET}&w=-1&journal={SECRET}",
        f"mongodb://user:{SECRET}@[::1/ijaza",
    ],
)
def test_no_refusal_repeats_a_password(address: str) -> None:
    """Neither as it was written nor as it is meant, nor in what led to the error."""
    with pytest.raises(StoreError, match="mongodb://") as caught:
        open_store(address, "credential")
    told = "".join(traceback.format_exception(caught.value))
    assert "s3cr" not in told


@pytest.mark.parametrize("form", [SECRET, "s3cr@t"])
def test_a_message_of_the_driver_that_repeats_a_password_is_left_out(form: str) -> None:
    """As it is written in the address, or as it is meant; other messages are passed on."""
    url = f"mongodb://user:{SECRET}@h/ijaza"
    assert "s3cr" not in without_secrets(f"Bad port: '{form}'", url)
    assert without_secrets("h:27017: refused", url) == "h:27017: refused."


def test_an_address_is_shown_without_its_user() -> None:
    """Hosts and database are; options are not."""
    parsed = parse_address(f"mongodb://user:{SECRET}@a:1,b:2/ijaza?replicaSet=rs&authSource=admin")
    assert parsed.shown == "mongodb://a:1,b:2/ijaza"
    assert parsed.options == {"replicaset", "authsource"}
    assert "s3cr" not in repr(parsed)


def test_a_name_to_look_up_is_looked_up_later() -> None:
    """An address by DNS asks nobody when it is opened."""
    assert parse_address("mongodb+srv://cluster.invalid/ijaza").shown == (
        "mongodb+srv://cluster.invalid/ijaza"
    )


@pytest.mark.slow
async def test_a_server_that_is_not_there_is_told_soon() -> None:
    """Within three seconds, with its address and without its password."""
    address = f"mongodb://user:{SECRET}@127.0.0.1:{free_port()}/ijaza"
    store = MongoStore(address, "credential", writes=MongoWrites())
    begin = time.monotonic()
    with pytest.raises(StoreError, match=r"127\.0\.0\.1.*does not answer") as caught:
        await store.ping()
    assert time.monotonic() - begin < 3
    assert "s3cr" not in "".join(traceback.format_exception(caught.value))
    await store.close()


@pytest.mark.slow
async def test_many_pings_of_a_dead_server_do_not_pile_up() -> None:
    """Each of twenty at once is answered in time: they do not wait for each other."""
    store = MongoStore(f"mongodb://127.0.0.1:{free_port()}/i", "credential", writes=MongoWrites())
    begin = time.monotonic()
    answers = await asyncio.gather(*(store.ping() for _ in range(8)), return_exceptions=True)
    assert time.monotonic() - begin < 3
    assert all(isinstance(answer, StoreError) for answer in answers)
    await store.close()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ({"code": 18, "codeName": "AuthenticationFailed"}, "name or password"),
        ({"code": 13, "codeName": "Unauthorized"}, "readWrite"),
        ({"code": 14031, "codeName": "OutOfDiskSpace"}, "disk is full"),
        ({"code": 100, "codeName": "UnsatisfiableWriteConcern"}, "fewer members"),
        ({"code": 4711, "codeName": "Surprise"}, "error 4711 Surprise"),
    ],
)
async def test_errors_say_what_to_do(
    open_store: Open, proxy: Proxy, error: dict[str, object], told: str
) -> None:
    """And repeat nothing of the document that could not be written."""
    store = open_store(proxy.address)
    failure = {"ok": 0, "errmsg": "Mona", **error}
    proxy.once("insert", Fault(reply=lambda _: failure))
    with pytest.raises(StoreError, match=told) as caught:
        await store.save(PEOPLE, [document("a", 1, NAME)])
    assert "Mona" not in "".join(traceback.format_exception(caught.value))


async def test_a_document_that_a_server_refuses_is_not_shown(
    open_store: Open, proxy: Proxy
) -> None:
    """The driver's error holds it whole; ours does not."""
    store = open_store(proxy.address)
    refusal = {"index": 0, "code": 121, "codeName": "DocumentValidationFailure", "errmsg": "Mona"}
    proxy.once("insert", Fault(reply=lambda _: {"ok": 1, "n": 0, "writeErrors": [refusal]}))
    with pytest.raises(StoreError, match="error 121") as caught:
        await store.save(PEOPLE, [document("a", 1, NAME)])
    assert "Mona" not in "".join(traceback.format_exception(caught.value))
