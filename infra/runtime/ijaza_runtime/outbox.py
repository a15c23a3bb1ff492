"""Saving documents with what they have to send, and sending it.

A record leaves only after the document that holds it is durable, and leaves the document only
after the bus has it. A crash in between leaves it in the document, and `relay` sends it again:
at least once, in the order in which it was decided.
"""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import NamedTuple

from ijaza_contracts.envelope import CloudEvent

from ijaza_runtime import tracing
from ijaza_runtime.bus import Bus, Record
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.store import Document, Store

_PAGE = 500


def record_of(event: CloudEvent, trace: str | None = None) -> Record:
    """An event as the record that carries it, within `trace`: that of what is being done now."""
    if trace is None:
        trace = tracing.current()
    body = None if event.ERASES else event.body()
    return Record(event.TOPIC.name, event.key, body, event.headers(trace))


def records_of(events: Iterable[CloudEvent], trace: str | None = None) -> tuple[Record, ...]:
    """Events as the records that carry them; see `record_of`."""
    if trace is None:
        trace = tracing.current()
    return tuple(record_of(event, trace) for event in events)


class _Unsent(NamedTuple):
    version: int
    since: float


class Outbox:
    """The way out of a service's store."""

    def __init__(
        self,
        bus: Bus,
        store: Store,
        step: Step = nowhere,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._bus = bus
        self._store = store
        self._step = step
        self._now = now
        self._seen: dict[str, dict[str, _Unsent]] = {}

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

    async def left(self, collections: Iterable[str]) -> str:
        """What these collections still have to send; empty if there is nothing."""
        for collection in collections:
            if await self._store.unsent(collection, "", 1):
                return f"{collection} have events to send"
        return ""

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
        now: dict[str, _Unsent] = {}
        count = 0
        after = ""
        while documents := await self._store.unsent(collection, after, _PAGE):
            for each in documents:
                before = seen.get(each.key)
                same = before is not None and before.version == each.version
                now[each.key] = before if same and before else _Unsent(each.version, self._now())
            forgotten = [each for each in documents if now[each.key] is seen.get(each.key)]
            await self.send(collection, forgotten)
            count += len(forgotten)
            after = documents[-1].key
        self._seen[collection] = now
        return count

    def unsent(self) -> tuple[int, float]:
        """How many documents had something unsent when last looked, and for how many seconds.

        Only `relay_forgotten` looks; one that was sent meanwhile counts until it does so again.
        """
        since = [each.since for seen in self._seen.values() for each in seen.values()]
        return len(since), max((self._now() - each for each in since), default=0.0)

    async def send(self, collection: str, documents: Sequence[Document]) -> None:
        """Publish the outboxes of saved documents, then empty them. Raises `BusError`."""
        full = [document for document in documents if document.outbox]
        if not full:
            return
        await self._bus.publish([record for document in full for record in document.outbox])
        self._step("published")
        await self._store.sent(collection, {document.key: document.version for document in full})
        self._step("marked")
