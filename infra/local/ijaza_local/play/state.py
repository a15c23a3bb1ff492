"""A run's state in `OUT/.ijaza`: opened by one process at a time, and with one set of keys."""

import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from hashlib import blake2b
from pathlib import Path

from ijaza_runtime.adapters.sqlite_file import explain
from ijaza_runtime.failpoints import Step, nowhere

from ijaza_local.play.ledger import Ledger, LedgerError
from ijaza_local.play.phases import PlayError, Progress
from ijaza_local.services import NAMES, Services, running

STATE = ".ijaza"
PARTITIONS = 12
_LOCK, _LEDGER, _BUS, _STORES = "lock", "run.db", "bus.db", "stores"
_WHOLE = "restore OUT from a backup, all of it, or give a new OUT"


def is_out(out: Path) -> bool:
    """Whether a run was begun in this folder."""
    return any((out / STATE / name).is_file() for name in (_LOCK, _LEDGER))


def check_place(directory: Path, out: Path, keys: Path) -> None:
    """Raise `PlayError` unless the edition in `directory` can be played into `out`."""
    if not directory.is_dir():
        raise PlayError(f"{directory} is no folder: give the folder that holds edition.yaml")
    if out.exists() and not out.is_dir():
        raise PlayError(f"{out} is a file: give a folder, which is made if it is not there")
    if out.resolve() == directory.resolve():
        raise PlayError(f"{out} is the edition's own folder: give another one for what comes out")
    # OUT is handed on, and whoever has the keys can issue in the issuer's name (formats.md, OUT).
    if keys.resolve().is_relative_to(out.resolve()):
        raise PlayError(
            f"the keys would lie in OUT, at {keys}: give another folder to --out, or set "
            "IJAZA_KEYS to one outside of it"
        )
    if out.is_dir() and not is_out(out) and any(out.iterdir()):
        raise PlayError(
            f"{out} is not empty and was not made by `ijaza run`: give an empty or a new folder"
        )


@contextmanager
def opened(out: Path) -> Iterator[Ledger]:
    """The ledger of an OUT, which is kept from every other process.

    Raises `PlayError` if another process has it or a part of it is gone, and `LedgerError` if the
    ledger cannot be read or written, now or later.
    """
    state = out / STATE
    with _locked(out):
        path = state / _LEDGER
        if not path.exists() and (state / _BUS).exists():
            raise PlayError(f"{path} is gone, but not what belongs to it: {_WHOLE}")
        ledger = Ledger(path)
        try:
            yield ledger
        except sqlite3.Error as error:
            raise LedgerError(explain(error, path)) from error
        finally:
            ledger.close()


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    state = out / STATE
    state.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(state / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlayError(f"another run is using {out}: wait until it has ended") from None
        yield
    finally:
        os.close(descriptor)


@asynccontextmanager
async def services_of(
    out: Path,
    ledger: Ledger,
    keys: Path,
    *,
    step: Step = nowhere,
    progress: Progress = lambda what, count: None,
) -> AsyncIterator[Services]:
    """The services on the state of an OUT.

    Raises `PlayError` if a part of the state is gone, or it was made with other keys: with those,
    every participant would be somebody else.
    """
    state, marked = out / STATE, ledger.fact("keys")
    if marked is not None:
        _check_whole(out, keys)
    async with running(
        bus_url=f"sqlite:///{state / _BUS}",
        store_url=f"sqlite:///{state / _STORES}",
        keys=keys,
        partitions=PARTITIONS,
        step=step,
        handled=progress,
        member="run",
    ) as services:
        mark = _mark_of_keys(services)
        if marked not in (None, mark):
            raise PlayError(_other_keys(out, keys))
        ledger.note("keys", mark)
        yield services


def _check_whole(out: Path, keys: Path) -> None:
    """Raise `PlayError` if a part of the state, or the folder of its keys, is gone.

    Services would make what is missing anew, and take what is recorded for that of nobody.
    """
    state = out / STATE
    for path in (state / _BUS, *(state / _STORES / f"{name}.db" for name in NAMES)):
        if not path.exists():
            raise PlayError(f"{path} is gone, but not what belongs to it: {_WHOLE}")
    if not keys.is_dir():
        raise PlayError(_other_keys(out, keys))


def _other_keys(out: Path, keys: Path) -> str:
    return (
        f"{out} was made with other keys than those in {keys}: run in the working directory of the "
        "first run, or set IJAZA_KEYS to the folder of its keys"
    )


def _mark_of_keys(services: Services) -> str:
    """What tells keys apart and does not give them away."""
    desk = services.credential.desk
    mark = blake2b(b"the keys of a run", key=desk.secret, digest_size=16)
    mark.update(desk.key.multibase.encode())
    mark.update(services.enrollment.desk.applicants.id_of("keys", "keys").encode())
    return mark.hexdigest()
