"""Opening the SQLite files of Ijaza: made whole, recognised, and refused if they are not ours."""

import os
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ijaza_runtime.adapters.mounts import network_file_system

BUSY_SECONDS = 5.0
"""How long a connection waits for another's lock; half of a lease, so that leases outlive it."""

_OLDEST_SQLITE = (3, 33, 0)
_PAGE_BYTES = 8192
_CHECKPOINT_PAGES = 2000
_WAL_BYTES_KEPT = 64 * 1024 * 1024
_CHECKED_BYTES = 16 * 1024 * 1024

_APPLICATION_IDS = {
    0x496A7A62: "an Ijaza bus",
    0x496A7A73: "an Ijaza store",
    0x496A7A72: "the ledger of a run",
}


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is for, and how one of its kind is known and made.

    `upgrades` are the statements that bring a file of an older format to the next.
    """

    application_id: int
    version: int
    schema: tuple[str, ...]
    tables: frozenset[str]
    error: type[Exception]
    upgrades: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return _APPLICATION_IDS[self.application_id]


def open_file(path: Path, kind: FileKind) -> sqlite3.Connection:
    """A connection to the file at `path`, which is made if there is none.

    Raises `kind.error` if the file is not of this kind, damaged, of another format version, on a
    network file system, or cannot be opened. A refused file is left as it was.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise kind.error(
            f"SQLite {sqlite3.sqlite_version} is too old: 3.33 or newer is needed. "
            "Use a Python that is built with a newer SQLite."
        )
    _refuse_network(path, kind)
    try:
        if not path.exists():
            _make(path, kind)
        connection = connect(path)
        try:
            _recognise(connection, path, kind)
            _set_up(connection)
            _upgrade(connection, kind)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        raise kind.error(explain(error, path)) from error
    return connection


def explain(error: Exception, path: Path) -> str:
    """What an error of SQLite or the file system means for `path`, and what to do."""
    name = getattr(error, "sqlite_errorname", "")
    for prefix, meaning in _MEANINGS.items():
        if name.startswith(prefix):
            return f"{path}: {meaning} ({error})"
    return f"{path}: {error}"


_MEANINGS = {
    "SQLITE_FULL": "the disk is full and nothing of this was written; free space and try again",
    "SQLITE_BUSY": f"another process has held the file for {BUSY_SECONDS:g} s; look for one that "
    "is stopped, or a backup or shell that has a transaction open, and try again",
    "SQLITE_NOTADB": "not an Ijaza file, nor any SQLite file, or damaged at its beginning; "
    "give another path, or restore a backup",
    "SQLITE_CORRUPT": "the file is damaged; stop every process that uses it and restore a backup",
    "SQLITE_READONLY": "the file cannot be written; check the permissions of it and its folder",
    "SQLITE_CANTOPEN": "the file cannot be opened; check the permissions of it and its folder",
    "SQLITE_IOERR": "the disk failed and nothing of this was written; look for errors of the disk "
    "or a size limit, and try again",
}


def _refuse_network(path: Path, kind: FileKind) -> None:
    network = network_file_system(path)
    if network is not None:
        raise kind.error(
            f"{path} is on a network file system ({network}), where SQLite cannot keep several "
            "processes apart. Give a path on a local disk."
        )


def _make(path: Path, kind: FileKind) -> None:
    """Make the file elsewhere and link it: it never stands there half made, or twice."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        # The log and stores hold personal data; SQLite gives its -wal and -shm the same mode.
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL, 0o600))
        with closing(connect(draft)) as connection:
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN")
            for statement in kind.schema:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {kind.application_id}")
            connection.execute(f"PRAGMA user_version = {kind.version}")
            connection.execute("COMMIT")
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was faster, and its file is as good
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the name of a new file survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def connect(path: Path, *, patience: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection to a file that is there; it waits so many seconds for another's lock."""
    # The file is never opened by other means than SQLite's: closing any descriptor of it would
    # drop the POSIX locks that this process holds on it (sqlite.org/howtocorrupt.html, 2.2).
    return sqlite3.connect(
        # By its bytes: a name on disk need not be text.
        f"file:{quote(os.fsencode(path.absolute()))}?mode=rw",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
    )


def _recognise(connection: sqlite3.Connection, path: Path, kind: FileKind) -> None:
    """Raise `kind.error` unless the file is whole and of this kind. Only reads."""
    size = path.stat().st_size
    if size == 0:
        raise kind.error(
            f"{path} is empty, and was {kind.name} only if it lost everything. Restore a backup, "
            "or delete the file to begin anew."
        )
    found = _pragma(connection, "application_id")
    if found != kind.application_id:
        what = _APPLICATION_IDS.get(found, f"another program's file (application id {found})")
        raise kind.error(f"{path} is {what}, not {kind.name}. Give another path.")
    version = _pragma(connection, "user_version")
    if version not in (kind.version, *kind.upgrades):
        raise kind.error(
            f"{path} has format {version}, and this release reads format {kind.version}. "
            "Use the release that wrote it, or a newer one."
        )
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if kind.tables - names:
        raise kind.error(_damaged(path, f"lacks {', '.join(sorted(kind.tables - names))}"))
    if size <= _CHECKED_BYTES:
        (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if finding != "ok":
            raise kind.error(_damaged(path, finding))


def _upgrade(connection: sqlite3.Connection, kind: FileKind) -> None:
    """Bring a file of an older format to this one, whole or not at all."""
    if _pragma(connection, "user_version") == kind.version:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again under the lock: another process may have been faster, or of a newer release.
        found = _pragma(connection, "user_version")
        for version in range(found, kind.version):
            for statement in kind.upgrades[version]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(found, kind.version)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back where the disk is full
            connection.execute("ROLLBACK")
        raise


def _damaged(path: Path, finding: str) -> str:
    return f"{path}: {_MEANINGS['SQLITE_CORRUPT']} ({finding})"


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def _set_up(connection: sqlite3.Connection) -> None:
    # A file keeps its mode, but for one that a swap of files was cut off at.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES_KEPT}")
    connection.execute("PRAGMA cache_size = -16000")
