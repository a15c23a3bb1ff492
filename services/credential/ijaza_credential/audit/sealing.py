"""Seals are made after certificates changed, beside the fold: it hashes nothing.

Who is due is told by `credential.events` alone. Then one pass over the log hashes the events of all
who are due, however many they are. Each seal is a document with its event, written by whoever
writes it first, so that two processes never make two of one number.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic

import msgspec
from ijaza_contracts.audit import HistorySealed
from ijaza_contracts.topics import CREDENTIAL
from ijaza_runtime.bus import Bus, Delivered, Follower, partition_of
from ijaza_runtime.documents import NewerSchemaError
from ijaza_runtime.observe import log
from ijaza_runtime.outbox import Outbox, record_of
from ijaza_runtime.store import Document, Store

from ijaza_credential.audit.chain import Terms, new_marks, seal
from ijaza_credential.audit.records import (
    PAGE,
    SEALED,
    Mark,
    changed_edition,
    gather,
    mark_of,
    recorded,
    seal_in,
)
from ijaza_credential.signing import IssuerKeys

COLLECTION = "seals"
SLICE = 2_000
"""Participants whose events are in memory at once, a few hundred bytes for each event."""
TURN = 1.0
"""Seconds of a turn of the service that a pass is waited for."""
SHORT = 1.0
"""A pass that took longer than these seconds is followed by a rest."""
REST = 4.0
"""How many times as long as the pass that rest is."""
PATIENCE = 60.0
"""Seconds until a pass is made again for somebody whose seal was not seen on the log."""
SCHEMA = 1
"""Raised with every change that an older version would misread."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The last seal of a participant."""

    number: int
    head: str
    schema: int = 1


class SealDesk:
    """Makes the seals of the partitions that this process holds."""

    def __init__(
        self,
        *,
        bus: Bus,
        store: Store,
        outbox: Outbox,
        keys: IssuerKeys,
        partitions: int,
        held: Callable[[], frozenset[int]],
    ) -> None:
        self._bus = bus
        self._store = store
        self._outbox = outbox
        self._keys = keys
        self._partitions = partitions
        self._held = held
        self._follower: Follower | None = None
        self._changes: dict[str, set[str]] = {}
        self._sealed: dict[str, int] = {}
        self._due: dict[str, str] = {}
        self._pass: asyncio.Task[None] | None = None
        self._rests_until = 0.0
        self._tried: dict[str, tuple[int, float]] = {}

    async def turn(self) -> bool:
        """Go on with sealing, for a moment at the most; whether there was anything to do."""
        if self._pass is None:
            due = await self._look()
            if not due or monotonic() < self._rests_until:
                return False
            self._pass = asyncio.create_task(self._seal_all(due))
        await asyncio.wait({self._pass}, timeout=TURN)
        if self._pass.done():
            done, self._pass = self._pass, None
            done.result()
        return True

    async def finish(self) -> None:
        """Seal everything that is due now, without a rest."""
        self._rests_until = 0.0
        while await self.turn():
            self._rests_until = 0.0

    def stop(self) -> None:
        """End the pass that goes on: whoever starts next finds the same ones due."""
        if self._pass is not None:
            self._pass.cancel()
            self._pass = None

    async def _look(self) -> dict[str, str]:
        """Read on; the editions of those who are due and whose partition is held, by their id."""
        if self._follower is None:
            self._follower = await self._bus.follower([CREDENTIAL.name])
        while slices := await self._follower.read(PAGE):
            for _, _, records in slices:
                for record in records:
                    self._note(record)
        held = self._held()
        return {
            participant: edition
            for participant, edition in self._due.items()
            if partition_of(participant, self._partitions) in held and self._untried(participant)
        }

    def _untried(self, participant: str) -> bool:
        """Whether no pass was made for this, or so long ago that its seal should have been seen."""
        changes, since = self._tried.get(participant, (0, 0.0))
        return changes < len(self._changes[participant]) or monotonic() - since > PATIENCE

    def _note(self, record: Delivered) -> None:
        kind = record.headers.get("ce_type", "")
        key = record.key
        if edition := changed_edition(kind, record.value):
            self._changes.setdefault(key, set()).add(record.headers.get("ce_id", ""))
            self._due[key] = edition
        elif kind == HistorySealed.TYPE:
            event = seal_in(kind, record.value or b"")
            self._sealed[key] = max(event.changes if event else 0, self._sealed.get(key, 0))
        else:
            return
        if len(self._changes.get(key, ())) <= self._sealed.get(key, 0):
            self._due.pop(key, None)

    async def _seal_all(self, due: dict[str, str]) -> None:
        begun = monotonic()
        people = sorted(due)
        await self._keys.refresh()
        for start in range(0, len(people), SLICE):
            await self._seal(people[start : start + SLICE], due)
        for each in people:
            self._tried[each] = (len(self._changes[each]), monotonic())
        took = monotonic() - begun
        self._rests_until = monotonic() + REST * took if took > SHORT else 0.0
        log.info("histories sealed", participants=len(people), seconds=round(took, 2))

    async def _seal(self, people: Sequence[str], due: dict[str, str]) -> None:
        wanted = {*people, *(due[each] for each in people)}
        found = await gather(self._bus, SEALED, wanted, _noted)
        stored = await self._store.load(COLLECTION, people)
        documents = []
        for each in people:
            history = [*found.get(due[each], ()), *found.get(each, ())]
            event = self._next(due[each], each, history)
            known = stored.get(each)
            # Where the store knows of a later seal than the log, its event is still to be sent.
            if event is not None and (known is None or sealed_in(known).number < event.number):
                before = known.version if known else 0
                document = _document(event, before + 1, self._partitions)
                documents.append(replace(document, outbox=(record_of(event),)))
        await self._outbox.save_and_send(COLLECTION, documents)

    def _next(
        self, edition: str, participant: str, history: Collection["_Noted"]
    ) -> HistorySealed | None:
        seals = [each.seal for each in history if each.seal is not None]
        last = max(seals, key=lambda each: each.number, default=None)
        changes = {each.mark.id for each in history if each.change}
        if last is not None and last.changes >= len(changes):
            return None
        marks = new_marks((each.mark for each in history if each.kind != HistorySealed.TYPE), seals)
        at = max((each.at for each in history if each.change), default="")
        terms = Terms(edition, participant, len(changes), _moment(at))
        return seal(terms, marks, last, self._keys.signing())


@dataclass(frozen=True, slots=True)
class _Noted:
    """Of a record what sealing needs: its mark, and what it is."""

    mark: Mark
    change: bool
    at: str
    kind: str
    seal: HistorySealed | None


def _noted(topic: str, partition: int, record: Delivered) -> _Noted:
    kind = record.headers.get("ce_type", "")
    mark = mark_of(recorded(topic, partition, record))
    sealed = seal_in(kind, record.value or b"")
    change = bool(changed_edition(kind, record.value))
    return _Noted(mark, change, record.headers.get("ce_time", ""), kind, sealed)


def sealed_in(document: Document) -> Sealed:
    """What a stored document says. Raises `NewerSchemaError` for one of a newer version."""
    found = msgspec.json.decode(document.body, type=Sealed)
    if found.schema > SCHEMA:
        raise NewerSchemaError(COLLECTION, found.schema, SCHEMA)
    return found


async def restore(store: Store, events: Sequence[HistorySealed], partitions: int) -> None:
    """Store what the events of seals tell, unless later ones are known. Nothing is sent."""
    latest = {each.participant: each for each in sorted(events, key=lambda one: one.number)}
    stored = await store.load(COLLECTION, list(latest))
    documents = []
    for participant, event in latest.items():
        known = stored.get(participant)
        if known is None or sealed_in(known).number < event.number:
            version = known.version + 1 if known else 1
            documents.append(_document(event, version, partitions))
    await store.save(COLLECTION, documents)


def _document(event: HistorySealed, version: int, partitions: int) -> Document:
    return Document(
        key=event.participant,
        version=version,
        scope=event.edition,
        partition=partition_of(event.participant, partitions),
        basis="",
        body=msgspec.json.encode(Sealed(event.number, event.head)),
    )


def _moment(text: str) -> datetime:
    """The time of the latest change; headers are our own, but may have been altered."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime(1, 1, 1, tzinfo=UTC)
