"""The reactor: from records of a partition to saved states, published events, committed offsets.

Per partition: fold everything up to the horizon (the ends of the log when it began), then decide
once on every state that was touched, save each with its outgoing events in one write, publish,
and commit offsets last. While a backlog stands, folded states are saved undecided once a second;
their empty basis asks for the decision, whoever holds the partition by then.

A document remembers the basis of its last decision: the revision of its edition, and the person's
version. Wherever that differs from what holds now, it is decided again. That alone is what makes
a new revision, a closing or a corrected name take effect, resumably.
"""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Generic

from ijaza_contracts.envelope import Event
from ijaza_contracts.topics import Topic, dead_letters

from ijaza_runtime.arrivals import Arrival, arrivals
from ijaza_runtime.bus import (
    Bus,
    BusError,
    Consumer,
    Delivered,
    Ousted,
    Record,
    Slice,
    TopicPartition,
    partition_of,
)
from ijaza_runtime.deadletters import dead_letter
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.failures import Failures
from ijaza_runtime.fold import Fold, K, P, Rejected, S
from ijaza_runtime.observe import Handled, log, unheeded
from ijaza_runtime.outbox import Outbox, records_of
from ijaza_runtime.references import References
from ijaza_runtime.states import Held, States, basis_of
from ijaza_runtime.store import Document, Store

BATCH = 5_000
"""Records polled at once."""
KEPT = 8_192
"""States kept in memory, over all partitions."""
SAVE_EVERY = 1.0
"""Seconds after which folded states are saved at the latest, decided or not."""
GROUP = 1_000
"""Documents decided and saved in one write."""


class Reactor(Generic[S, P, K]):
    """Drives one fold over the partitions that this process holds."""

    def __init__(
        self,
        *,
        service: str,
        fold: Fold[S, P, K],
        inputs: Sequence[Topic],
        bus: Bus,
        store: Store,
        references: References,
        outbox: Outbox,
        partitions: int,
        step: Step = nowhere,
        handled: Handled = unheeded,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._service = service
        self._fold = fold
        self._inputs = [topic.name for topic in inputs]
        self._known = {event.TYPE: event for event in fold.handlers}
        self._bus = bus
        self._store = store
        self._references = references
        self._outbox = outbox
        self._partitions = partitions
        self._step = step
        self._handled = handled
        self._now = now
        self._consumer: Consumer | None = None
        self._states: dict[int, States[S]] = {}
        self._to_review: set[int] = set()
        self.failures = Failures(now)

    async def turn(self) -> bool:
        """Do what there is to do on every partition held; whether anything was done.

        Raises nothing that a partition causes: it is logged, and that partition waits.
        """
        consumer = await self._joined()
        await self._references.refresh()
        held = await consumer.assigned()
        self._hold(held)
        self._touch(held)
        done = False
        for partition in sorted(held):
            done |= await self._attempt(consumer, partition)
        return done

    async def wait(self, timeout: float) -> None:  # noqa: ASYNC109 - to wait is what it is for
        """Wait until something new may be there, or `timeout` seconds have passed."""
        await (await self._joined()).wait(timeout)

    async def caught_up(self) -> bool:
        """Whether this process holds every partition and has nothing left to do on any."""
        return (
            len(self._states) == self._partitions
            and not self.failures
            and not self._to_review
            and not any(states.unsettled or states.unsaved for states in self._states.values())
        )

    async def close(self) -> None:
        """Leave the group. What was not saved is somebody else's to fold again."""
        if self._consumer is not None:
            await self._consumer.close()
            self._consumer = None
        self._states.clear()

    async def _joined(self) -> Consumer:
        if self._consumer is None:
            self._consumer = await self._bus.consumer(self._service, self._inputs)
        return self._consumer

    def _hold(self, held: frozenset[int]) -> None:
        """Begin with what was gained, drop what was lost."""
        for partition in set(self._states) - held:
            self._forget(partition)
        for partition in held - set(self._states):
            self._states[partition] = States(KEPT // self._partitions)
            self._to_review.add(partition)

    def _forget(self, partition: int) -> None:
        self._states.pop(partition, None)
        self._to_review.discard(partition)
        self.failures.clear(partition)

    def _touch(self, held: frozenset[int]) -> None:
        """Note which documents may rest on what no longer holds."""
        touched = self._references.touched
        if touched.take(self._fold.editions.topic.name):
            self._to_review |= held
        if self._fold.people is None:
            return
        for key in touched.take(self._fold.people.topic.name):
            partition = partition_of(key, self._partitions)
            if partition in held and partition not in self._to_review:
                self._states[partition].unsettled[key] = None

    async def _attempt(self, consumer: Consumer, partition: int) -> bool:
        """Work on a partition; after a failure it waits, and starts over from what is committed."""
        if self.failures.pausing(partition):
            return False
        try:
            if self.failures.tries(partition):
                await self._outbox.relay(self._fold.collection)
            done = await self._work(consumer, partition)
        except Ousted:
            self._forget(partition)
            return True
        except Exception as error:  # whatever it is, nothing of the partition may be passed over
            self.failures.add(partition, error)
            tries = self.failures.tries(partition)
            log.exception("partition held", partition=partition, tries=tries)
            self._states[partition] = States(KEPT // self._partitions)
            self._to_review.add(partition)
            await self._quietly_rewind(consumer, partition)
            return False
        self.failures.clear(partition)
        return done

    async def _quietly_rewind(self, consumer: Consumer, partition: int) -> None:
        try:
            await consumer.rewind(partition)
        except BusError:
            log.exception("rewind failed", partition=partition)

    async def _work(self, consumer: Consumer, partition: int) -> bool:
        """Fold to the horizon, then decide. Whether anything was done."""
        states = self._states[partition]
        horizon = await consumer.ends(partition)
        positions: dict[str, int] = {}
        saved_at = self._now()
        while slices := await consumer.poll(partition, BATCH):
            self._step("polled")
            await self._fold_in(states, slices)
            for each in slices:
                positions[each.topic] = each.records[-1].offset + 1
                self._handled(self._service, len(each.records))
            self._step("folded")
            if all(positions.get(topic, end) >= end for topic, end in horizon.items()):
                break
            if self._now() - saved_at > SAVE_EVERY:
                await self._save_undecided(states, partition)
                await self._commit(consumer, partition, positions)
                saved_at = self._now()
        done = bool(positions)
        done |= await self._settle(states, list(states.unsettled), partition)
        if positions:
            await self._commit(consumer, partition, positions)
        if partition in self._to_review:
            done |= await self._review(states, partition)
            self._to_review.discard(partition)
        states.trim()
        return done

    async def _commit(self, consumer: Consumer, partition: int, positions: dict[str, int]) -> None:
        await consumer.commit(
            {TopicPartition(topic, partition): offset for topic, offset in positions.items()}
        )
        self._step("committed")

    async def _fold_in(self, states: States[S], slices: Sequence[Slice]) -> None:
        """Fold records into states in memory; what can never be folded goes to the dead letters."""
        events, odd = arrivals(slices, self._known)
        dead = [self._dead_letter(*each) for each in odd]
        await self._load(states, events)
        for event, topic, partition, record in events:
            key = record.key
            held = states.get(key)
            assert held is not None, "loaded above"
            try:
                if event.edition != held.edition:
                    raise Rejected("its participant belongs to another edition")
                state = self._fold.handlers[type(event)](held.state, event)
            except Rejected as fault:
                dead.append(self._dead_letter(topic, partition, record, fault))
                continue
            if state is not held.state:
                held.state = state
                held.unsaved.append(event)
                states.unsaved[key] = None
                states.unsettled[key] = None
        if dead:
            await self._bus.publish(dead)

    def _dead_letter(
        self, topic: str, partition: int, record: Delivered, fault: Exception
    ) -> Record:
        return dead_letter(dead_letters(self._service).name, topic, partition, record, fault)

    async def _load(self, states: States[S], events: Iterable[Arrival]) -> None:
        editions = {record.key: event.edition for event, _, _, record in events}
        missing = states.missing(editions)
        if not missing:
            return
        stored = await self._store.load(self._fold.collection, missing)
        for key in missing:
            document = stored.get(key)
            states.put(
                key,
                self._held(document)
                if document
                else Held(editions[key], 0, self._fold.begin(editions[key], key)),
            )

    def _held(self, document: Document) -> Held[S]:
        return Held(
            document.scope,
            document.version,
            self._fold.decode(document.body),
            document.outbox,
        )

    async def _save_undecided(self, states: States[S], partition: int) -> None:
        """Save what was folded, with the empty basis that asks for a decision."""
        for keys in _groups(list(states.unsaved)):
            documents = []
            for key in keys:
                held = states.get(key)
                assert held is not None, "unsaved states are never dropped"
                documents.append(self._document(key, held, "", partition))
            refused = await self._save(states, documents)
            if refused:
                await self._fold_again(states, refused)
                await self._save_undecided(states, partition)
                return
        states.trim()

    async def _settle(self, states: States[S], keys: Sequence[str], partition: int) -> bool:
        """Decide on states, save and send. Whether any was written."""
        written = False
        for group in _groups(keys):
            waiting = list(group)
            while waiting:
                await self._load_known(states, waiting)
                documents = [
                    document
                    for key in waiting
                    if (document := self._decided(states, key, partition)) is not None
                ]
                refused = await self._save(states, documents)
                written |= bool(documents)
                for key in waiting:
                    if key not in refused:
                        states.unsettled.pop(key, None)
                await self._fold_again(states, refused)
                waiting = list(refused)
            states.trim()
        return written

    def _decided(self, states: States[S], key: str, partition: int) -> Document | None:
        """One document after its decision; None if there is nothing new to write."""
        held = states.get(key)
        if held is None:
            return None
        fold = self._fold
        programme = self._references.get(fold.editions, held.edition)
        person = self._references.get(fold.people, key) if fold.people else None
        events: Sequence[Event] = ()
        if programme is not None:
            held.state, events = fold.settle(held.state, programme, person)
        held.outbox += records_of(events)
        return self._document(key, held, basis_of(programme, person), partition)

    def _document(self, key: str, held: Held[S], basis: str, partition: int) -> Document:
        return Document(
            key=key,
            version=held.version + 1,
            scope=held.edition,
            partition=partition,
            basis=basis,
            body=self._fold.encode(held.state),
            outbox=held.outbox,
            labels=self._fold.labels(held.state),
        )

    async def _save(self, states: States[S], documents: Sequence[Document]) -> frozenset[str]:
        if not documents:
            return frozenset()
        refused = await self._outbox.save_and_send(self._fold.collection, documents)
        for document in documents:
            if document.key in refused:
                continue
            held = states.get(document.key)
            assert held is not None, "saved from memory"
            held.version = document.version
            held.outbox = ()
            held.unsaved.clear()
            states.unsaved.pop(document.key, None)
        return refused

    async def _fold_again(self, states: States[S], keys: Iterable[str]) -> None:
        """Somebody else wrote these documents: read them and fold what was not saved on top."""
        unsaved = {key: states.get(key) for key in keys}
        if not unsaved:
            return
        stored = await self._store.load(self._fold.collection, list(unsaved))
        for key, before in unsaved.items():
            assert before is not None, "refused from memory"
            document = stored.get(key)
            held = (
                self._held(document)
                if document
                else Held(before.edition, 0, self._fold.begin(before.edition, key))
            )
            for event in before.unsaved:
                held.state = self._fold.handlers[type(event)](held.state, event)
            held.unsaved = before.unsaved
            states.put(key, held)

    async def _load_known(self, states: States[S], keys: Sequence[str]) -> None:
        missing = states.missing(keys)
        if missing:
            stored = await self._store.load(self._fold.collection, missing)
            for key, document in stored.items():
                states.put(key, self._held(document))

    async def _review(self, states: States[S], partition: int) -> bool:
        """Decide again on every document of the partition whose basis no longer holds."""
        written = False
        after = ""
        fold = self._fold
        while headings := await self._store.headings(
            fold.collection, partitions=frozenset([partition]), after=after, most=GROUP
        ):
            stale = []
            for heading in headings:
                programme = self._references.get(fold.editions, heading.scope)
                person = self._references.get(fold.people, heading.key) if fold.people else None
                if heading.basis != basis_of(programme, person):
                    stale.append(heading.key)
            written |= await self._settle(states, stale, partition)
            after = headings[-1].key
        return written


def _groups(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + GROUP] for start in range(0, len(keys), GROUP))
