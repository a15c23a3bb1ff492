"""Saving documents with what they have to send, and sending it.

A record leaves only after the document that holds it is durable, and leaves the document only
after the bus has it. A crash in between leaves it in the document, and `relay` sends it again:
at least once, in the order in which it was decided.
"""

from collections.abc import Iterable, Sequence

from ijaza_contracts.envelope import Event

from ijaza_runtime.bus import Bus, Record
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.store import Document, Store

_PAGE = 500


def record_of(event: Event) -> Record:
    """An event as the record that carries it."""
    return Record(event.TOPIC.name, event.key, event.body(), event.headers())


def records_of(events: Iterable[Event]) -> tuple[Record, ...]:
    """Events as the records that carry them."""
    return tuple(record_of(event) for event in events)


class Outbox:
    """The way out of a service's store."""

    def __init__(self, bus: Bus, store: Store, step: Step = nowhere) -> None:
        self._bus = bus
        self._store = store
        self._step = step
        self._seen: dict[str, dict[str, int]] = {}

    async def save_and_send(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        """Save documents, then publish their outboxes and empty them.

        Returns the keys that were refused because somebody else had written them; nothing of
        those was saved or sent. If the bus fails, what was saved stays to be relayed.
        """
        refused = await self.save(collection, documents)
        await self.send(
            collection, [document for document in documents if document.key not in refused]
        )
        return refused

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        """Save documents; returns the keys that were refused."""
        refused = await self._store.save(collection, documents)
        self._step("saved")
        return refused

    async def relay(self, collection: str) -> int:
        """Send everything unsent that stands in a collection; how many documents had some."""
        count = 0
        after = ""
        while documents := await self._store.unsent(collection, after, _PAGE):
            await self.send(collection, documents)
            count += len(documents)
            after = documents[-1].key
        return count

    async def relay_forgotten(self, collection: str) -> int:
        """Send what was unsent at the last call already: what a crash elsewhere left behind."""
        seen = self._seen.get(collection, {})
        now: dict[str, int] = {}
        count = 0
        after = ""
        while documents := await self._store.unsent(collection, after, _PAGE):
            forgotten = [each for each in documents if seen.get(each.key) == each.version]
            await self.send(collection, forgotten)
            count += len(forgotten)
            now.update((each.key, each.version) for each in documents)
            after = documents[-1].key
        self._seen[collection] = now
        return count

    async def send(self, collection: str, documents: Sequence[Document]) -> None:
        """Publish the outboxes of saved documents, then empty them. Raises `BusError`."""
        full = [document for document in documents if document.outbox]
        if not full:
            return
        await self._bus.publish([record for document in full for record in document.outbox])
        self._step("published")
        await self._store.sent(collection, {document.key: document.version for document in full})
        self._step("marked")
