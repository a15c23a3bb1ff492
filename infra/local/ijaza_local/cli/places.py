"""Where a command finds bus, store and keys: where the settings say, or in the OUT of a run."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from ijaza_credential.main import NAME
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import Bus
from ijaza_runtime.settings import RuntimeSettings
from ijaza_runtime.store import Store, StoreError

from ijaza_local.cli.failing import settings
from ijaza_local.operate.embedded import store_file
from ijaza_local.play.phases import PlayError
from ijaza_local.play.state import attached, check_keys, is_out, opened, settings_of


@contextmanager
def place(out: Path | None) -> Iterator[RuntimeSettings]:
    """The settings of an OUT, which no other process has meanwhile, or those of the environment.

    Raises `PlayError` for a folder that is no OUT, or keeps its state elsewhere, or had other keys.
    """
    configured = settings(logs=False)
    if out is None:
        yield configured
        return
    if not is_out(out):
        raise PlayError(f"{out} was not made by `ijaza run`: give the OUT of a run")
    with opened(out) as ledger:
        if attached(ledger):
            raise PlayError(f"the state of {out} is with services elsewhere: leave --out away")
        check_keys(out, ledger, configured.keys)
        yield settings_of(out, configured)


@asynccontextmanager
async def bus_of(configured: RuntimeSettings) -> AsyncIterator[Bus]:
    """The bus that the settings name. Raises `BusError`."""
    bus = open_bus(configured.bus_url, kafka=configured.kafka)
    try:
        yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def store_of(configured: RuntimeSettings) -> AsyncIterator[Store]:
    """The store of credential that the settings name. Raises `StoreError`."""
    store = open_store(configured.store_url, NAME, mongo=configured.mongo)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def known_store_of(configured: RuntimeSettings) -> AsyncIterator[Store]:
    """As `store_of`, for who only reads: no file is made where there is none."""
    path = store_file(configured.store_url, NAME)
    if path is not None and not path.is_file():
        raise StoreError(f"there is no store at {path}: set IJAZA_STORE_URL, or give --out OUT.")
    async with store_of(configured) as store:
        yield store
