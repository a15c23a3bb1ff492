"""Store files of an older format: brought to this one when they are opened, whole or not at all."""

import asyncio
import signal
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ijaza_runtime.adapters import sqlite_file
from ijaza_runtime.adapters.sqlite_store import STORE_FILE, SqliteStore
from ijaza_runtime.bus import Record
from ijaza_runtime.store import Document, StoreError

FORMAT_1 = """
CREATE TABLE documents (id INTEGER PRIMARY KEY, collection TEXT NOT NULL, key TEXT NOT NULL,
    version INTEGER NOT NULL, scope TEXT NOT NULL, partition INTEGER NOT NULL, basis TEXT NOT NULL,
    labels TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (collection, key));
CREATE INDEX documents_of_scope ON documents (collection, scope, key);
CREATE INDEX documents_of_partition ON documents (collection, partition, key);
CREATE TABLE outboxes (collection TEXT, key TEXT, version INTEGER NOT NULL, records BLOB NOT NULL,
    PRIMARY KEY (collection, key)) WITHOUT ROWID;
CREATE TABLE labels (collection TEXT, label TEXT, key TEXT, PRIMARY KEY (collection, label, key))
    WITHOUT ROWID;
PRAGMA application_id = 1231714931;
PRAGMA user_version = 1;
"""
"""As release 0.1 made it."""

RECORD = Record("credential.events", "p1", b"{}", {"ce_id": "1"})
STORED = [
    Document("a", 3, "eg-2025", 7, "2|1", b'{"n":1}', (RECORD,), ("serial:7",)),
    Document("b", 1, "eg-2025", 0, "", b"{}"),
]

DYING = """
import os, signal, sqlite3, sys
from dataclasses import replace
from pathlib import Path
from ijaza_runtime.adapters import sqlite_file
from ijaza_runtime.adapters.sqlite_store import STORE_FILE

class Connection(sqlite3.Connection):
    def execute(self, statement, *given):
        if statement == "SELECT 'the end'":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().execute(statement, *given)

sqlite_file.sqlite3.connect = lambda *given, **named: Connection(*given, **named)
upgrade = (*STORE_FILE.upgrades[1], "SELECT 'the end'")
sqlite_file.open_file(Path(sys.argv[1]), replace(STORE_FILE, upgrades={1: upgrade}))
"""

OPENING = """
import sys
from pathlib import Path
from ijaza_runtime.adapters.sqlite_store import SqliteStore

SqliteStore(Path(sys.argv[1]))
"""


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """A store file of format 1 with two documents."""
    path = tmp_path / "attendance.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(FORMAT_1)
        for d in STORED:
            labels = msgspec.json.encode(d.labels).decode()
            row = ("people", d.key, d.version, d.scope, d.partition, d.basis, labels, d.body)
            connection.execute(
                "INSERT INTO documents (collection, key, version, scope, partition, basis, labels,"
                " body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        outbox = msgspec.msgpack.encode((RECORD,))
        connection.execute("INSERT INTO outboxes VALUES ('people', 'a', 3, ?)", (outbox,))
        connection.execute("INSERT INTO labels VALUES ('people', 'serial:7', 'a')")
        connection.commit()
    return path


def format_of(path: Path) -> tuple[int, bool]:
    """The format that a file says it has, and whether it has what format 2 brought."""
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(documents)")]
    return version, "trace" in columns


async def run(program: str, path: Path) -> int:
    """Have another process do something to a file; how it ended."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(path))
    return await process.wait()


async def assert_upgraded(path: Path) -> None:
    """All that stood in the file of format 1 is there, and it takes what format 2 takes."""
    store = SqliteStore(path)
    assert await store.load("people", ["a", "b"]) == {d.key: d for d in STORED}
    assert await store.find("people", "serial:7") == STORED[:1]
    assert await store.unsent("people", "", 5) == STORED[:1]
    traced = replace(STORED[0], version=4, trace="00-a")
    assert await store.save("people", [traced]) == frozenset()
    assert await store.load("people", ["a"]) == {"a": traced}
    await store.close()
    assert format_of(path) == (2, True)


async def test_a_file_of_format_1_is_upgraded(old_file: Path) -> None:
    """By being opened; what stood in it is unchanged."""
    assert format_of(old_file) == (1, False)
    await assert_upgraded(old_file)


async def test_an_upgraded_file_is_as_a_new_one(old_file: Path, tmp_path: Path) -> None:
    """Tables and indexes have the same names and columns."""
    await SqliteStore(old_file).close()
    await SqliteStore(tmp_path / "new.db").close()

    def shape(path: Path) -> dict[str, list[Any]]:
        with closing(sqlite3.connect(path)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
            return {
                name: [row[1:] for row in connection.execute(f"PRAGMA table_info({name})")]
                for (name,) in names
            }

    assert shape(old_file) == shape(tmp_path / "new.db")


async def test_an_upgrade_that_fails_leaves_the_old_file(old_file: Path) -> None:
    """The statement after the first is wrong: nothing of the upgrade stays."""
    broken = replace(STORE_FILE, upgrades={1: (*STORE_FILE.upgrades[1], "SELECT nothing")})
    with pytest.raises(StoreError, match="nothing"):
        sqlite_file.open_file(old_file, broken)
    assert format_of(old_file) == (1, False)
    await assert_upgraded(old_file)


@pytest.mark.slow
async def test_a_process_killed_in_an_upgrade_leaves_the_old_file(old_file: Path) -> None:
    """After the column was added and before the end; the next process upgrades it."""
    assert await run(DYING, old_file) == -signal.SIGKILL
    assert format_of(old_file) == (1, False)
    await assert_upgraded(old_file)


async def test_two_may_upgrade_at_once(old_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have seen format 1 before either begins: one upgrades, and the other finds it done."""
    both = threading.Barrier(2, timeout=10)

    class Waiting(sqlite3.Connection):
        def execute(self, statement: str, *given: Any) -> sqlite3.Cursor:
            if statement == "BEGIN IMMEDIATE":
                both.wait()
            return super().execute(statement, *given)

    def connect(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Waiting)

    monkeypatch.setattr(sqlite_file, "connect", connect)
    with ThreadPoolExecutor(2) as threads:
        opened = list(threads.map(sqlite_file.open_file, [old_file] * 2, [STORE_FILE] * 2))
    for connection in opened:
        connection.close()
    monkeypatch.undo()
    await assert_upgraded(old_file)


@pytest.mark.slow
async def test_many_processes_may_upgrade_at_once(old_file: Path) -> None:
    """Services are restarted together: each can use the file."""
    assert await asyncio.gather(*(run(OPENING, old_file) for _ in range(4))) == [0] * 4
    await assert_upgraded(old_file)


async def test_format_1_is_not_written_again(old_file: Path) -> None:
    """A file that was upgraded is refused by the release before, which would lose what is new."""
    await SqliteStore(old_file).close()
    before = replace(STORE_FILE, version=1, upgrades={})
    with pytest.raises(StoreError, match="has format 2"):
        sqlite_file.open_file(old_file, before)
