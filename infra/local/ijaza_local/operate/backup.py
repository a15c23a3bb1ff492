"""A backup of bus, stores and keys in one file, made while the services run.

The stores first, then the bus up to a moment in which nothing is between the two: so the bus holds
all that the stores rest on, and whatever a document still has to send is in the archive with it.
Decision 27 says why that is enough. Nothing is written but the archive.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic

from ijaza_contracts.topics import ENROLLMENT
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import Bus, TopicPartition
from ijaza_runtime.comparing import pages
from ijaza_runtime.settings import RuntimeSettings
from ijaza_runtime.store import Document, Store

from ijaza_local.operate.backup_archive import (
    BUS,
    KEYS,
    STORES,
    UNSENT,
    Draft,
    Filling,
    Progress,
    drafted,
)
from ijaza_local.operate.backup_bus import LogCopy
from ijaza_local.operate.backup_format import FORMAT, BackupError, Kept, Manifest, bound
from ijaza_local.operate.backup_keys import check_passphrase, mark_of, read_keys, seal
from ijaza_local.operate.backup_scope import ALONE, Scope, ends, scope
from ijaza_local.operate.embedded import bus_file, store_file

PATIENCE = 60.0
"""Seconds in which a moment has to come when no service is sending."""
_PAUSE = 0.05
_PAGE = 100

Unsent = dict[tuple[str, str], list[Document]]
"""Documents with events to send, by service and collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be backed up: all that the settings name. `passphrase` None leaves keys out."""

    settings: RuntimeSettings
    to: Path
    passphrase: str | None


async def backup(wish: Wish, progress: Progress, now: datetime) -> Manifest:
    """Make an archive. Raises `BackupError`, `BusError`, `StoreError` and `SecretError`."""
    if wish.passphrase is not None:
        check_passphrase(wish.passphrase)
    keys = read_keys(wish.settings.keys)
    what = await scope()
    _check_there(wish.settings, what)
    async with open_places(wish.settings, what) as (bus, stores):
        with drafted(wish.to) as draft:
            copied = await _copied(draft, bus, stores, what, progress)
            if wish.passphrase is not None:
                draft.add(KEYS, seal(keys, wish.passphrase, bound(draft.parts)))
            manifest = copied.manifest(draft, now, mark_of(keys), sealed=bool(wish.passphrase))
            draft.finish(manifest)
    return manifest


def _check_there(configured: RuntimeSettings, what: Scope) -> None:
    """Refuse to make a file: an empty one would be backed up as if nothing had ever happened."""
    files = [bus_file(configured.bus_url)]
    files += [store_file(configured.store_url, service) for service in what.collections]
    for path in files:
        if path is not None and not path.is_file():
            raise BackupError(f"{path} is not there: check IJAZA_BUS_URL and IJAZA_STORE_URL")


@asynccontextmanager
async def open_places(
    configured: RuntimeSettings, what: Scope
) -> AsyncIterator[tuple[Bus, Mapping[str, Store]]]:
    """The bus, and the store of each service."""
    async with AsyncExitStack() as stack:
        bus = open_bus(configured.bus_url, kafka=configured.kafka)
        stack.push_async_callback(bus.close)
        stores: dict[str, Store] = {}
        for name in what.collections:
            stores[name] = open_store(configured.store_url, name, mongo=configured.mongo)
            stack.push_async_callback(stores[name].close)
        yield bus, stores


@dataclass(slots=True)
class _Copied:
    """What went into the archive."""

    cut: Mapping[TopicPartition, int]
    log: LogCopy
    what: Scope
    documents: Mapping[tuple[str, str], int]

    def manifest(self, draft: Draft, now: datetime, mark: str, *, sealed: bool) -> Manifest:
        """What the archive says of itself."""
        topics = sorted({place.topic for place in self.cut})
        return Manifest(
            format=FORMAT,
            release=version("ijaza-local"),
            made_at=now.isoformat(timespec="seconds"),
            partitions=len(self._listed(ENROLLMENT.name, self.log.counts)),
            topics={topic: self._listed(topic, self.log.counts) for topic in topics},
            committed={
                group: {topic: self._listed(topic, self.log.handled[group]) for topic in names}
                for group, names in self.what.groups.items()
            },
            documents={
                service: {name: self.documents.get((service, name), 0) for name in names}
                for service, names in self.what.collections.items()
            },
            keys=sealed,
            keys_mark=mark,
            parts=draft.parts,
        )

    def _listed(self, topic: str, counts: Counter[TopicPartition]) -> list[int]:
        places = sorted(place for place in self.cut if place.topic == topic)
        return [counts[place] for place in places]


async def _copied(
    draft: Draft, bus: Bus, stores: Mapping[str, Store], what: Scope, progress: Progress
) -> _Copied:
    await ends(bus)
    committed = {group: await bus.committed(group, names) for group, names in what.groups.items()}
    log = LogCopy(Filling(draft, BUS), committed, progress)
    documents: dict[tuple[str, str], int] = {}
    try:
        await log.copy(bus, await ends(bus))
        for service, names in what.collections.items():
            for name in names:
                place = (service, name)
                documents[place] = await _stored(draft, stores[service], *place, progress)
        await log.copy(bus, await ends(bus))
        while True:
            cut, waiting = await _still_moment(bus, stores, what)
            if await log.copy(bus, cut):
                break
    finally:
        await log.close()
    for (service, name), found in waiting.items():
        rows: Filling[Kept] = Filling(draft, f"{UNSENT}/{service}/{name}")
        for document in found:
            rows.add(Kept.of(document, unsent=True))
        rows.flush()
    return _Copied(cut, log, what, documents)


async def _stored(
    draft: Draft, store: Store, service: str, collection: str, progress: Progress
) -> int:
    """Copy a collection; how many documents it has. What they have to send is looked at later."""
    rows: Filling[Kept] = Filling(draft, f"{STORES}/{service}/{collection}")
    count = 0
    async for page in pages(store, collection):
        for document in page:
            rows.add(Kept.of(document, unsent=False))
        count += len(page)
        progress("documents", len(page))
    rows.flush()
    return count


async def _still_moment(
    bus: Bus, stores: Mapping[str, Store], what: Scope
) -> tuple[Mapping[TopicPartition, int], Unsent]:
    """A cut at which no write of a document has a record on either side of it.

    What was unsent at that moment comes with it: those records lie beyond the cut, if anywhere.
    """
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        before = await ends(bus)
        waiting = await _unsent(stores, what)
        cut = await ends(bus)
        if all(before[place] == end for place, end in cut.items() if place.topic not in ALONE):
            return cut, waiting
        await asyncio.sleep(_PAUSE)
    raise BackupError(
        f"for {PATIENCE:g} s there was no moment in which no service was sending, and so none at "
        "which stores and bus agree: try again when less is going on, or end the services "
        "meanwhile. Nothing was written."
    )


async def _unsent(stores: Mapping[str, Store], what: Scope) -> Unsent:
    found: Unsent = {}
    for service, names in what.collections.items():
        for name in names:
            after = ""
            while page := await stores[service].unsent(name, after, _PAGE):
                found.setdefault((service, name), []).extend(page)
                after = page[-1].key
    return found
