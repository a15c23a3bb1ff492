"""What follows from events without being decided: documents, views, mails.

A projector is a group of its own on a service's topics. It hands events to a function that may
take its time and must be safe to repeat, and commits only after the function returned.
"""

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from ijaza_contracts.envelope import Event, Undecodable, decode
from ijaza_contracts.topics import Topic, dead_letters

from ijaza_runtime.bus import Bus, Consumer, Ousted, TopicPartition
from ijaza_runtime.deadletters import dead_letter
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.observe import log

Project = Callable[[Sequence[Event]], Awaitable[None]]

LONGEST_PAUSE = 30.0
"""Seconds between two tries of events that keep failing."""
_MOST_DOUBLINGS = 20


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
        self._now = now
        self._consumer: Consumer | None = None
        self._failures = 0
        self._error: Exception | None = None
        self._not_before = 0.0

    async def turn(self) -> bool:
        """Hand on everything new that stands on the partitions held; whether there was any."""
        if self._now() < self._not_before:
            return False
        if self._consumer is None:
            self._consumer = await self._bus.consumer(self._group, self._topics)
        done = False
        for partition in sorted(await self._consumer.assigned()):
            try:
                while await self._batch_of(self._consumer, partition):
                    done = True
            except Ousted:
                continue
            except Exception as error:  # the events stay uncommitted, and come again
                log.exception("projection failed", group=self._group, partition=partition)
                pause = 0.1 * 2 ** min(self._failures, _MOST_DOUBLINGS)
                self._not_before = self._now() + min(LONGEST_PAUSE, pause)
                self._failures += 1
                self._error = error
                await self._consumer.rewind(partition)
                return done
        self._failures = 0
        return done

    def caught_up(self) -> bool:
        """Whether nothing that this process holds has failed and waits to be tried again."""
        return not self._failures

    def stuck(self, tries: int) -> Exception | None:
        """What it has failed with so often in a row, or None."""
        return self._error if self._failures >= tries else None

    async def close(self) -> None:
        """Leave the group."""
        if self._consumer is not None:
            await self._consumer.close()
            self._consumer = None

    async def _batch_of(self, consumer: Consumer, partition: int) -> bool:
        slices = await consumer.poll(partition, self._batch)
        if not slices:
            return False
        events: list[Event] = []
        dead = []
        for topic, _, records in slices:
            for record in records:
                try:
                    event = decode(record.headers, record.value or b"", self._known)
                except Undecodable as fault:
                    dead.append(dead_letter(self._dead_letters, topic, partition, record, fault))
                    continue
                if event is not None:
                    events.append(event)
        if dead:
            await self._bus.publish(dead)
        if events:
            await self._project(events)
            self._step("projected")
        await consumer.commit(
            {
                TopicPartition(topic, partition): records[-1].offset + 1
                for topic, _, records in slices
            }
        )
        return True
