"""How enrollment's store is rebuilt: from its journal alone, for its inputs are commands."""

from collections.abc import Sequence

from ijaza_contracts.journal import DocumentJournaled
from ijaza_contracts.topics import ENROLLMENT_JOURNAL
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.rebuild import Beside, Rebuild, Stage, Told
from ijaza_runtime.store import Document

from ijaza_enrollment.storage import COLLECTIONS, Shelves


def rebuild(beside: Beside) -> Rebuild:
    """Enrollment's documents as its journal tells of them, the last write of each."""
    return Rebuild(collections=COLLECTIONS, stages=[_Journal(beside)])


class _Journal(Stage):
    topics = (ENROLLMENT_JOURNAL,)
    events = (DocumentJournaled,)

    def __init__(self, beside: Beside) -> None:
        self._store = beside.store
        self._shelves = Shelves(beside.store, Outbox(beside.bus, beside.store)).restoring

    async def take(self, told: Sequence[Told]) -> None:
        """Write what is told, where nothing newer stands. What a tombstone erases is told anew."""
        last: dict[str, dict[str, DocumentJournaled]] = {}
        for each in told:
            if isinstance(event := each.event, DocumentJournaled):
                of_collection = last.setdefault(event.collection, {})
                before = of_collection.get(event.document)
                if before is None or before.write <= event.write:
                    of_collection[event.document] = event
        for collection, journaled in last.items():
            shelf = self._shelves[collection]
            stored = await self._store.load(collection, list(journaled))
            await self._store.save(
                collection,
                [
                    shelf.restored(event, stored.get(key))
                    for key, event in journaled.items()
                    if _write_of(stored.get(key)) <= event.write
                ],
            )

    async def finish(self) -> None:
        """Nothing is to be decided: a document is as it was told."""


def _write_of(document: Document | None) -> int:
    """The number of the write that a document is of; 0 if it was stored before there were any."""
    return int(document.basis or 0) if document else 0
