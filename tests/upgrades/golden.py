"""What releases have stored, as text: written once for each release, and never changed again.

`python -m tests.upgrades.golden RELEASE` plays an edition and writes what it left of every
collection, the files of bus and store, and a backup, into `golden/RELEASE`. Without a RELEASE it
writes only `golden/shapes`, what today's code stores.
"""

import asyncio
import base64
import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from ijaza_contracts.envelope import Event
from ijaza_contracts.examples import EXAMPLES
from ijaza_credential.desk import COLLECTION as DOCUMENTS
from ijaza_local.operate.backup import Wish, backup
from ijaza_local.play.run import run_edition
from ijaza_local.play.state import settings_of
from ijaza_local.services import running
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.addresses import open_store
from ijaza_runtime.bus import Record, TopicPartition, TopicPlan
from ijaza_runtime.comparing import pages
from ijaza_runtime.outbox import record_of
from ijaza_runtime.settings import RuntimeSettings
from ijaza_runtime.store import Document

from tests.operate.backups import with_a_rename
from tests.upgrades.stored import COLLECTIONS, YOUNG, Collection

HOME = Path(__file__).parent / "golden"
SHAPES = HOME / "shapes"
EDITION = Path(__file__).parents[2] / "examples" / "mg-4"
PASSPHRASE = "golden backups only"
KEPT = 3
"""Documents of a collection: the smallest, the largest and the one between."""
RECORD = Record("credential.events", "p1", b"{}", {"ce_id": "1"})
STORED = (
    Document("a", 1, "eg-2025", 7, "2|1", b'{"n":1}', (RECORD,), ("serial:7",), "00-a"),
    Document("b", 1, "eg-2025", 0, "", b"{}"),
)
"""What stands in the golden file of a store, in the collection `people`."""
PLANS = (TopicPlan("facts", 2), TopicPlan("people", 2, compacted=True))
RECORDS = (
    Record("facts", "p1", b'{"n":1}', {"ce_id": "1"}),
    Record("facts", "p2", b'{"n":2}', {"ce_id": "2"}),
    Record("people", "p1", None, {"ce_id": "3"}),
)
"""What stands in the golden file of a bus."""
COMMITTED = TopicPartition("facts", 0)
"""A place of which a group has committed offset 1."""


def dumped(path: Path) -> str:
    """A SQLite file as SQL that makes it anew, with what marks it as ours."""
    with closing(sqlite3.connect(path)) as file:
        marks = [
            f"PRAGMA {name} = {file.execute(f'PRAGMA {name}').fetchone()[0]};"
            for name in ("application_id", "user_version")
        ]
        return "\n".join([*marks, *file.iterdump(), ""])


def as_text(body: bytes) -> Any:
    """A body as JSON, with the files in it cut short: only that they are there matters."""
    value = json.loads(body)
    for name in ("pdf", "credential"):
        if value.get(name):
            value[name] = base64.b64encode(b"golden").decode()
    return value


def as_body(value: Any) -> bytes:
    """A body as it is stored."""
    return msgspec.json.encode(value)


def chosen(bodies: list[bytes]) -> Iterator[Any]:
    """Few of many."""
    ordered = sorted(dict.fromkeys(bodies), key=lambda body: (len(body), body))
    picked = {0, len(ordered) // 2, len(ordered) - 1} if ordered else set()
    return (as_text(ordered[at]) for at in sorted(picked)[:KEPT])


async def _documents(settings: RuntimeSettings, collection: Collection) -> list[bytes]:
    store = open_store(settings.store_url, collection.service)
    try:
        found = [each.body async for page in pages(store, collection.name) for each in page]
    finally:
        await store.close()
    if collection.name == DOCUMENTS:
        erased = json.loads(found[0]) | {"pdf": None, "credential": None}
        found.append(as_body(erased))
    return found


async def _files(folder: Path) -> None:
    store = SqliteStore(folder / "store.db")
    assert not await store.save("people", STORED)
    await store.close()
    bus = SqliteBus(folder / "bus.db")
    await bus.provision(PLANS)
    await bus.publish(RECORDS)
    consumer = await bus.consumer("readers", ["facts"])
    await consumer.assigned()
    await consumer.commit({COMMITTED: 1})
    await bus.close()


async def _backup(folder: Path) -> None:
    """A backup of services with some records, which leave it small."""
    configured = RuntimeSettings(
        bus_url=f"sqlite:///{folder}/bus.db",
        store_url=f"sqlite:///{folder}/stores",
        keys=folder / "keys",
        partitions=2,
    )
    async with running(
        bus_url=configured.bus_url,
        store_url=configured.store_url,
        keys=configured.keys,
        partitions=configured.partitions,
    ) as services:
        events = [event for event in EXAMPLES.values() if isinstance(event, Event)]
        await services.bus.publish([record_of(event) for event in events])
    wish = Wish(settings=configured, to=folder / "backup.tar", passphrase=PASSPHRASE)
    await backup(wish, lambda what, count: None, datetime(2020, 1, 1, tzinfo=UTC))


def write_shapes() -> None:
    """Write what today's code stores."""
    SHAPES.mkdir(parents=True, exist_ok=True)
    for collection in (*COLLECTIONS, *YOUNG):
        told = {"schema": collection.schema, "stored": collection.shape()}
        _write(SHAPES / collection.file, json.dumps(told, indent=1, sort_keys=True))


def write(release: str) -> None:
    """Write the goldens of a release that is about to be made."""
    home = HOME / release
    home.mkdir(parents=True)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        edition = with_a_rename(EDITION, folder / "edition")
        asyncio.run(run_edition(edition, folder / "out", keys=folder / "keys"))
        settings = settings_of(folder / "out", RuntimeSettings())
        for collection in COLLECTIONS:
            bodies = asyncio.run(_documents(settings, collection))
            text = json.dumps(list(chosen(bodies)), ensure_ascii=False, indent=1)
            _write(home / collection.file, text)
        asyncio.run(_files(folder))
        for name in ("store", "bus"):
            _write(home / f"{name}.sql", dumped(folder / f"{name}.db"))
        os.mkdir(folder / "small")
        asyncio.run(_backup(folder / "small"))
        archive = (folder / "small" / "backup.tar").read_bytes()
        _write(home / "backup.tar.base64", base64.encodebytes(archive).decode())


def _write(path: Path, text: str) -> None:
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_shapes()
    for name in sys.argv[1:]:
        write(name)
