"""Which batches of each device were taken: in their order, each once, with the answer it got."""

from collections.abc import Sequence

from ijaza_contracts.door import BatchTaken
from ijaza_runtime.bus import BusError
from ijaza_runtime.observe import log
from ijaza_runtime.outbox import Outbox, records_of
from ijaza_runtime.store import Document, Store
from ijaza_runtime.together import Together

from ijaza_attendance.domain.batches import Taken
from ijaza_attendance.storage import BATCHES, batch_codec

_PAGE = 500


class Ledger:
    """A document for each batch, made once and never changed: compare-and-set decides a race."""

    def __init__(self, *, store: Store, outbox: Outbox) -> None:
        self._store = store
        self._outbox = outbox
        self._saving = Together(self._save)

    async def taken(self, device: str, batch: int) -> Taken | None:
        """What was taken under a batch's number."""
        known, _ = await self.turn(device, batch)
        return known

    async def turn(self, device: str, batch: int) -> tuple[Taken | None, bool]:
        """What was taken under a batch's number, and whether the one before it was taken."""
        key, before = _key(device, batch), _key(device, batch - 1)
        found = await self._store.load(BATCHES, [key, before])
        known = batch_codec.decode(found[key].body) if key in found else None
        return known, batch == 1 or before in found

    async def next(self, device: str) -> int:
        """The number of the batch that a device's turn is at."""
        last, after = 0, ""
        while headings := await self._store.headings(
            BATCHES, scope=device, after=after, most=_PAGE
        ):
            after = headings[-1].key
            last = int(after.rpartition("/")[2])
        return last + 1

    async def take(self, event: BatchTaken) -> Taken:
        """Take a batch; what stands under its number after that, which may be another's.

        What many devices send at a time is saved, sent and synced together.
        """
        document = _document(event, announced=True)
        if await self._saving.add(document):
            return batch_codec.decode(document.body)
        standing = await self.taken(event.device, event.batch)
        assert standing is not None, "a document that stood in the way is there"
        return standing

    async def _save(self, documents: Sequence[Document]) -> Sequence[bool]:
        """Save and send documents; which of them stand."""
        saved, seen = [], set()
        for each in documents:
            if each.key not in seen:  # the same batch twice at once: the first stands
                seen.add(each.key)
                saved.append(each)
        refused = await self._outbox.save(BATCHES, saved)
        standing = [each for each in saved if each.key not in refused]
        try:
            await self._outbox.send(BATCHES, standing)
        except BusError as fault:
            # They are durable with their events: the relay sends them.
            log.warning("events wait in the outbox", why=str(fault))
        ids = {id(each) for each in standing}
        return [id(each) in ids for each in documents]

    async def restore(self, event: BatchTaken) -> None:
        """Know a batch again that was published before; the first under a number stands."""
        await self._store.save(BATCHES, [_document(event, announced=False)])


def _key(device: str, batch: int) -> str:
    return f"{device}/{batch:010d}"


def _document(event: BatchTaken, *, announced: bool) -> Document:
    return Document(
        key=_key(event.device, event.batch),
        version=1,
        scope=event.device,
        partition=0,
        basis="",
        body=batch_codec.encode(Taken(event.body_hash, event.answer)),
        outbox=records_of([event] if announced else []),
    )
