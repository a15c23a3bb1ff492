"""What follows from events without being decided: documents, views, mails.

A projector is a group of its own on a service's topics. It hands events to a function that may
take its time and must be safe to repeat, and commits only after the function returned.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from time import monotonic

from ijaza_contracts.envelope import Event
from ijaza_contracts.topics import Topic, dead_letters

from ijaza_runtime import tracing
from ijaza_runtime.arrivals import Arrival, arrivals
from ijaza_runtime.bus import Bus, Consumer, Ousted, TopicPartition
from ijaza_runtime.deadletters import dead_letter
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.failures import Failures
from ijaza_runtime.meter import UNHEARD, Meter
from ijaza_runtime.observe import log
from ijaza_runtime.rest import unhandled

Project = Callable[[Sequence[Event]], Awaitable[None]]


class Projector:
    """Feeds events of some types to a function, partition by partition, in order."""

    def __init__(
        self,
        *,
        service: str,
        group: str,
        topics: Sequence[Topic],
        events: Sequence[type[Event]],
        project: Project,
        bus: Bus,
        batch: int = 100,
        step: Step = nowhere,
        meter: Meter = UNHEARD,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._dead_letters = dead_letters(service).name
        self._group = group
        self._topics = [topic.name for topic in topics]
        self._known = {event.TYPE: event for event in events}
        self._project = project
        self._bus = bus
        self._batch = batch
        self._step = step
        self._meter = meter
        self._consumer: Consumer | None = None
        self._held: frozenset[int] | None = None
        self._stopping = False
        self.failures = Failures(now)

    async def turn(self) -> bool:
        """Hand on everything new that stands on the partitions held; whether there was any."""
        if self._consumer is None:
            self._consumer = await self._bus.consumer(self._group, self._topics)
        done = False
        self._held = held = await self._consumer.assigned()
        self.failures.keep(held)
        for partition in sorted(held):
            if self.failures.pausing(partition):
                continue
            try:
                while not self._stopping and await self._batch_of(self._consumer, partition):
                    done = True
            except Ousted:
                continue
            except Exception as error:  # the events stay uncommitted, and come again
                log.exception("projection failed", group=self._group, partition=partition)
                self.failures.add(partition, error)
                self._meter.failed(self._group)
                await self._consumer.rewind(partition)
            else:
                self.failures.clear(partition)
        return done

    @property
    def group(self) -> str:
        """The group that it is a member of."""
        return self._group

    @property
    def topics(self) -> Sequence[str]:
        """The names of the topics that it reads."""
        return self._topics

    @property
    def joined(self) -> bool:
        """Whether it is a member of its group, as far as it knows."""
        return self._held is not None

    @property
    def held(self) -> frozenset[int]:
        """The partitions that it holds, as far as it knows."""
        return self._held or frozenset()

    async def left(self) -> str:
        """What the group has left to do, in whichever process; empty if it is at rest."""
        return await unhandled(self._bus, self.group, self.topics)

    async def reached(self) -> Mapping[TopicPartition, int]:
        """What the group has committed, whichever process did."""
        return await self._bus.committed(self.group, self.topics)

    def stop(self) -> None:
        """End the turn after what is in hand; the rest of the batch is not committed."""
        self._stopping = True

    async def close(self) -> None:
        """Leave the group."""
        if self._consumer is not None:
            await self._consumer.close()
            self._consumer = None

    async def _batch_of(self, consumer: Consumer, partition: int) -> bool:
        slices = await consumer.poll(partition, self._batch)
        if not slices:
            return False
        arrived, odd = arrivals(slices, self._known)
        if odd:
            await self._bus.publish(
                [dead_letter(self._dead_letters, *each, self._group) for each in odd]
            )
        for trace, together in groupby(arrived, _trace_of):
            if self._stopping:
                return False
            events = [each.event for each in together]
            with tracing.within(
                f"project {self._group}", trace, {"ijaza.events.projected": len(events)}
            ):
                await self._project(events)
            self._meter.projected(self._group, len(events))
        if arrived:
            self._step("projected")
        await consumer.commit(
            {
                TopicPartition(topic, partition): records[-1].offset + 1
                for topic, _, records in slices
            }
        )
        return True


def _trace_of(arrival: Arrival) -> str:
    return arrival.record.headers.get(tracing.HEADER, "")
