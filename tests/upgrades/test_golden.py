"""What a release has stored is read by today's code, and gives the same states.

What a release stored stands in `golden/RELEASE`, and is never changed. Whoever changes what is
stored sees these tests fail, and reads in the message what to do.
"""

import base64
import json
import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from ijaza_local.operate.restore import Request, restore
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.documents import NewerSchemaError
from ijaza_runtime.settings import RuntimeSettings

from tests.upgrades.golden import (
    COMMITTED,
    HOME,
    PASSPHRASE,
    RECORDS,
    SHAPES,
    STORED,
    as_body,
)
from tests.upgrades.stored import COLLECTIONS, YOUNG, Collection

RELEASES = sorted(path.name for path in HOME.iterdir() if path != SHAPES)
by_file = pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.file)
by_release = pytest.mark.parametrize("release", RELEASES)

WHAT_TO_DO = """
What {file} holds is no longer what was committed. Stored documents outlive releases, so:
1. Is it only a new field with a default, of which an older release may know nothing, and which it
   may drop when it writes? Then leave SCHEMA as it is: both releases can run side by side.
2. Otherwise raise SCHEMA of {service}'s {name}, give its Codec an upcast from {schema} (a pure
   function from the old state's JSON to the new one's), and bring the old release out of service
   before the new one starts.
Then run `python -m tests.upgrades.golden`, and say in CHANGELOG.md which of the two it is.
"""


def golden(release: str, collection: Collection) -> list[Any]:
    """The documents of a collection as a release has stored them."""
    found: list[Any] = json.loads((HOME / release / collection.file).read_text(encoding="utf-8"))
    return found


def rebuilt(release: str, name: str, path: Path) -> Path:
    """A SQLite file as a release had it."""
    with closing(sqlite3.connect(path)) as file:
        file.executescript((HOME / release / f"{name}.sql").read_text(encoding="utf-8"))
    return path


def test_this_release_has_its_goldens() -> None:
    """A release is made with them: they are what the next one is held to."""
    assert version("ijaza-local") in RELEASES, (
        "run `python -m tests.upgrades.golden RELEASE` before a release, and commit what it writes"
    )


@by_release
def test_no_collection_is_forgotten(release: str) -> None:
    """What a release stored is read for good, and of each collection there is something."""
    names = {path.name for path in (HOME / release).glob("*.json")}
    assert names == {collection.file for collection in COLLECTIONS}
    assert all(golden(release, collection) for collection in COLLECTIONS)


@pytest.mark.slow
@by_release
@by_file
def test_every_stored_document_is_read(release: str, collection: Collection) -> None:
    """It gives the state that it gave: written anew it is the same, or, of an older schema, new."""
    for stored in golden(release, collection):
        again = json.loads(collection.again(as_body(stored)))
        if stored["schema"] == collection.schema:
            assert _without_defaults(again, stored) == stored
        assert again["schema"] == collection.schema


def _without_defaults(now: Any, stored: Any) -> Any:
    """A value without the fields that a release did not know."""
    if isinstance(now, dict) and isinstance(stored, dict):
        return {name: _without_defaults(now[name], stored[name]) for name in now if name in stored}
    if isinstance(now, list) and isinstance(stored, list) and len(now) == len(stored):
        return [_without_defaults(one, two) for one, two in zip(now, stored, strict=True)]
    return now


@pytest.mark.parametrize("collection", [*COLLECTIONS, *YOUNG], ids=lambda one: one.file)
def test_what_is_stored_has_not_changed_unnoticed(collection: Collection) -> None:
    """The shape of every state is committed beside the number of its schema."""
    told = json.loads((SHAPES / collection.file).read_text(encoding="utf-8"))
    now = {"schema": collection.schema, "stored": collection.shape()}
    assert json.loads(json.dumps(now)) == told, WHAT_TO_DO.format(
        file=collection.file,
        service=collection.service,
        name=collection.name,
        schema=told["schema"],
    )


@by_file
def test_a_document_of_a_newer_release_is_refused(collection: Collection) -> None:
    """It is not read by halves; the message says what to do."""
    stored = golden(RELEASES[-1], collection)[0] | {"schema": collection.schema + 1}
    with pytest.raises(NewerSchemaError, match="run that release, or a newer one"):
        collection.again(as_body(stored))


@by_release
async def test_a_store_file_is_read(release: str, tmp_path: Path) -> None:
    """All that stood in it is there: documents, labels, what was to be sent."""
    store = SqliteStore(rebuilt(release, "store", tmp_path / "store.db"))
    try:
        found = await store.load("people", [each.key for each in STORED])
        assert found == {each.key: each for each in STORED}
        assert await store.find("people", "serial:7") == [STORED[0]]
        assert await store.unsent("people", "", 5) == [STORED[0]]
    finally:
        await store.close()


@by_release
async def test_a_bus_file_is_read(release: str, tmp_path: Path) -> None:
    """Records stand where they stood, and groups too."""
    bus = SqliteBus(rebuilt(release, "bus", tmp_path / "bus.db"))
    try:
        follower = await bus.follower(["facts", "people"])
        slices = await follower.read(100)
        found = {
            (each.topic, record.key, record.value, record.headers["ce_id"])
            for each in slices
            for record in each.records
        }
        assert found == {(one.topic, one.key, one.value, one.headers["ce_id"]) for one in RECORDS}
        assert (await bus.committed("readers", ["facts"]))[COMMITTED] == 1
    finally:
        await bus.close()


@pytest.mark.slow
@by_release
async def test_a_backup_is_restored(release: str, tmp_path: Path) -> None:
    """The archive of a release, by this one."""
    archive = tmp_path / "backup.tar"
    text = (HOME / release / "backup.tar.base64").read_text(encoding="ascii")
    archive.write_bytes(base64.decodebytes(text.encode()))
    settings = RuntimeSettings(
        bus_url=f"sqlite:///{tmp_path}/bus.db",
        store_url=f"sqlite:///{tmp_path}/stores",
        keys=tmp_path / "keys",
        partitions=2,
    )
    request = Request(settings=settings, archive=archive, passphrase=PASSPHRASE)

    manifest = await restore(request, lambda what, count: None)

    assert manifest.release == release
    assert manifest.records > 0
    assert (tmp_path / "keys" / "issuer.pem").is_file()
