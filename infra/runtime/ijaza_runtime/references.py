"""What every process knows in full: the values of broadcast topics, kept in memory and followed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ijaza_contracts.envelope import CloudEvent, Undecodable, decode

from ijaza_runtime.bus import Bus, Delivered, Follower, TopicPartition
from ijaza_runtime.fold import Table, V
from ijaza_runtime.observe import log
from ijaza_runtime.tracing import HEADER

_PAGE = 5_000


@dataclass(slots=True)
class Touched:
    """The keys whose value changed since somebody asked, by topic."""

    by_topic: dict[str, set[str]] = field(default_factory=dict)

    def take(self, topic: str) -> set[str]:
        """The keys of a topic, which are forgotten here."""
        return self.by_topic.pop(topic, set())


class References:
    """The tables of a service. Read to their end before the first fact is handled."""

    def __init__(self, bus: Bus, tables: Sequence[Table[Any]]) -> None:
        self._bus = bus
        self._tables = {table.topic.name: table for table in tables}
        self._types = {
            name: {event.TYPE: event for event in table.handlers}
            for name, table in self._tables.items()
        }
        self._values: dict[str, dict[str, Any]] = {name: {} for name in self._tables}
        self._traces: dict[str, dict[str, str]] = {name: {} for name in self._tables}
        self._follower: Follower | None = None
        self.read_once = not tables
        """Whether everything was read that stood on the topics at some time since the start."""
        self.positions: dict[TopicPartition, int] = {}
        """Where each partition is to be read on, as far as any of it was read."""
        self._reading = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None
        self.touched = Touched()

    def get(self, table: Table[V], key: str) -> V | None:
        """What is known of a key, or None."""
        return self._values[table.topic.name].get(key)

    def all(self, table: Table[V]) -> dict[str, V]:
        """Everything known, by key."""
        return self._values[table.topic.name]

    def trace(self, table: Table[Any], key: str) -> str:
        """The traceparent of what last changed a key, or an empty string."""
        return self._traces[table.topic.name].get(key, "")

    @property
    def topics(self) -> tuple[str, ...]:
        """The names of the topics that are read in full."""
        return tuple(self._tables)

    async def refresh(self) -> None:
        """Read on to the end of the topics as it is now.

        Those who ask while a reading goes on share the one after it: a hundred requests at a time
        cost two readings, not a hundred.
        """
        if not self._tables:
            return
        if self._next is None:
            self._next = asyncio.create_task(self._read_on())
            self._next.add_done_callback(_heard)
        await asyncio.shield(self._next)

    async def _read_on(self) -> None:
        async with self._reading:
            self._next = None  # whoever asks from here on may mean what this does not see
            if self._follower is None:
                self._follower = await self._bus.follower(list(self._tables))
            while slices := await self._follower.read(_PAGE):
                for topic, partition, records in slices:
                    for record in records:
                        self._apply(topic, record)
                    self.positions[TopicPartition(topic, partition)] = records[-1].offset + 1
            self.read_once = True

    async def close(self) -> None:
        """Stop following."""
        if self._follower is not None:
            await self._follower.close()

    def _apply(self, topic: str, record: Delivered) -> None:
        values = self._values[topic]
        if record.value is None:
            values.pop(record.key, None)
            self._traces[topic].pop(record.key, None)
        else:
            try:
                event = decode(record.headers, record.value, self._types[topic])
            except Undecodable as fault:
                # Nobody owns a broadcast topic's offsets, so nobody can dead-letter for all.
                log.error("reference refused", topic=topic, offset=record.offset, why=str(fault))
                return
            if event is None:
                return
            values[event.key] = self._evolve(topic, values.get(event.key), event)
            if trace := record.headers.get(HEADER):
                self._traces[topic][event.key] = trace
        self.touched.by_topic.setdefault(topic, set()).add(record.key)

    def _evolve(self, topic: str, current: Any, event: CloudEvent) -> Any:
        return self._tables[topic].handlers[type(event)](current, event)


def _heard(reading: "asyncio.Task[None]") -> None:
    """Whoever waits is told of a failure; if nobody does any more, nobody needs to be."""
    if not reading.cancelled():
        reading.exception()
