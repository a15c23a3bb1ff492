"""What readers need of a partitioned log, and how one reads on from where it stands."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ijaza_runtime.bus import BusError, Delivered, Slice, TopicPartition, TopicPlan

LOOK_SECONDS = 0.05
"""How often a waiting reader looks for what other processes have published."""


class TopicShape(NamedTuple):
    """What is fixed of a topic for its life."""

    name: str
    partitions: int
    compacted: bool

    def all(self) -> list[TopicPartition]:
        return [TopicPartition(self.name, number) for number in range(self.partitions)]


def places_of(topics: Iterable[TopicShape]) -> list[TopicPartition]:
    """Every partition of topics."""
    return [place for topic in topics for place in topic.all()]


def is_missing(plan: TopicPlan, known: Mapping[str, TopicShape]) -> bool:
    """Whether a topic is to be made. Raises `BusError` if it cannot, or exists otherwise."""
    if plan.partitions < 1:
        raise BusError(f"topic {plan.name}: {plan.partitions} partitions; at least 1 is needed.")
    shape = known.get(plan.name)
    if shape is None:
        return True
    if shape.partitions != plan.partitions:
        raise BusError(
            f"topic {plan.name} has {shape.partitions} partitions, and {plan.partitions} were "
            "asked for: the count is fixed for life. Set the same count everywhere."
        )
    if shape.compacted != plan.compacted:
        raise BusError(
            f"topic {plan.name} is {'' if shape.compacted else 'not '}compacted, and the opposite "
            "was asked for: this is fixed for life. Set the same everywhere."
        )
    return False


def common_count(group: str, topics: Sequence[TopicShape]) -> int:
    """The partition count of the topics of a group. Raises `BusError` if they differ in it."""
    counts = {topic.partitions for topic in topics}
    if len(counts) != 1:
        listed = ", ".join(f"{topic.name} has {topic.partitions}" for topic in topics)
        raise BusError(
            f"group {group}: its topics need one partition count, so that one process owns a key "
            f"in all of them ({listed or 'no topics'}). Read the odd one without a group."
        )
    return counts.pop()


def unknown_topics(names: Collection[str]) -> BusError:
    return BusError(f"no topic {', '.join(sorted(names))} on this bus: provision it first.")


@dataclass(slots=True, eq=False)
class Seat:
    """A member's place in a group, as far as it knows.

    `until` is when its lease runs out on the clock of the log, unless it was renewed meanwhile
    (which another thread may do); `epoch` is the group's when the member last took its seat.
    """

    group: str
    member: str
    partitions: int
    until: float = float("-inf")
    epoch: int = -1


class Log(Protocol):
    """Where records and groups are kept."""

    async def fetch(
        self, starts: Mapping[TopicPartition, int], most: int
    ) -> Mapping[TopicPartition, list[Delivered]]:
        """Records from the offsets given on: about `most` altogether, some if there are any."""
        ...

    async def ends(self, of: Collection[TopicPartition]) -> Mapping[TopicPartition, int]: ...

    async def committed(
        self, group: str, of: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]:
        """The committed offsets; 0 where there is none."""
        ...

    async def commit(
        self, seat: Seat, generations: Mapping[int, int], offsets: Mapping[TopicPartition, int]
    ) -> frozenset[int]:
        """Commit if all those partitions are held so; otherwise those that are not."""
        ...

    async def sit(self, seat: Seat, had: Mapping[int, int]) -> Mapping[int, int]:
        """Join the group or stay in it, and return what is held, with generations."""
        ...

    async def leave(self, seat: Seat) -> None: ...

    async def epoch(self, group: str) -> int: ...

    def seconds(self) -> float:
        """The clock by which leases run."""
        ...

    def next_publication(self) -> asyncio.Event:
        """Is set when this process publishes after now."""
        ...


class Position:
    """Where a reader stands in partitions of topics, and what it fetched ahead."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._next: dict[TopicPartition, int] = {}
        self._ahead: dict[TopicPartition, list[Delivered]] = {}
        self._turn = 0

    def place(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Stand before these offsets; what was fetched ahead there is forgotten."""
        self._next.update(offsets)
        for place in offsets:
            self._ahead.pop(place, None)

    def leave(self, places: Iterable[TopicPartition]) -> None:
        for place in places:
            self._next.pop(place, None)
            self._ahead.pop(place, None)

    def stands_at(self, offsets: Mapping[TopicPartition, int]) -> bool:
        """Whether everything before these offsets was read."""
        return all(self._next[place] >= offset for place, offset in offsets.items())

    def __getitem__(self, place: TopicPartition) -> int:
        """The offset of the next record to read, if it was not compacted away."""
        return self._next[place]

    async def read(self, places: Sequence[TopicPartition], most: int) -> list[Slice]:
        """The next records, at most `most`. The place that comes first changes every time."""
        self._turn += 1
        first = self._turn % len(places) if places else 0
        turn = [*places[first:], *places[:first]]
        if sum(len(self._ahead.get(place, ())) for place in turn) < most:
            starts = {place: self._next[place] for place in turn if place not in self._ahead}
            fetched = await self._log.fetch(starts, most)
            # Cancelled, rewound or read by another task meanwhile: the fetch counts no more.
            self._ahead.update(
                (place, records)
                for place, records in fetched.items()
                if records and self._next.get(place) == starts[place]
            )
        return list(self._taken(turn, most))

    def _taken(self, turn: Iterable[TopicPartition], most: int) -> Iterable[Slice]:
        for place in turn:
            ahead = self._ahead.pop(place, None)
            if not ahead:
                continue
            if len(ahead) > most:
                self._ahead[place] = ahead[most:]
                ahead = ahead[:most]
            if ahead:
                most -= len(ahead)
                self._next[place] = ahead[-1].offset + 1
                yield Slice(place.topic, place.partition, ahead)


class LogFollower:
    """Reads topics in full from their beginning. Implements `ijaza_runtime.bus.Follower`."""

    def __init__(self, log: Log, topics: Sequence[TopicShape]) -> None:
        self._log = log
        self._places = places_of(topics)
        self._position = Position(log)
        self._position.place(dict.fromkeys(self._places, 0))

    async def read(self, most: int) -> Sequence[Slice]:
        return await self._position.read(self._places, most)

    async def caught_up(self) -> bool:
        ends = await self._log.ends(self._places)
        return self._position.stands_at(ends)

    async def close(self) -> None:
        self._position.leave(self._places)
        self._places = []
