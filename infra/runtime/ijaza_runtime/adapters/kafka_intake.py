"""What was fetched of the partitions held, place by place, until it is polled.

Records are decoded only a little ahead, because Python's garbage collector visits each that waits:
`AHEAD` of each place of the partition that is being polled, `PEEKED` of every other place, so that
`Consumer.wait` knows of them. What was fetched beyond that waits undecoded in aiokafka, at most
one fetch (`FETCH_BYTES`) for each place, and no place waits for another.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka import TopicPartition as KafkaPlace

from ijaza_runtime.bus import TopicPartition

FETCH_BYTES = 4 * 1_048_576
"""What a broker gives at most of one place at a time."""
AHEAD = 10_000
"""Records decoded of one place of the polled partition before it was asked for them."""
PEEKED = 500
"""Records decoded of a place of another partition."""
_AT_ONCE = 5_000


class Wanted(NamedTuple):
    """Of which places records are wanted, and how many altogether."""

    places: list[KafkaPlace]
    most: int


@dataclass(slots=True)
class Shelf:
    """The records of one place.

    `next` is the offset to be laid in next; None while nobody has said where to begin, and then
    nothing is taken in. `gap` is where records were missing, if so: the log was compacted there,
    or has lost them. `lost` says why the place cannot be read on.
    """

    place: KafkaPlace
    next: int | None = None
    gap: int | None = None
    lost: str | None = None
    runs: deque[list[ConsumerRecord]] = field(default_factory=deque)
    waiting: int = 0

    def take(self, most: int) -> list[ConsumerRecord]:
        """The next records, at most so many."""
        taken: list[ConsumerRecord] = []
        while self.runs and len(taken) < most:
            run = self.runs.popleft()
            left = most - len(taken)
            if len(run) > left:
                self.runs.appendleft(run[left:])
                run = run[:left]
            taken = taken + run if taken else run
        self.waiting -= len(taken)
        return taken

    def clear(self) -> None:
        self.runs.clear()
        self.waiting = 0
        self.gap = None


class Intake:
    """The shelves of one assignment; another assignment has another intake."""

    def __init__(self, consumer: AIOKafkaConsumer, places: Iterable[KafkaPlace]) -> None:
        self._consumer = consumer
        self._shelves = {TopicPartition(*place): Shelf(place) for place in places}
        self._polled = -1
        consumer.pause(*(shelf.place for shelf in self._shelves.values()))

    @property
    def places(self) -> Collection[TopicPartition]:
        return self._shelves.keys()

    def __contains__(self, place: TopicPartition) -> bool:
        return place in self._shelves

    def __getitem__(self, place: TopicPartition) -> Shelf:
        return self._shelves[place]

    def unplaced(self) -> list[TopicPartition]:
        """The places of which nobody has said yet where to begin."""
        return [
            place
            for place, shelf in self._shelves.items()
            if shelf.next is None and shelf.lost is None
        ]

    def ends(self) -> Mapping[TopicPartition, int]:
        """Up to where each place was laid in, where that is known."""
        return {
            place: shelf.next for place, shelf in self._shelves.items() if shelf.next is not None
        }

    def begin(self, place: TopicPartition, offset: int) -> None:
        """Fetch from this offset on."""
        shelf = self._shelves[place]
        shelf.clear()
        shelf.next = offset
        self._consumer.seek(shelf.place, offset)
        self._consumer.resume(shelf.place)

    def leave(self, place: TopicPartition, lost: str | None = None) -> None:
        """Forget what was fetched; nothing more comes until it is begun again."""
        shelf = self._shelves[place]
        shelf.clear()
        shelf.next = None
        shelf.lost = lost
        self._consumer.pause(shelf.place)

    def lay(self, run: list[ConsumerRecord], position: int) -> None:
        """Take records of one place; `position` is where the consumer stands behind them.

        What comes from before a `begin` is refused: the consumer stands elsewhere since, and
        fetches again what is due.
        """
        shelf = self._shelves[place_of(run)]
        if shelf.next is None or run[0].offset < shelf.next or position <= run[-1].offset:
            return
        if run[0].offset > shelf.next and shelf.gap is None:
            shelf.gap = shelf.next
        shelf.runs.append(run)
        shelf.waiting += len(run)
        shelf.next = position

    def take(self, place: TopicPartition, most: int) -> list[ConsumerRecord]:
        """The next records of a place, at most so many."""
        self._polled = place.partition
        return self._shelves[place].take(most)

    def wanted(self) -> Wanted:
        """What the partition that is being polled has room for, by the thousand."""
        places = [
            shelf.place
            for shelf in self._shelves.values()
            if shelf.place.partition == self._polled
            and shelf.next is not None
            and shelf.waiting < AHEAD
        ]
        return Wanted(places, _AT_ONCE)

    def peeked(self) -> Wanted:
        """What any partition has room for, a few at a time."""
        places = [
            shelf.place
            for shelf in self._shelves.values()
            if shelf.next is not None
            and (
                not shelf.runs or (shelf.place.partition == self._polled and shelf.waiting < AHEAD)
            )
        ]
        return Wanted(places, PEEKED)

    def refetch(self) -> None:
        """Stand again where each place was laid in up to: a fetch was lost on its way here."""
        for shelf in self._shelves.values():
            if shelf.next is not None:
                self._consumer.seek(shelf.place, shelf.next)


def place_of(run: Sequence[ConsumerRecord]) -> TopicPartition:
    return TopicPartition(run[0].topic, run[0].partition)


def runs_of(records: Sequence[ConsumerRecord]) -> Iterator[list[ConsumerRecord]]:
    """The records of each place, which stand together in what FastStream hands over."""
    start = 0
    while start < len(records):
        here = records[start].topic, records[start].partition
        end = bisect_left(
            records,
            True,
            lo=start,
            key=lambda each, here=here: (each.topic, each.partition) != here,  # type: ignore[misc]
        )
        yield list(records[start:end])
        start = end
