"""A SQLite connection and the one thread that uses it, so that no event loop waits for a disk."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from ijaza_runtime.adapters.sqlite_file import FileKind, explain, open_file

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class Worker:
    """One connection with its thread. Whatever SQLite raises comes out as `kind.error`."""

    def __init__(self, path: Path, kind: FileKind) -> None:
        self._path = path
        self._kind = kind
        self._connection = open_file(path, kind)
        self._file = _identity(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"sqlite {path.name}")
        self._closed = False

    async def read(self, work: Work[T]) -> T:
        """The result of `work`, done on the thread."""
        return await asyncio.wrap_future(self._submit(work))

    async def write(self, work: Work[T]) -> T:
        """The result of `work`, done on the thread in one transaction: durable, or undone."""
        return await asyncio.wrap_future(self.submit_write(work))

    def submit_write(self, work: Work[T]) -> Future[T]:
        """As `write`, from any thread."""
        return self._submit(lambda connection: _in_transaction(connection, work))

    async def truncate(self) -> bool:
        """Move the write-ahead log into the file and empty it; whether that could be done.

        Until then the log holds what was deleted since, however securely.
        """
        return await self.read(_truncate)

    async def ping(self) -> None:
        """Raises `kind.error` if the file cannot be read, or is no longer the one at its path.

        SQLite goes on writing to a file that was moved or removed, and nobody would find it.
        """
        if await self.read(lambda _: _identity(self._path)) != self._file:
            raise self._kind.error(
                f"{self._path} is not there any more, or another file: put it back, or start anew."
            )
        await self.read(lambda file: file.execute("SELECT 1 FROM sqlite_master").fetchone())

    async def close(self) -> None:
        if self._closed:
            return
        closing = self._submit(sqlite3.Connection.close)
        self._closed = True
        await asyncio.wrap_future(closing)
        self._thread.shutdown(wait=False)

    def _submit(self, work: Work[T]) -> Future[T]:
        if self._closed:
            raise self._kind.error(f"{self._path} was closed by this process: open it again.")
        return self._thread.submit(self._perform, work)

    def _perform(self, work: Work[T]) -> T:
        try:
            return work(self._connection)
        except sqlite3.Error as error:
            raise self._kind.error(explain(error, self._path)) from error


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from every other, whatever it is called; None if there is none."""
    try:
        status = path.stat()  # opens nothing: see `open_file`
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _in_transaction(connection: sqlite3.Connection, work: Work[T]) -> T:
    with transaction(connection):
        return work(connection)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction that holds the write lock from its beginning."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _truncate(connection: sqlite3.Connection) -> bool:
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
