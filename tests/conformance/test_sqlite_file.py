"""SQLite files: ours are recognised, and everything else is refused and left as it was."""

import asyncio
import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from ijaza_runtime.adapters import mounts, sqlite_file
from ijaza_runtime.adapters.mounts import file_system_of
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.bus import BusError, TopicPlan
from ijaza_runtime.store import Document, StoreError

from tests.conformance.reading import numbered

MOUNTS = """\
overlay / overlay rw,relatime 0 0
proc /proc proc rw 0 0
/dev/sda1 /srv ext4 rw 0 0
files:/export /srv/shared nfs4 rw,vers=4.2 0 0
//files/share /srv/with\\040space cifs rw 0 0
host /home/dev fuse.sshfs rw 0 0
tmpfs /srv/shared/scratch tmpfs rw 0 0
old /mnt ext4 rw 0 0
new /mnt nfs rw 0 0
"""


@pytest.fixture
async def bus_file(tmp_path: Path) -> Path:
    """A closed bus with 1,000 records of some 300 bytes."""
    path = tmp_path / "bus.db"
    bus = SqliteBus(path)
    await bus.provision([TopicPlan("facts", 4)])
    await bus.publish([r._replace(value=b"x" * 300) for r in numbered("facts", 1000)])
    await bus.close()
    return path


def refusal(path: Path) -> str:
    """What is said when a bus is opened there; the file stays as it was."""
    before = path.read_bytes()
    with pytest.raises(BusError) as caught:
        SqliteBus(path)
    assert path.read_bytes() == before
    assert str(path) in str(caught.value)
    return str(caught.value)


def edit(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def overwrite(path: Path, start: int, end: int) -> None:
    """Put garbage into a part of a file."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * (end - start))


async def test_a_file_is_made_where_none_is(tmp_path: Path) -> None:
    """With its folders, for its owner's eyes only, and nothing else beside it once closed."""
    path = tmp_path / "a" / "b" / "bus.db"
    await SqliteBus(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == [path.name]


async def test_a_path_need_not_be_text(tmp_path: Path) -> None:
    """A folder may bear a name from another encoding: on disk it is bytes."""
    path = tmp_path / os.fsdecode(b"caf\xe9 %20?") / "bus.db"
    await SqliteBus(path).close()
    assert path.is_file()


async def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    """One of them makes it, all of them can use it, and no draft is left."""
    path = tmp_path / "bus.db"
    buses = await asyncio.gather(*(asyncio.to_thread(SqliteBus, path) for _ in range(8)))
    await asyncio.gather(*(bus.provision([TopicPlan("facts", 4)]) for bus in buses))
    for bus in buses:
        assert len(await bus.ends()) == 4
        await bus.close()
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize(
    "content",
    [b"name,email\n", b"\0" * 20_000, b"\x93NUMPY" + bytes(range(256)) * 100],
    ids=["text", "zeros", "binary"],
)
def test_what_is_no_sqlite_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """The error says that it is none."""
    path = tmp_path / "bus.db"
    path.write_bytes(content)
    assert "not an Ijaza file" in refusal(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """A bus that was cut down to nothing must not begin anew unnoticed."""
    path = tmp_path / "bus.db"
    path.touch()
    assert "is empty" in refusal(path)


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    """Whether it says whose it is or not."""
    path = tmp_path / "bus.db"
    edit(path, "CREATE TABLE notes (text)")
    assert "another program" in refusal(path)
    edit(path, "PRAGMA application_id = 252006673")
    assert "another program's file (application id 252006673)" in refusal(path)


async def test_a_store_is_no_bus_nor_a_bus_a_store(tmp_path: Path, bus_file: Path) -> None:
    """The error names what it is, and what it should be."""
    store_file = tmp_path / "store.db"
    await SqliteStore(store_file).close()
    assert "is an Ijaza store, not an Ijaza bus" in refusal(store_file)
    with pytest.raises(StoreError, match="is an Ijaza bus, not an Ijaza store"):
        SqliteStore(bus_file)


def test_a_newer_format_is_refused(bus_file: Path) -> None:
    """An older release must not write into it."""
    edit(bus_file, "PRAGMA user_version = 99")
    assert "format 99" in refusal(bus_file)


@pytest.mark.parametrize("kept", [50, 700, 8192, 50_000], ids=str)
def test_a_truncated_file_is_refused(bus_file: Path, kept: int) -> None:
    """Wherever it was cut off."""
    bus_file.write_bytes(bus_file.read_bytes()[:kept])
    refusal(bus_file)


@pytest.mark.parametrize("page", range(6))
def test_a_file_with_a_page_of_garbage_is_refused(bus_file: Path, page: int) -> None:
    """Its size and first bytes are right, but a page of tables or records is not."""
    header = 100 if page == 0 else 0
    overwrite(bus_file, page * 8192 + header, (page + 1) * 8192)
    assert "damaged" in refusal(bus_file)


def test_a_file_without_a_table_is_refused(bus_file: Path) -> None:
    """The error names the table."""
    edit(bus_file, "DROP TABLE offsets")
    assert "lacks offsets" in refusal(bus_file)


async def test_damage_that_shows_later_is_explained(
    bus_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large file is not searched for damage when it is opened; using it says what is wrong."""
    monkeypatch.setattr(sqlite_file, "_CHECKED_BYTES", 0)
    overwrite(bus_file, 8192, 12 * 8192)
    bus = SqliteBus(bus_file)
    with pytest.raises(BusError, match=r"bus\.db: the file is damaged"):
        await bus.follower(["facts"])
    await bus.close()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """A path to a folder is an error, not a crash."""
    with pytest.raises(BusError, match=str(tmp_path)):
        SqliteBus(tmp_path)


def test_a_path_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """The error names the path."""
    (tmp_path / "file").touch()
    with pytest.raises(BusError, match=r"bus\.db"):
        SqliteBus(tmp_path / "file" / "bus.db")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/bus.db", "overlay"),
        ("/srv/bus.db", "ext4"),
        ("/srv/shared", "nfs4"),
        ("/srv/shared/deep/bus.db", "nfs4"),
        ("/srv/shared-not/bus.db", "ext4"),
        ("/srv/shared/scratch/bus.db", "tmpfs"),
        ("/srv/with space/bus.db", "cifs"),
        ("/home/dev/bus.db", "fuse.sshfs"),
        ("/mnt/bus.db", "nfs"),
    ],
)
def test_the_file_system_of_a_path(path: str, kind: str) -> None:
    """The longest mount point decides, and of two at one point the later."""
    assert file_system_of(Path(path), MOUNTS) == kind


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_network_file_systems_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Before anything is made there; the error names the kind."""
    table = tmp_path / "mounts"
    table.write_text(f"/dev/sda / ext4 rw 0 0\nfiles {tmp_path / 'net'} {kind} rw 0 0\n")
    monkeypatch.setattr(mounts, "_MOUNTS", table)
    with pytest.raises(BusError, match=f"network file system \\({kind}\\)"):
        SqliteBus(tmp_path / "net" / "bus.db")
    with pytest.raises(StoreError, match="network file system"):
        SqliteStore(tmp_path / "net" / "store.db")
    assert not (tmp_path / "net").exists()


def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says which version is needed."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    with pytest.raises(BusError, match=r"3\.33"):
        SqliteBus(tmp_path / "bus.db")


def _full(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA max_page_count = 3")
    connection.execute("CREATE TABLE t (x)")
    connection.execute("INSERT INTO t VALUES (zeroblob(100000))")


def _read_only(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")
    connection.execute("CREATE TABLE t (x)")


@pytest.mark.parametrize(
    ("fail", "meaning"), [(_full, "the disk is full"), (_read_only, "cannot be written")]
)
def test_errors_of_sqlite_are_explained(
    tmp_path: Path, fail: Callable[[sqlite3.Connection], None], meaning: str
) -> None:
    """What a person reads names the file, what is wrong and what to do."""
    path = tmp_path / "file.db"
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.Error) as caught:
        fail(connection)
    told = sqlite_file.explain(caught.value, path)
    assert str(path) in told
    assert meaning in told


async def test_a_store_is_checked_like_a_bus(tmp_path: Path) -> None:
    """Garbage is refused with a reason; a store that was closed opens again."""
    path = tmp_path / "attendance.db"
    store = SqliteStore(path)
    await store.save("people", [Document("a", 1, "e", 0, "", b"{}")])
    await store.close()
    again = SqliteStore(path)
    assert set(await again.load("people", ["a"])) == {"a"}
    await again.close()
    path.write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreError, match="not an Ijaza file"):
        SqliteStore(path)
