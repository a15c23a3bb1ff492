"""A bus or store of every adapter in turn, and names that no other test uses."""

import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from ijaza_runtime.bus import Bus
from ijaza_runtime.store import Store

from tests.conformance.registry import BUSES, STORES, ConnectBus, ConnectStore


@pytest.fixture(params=BUSES)
async def connect(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ConnectBus]:
    """Opens buses on one place, for each adapter; they are closed when the test ends."""
    opened: list[Bus] = []
    async with BUSES[request.param](tmp_path) as open_bus:

        def connect(member: str) -> Bus:
            opened.append(open_bus(member))
            return opened[-1]

        yield connect
        for bus in opened:
            await bus.close()


@pytest.fixture
def bus(connect: ConnectBus) -> Bus:
    """A bus of one process."""
    return connect("a")


@pytest.fixture(params=STORES)
async def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ConnectStore]:
    """Opens stores on one place, for each adapter; they are closed when the test ends."""
    opened: list[Store] = []
    async with STORES[request.param](tmp_path) as open_one:

        def open_store() -> Store:
            opened.append(open_one())
            return opened[-1]

        yield open_store
        for store in opened:
            await store.close()


@pytest.fixture
def store(open_store: ConnectStore) -> Store:
    """A store of one process."""
    return open_store()


@pytest.fixture
def unused() -> Callable[[str], str]:
    """Makes a name that is not yet used, also on a server that outlives the tests."""
    token = secrets.token_hex(4)
    return lambda name: f"{name}-{token}"
