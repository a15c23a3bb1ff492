"""The bus in memory, for tests: what `SqliteBus` promises, but for what outlives the process."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence

from ijaza_runtime.adapters import groups
from ijaza_runtime.adapters.consumer import LeasedConsumer
from ijaza_runtime.adapters.groups import Group, Moment
from ijaza_runtime.adapters.log import (
    LogFollower,
    Seat,
    TopicShape,
    common_count,
    is_missing,
    places_of,
    unknown_topics,
)
from ijaza_runtime.bus import (
    BusError,
    Consumer,
    Delivered,
    Follower,
    Record,
    TopicPartition,
    TopicPlan,
    partition_of,
)

_LEASE_SECONDS = 10.0


class MemoryLog:
    """Implements `Log`; the buses made over one log share it, as processes share a file.

    Leases run out by `clock` alone and are renewed by `assigned` alone: with the default, which
    stands still, they never do.
    """

    def __init__(self, clock: Callable[[], float] = lambda: 0.0) -> None:
        self.topics: dict[str, TopicShape] = {}
        self.ends_of: dict[TopicPartition, int] = {}
        self._records: dict[TopicPartition, list[Delivered]] = {}
        self._groups: dict[str, Group] = {}
        self._offsets: dict[tuple[str, TopicPartition], int] = {}
        self._clock = clock
        self._publication = asyncio.Event()

    def shapes(self, names: Collection[str]) -> list[TopicShape]:
        unknown = [name for name in names if name not in self.topics]
        if unknown:
            raise unknown_topics(unknown)
        return [self.topics[name] for name in names]

    def provision(self, plans: Sequence[TopicPlan]) -> None:
        topics = dict(self.topics)
        for plan in plans:
            if is_missing(plan, topics):
                topics[plan.name] = TopicShape(plan.name, plan.partitions, plan.compacted)
        for shape in topics.values():
            for place in shape.all():
                self.ends_of.setdefault(place, 0)
                self._records.setdefault(place, [])
        self.topics = topics

    def append(self, records: Sequence[Record]) -> None:
        self.shapes({record.topic for record in records})
        for topic, key, value, headers in records:
            place = TopicPartition(topic, partition_of(key, self.topics[topic].partitions))
            offset = self.ends_of[place]
            self._records[place].append(Delivered(offset, key, value, dict(headers)))
            self.ends_of[place] = offset + 1
        self._publication.set()
        self._publication = asyncio.Event()

    def compact(self) -> None:
        for place, records in self._records.items():
            if self.topics[place.topic].compacted:
                newest = {record.key: record.offset for record in records}
                records[:] = [record for record in records if newest[record.key] == record.offset]

    def found_group(self, seat: Seat, *, alone: bool) -> None:
        group = self._groups.setdefault(seat.group, groups.empty(seat.partitions))
        groups.refuse_other_count(seat.group, group, seat.partitions)
        if alone:
            self._groups[seat.group] = groups.without_namesakes(group, seat.member)

    async def fetch(
        self, starts: Mapping[TopicPartition, int], most: int
    ) -> Mapping[TopicPartition, list[Delivered]]:
        found = {}
        for place, start in starts.items():
            records = [record for record in self._records[place] if record.offset >= start][:most]
            found[place] = [record._replace(headers=dict(record.headers)) for record in records]
            most -= len(records)
        return found

    async def ends(self, of: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        return {place: self.ends_of[place] for place in of}

    async def committed(
        self, group: str, of: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]:
        return {place: self._offsets.get((group, place), 0) for place in of}

    async def commit(
        self, seat: Seat, generations: Mapping[int, int], offsets: Mapping[TopicPartition, int]
    ) -> frozenset[int]:
        group = self._groups[seat.group]
        lost = groups.lost(group, seat.member, generations, self._moment())
        if not lost:
            self._offsets.update(((seat.group, place), offset) for place, offset in offsets.items())
        return lost

    async def sit(self, seat: Seat, had: Mapping[int, int]) -> Mapping[int, int]:
        group = groups.seated(
            self._groups[seat.group], seat.member, had, self._moment(), _LEASE_SECONDS
        )
        self._groups[seat.group] = group
        seat.until = self.seconds() + _LEASE_SECONDS
        seat.epoch = group.epoch
        return groups.held(group, seat.member)

    async def leave(self, seat: Seat) -> None:
        self._groups[seat.group] = groups.left(self._groups[seat.group], seat.member)

    async def epoch(self, group: str) -> int:
        return self._groups[group].epoch

    def seconds(self) -> float:
        return self._clock()

    def next_publication(self) -> asyncio.Event:
        return self._publication

    def _moment(self) -> Moment:
        return Moment("", self._clock())


class MemoryBus:
    """Implements `ijaza_runtime.bus.Bus`. Without a `log` it is a new and empty one."""

    def __init__(self, log: MemoryLog | None = None, *, member: str | None = None) -> None:
        self._log = log or MemoryLog()
        self._member = member
        self._consumers: list[LeasedConsumer] = []
        self._closed = False

    async def provision(self, plans: Sequence[TopicPlan]) -> None:
        self._refuse_if_closed()
        self._log.provision(plans)

    async def publish(self, records: Sequence[Record]) -> None:
        self._refuse_if_closed()
        self._log.append(records)

    async def consumer(self, group: str, topics: Sequence[str]) -> Consumer:
        self._refuse_if_closed()
        shapes = self._log.shapes(topics)
        name = groups.named(self._member or "memory", secrets.token_hex(4))
        seat = Seat(group, name, common_count(group, shapes))
        self._log.found_group(seat, alone=self._member is not None)
        consumer = LeasedConsumer(self._log, seat, shapes)
        self._consumers.append(consumer)
        return consumer

    async def follower(self, topics: Sequence[str]) -> Follower:
        self._refuse_if_closed()
        return LogFollower(self._log, self._log.shapes(topics))

    async def ends(self) -> Mapping[TopicPartition, int]:
        self._refuse_if_closed()
        return dict(self._log.ends_of)

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        self._refuse_if_closed()
        return await self._log.committed(group, places_of(self._log.shapes(topics)))

    async def ping(self) -> None:
        self._refuse_if_closed()

    async def compact(self) -> None:
        """Remove what later records of the same key supersede on compacted topics."""
        self._refuse_if_closed()
        self._log.compact()

    async def close(self) -> None:
        for consumer in self._consumers:
            await consumer.close()
        self._closed = True

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise BusError("this bus was closed: open another.")
