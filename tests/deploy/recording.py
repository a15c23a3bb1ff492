"""A bus that notes who reads what, and who writes where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.bus import Consumer, Follower, Record, TopicPartition, TopicPlan


@dataclass(slots=True)
class Notes:
    """What one service asked of the bus."""

    consumed: dict[str, set[str]] = field(default_factory=dict)
    followed: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)


class RecordingBus:
    """Implements `ijaza_runtime.bus.Bus` on another one, and keeps notes."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus
        self.notes = Notes()

    async def provision(self, plans: Sequence[TopicPlan]) -> None:
        await self._bus.provision(plans)

    async def publish(self, records: Sequence[Record]) -> None:
        self.notes.written |= {record.topic for record in records}
        await self._bus.publish(records)

    async def consumer(self, group: str, topics: Sequence[str]) -> Consumer:
        self.notes.consumed.setdefault(group, set()).update(topics)
        return await self._bus.consumer(group, topics)

    async def follower(self, topics: Sequence[str]) -> Follower:
        self.notes.followed |= set(topics)
        return await self._bus.follower(topics)

    async def ends(self) -> Mapping[TopicPartition, int]:
        return await self._bus.ends()

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        self.notes.consumed.setdefault(group, set()).update(topics)
        return await self._bus.committed(group, topics)

    async def ping(self) -> None:
        await self._bus.ping()

    async def close(self) -> None:
        await self._bus.close()
