"""A service's store rebuilt beside the live one, from what stands on the topics.

A service says in its `rebuild.py` what its store is folded from. Nothing here has an effect
outside the store that is filled: topics are read without a group, and nothing is published.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol

from ijaza_contracts.envelope import CloudEvent, Event, Undecodable, decode
from ijaza_contracts.topics import ENROLLMENT, Keyed, Topic

from ijaza_runtime.bus import Bus, BusError, Delivered, TopicPartition, partition_of
from ijaza_runtime.fold import Fold, K, P, Rejected, S, Table
from ijaza_runtime.observe import log
from ijaza_runtime.references import References
from ijaza_runtime.states import basis_of
from ijaza_runtime.store import Document, Store

PAGE = 5_000
"""Records read at once."""
KEPT = 8_192
"""States kept in memory, until they are saved together."""
DECIDED = 500
"""Documents settled at once."""

Progress = Callable[[str, int], None]
"""(what is being done, how many more of it are done)."""


class Told(NamedTuple):
    """What a record says of a key; a tombstone has no event."""

    topic: str
    key: str
    event: CloudEvent | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a rebuild works with: `store` is the one to fill, `keys` the folder of secrets."""

    bus: Bus
    store: Store
    keys: Path
    partitions: int
    progress: Progress = lambda what, count: None


class Stage(Protocol):
    """A part of a store, and the topics from which it is made, each read from its beginning."""

    topics: Sequence[Topic]
    events: Sequence[type[CloudEvent]]

    async def take(self, told: Sequence[Told]) -> None:
        """Fold what records say, in their order; what was told may be told again."""
        ...

    async def finish(self) -> None:
        """Everything was told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """How a service's store comes about; `groups` are those whose progress the live one shows."""

    collections: Sequence[str]
    stages: Sequence[Stage]
    groups: Mapping[str, Sequence[Topic]] = field(default_factory=dict)


@dataclass(slots=True)
class Read:
    """Records that were read, and those of them that are no event, or can never be folded."""

    records: int = 0
    passed_over: int = 0


async def partitions_of(bus: Bus) -> int:
    """How many partitions the topics have that are keyed by participant.

    Raises `BusError` if there are none: then no service ever ran on this bus.
    """
    count = sum(place.topic == ENROLLMENT.name for place in await bus.ends())
    if not count:
        raise BusError("this bus has no topics: check IJAZA_BUS_URL.")
    return count


async def refill(bus: Bus, rebuild: Rebuild, *, since: datetime | None, progress: Progress) -> Read:
    """Fill the store of a rebuild; stage by stage, every topic to its end as of now.

    With `since`, each partition is taken from its first fact of that time or later on; compacted
    topics, which say only what holds, are taken whole. Raises `BusError` and `StoreError`.
    """
    read = Read()
    for stage in rebuild.stages:
        await _read_through(bus, stage, since, progress, read)
        await stage.finish()
    return read


async def behind(bus: Bus, rebuild: Rebuild) -> int:
    """Records that the live service has not handled yet: the rebuilt store knows of them."""
    ends = await bus.ends()
    count = 0
    for group, topics in rebuild.groups.items():
        names = [topic.name for topic in topics]
        committed = await bus.committed(group, names)
        count += sum(end - committed.get(at, 0) for at, end in ends.items() if at.topic in names)
    return count


async def _read_through(
    bus: Bus, stage: Stage, since: datetime | None, progress: Progress, read: Read
) -> None:
    known = {event.TYPE: event for event in stage.events}
    whole = {topic.name for topic in stage.topics if topic.compacted}
    begun: set[TopicPartition] = set()
    follower = await bus.follower([topic.name for topic in stage.topics])
    try:
        while slices := await follower.read(PAGE):
            told: list[Told] = []
            for topic, partition, records in slices:
                read.records += len(records)
                progress("records", len(records))
                place = TopicPartition(topic, partition)
                for record in records:
                    if place not in begun and since is not None and topic not in whole:
                        if _time_of(record) < since:
                            continue
                        begun.add(place)
                    _tell(topic, record, known, told, read)
            await stage.take(told)
    finally:
        await follower.close()


def _time_of(record: Delivered) -> datetime:
    """The time of a record's fact; one that says none is taken for the latest, and so not lost."""
    try:
        return datetime.fromisoformat(record.headers["ce_time"])
    except (KeyError, ValueError):
        return datetime.max.replace(tzinfo=UTC)


def _tell(
    topic: str,
    record: Delivered,
    known: Mapping[str, type[CloudEvent]],
    told: list[Told],
    read: Read,
) -> None:
    """Add what a record says; one that is no event of its contract is counted instead."""
    if record.value is None:
        told.append(Told(topic, record.key, None))
        return
    try:
        event = decode(record.headers, record.value, known)
    except Undecodable as fault:
        log.warning("passed over", topic=topic, offset=record.offset, why=str(fault))
        read.passed_over += 1
        return
    if event is None:
        return
    if event.key == record.key and event.TOPIC.name == topic:
        told.append(Told(topic, record.key, event))
    else:
        read.passed_over += 1


@dataclass(slots=True)
class _Folded(Generic[S]):
    edition: str
    document: Document | None
    state: S
    changed: bool = False


class FoldStage(Stage, Generic[S, P, K]):
    """The documents of a fold: of all that it handles, its inputs and its own events alike.

    They are decided on as the service would, but a decision that says something new is left to
    the service: such a document is stored undecided, which asks for it.
    """

    def __init__(self, beside: Beside, fold: Fold[S, P, K]) -> None:
        owned = {event: event.TOPIC for event in fold.handlers}
        events = [event for event, at in owned.items() if at.keyed is Keyed.PARTICIPANT]
        self.events = events
        self.topics = list(dict.fromkeys(owned[event] for event in events))
        self._fold = fold
        self._store = beside.store
        self._partitions = beside.partitions
        self._progress = beside.progress
        tables: list[Table[Any]] = [fold.editions, *([fold.people] if fold.people else [])]
        self._references = References(beside.bus, tables)
        self._folded: dict[str, _Folded[S]] = {}

    async def take(self, told: Sequence[Told]) -> None:
        """Fold events into states, of which a bounded number is kept in memory."""
        await self._load(told)
        for each in told:
            folded = self._folded.get(each.key)
            if folded is None:
                continue
            state = self._evolved(folded, each.event)
            if state is not folded.state:
                folded.state, folded.changed = state, True
        if len(self._folded) > KEPT:
            await self._save()

    async def finish(self) -> None:
        """Decide on every document, and store what that changes without saying anything new."""
        await self._save()
        await self._references.refresh()
        after = ""
        collection = self._fold.collection
        while headings := await self._store.headings(collection, after=after, most=DECIDED):
            found = await self._store.load(collection, [heading.key for heading in headings])
            settled = [(document, self._settled(document)) for document in found.values()]
            await self._store.save(
                collection,
                [replace(now, version=now.version + 1) for before, now in settled if now != before],
            )
            self._progress("decisions", len(headings))
            after = headings[-1].key
        await self._references.close()

    def _evolved(self, folded: _Folded[S], event: CloudEvent | None) -> S:
        fold = self._fold
        if event is None:
            return fold.forget(folded.state) if fold.forget else folded.state
        if not isinstance(event, Event) or event.edition != folded.edition:
            return folded.state
        try:
            evolved: S = fold.handlers[type(event)](folded.state, event)
        except Rejected:
            return folded.state
        return evolved

    async def _load(self, told: Sequence[Told]) -> None:
        """Have the states of all keys told of, but of those of which there are tombstones alone."""
        editions = {each.key: each.event.edition for each in told if isinstance(each.event, Event)}
        missing = [key for each in told if (key := each.key) not in self._folded]
        stored = await self._store.load(self._fold.collection, list(dict.fromkeys(missing)))
        for key, document in stored.items():
            state = self._fold.decode(document.body)
            self._folded[key] = _Folded(document.scope, document, state)
        for key in missing:
            if key not in self._folded and key in editions:
                state = self._fold.begin(editions[key], key)
                self._folded[key] = _Folded(editions[key], None, state)

    async def _save(self) -> None:
        documents = [
            self._document(folded.document, key, folded.edition, folded.state)
            for key, folded in self._folded.items()
            if folded.changed
        ]
        for start in range(0, len(documents), DECIDED):
            page = documents[start : start + DECIDED]
            await self._store.save(self._fold.collection, page)
        self._folded.clear()

    def _settled(self, document: Document) -> Document:
        fold, key = self._fold, document.key
        programme = self._references.get(fold.editions, document.scope)
        person = self._references.get(fold.people, key) if fold.people else None
        if programme is None:
            return document
        state, events = fold.settle(fold.decode(document.body), programme, person)
        if events:
            return replace(document, basis="")
        basis = basis_of(programme, person)
        return replace(document, basis=basis, body=fold.encode(state), labels=fold.labels(state))

    def _document(self, before: Document | None, key: str, edition: str, state: S) -> Document:
        """A document as folded, with the empty basis that asks for a decision."""
        return Document(
            key=key,
            version=before.version + 1 if before else 1,
            scope=edition,
            partition=partition_of(key, self._partitions),
            basis="",
            body=self._fold.encode(state),
            labels=self._fold.labels(state),
        )
