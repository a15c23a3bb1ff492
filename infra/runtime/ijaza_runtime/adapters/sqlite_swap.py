"""One store file put in another's place, in a moment, and only while nobody has either open."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ijaza_runtime.adapters.sqlite_file import connect, explain, sync_folder
from ijaza_runtime.store import StoreError


def swap(live: Path, rebuilt: Path, aside: Path) -> None:
    """Put the file `rebuilt` in the place of `live`, which is kept as `aside`.

    There is a whole file under the name of `live` at any time, whenever this is cut off. Raises
    `StoreError` while a process has one of them open, and changes nothing then.
    """
    try:
        with _alone(rebuilt):
            pass
        with _alone(live):
            try:
                os.link(live, aside)
            except FileExistsError:
                raise
            except OSError:  # a file system without hard links
                shutil.copy2(live, aside)
            rebuilt.replace(live)
            sync_folder(live.parent)
    except OSError as error:
        raise StoreError(explain(error, live)) from error


def remove(path: Path) -> None:
    """Remove a store file that nobody has open, and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Have a file to oneself, with everything in it and nothing in a log beside it.

    A connection in WAL mode holds a shared lock for as long as it is open, and leaving that mode
    asks for an exclusive one: so it is refused while anybody else has the file. Who opens the file
    next puts it back into that mode.
    """
    with closing(connect(path, patience=0)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise StoreError(
                f"{path} is in use ({error}): end every process of this service, `ijaza serve` "
                "and shells that have the file open among them, and try again."
            ) from error
        yield
        connection.execute("ROLLBACK")
