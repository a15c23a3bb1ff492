"""The reactor: from records of a partition to saved states, published events, committed offsets.

Per partition: fold everything up to the horizon (the ends of the log when it began), then decide
once on every state that was touched, save each with its outgoing events in one write, publish,
and commit offsets last. While a backlog stands, folded states are saved undecided once a second;
their empty basis asks for the decision, whoever holds the partition by then.

How states are decided on and saved is `settling`'s.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from time import monotonic, perf_counter
from typing import Generic

from ijaza_contracts.topics import Topic, dead_letters

from ijaza_runtime.bus import (
    Bus,
    BusError,
    Consumer,
    Ousted,
    TopicPartition,
    partition_of,
)
from ijaza_runtime.deadletters import dead_letter
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.failures import Failures
from ijaza_runtime.fold import Fold, K, P, S
from ijaza_runtime.folding import Folding, Gathering
from ijaza_runtime.meter import UNHEARD, Meter
from ijaza_runtime.observe import log
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.references import References
from ijaza_runtime.rest import undecided, unhandled
from ijaza_runtime.settling import Settling
from ijaza_runtime.states import States
from ijaza_runtime.store import Store

BATCH = 5_000
"""Records polled at once."""
GATHERED = 40_000
"""Records folded at once while a backlog stands: the more of them one participant has, the less
each costs; the more there are, the less of them is in the processor's cache."""
WAITING = 500
"""Records that wait for states which are not in memory, before those are loaded."""
KEPT = 16_384
"""States kept in memory, over all partitions."""
SAVE_EVERY = 1.0
"""Seconds after which folded states are saved at the latest, decided or not."""


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
        meter: Meter = UNHEARD,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._service = service
        self._fold = fold
        self._inputs = [topic.name for topic in inputs]
        self._folding = Folding(fold)
        self._bus = bus
        self._store = store
        self._references = references
        self._outbox = outbox
        self._partitions = partitions
        self._step = step
        self._meter = meter
        self._now = now
        self._settling = Settling(fold, store=store, references=references, outbox=outbox)
        self._consumer: Consumer | None = None
        self._seated = False
        self._states: dict[int, States[S]] = {}
        self._to_review: set[int] = set()
        self._stopping = False
        self.failures = Failures(now)

    async def turn(self) -> bool:
        """Do what there is to do on every partition held; whether anything was done.

        Raises nothing that a partition causes: it is logged, and that partition waits.
        """
        consumer = await self._joined()
        await self._references.refresh()
        held = await consumer.assigned()
        self._seated = True
        self._hold(held)
        self._touch(held)
        done = False
        for partition in sorted(held):
            if self._stopping:
                break
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

    @property
    def group(self) -> str:
        """The group that it is a member of."""
        return self._service

    @property
    def topics(self) -> Sequence[str]:
        """The names of the topics that it reads."""
        return self._inputs

    @property
    def joined(self) -> bool:
        """Whether it is a member of its group, as far as it knows."""
        return self._consumer is not None and self._seated

    @property
    def held(self) -> frozenset[int]:
        """The partitions that it holds, as far as it knows."""
        return frozenset(self._states)

    async def left(self) -> str:
        """What the group has left to do, in whichever process; empty if it is at rest."""
        return await unhandled(self._bus, self.group, self.topics) or await undecided(
            self._store, self._fold, self._references
        )

    async def reached(self) -> Mapping[TopicPartition, int]:
        """What the group has committed, whichever process did."""
        return await self._bus.committed(self.group, self.topics)

    def stop(self) -> None:
        """End the turn after the batch in hand: what is folded is saved undecided, and committed.

        Whoever holds the partition next decides.
        """
        self._stopping = True
        self._settling.stop()

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
            self._meter.failed(self._service)
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
        while gathered := await self._gathered(consumer, partition, positions, horizon):
            begun = perf_counter()
            await self._fold_in(partition, gathered)
            self._meter.folded(self._service, gathered.count, perf_counter() - begun)
            self._step("folded")
            if _reached(positions, horizon):
                break
            if self._stopping or self._now() - saved_at > SAVE_EVERY:
                await self._settling.save_undecided(states, partition)
                await self._commit(consumer, partition, positions)
                saved_at = self._now()
            if self._stopping:
                return True
        done = bool(positions)
        done |= await self._settling.settle(states, list(states.unsettled), partition)
        if positions:
            await self._commit(consumer, partition, positions)
        if partition in self._to_review:
            done |= await self._settling.review(states, partition)
            self._to_review.discard(partition)
        states.trim()
        return done

    async def _gathered(
        self,
        consumer: Consumer,
        partition: int,
        positions: dict[str, int],
        horizon: Mapping[str, int],
    ) -> Gathering[S] | None:
        """The next records, of as many polls as they take; None at the end.

        `positions` is moved behind them.
        """
        gathered = self._folding.gathering(self._states[partition])
        while slices := await consumer.poll(partition, BATCH):
            self._step("polled")
            for each in slices:
                gathered.add(each)
                positions[each.topic] = each.records[-1].offset + 1
            if gathered.waiting >= WAITING:
                await self._begin(gathered)
            enough = gathered.count >= GATHERED
            if enough or self._stopping or _reached(positions, horizon):
                break
        await self._begin(gathered)
        return gathered if gathered.count else None

    async def _commit(self, consumer: Consumer, partition: int, positions: dict[str, int]) -> None:
        await consumer.commit(
            {TopicPartition(topic, partition): offset for topic, offset in positions.items()}
        )
        self._step("committed")

    async def _fold_in(self, partition: int, gathered: Gathering[S]) -> None:
        """Fold records into states in memory; what can never be folded goes to the dead letters."""
        for _ in gathered.fold():
            await asyncio.sleep(0)
        letters = dead_letters(self._service).name
        dead = [
            dead_letter(letters, topic, partition, record, why)
            for topic, record, why in gathered.faults
        ]
        if dead:
            await self._bus.publish(dead)

    async def _begin(self, gathered: Gathering[S]) -> None:
        """Bring the states that records wait for into memory, as far as they are stored."""
        missing = gathered.missing()
        if not missing:
            return
        stored = await self._store.load(self._fold.collection, missing)
        for key, document in stored.items():
            gathered.states.put(key, self._settling.held(document))
        gathered.begin()


def _reached(positions: Mapping[str, int], horizon: Mapping[str, int]) -> bool:
    """Whether everything up to the horizon was polled."""
    return all(positions.get(topic, end) >= end for topic, end in horizon.items())
