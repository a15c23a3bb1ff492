"""A bus that costs nothing: the records stand ready in memory, as they would come from a broker.

What a fold takes over it is what the fold takes by itself.
"""

from collections.abc import Iterable, Mapping, Sequence

from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.bus import Consumer, Delivered, Record, Slice, TopicPartition, partition_of


class FeedBus(MemoryBus):
    """Groups read from `feed`; everything else is the bus in memory."""

    def __init__(self, partitions: int) -> None:
        super().__init__()
        self._partitions = partitions
        self._fed: dict[TopicPartition, list[Delivered]] = {}
        self._offsets: dict[TopicPartition, int] = {}

    def feed(self, records: Iterable[Record]) -> None:
        """Lay records ready."""
        for topic, key, value, headers in records:
            place = TopicPartition(topic, partition_of(key, self._partitions))
            log = self._fed.setdefault(place, [])
            log.append(Delivered(len(log), key, value, headers))

    async def consumer(self, group: str, topics: Sequence[str]) -> Consumer:
        return FeedConsumer(self._fed, topics, self._partitions, self._offsets)

    async def ends(self) -> Mapping[TopicPartition, int]:
        return {place: len(records) for place, records in self._fed.items()}

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return {place: self._offsets.get(place, 0) for place in self._fed}


class FeedConsumer:
    """Holds every partition of what is fed, for ever."""

    def __init__(
        self,
        fed: Mapping[TopicPartition, list[Delivered]],
        topics: Sequence[str],
        partitions: int,
        offsets: dict[TopicPartition, int],
    ) -> None:
        self._fed = fed
        self._topics = topics
        self._partitions = partitions
        self._offsets = offsets
        self._next: dict[TopicPartition, int] = {}

    async def assigned(self) -> frozenset[int]:
        return frozenset(range(self._partitions))

    async def ends(self, partition: int) -> Mapping[str, int]:
        return {topic: len(self._log(topic, partition)) for topic in self._topics}

    async def poll(self, partition: int, most: int) -> Sequence[Slice]:
        slices = []
        for topic in self._topics:
            place = TopicPartition(topic, partition)
            start = self._next.get(place, 0)
            records = self._log(topic, partition)[start : start + most]
            if records:
                most -= len(records)
                self._next[place] = start + len(records)
                slices.append(Slice(topic, partition, records))
        return slices

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        self._offsets.update(offsets)

    async def rewind(self, partition: int) -> None:
        raise AssertionError("nothing fails here")

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109 - as the port has it
        return False

    async def close(self) -> None:
        """Nothing is held."""

    def _log(self, topic: str, partition: int) -> list[Delivered]:
        return self._fed.get(TopicPartition(topic, partition), [])
