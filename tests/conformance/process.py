"""A process of its own on a SQLite bus or store, for tests that kill, stop or starve it.

It writes one JSON value per line; what it does is named by its first argument.
"""

import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.bus import BusError, Ousted, Record
from ijaza_runtime.store import Document, StoreError

from tests.conformance.reading import after, flat

LEASE_SECONDS = 2.5


def tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def publish(path: str, topic: str, key: str) -> None:
    """Publish numbers without end, in batches of seven, and tell each number acknowledged."""
    bus = SqliteBus(Path(path))
    number = 0
    while True:
        batch = [Record(topic, key, str(number + n).encode(), {}) for n in range(7)]
        await bus.publish(batch)
        number += len(batch)
        tell(number)


async def consume(path: str, member: str, *topics: str) -> None:
    """Handle what is assigned; tell what that is, and each record before it is committed."""
    bus = SqliteBus(Path(path), member=member, ttl=LEASE_SECONDS)
    consumer = await bus.consumer("group", topics)
    held: frozenset[int] = frozenset()
    while True:
        if held != (held := await consumer.assigned()):
            tell({"held": sorted(held)})
        for partition in held:
            try:
                found = flat(await consumer.poll(partition, 5))
                for topic, number, record in found:
                    tell([topic, number, record.key, int(record.value or b"")])
                await consumer.commit(after(found))
            except Ousted:
                break
        await consumer.wait(0.1)


async def stop_after_polling(path: str, topic: str) -> None:
    """Poll, stop as a whole, and once continued tell what becomes of the commit and a poll."""
    bus = SqliteBus(Path(path), ttl=LEASE_SECONDS)
    consumer = await bus.consumer("group", [topic])
    await consumer.assigned()
    found = flat(await consumer.poll(0, 100))
    tell(len(found))
    os.kill(os.getpid(), signal.SIGSTOP)
    for attempt in (consumer.commit(after(found)), consumer.poll(0, 100)):
        try:
            await attempt
            tell("done")
        except Ousted:
            tell("ousted")
    tell(sorted(await consumer.assigned()))
    await bus.close()


async def publish_until_full(path: str, topic: str, most_bytes: str) -> None:
    """Publish until the disk is full, tell how many were acknowledged and what was said."""
    bus = SqliteBus(Path(path))
    acknowledged = 0
    _limit_files(int(most_bytes))
    try:
        while True:
            await bus.publish([Record(topic, f"{n}", b"x" * 1000, {}) for n in range(50)])
            acknowledged += 50
    except BusError as error:
        tell([acknowledged, str(error)])
    _limit_files(resource.RLIM_INFINITY)
    await bus.publish([Record(topic, "after", b"", {})])
    tell("published again")
    await bus.close()


async def save_until_full(path: str, collection: str, most_bytes: str) -> None:
    """Save until the disk is full, tell how many were acknowledged and what was said."""
    store = SqliteStore(Path(path))
    saved = 0
    _limit_files(int(most_bytes))
    try:
        while True:
            keys = [f"{n:06}" for n in range(saved, saved + 50)]
            await store.save(
                collection, [Document(k, 1, "e", 0, "", b"x" * 1000, (), ("label",)) for k in keys]
            )
            saved += 50
    except StoreError as error:
        tell([saved, str(error)])
    await store.close()


def _limit_files(most_bytes: int) -> None:
    """Let no file grow beyond so many bytes: as on a full disk, the write fails."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))


ROLES: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    role.__name__: role
    for role in (publish, consume, stop_after_polling, publish_until_full, save_until_full)
}

if __name__ == "__main__":
    asyncio.run(ROLES[sys.argv[1]](*sys.argv[2:]))
