"""A member of a group on Kafka, as the port has it."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka import TopicPartition as KafkaPlace
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from ijaza_runtime.adapters.kafka_access import Cluster
from ijaza_runtime.adapters.kafka_ends import Ends
from ijaza_runtime.adapters.kafka_errors import bus_error
from ijaza_runtime.adapters.kafka_intake import Intake
from ijaza_runtime.adapters.kafka_lookout import Lookout
from ijaza_runtime.adapters.kafka_membership import Membership
from ijaza_runtime.adapters.kafka_records import Opened
from ijaza_runtime.bus import BusError, Ousted, Slice, TopicPartition
from ijaza_runtime.waiting import happens

POLL_SECONDS = 10.0
"""How long a poll waits for records that stand on the log and do not come."""
COMMIT_SECONDS = 10.0
_OPENED = 200
"""Records of a poll: so many are parsed and handled before the next, while they are in the
processor's cache."""
_LAYING_SECONDS = 0.05
"""In so long, what aiokafka has given out is laid in."""


class KafkaConsumer:
    """Implements `ijaza_runtime.bus.Consumer`.

    Every rebalance of the group takes all its partitions away for one answer of `assigned`, also
    those that it gets back: aiokafka does not tell whether somebody else had them in between.
    """

    def __init__(
        self, cluster: Cluster, lookout: Lookout, ends: Ends, group: str, topics: Sequence[str]
    ) -> None:
        self._cluster = cluster
        self._lookout = lookout
        self._ends = ends
        self._group = group
        self._topics = tuple(topics)
        self._membership = Membership(cluster, group, self._topics)
        self._answered: Intake | None = None  # what `assigned` last answered
        self._held: frozenset[int] = frozenset()  # its partitions
        self._known: dict[TopicPartition, int] = {}
        self._placing = asyncio.Lock()
        self._turn = 0
        self._closed = False

    async def assigned(self) -> frozenset[int]:
        self._refuse_if_closed()
        await self._membership.mend()
        intake = self._membership.intake
        if self._answered is not None and self._answered is not intake:
            intake = None  # what was lost is left out of one answer, though it be back
        if self._answered is not intake:
            self._answered = intake
            self._held = frozenset() if intake is None else self._numbers(intake)
            self._known.clear()
        return self._held

    async def ends(self, partition: int) -> Mapping[str, int]:
        intake = self._holding(partition)
        ends = await self._ends.of(intake.places)
        return {topic: ends[TopicPartition(topic, partition)] for topic in self._topics}

    async def poll(self, partition: int, most: int) -> Sequence[Slice]:
        await asyncio.sleep(0)  # while a backlog is folded, the next fetch comes in
        intake = self._holding(partition)
        await self._place(intake, partition)
        clock = asyncio.get_running_loop().time
        deadline = clock() + POLL_SECONDS
        while True:
            news = self._membership.news
            await self._look_into_gaps(intake, partition)
            slices = self._taken(intake, partition, most)
            if slices:
                return slices
            behind = await self._behind(intake, partition)
            if not behind:  # but what came while that was asked is there now
                await self._look_into_gaps(intake, partition)
                return self._taken(intake, partition, most)
            if not await happens(news, deadline - clock()):
                await self._explain(intake, partition, behind)
            self._holding(partition)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        for place in offsets:
            if place.topic not in self._topics:
                raise BusError(
                    f"group {self._group} does not read topic {place.topic}: commit offsets of "
                    f"{', '.join(self._topics)}."
                )
            self._holding(place.partition)
        if not offsets:
            return
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await self._membership.consumer.commit(
                    {KafkaPlace(*place): offset for place, offset in offsets.items()}
                )
        except (CommitFailedError, IllegalStateError) as error:
            self._membership.lose()
            raise self._ousted(sorted({place.partition for place in offsets})) from error
        except (KafkaError, TimeoutError) as error:
            doing = f"commit offsets of group {self._group}"
            raise bus_error(doing, self._cluster, error) from error

    async def rewind(self, partition: int) -> None:
        intake = self._holding(partition)
        for place in self._places(partition):
            intake.leave(place)  # whatever fails below, nothing uncommitted is passed over
            self._known.pop(place, None)
        await self._place(intake, partition)

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109 - a time to look, no limit
        """See `Consumer.wait`. True too when the assignment has changed, so that `assigned` is due.

        For a partition that is not polled in between, what stands on it counts as new once.
        """
        self._refuse_if_closed()
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout
        while True:
            news = self._membership.news
            if self._has_news():
                return True
            if not await happens(news, deadline - clock()):
                return False
            self._refuse_if_closed()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._membership.close()

    def _has_news(self) -> bool:
        intake = self._membership.intake
        if intake is not self._answered:
            return True
        if intake is None:
            return False
        ends = intake.ends()
        news = any(end > self._known.get(place, 0) for place, end in ends.items())
        self._known.update(ends)
        return news

    def _taken(self, intake: Intake, partition: int, most: int) -> list[Slice]:
        """What is there of a partition. The topic that comes first changes every time."""
        self._turn += 1
        first = self._turn % len(self._topics)
        most = min(most, _OPENED)
        slices = []
        places = self._places(partition)
        for place in places[first:] + places[:first]:
            parsed = intake.take(place, most)
            if parsed:
                most -= len(parsed)
                self._known[place] = parsed[-1].offset + 1
                slices.append(Slice(place.topic, place.partition, Opened(parsed)))
        return slices

    async def _behind(self, intake: Intake, partition: int) -> list[TopicPartition]:
        """The places of a partition of which not everything was laid in that stands there."""
        ends = await self._ends.of(intake.places)
        laid = intake.ends()
        return [p for p in self._places(partition) if laid.get(p, -1) < ends[p]]

    async def _place(self, intake: Intake, partition: int) -> None:
        """Begin at the committed offsets, or at the beginning where there is none."""
        async with self._placing:
            places = intake.unplaced()
            if any(place.partition == partition for place in places):
                committed, beginnings, ends = await asyncio.gather(
                    self._lookout.committed(self._group, places),
                    self._lookout.beginnings(places),
                    self._lookout.ends(places),
                )
                self._refuse_if_other(intake, partition)
                for place in places:
                    at = committed[place]
                    if at is None:
                        intake.begin(place, beginnings[place])
                    elif beginnings[place] <= at <= ends[place]:
                        intake.begin(place, at)
                    else:
                        intake.leave(place, self._lost(place, at, beginnings[place], ends[place]))
        for place in self._places(partition):
            if lost := intake[place].lost:
                raise BusError(lost)

    async def _look_into_gaps(self, intake: Intake, partition: int) -> None:
        """Raises `BusError` if offsets were passed over because the log has lost them."""
        shelves = [(place, intake[place]) for place in self._places(partition)]
        while any(shelf.gap is not None for _, shelf in shelves):
            for place, shelf in shelves:
                gap, shelf.gap = shelf.gap, None  # more may be met while it is asked for this one
                if gap is None:
                    continue
                try:
                    await self._refuse_if_lost(intake, place, gap)
                except BusError:
                    shelf.gap = gap
                    raise

    async def _explain(
        self, intake: Intake, partition: int, behind: Sequence[TopicPartition]
    ) -> None:
        """Why records do not come that stand on the log: the log has lost them, or has none there.

        Otherwise the consumer is stuck: it joins anew. Raises `BusError` then.
        """
        ends = await self._lookout.ends(behind)
        for place in behind:
            self._refuse_if_other(intake, partition)
            at = intake[place].next
            if at is None:
                continue
            await self._refuse_if_lost(intake, place, at)
            position = await self._membership.consumer.position(intake[place].place)
            if position < ends[place]:
                why = f"nothing comes of {place.topic}[{partition}] from {position} on"
                await self._membership.rejoin(why)
                raise BusError(f"group {self._group}: {why}; the consumer joins its group anew.")
            await asyncio.sleep(_LAYING_SECONDS)
            if intake[place].next == at:
                intake[place].next = position  # markers of a foreign transaction, no records

    async def _refuse_if_lost(self, intake: Intake, place: TopicPartition, at: int) -> None:
        beginning = (await self._lookout.beginnings([place]))[place]
        self._refuse_if_other(intake, place.partition)
        if beginning > at:
            lost = self._lost(place, at, beginning, beginning)
            intake.leave(place, lost)
            raise BusError(lost)

    def _lost(self, place: TopicPartition, at: int, beginning: int, end: int) -> str:
        return (
            f"group {self._group} is to read {place.topic}[{place.partition}] from offset {at}, "
            f"and the log holds {beginning} to {end}: records were removed before they were "
            "read. Rebuild the service from what is kept, or set the group's offset by hand."
        )

    def _holding(self, partition: int) -> Intake:
        """The intake of a partition that is held. Raises `Ousted` if it is not."""
        self._refuse_if_closed()
        intake = self._membership.intake
        if intake is None or intake is not self._answered:
            raise self._ousted([partition])
        if partition not in self._held:
            raise self._ousted([partition])
        return intake

    def _numbers(self, intake: Intake) -> frozenset[int]:
        """The partitions held of every topic."""
        return frozenset(
            place.partition
            for place in intake.places
            if all(other in intake for other in self._places(place.partition))
        )

    def _places(self, partition: int) -> list[TopicPartition]:
        return [TopicPartition(topic, partition) for topic in self._topics]

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise BusError(f"this consumer of group {self._group} was closed: make another.")

    def _refuse_if_other(self, intake: Intake, partition: int) -> None:
        if self._membership.intake is not intake:
            raise self._ousted([partition])

    def _ousted(self, partitions: Sequence[int]) -> Ousted:
        return Ousted(
            f"this member of group {self._group} does not hold partition "
            f"{', '.join(map(str, partitions))}: drop what was not saved and ask what is assigned."
        )
