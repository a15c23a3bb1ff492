"""A member of a group on an embedded bus."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence

from ijaza_runtime.adapters.log import LOOK_SECONDS, Log, Position, Seat, TopicShape
from ijaza_runtime.bus import BusError, Ousted, Slice, TopicPartition
from ijaza_runtime.waiting import happens


class LeasedConsumer:
    """Implements `ijaza_runtime.bus.Consumer` over a log; a lease stands for the membership."""

    def __init__(self, log: Log, seat: Seat, topics: Sequence[TopicShape]) -> None:
        self._log = log
        self._seat = seat
        self._topics = tuple(topic.name for topic in topics)
        self._held: Mapping[int, int] = {}  # as last answered, each with its generation
        self._gone: set[int] = set()  # of those, what is known to be lost since
        self._position = Position(log)
        self._known: dict[TopicPartition, int] = {}
        self._closed = False

    async def assigned(self) -> frozenset[int]:
        self._refuse_if_closed()
        held = await self._log.sit(self._seat, self._held)
        self._lose(number for number, gen in self._held.items() if held.get(number) != gen)
        gained = self._places(n for n in held if n not in self._held or n in self._gone)
        self._position.place(await self._log.committed(self._seat.group, gained))
        self._held = held
        self._gone.clear()
        return frozenset(held)

    async def ends(self, partition: int) -> Mapping[str, int]:
        self._refuse_if_closed()
        ends = await self._log.ends(self._places([partition]))
        return {place.topic: end for place, end in ends.items()}

    async def poll(self, partition: int, most: int) -> Sequence[Slice]:
        self._refuse_unless_held(partition)
        places = self._places([partition])
        slices = await self._position.read(places, most)
        self._refuse_unless_held(partition)
        self._known.update((place, self._position[place]) for place in places)
        return slices

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        generations: dict[int, int] = {}
        for place in offsets:
            if place.topic not in self._topics:
                raise BusError(
                    f"group {self._seat.group} does not read topic {place.topic}: commit offsets "
                    f"of {', '.join(self._topics)}."
                )
            self._refuse_unless_held(place.partition)
            generations[place.partition] = self._held[place.partition]
        lost = await self._log.commit(self._seat, generations, offsets)
        if lost:
            self._lose(lost)
            raise self._ousted(lost)

    async def rewind(self, partition: int) -> None:
        self._refuse_unless_held(partition)
        places = self._places([partition])
        committed = await self._log.committed(self._seat.group, places)
        self._refuse_unless_held(partition)
        self._position.place(committed)

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109 - a time to look, no limit
        """See `Consumer.wait`. True too when the group has changed, so that `assigned` is due.

        For a partition that is not polled in between, what stands on it counts as new once.
        """
        self._refuse_if_closed()
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout
        while True:
            publication = self._log.next_publication()
            if await self._has_news():
                return True
            left = deadline - clock()
            if left <= 0:
                return False
            await happens(publication, min(left, LOOK_SECONDS))

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._lose(self._held)
        await self._log.leave(self._seat)

    async def _has_news(self) -> bool:
        if self._log.seconds() >= self._seat.until:
            return True
        if await self._log.epoch(self._seat.group) != self._seat.epoch:
            return True
        ends = await self._log.ends(self._places(self._held.keys() - self._gone))
        news = any(end > self._known.get(place, 0) for place, end in ends.items())
        self._known.update(ends)
        return news

    def _places(self, partitions: Iterable[int]) -> list[TopicPartition]:
        return [TopicPartition(name, number) for number in partitions for name in self._topics]

    def _lose(self, partitions: Iterable[int]) -> None:
        self._gone.update(partitions)
        places = self._places(self._gone)
        self._position.leave(places)
        for place in places:
            self._known.pop(place, None)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise BusError(f"this consumer of group {self._seat.group} was closed: make another.")

    def _refuse_unless_held(self, partition: int) -> None:
        self._refuse_if_closed()
        if self._log.seconds() >= self._seat.until:
            self._lose(self._held)
        if partition not in self._held or partition in self._gone:
            raise self._ousted([partition])

    def _ousted(self, partitions: Collection[int]) -> Ousted:
        numbers = ", ".join(map(str, sorted(partitions)))
        return Ousted(
            f"member {self._seat.member} of group {self._seat.group} does not hold partition "
            f"{numbers}: drop what was not saved and ask what is assigned."
        )
