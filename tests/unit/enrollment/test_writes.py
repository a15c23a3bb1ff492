"""The journal outlives stores: its numbers of writes go on where another store was put in place."""

from pathlib import Path

from ijaza_contracts.topics import ENROLLMENT_JOURNAL
from ijaza_enrollment.rebuild import rebuild
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.rebuild import Beside, refill

from tests.unit.enrollment.given import leaves, world
from tests.unit.enrollment.test_journal import differing, lived


async def test_a_store_made_again_goes_on_counting() -> None:
    """Given a store that was made again from the journal, when more is written to it, then that
    stands over what was told before, though each document is new in its store.
    """
    before = await lived()
    store = MemoryStore()
    made = rebuild(Beside(bus=before.bus, store=store, keys=Path(), partitions=3))
    await refill(before.bus, made, since=None, progress=lambda what, count: None)

    after = await world(store, before.bus)
    await after.depart(leaves("B", command="d2"))

    assert await differing(after, await after.records(ENROLLMENT_JOURNAL)) == []
