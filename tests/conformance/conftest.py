"""A bus or store of every adapter in turn, and names that no other test uses."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from ijaza_runtime.bus import Bus
from ijaza_runtime.store import Store

from tests.conformance.registry import (
    BUSES,
    SERVED,
    STORES,
    ConnectBus,
    ConnectStore,
    Place,
)


def _params(adapters: Iterable[str]) -> list[Any]:
    """Each adapter as a parameter; those that need a server are slow."""
    slow = pytest.mark.slow
    return [pytest.param(each, marks=slow) if each in SERVED else each for each in adapters]


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the adapter of a test is opened."""
    return Place(tmp_path, request.getfixturevalue)


@pytest.fixture(params=_params(BUSES))
async def connect(request: pytest.FixtureRequest, place: Place) -> AsyncIterator[ConnectBus]:
    """Opens buses on one place, for each adapter; they are closed when the test ends."""
    opened: list[Bus] = []
    async with BUSES[request.param](place) as open_bus:

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


@pytest.fixture(params=_params(STORES))
async def open_store(request: pytest.FixtureRequest, place: Place) -> AsyncIterator[ConnectStore]:
    """Opens stores on one place, for each adapter; they are closed when the test ends."""
    opened: list[Store] = []
    async with STORES[request.param](place) as open_one:

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
