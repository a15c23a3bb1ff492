"""What credential has come to: documents, files and events, as far as they are not chance."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from ijaza_contracts.audit import HistorySealed
from ijaza_contracts.topics import CREDENTIAL, GRADUATIONS
from ijaza_credential.desk import COLLECTION as FILES
from ijaza_credential.storage import COLLECTION as STATES
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_store import SqliteStore

from tests.process.house import House

EDITION = "small-1"


async def outcome(house: House) -> dict[str, object]:
    """Bodies by key, and events by id: one sent twice, under one id, is one.

    Without seals: how many a person has depends on when the log was looked through.
    """
    store = SqliteStore(Path(house.stores) / "credential.db")
    bus = SqliteBus(house.bus)
    follower = await bus.follower([CREDENTIAL.name, GRADUATIONS.name])
    events: dict[tuple[str, str], bytes | None] = {}
    while slices := await follower.read(1000):
        for topic, _, records in slices:
            events |= {
                (topic, each.headers["ce_id"]): each.value
                for each in records
                if each.headers["ce_type"] != HistorySealed.TYPE
            }
    documents = {
        (collection, each.key): msgspec.json.decode(each.body)
        for collection in (STATES, FILES)
        for each in await store.page(collection, scope=EDITION, most=1000)
    }
    unsent = [each.key for name in (STATES, FILES) for each in await store.unsent(name, "", 100)]
    await store.close()
    await bus.close()
    return {"events": events, "documents": documents, "unsent": unsent}


GROUPS = {
    "attendance": ("enrollment.events", "attendance.scans"),
    "credential": ("enrollment.events", "attendance.events", "assessment.events"),
    "credential.documents": (CREDENTIAL.name,),
}
"""What each group reads that brings about something."""


async def handled(bus: SqliteBus, groups: Sequence[str] = tuple(GROUPS)) -> bool:
    """Whether groups have committed everything there is."""
    for group in groups:
        ends = await bus.ends()
        committed = await bus.committed(group, GROUPS[group])
        if any(offset < ends[place] for place, offset in committed.items()):
            return False
    return True


async def is_done(bus: SqliteBus) -> bool:
    """Whether credential and its document desk have nothing left to do."""
    return await handled(bus, ("credential", "credential.documents"))
