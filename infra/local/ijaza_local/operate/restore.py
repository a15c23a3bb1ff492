"""A backup put into an empty place, and brought to the state that its bus tells of.

Everything is checked before the first byte is written. Cut off after that, the same restore goes
on: keys and records that are there have to be those of the archive, and documents that are there
came from it. Once everything stands, the stores take from the bus what was said after they were
read, by `ijaza_runtime.rebuild`; services begin where their groups stood.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ijaza_runtime.addresses import is_embedded
from ijaza_runtime.bus import Bus
from ijaza_runtime.comparing import is_empty
from ijaza_runtime.rebuild import Beside, refill
from ijaza_runtime.service import provision
from ijaza_runtime.settings import RuntimeSettings
from ijaza_runtime.store import Store

from ijaza_local.operate import restore_bus
from ijaza_local.operate.backup import open_places
from ijaza_local.operate.backup_archive import (
    STORES,
    UNSENT,
    Archive,
    Progress,
    opened,
)
from ijaza_local.operate.backup_format import BackupError, Manifest
from ijaza_local.operate.backup_keys import check_keys, mark_of, unseal, write_keys
from ijaza_local.operate.backup_scope import Scope, scope
from ijaza_local.operate.replay import REBUILDS
from ijaza_local.operate.restore_bus import Wanted
from ijaza_local.services import NAMES

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be restored, to where the settings say. `passphrase` opens the keys."""

    settings: RuntimeSettings
    archive: Path
    passphrase: str


async def restore(request: Request, progress: Progress) -> Manifest:
    """Restore. Raises `BackupError`, `BusError`, `StoreError` and `SecretError`."""
    configured = request.settings
    with opened(request.archive, progress) as archive:
        manifest = archive.manifest
        keys = _keys(archive, request)
        check_keys(configured.keys, keys, manifest.keys_mark)
        if manifest.partitions != configured.partitions:
            raise BackupError(
                f"the backup is of {manifest.partitions} partitions, which is fixed for life, and "
                f"{configured.partitions} are configured: set IJAZA_PARTITIONS="
                f"{manifest.partitions}. Nothing was written."
            )
        what = await scope()
        async with open_places(configured, what) as (bus, stores):
            if is_embedded(configured.bus_url):
                await provision(bus, NAMES, configured.partitions)
            wanted = Wanted.of(archive)
            there = await restore_bus.standing(bus, wanted)
            if there != wanted.counts:
                await _check_empty(stores, what)
            if keys is not None:
                write_keys(configured.keys, keys)
            await restore_bus.publish(bus, wanted, there, progress)
            await _save(archive, stores, what, progress)
            await _catch_up(configured, bus, stores, progress)
            await restore_bus.commit(bus, manifest)
            await _compare(bus, stores, what, wanted)
    return manifest


def _keys(archive: Archive, request: Request) -> Mapping[str, bytes] | None:
    sealed = archive.sealed_keys()
    if sealed is None:
        return None
    keys = unseal(sealed, request.passphrase, archive.bound())
    if mark_of(keys) != archive.manifest.keys_mark:
        raise BackupError("the keys in this backup are not those it was made with")
    return keys


async def _check_empty(stores: Mapping[str, Store], what: Scope) -> None:
    for service, store in stores.items():
        if not await is_empty(store, what.collections[service]):
            raise BackupError(
                f"the store of {service} is not empty: give an empty place, by IJAZA_STORE_URL. "
                "Nothing was written."
            )


async def _save(
    archive: Archive, stores: Mapping[str, Store], what: Scope, progress: Progress
) -> None:
    """Save the documents that are not there; those that had something to send go first."""
    for service, store in stores.items():
        await store.provision(what.collections[service])
    for kind in (UNSENT, STORES):
        for service, collection, kept in archive.kept(kind):
            for start in range(0, len(kept), _PAGE):
                page = kept[start : start + _PAGE]
                await stores[service].save(collection, [each.document() for each in page])
                progress("documents", len(page))


async def _catch_up(
    configured: RuntimeSettings, bus: Bus, stores: Mapping[str, Store], progress: Progress
) -> None:
    """Fold into the stores all that the bus tells: what they have of it changes nothing."""
    for service, store in stores.items():
        await _catch_up_one(configured, bus, store, service, progress)


async def _catch_up_one(
    configured: RuntimeSettings, bus: Bus, store: Store, service: str, progress: Progress
) -> None:
    def told(what: str, count: int) -> None:
        progress(f"{service}: {what}", count)

    beside = Beside(
        bus=bus,
        store=store,
        keys=configured.keys,
        partitions=configured.partitions,
        progress=told,
    )
    await refill(bus, REBUILDS[service](beside), since=None, progress=told)


async def _compare(bus: Bus, stores: Mapping[str, Store], what: Scope, wanted: Wanted) -> None:
    """Raise `BackupError` unless everything that the manifest counts is there."""
    ends = await bus.ends()
    for place, count in wanted.counts.items():
        if ends[place] != count:
            raise BackupError(
                f"{place.topic}, partition {place.partition}: {ends[place]} records are there and "
                f"{count} should be. Does a service run? End it, and restore into an empty place."
            )
    documents = wanted.archive.manifest.documents
    for service, store in stores.items():
        for name in what.collections[service]:
            found, after = 0, ""
            while headings := await store.headings(name, after=after, most=_PAGE):
                found, after = found + len(headings), headings[-1].key
            if found < documents[service].get(name, 0):
                raise BackupError(
                    f"{service}.{name}: {found} documents are there and "
                    f"{documents[service][name]} should be: restore into an empty place."
                )
