"""Which batches of each device were taken: in their order, each once, with the answer it got."""

from ijaza_contracts.door import BatchTaken
from ijaza_runtime.bus import BusError
from ijaza_runtime.observe import log
from ijaza_runtime.outbox import Outbox, records_of
from ijaza_runtime.store import Document, Store

from ijaza_attendance.domain.batches import Taken
from ijaza_attendance.storage import BATCHES, batch_codec

_PAGE = 500


class Ledger:
    """A document for each batch, made once and never changed: compare-and-set decides a race."""

    def __init__(self, *, store: Store, outbox: Outbox) -> None:
        self._store = store
        self._outbox = outbox

    async def taken(self, device: str, batch: int) -> Taken | None:
        """What was taken under a batch's number."""
        key = _key(device, batch)
        document = (await self._store.load(BATCHES, [key])).get(key)
        return None if document is None else batch_codec.decode(document.body)

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
        """Take a batch; what stands under its number after that, which may be another's."""
        document = _document(event, announced=True)
        if await self._outbox.save(BATCHES, [document]):
            standing = await self.taken(event.device, event.batch)
            assert standing is not None, "a document that stood in the way is there"
            return standing
        try:
            await self._outbox.send(BATCHES, [document])
        except BusError as fault:
            # It is durable with its event: the relay sends it.
            log.warning("events wait in the outbox", why=str(fault))
        return batch_codec.decode(document.body)

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
