"""A run's state in `OUT/.ijaza`: opened by one process at a time, and with one set of keys."""

import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from hashlib import blake2b
from pathlib import Path

from ijaza_contracts.identity import participant_id
from ijaza_credential import main as credential
from ijaza_credential.documents.key_folder import first_key
from ijaza_enrollment import main as enrollment
from ijaza_runtime.adapters.sqlite_file import explain
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.meter import Meter
from ijaza_runtime.secrets import load_or_create_secret, require
from ijaza_runtime.settings import RuntimeSettings

from ijaza_local.play.ledger import Ledger, LedgerError
from ijaza_local.play.phases import PlayError, Progress
from ijaza_local.services import NAMES, Services, running

STATE = ".ijaza"
PARTITIONS = 12
_LOCK, _LEDGER, _BUS, _STORES = "lock", "run.db", "bus.db", "stores"
_KEYS = "keys"
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


class _Shown(Meter):
    """Hands on what is folded, and what is made, to whoever shows progress."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def folded(self, service: str, records: int, seconds: float) -> None:
        self._progress(service, records)

    def projected(self, group: str, events: int) -> None:
        self._progress(group.rpartition(".")[2], events)


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
    elsewhere: RuntimeSettings | None = None,
    step: Step = nowhere,
    progress: Progress = lambda what, count: None,
) -> AsyncIterator[Services]:
    """The services on the state of an OUT, or those that run where the settings say.

    Raises `PlayError` if a part of the state is gone, or it was made with other keys: with those,
    every participant would be somebody else.
    """
    marked = ledger.fact("keys")
    if marked is not None:
        _check_whole(out, ledger, keys, elsewhere=elsewhere is not None)
    if elsewhere is None:
        state = out / STATE
        opening = running(
            bus_url=f"sqlite:///{state / _BUS}",
            store_url=f"sqlite:///{state / _STORES}",
            keys=keys,
            partitions=PARTITIONS,
            step=step,
            meter=_Shown(progress),
            member="run",
        )
    else:
        opening = running(
            bus_url=elsewhere.bus_url,
            store_url=elsewhere.store_url,
            keys=keys,
            partitions=elsewhere.partitions,
            kafka=elsewhere.kafka,
            mongo=elsewhere.mongo,
            elsewhere=True,
            step=step,
        )
    async with opening as services:
        mark = _mark_of_keys(services)
        if marked not in (None, mark):
            raise PlayError(_other_keys(out, keys))
        ledger.note("keys", mark)
        if elsewhere is not None:
            ledger.note("elsewhere", "yes")
        yield services


def settings_of(out: Path, configured: RuntimeSettings) -> RuntimeSettings:
    """The settings by which the state of an OUT is reached as that of services."""
    state = out / STATE
    return configured.model_copy(
        update={
            "bus_url": f"sqlite:///{state / _BUS}",
            "store_url": f"sqlite:///{state / _STORES}",
            "partitions": PARTITIONS,
        }
    )


def attached(ledger: Ledger) -> bool:
    """Whether a run that was begun keeps its state with services elsewhere."""
    return ledger.fact("elsewhere") is not None


def _check_whole(out: Path, ledger: Ledger, keys: Path, *, elsewhere: bool) -> None:
    """Raise `PlayError` if a part of the state, or the folder of its keys, is gone.

    Services would make what is missing anew, and take what is recorded for that of nobody.
    """
    state = out / STATE
    if elsewhere != attached(ledger):
        has = "elsewhere: give --attach" if elsewhere is False else "of its own: leave --attach out"
        raise PlayError(f"{out} was begun with services {has}, or give a new OUT")
    whole = () if elsewhere else (state / _BUS, *(state / _STORES / f"{n}.db" for n in NAMES))
    for path in whole:
        if not path.exists():
            raise PlayError(f"{path} is gone, but not what belongs to it: {_WHOLE}")
    if not keys.is_dir():
        raise PlayError(_other_keys(out, keys))


def _other_keys(out: Path, keys: Path) -> str:
    return (
        f"{out} was made with other keys than those in {keys}: run in the working directory of the "
        "first run, or set IJAZA_KEYS to the folder of its keys"
    )


def check_keys(out: Path, ledger: Ledger, keys: Path) -> None:
    """Raise `PlayError` unless these are the keys that an OUT was made with.

    Raises `SecretError` where they are not there. No store is looked at: it may be lost.
    """
    require(keys, credential.SECRET, enrollment.SECRET)
    mark = _mark(
        load_or_create_secret(keys, credential.SECRET),
        first_key(keys).multibase,
        participant_id(load_or_create_secret(keys, enrollment.SECRET), _KEYS, _KEYS),
    )
    if ledger.fact("keys") != mark:
        raise PlayError(_other_keys(out, keys))


def _mark_of_keys(services: Services) -> str:
    desk = services.credential.desk
    participant = services.enrollment.desk.applicants.id_of(_KEYS, _KEYS)
    return _mark(desk.secret, desk.keys.first.multibase, participant)


def _mark(secret: bytes, multibase: str, participant: str) -> str:
    """What tells keys apart and does not give them away."""
    mark = blake2b(b"the keys of a run", key=secret, digest_size=16)
    mark.update(multibase.encode())
    mark.update(participant.encode())
    return mark.hexdigest()
