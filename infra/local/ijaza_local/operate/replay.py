"""A service's store rebuilt beside the live one, compared with it, and put in its place.

Nothing outside of the stores is touched: topics are read without a group.
"""

import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ijaza_assessment import main as assessment
from ijaza_assessment.rebuild import rebuild as rebuild_assessment
from ijaza_attendance import main as attendance
from ijaza_attendance.rebuild import rebuild as rebuild_attendance
from ijaza_credential import main as credential
from ijaza_credential.rebuild import rebuild as rebuild_credential
from ijaza_enrollment import main as enrollment
from ijaza_enrollment.rebuild import rebuild as rebuild_enrollment
from ijaza_runtime.adapters.sqlite_swap import remove, swap
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import Bus, BusError
from ijaza_runtime.comparing import (
    Difference,
    clear,
    copy,
    differences,
    is_empty,
    replace_all,
    unsent,
)
from ijaza_runtime.rebuild import Beside, Progress, Read, Rebuild, behind, partitions_of, refill
from ijaza_runtime.settings import RuntimeSettings
from ijaza_runtime.store import Store, StoreError

from ijaza_local.operate.embedded import bus_file, store_file

REBUILDS: Mapping[str, Callable[[Beside], Rebuild]] = {
    enrollment.NAME: rebuild_enrollment,
    attendance.NAME: rebuild_attendance,
    assessment.NAME: rebuild_assessment,
    credential.NAME: rebuild_credential,
}

LISTED = 1_000
"""Differences that are kept to be listed; further ones are counted."""
_SUFFIX = "-rebuild"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be replayed, and what becomes of the rebuilt store.

    `since` None is the beginning; else a copy of the live store is folded on from about then.
    With `to` it stays at that address, with `switch` it takes the live one's place, with neither
    it is removed.
    """

    service: str
    settings: RuntimeSettings
    since: datetime | None = None
    to: str | None = None
    switch: bool = False


@dataclass(slots=True)
class Replayed:
    """What came of it: what was read, and what is not alike in both stores.

    `behind` counts records that the live service had not handled, `aside` says where the old store
    is kept after a switch.
    """

    read: Read
    behind: int
    differing: int = 0
    listed: list[Difference] = field(default_factory=list)
    aside: str = ""

    @property
    def equal(self) -> bool:
        """Whether every document is alike in both stores."""
        return not self.differing


class _Files(NamedTuple):
    live: Path
    rebuilt: Path


async def replay(order: Order, progress: Progress, now: datetime) -> Replayed:
    """Rebuild, compare, and do as ordered. Raises `BusError`, `StoreError` and `SecretError`."""
    configured, files = order.settings, _files(order)
    _check_there(configured)
    bus = open_bus(configured.bus_url, kafka=configured.kafka)
    try:
        with _alone(order):
            async with _rebuilding(order) as (live, rebuilt):
                rebuild = REBUILDS[order.service](
                    Beside(
                        bus=bus,
                        store=rebuilt,
                        keys=configured.keys,
                        partitions=await partitions_of(bus),
                        progress=progress,
                    )
                )
                replayed = await _compared(order, bus, rebuild, live, rebuilt, progress)
                if order.switch:
                    await _check_sent(live, rebuild.collections)
                    if files is None:
                        replayed.aside = await _replace(order, rebuild, live, rebuilt, now)
            if order.switch and files is not None:
                replayed.aside = _swap_files(order, files, now)
            if order.to is None:
                await _drop(order, rebuild.collections)
    finally:
        await bus.close()
    return replayed


async def _compared(
    order: Order, bus: Bus, rebuild: Rebuild, live: Store, rebuilt: Store, progress: Progress
) -> Replayed:
    await rebuilt.provision(rebuild.collections)
    if order.to is None:
        await clear(rebuilt, rebuild.collections)
    elif not await is_empty(rebuilt, rebuild.collections):
        raise StoreError("there is a store at the address of --to already: give another one.")
    if order.since is not None:
        await copy(live, rebuilt, rebuild.collections)
    late = await behind(bus, rebuild)
    read = await refill(bus, rebuild, since=order.since, progress=progress)
    replayed = Replayed(read, late)
    async for difference in differences(live, rebuilt, rebuild.collections, progress):
        replayed.differing += 1
        if len(replayed.listed) < LISTED:
            replayed.listed.append(difference)
    return replayed


async def _check_sent(live: Store, collections: Sequence[str]) -> None:
    if await unsent(live, collections):
        raise StoreError(
            "the live store holds events that were not sent yet, and nobody else has: start the "
            "service until it has sent them, end it, and replay again."
        )


async def _replace(
    order: Order, rebuild: Rebuild, live: Store, rebuilt: Store, now: datetime
) -> str:
    """Make the live store what the rebuilt one is, where stores are collections on a server."""
    name = f"{order.service}-{_stamp(now)}"
    aside = open_store(order.settings.store_url, name, mongo=order.settings.mongo)
    try:
        await aside.provision(rebuild.collections)
        await replace_all(live, rebuilt, aside, rebuild.collections)
    finally:
        await aside.close()
    return f"collections {name}.*"


def _swap_files(order: Order, files: _Files, now: datetime) -> str:
    aside = files.live.with_name(f"{order.service}-{_stamp(now)}.db")
    swap(files.live, files.rebuilt, aside)
    return str(aside)


@asynccontextmanager
async def _rebuilding(order: Order) -> AsyncIterator[tuple[Store, Store]]:
    """The live store, and the one to fill."""
    configured = order.settings
    live = open_store(configured.store_url, order.service, mongo=configured.mongo)
    try:
        if order.to is None:
            name = order.service + _SUFFIX
            if files := _files(order):
                remove(files.rebuilt)
            rebuilt = open_store(configured.store_url, name, mongo=configured.mongo)
        else:
            rebuilt = open_store(order.to, order.service, mongo=configured.mongo)
        try:
            yield live, rebuilt
        finally:
            await rebuilt.close()
    finally:
        await live.close()


async def _drop(order: Order, collections: Sequence[str]) -> None:
    """Leave nothing of the rebuilt store where it was made."""
    if files := _files(order):
        remove(files.rebuilt)
        return
    name = order.service + _SUFFIX
    rebuilt = open_store(order.settings.store_url, name, mongo=order.settings.mongo)
    try:
        await clear(rebuilt, collections)
    finally:
        await rebuilt.close()


@contextmanager
def _alone(order: Order) -> Iterator[None]:
    """Keep a second replay away from the same stores; on a server only the operator can."""
    files = _files(order)
    if files is None:
        yield
        return
    path = files.live.with_name(".replay.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(
                f"another replay is under way in {path.parent}: wait until it has ended."
            ) from None
        yield
    finally:
        os.close(descriptor)


def _check_there(configured: RuntimeSettings) -> None:
    """Refuse to make a bus: an empty one would tell that nothing ever happened."""
    path = bus_file(configured.bus_url)
    if path is not None and not path.is_file():
        raise BusError(f"there is no bus at {path}: set IJAZA_BUS_URL, or give --out OUT.")


def _files(order: Order) -> _Files | None:
    """Where the live store is and the rebuilt one is made; None where they are not files."""
    live = store_file(order.settings.store_url, order.service)
    rebuilt = store_file(order.settings.store_url, order.service + _SUFFIX)
    return _Files(live, rebuilt) if live is not None and rebuilt is not None else None


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y%m%dt%H%M%Sz")
