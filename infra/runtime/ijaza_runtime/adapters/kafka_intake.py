"""What was fetched of the partitions held, place by place, until it is polled.

It waits as parcels, unopened, so that no record is an object before it is polled: `AHEAD` of each
place of the partition that is being polled, one parcel of every other place, so that
`Consumer.wait` knows of them. What was fetched beyond that waits in aiokafka, at most one fetch
(`FETCH_BYTES`) for each place, and no place waits for another.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPlace

from ijaza_runtime.adapters.kafka_parcels import Parcel
from ijaza_runtime.bus import TopicPartition

FETCH_BYTES = 4 * 1_048_576
"""What a broker gives at most of one place at a time."""
AHEAD = 10_000
"""Records that wait of one place of the polled partition, before more are taken in."""
_PARCELS = 5_000
_PEEKED = 1


class Wanted(NamedTuple):
    """Of which places parcels are wanted, and how many altogether."""

    places: list[KafkaPlace]
    most: int


@dataclass(slots=True)
class Shelf:
    """The parcels of one place.

    `next` is the offset to be laid in next; None while nobody has said where to begin, and then
    nothing is taken in. `gap` is where records were missing, if so: the log was compacted there,
    or has lost them. `lost` says why the place cannot be read on. `taken` is the offset after the
    last record that was taken.
    """

    place: KafkaPlace
    next: int | None = None
    gap: int | None = None
    lost: str | None = None
    taken: int = 0
    parcels: deque[Parcel] = field(default_factory=deque)
    _open: tuple[Parcel, Iterator[Any]] | None = None

    @property
    def waiting(self) -> int:
        """How many records wait, at most: some may have been compacted away."""
        return 0 if self.next is None or self.is_empty() else self.next - self.taken

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self.parcels and self._open is None

    def take(self, most: int) -> list[Any]:
        """The next records as aiokafka's parser makes them, at most so many."""
        taken: list[Any] = []
        while len(taken) < most and not self.is_empty():
            if self._open is None:
                parcel = self.parcels.popleft()
                self._open = parcel, parcel.opened()
            parcel, records = self._open
            room = most - len(taken)
            more = list(islice(records, room))
            taken += more
            if len(more) < room:
                self._open = None
                self.taken = parcel.next
            else:
                self.taken = more[-1].offset + 1
        return taken

    def clear(self) -> None:
        self.parcels.clear()
        self._open = None
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
        shelf.next = shelf.taken = offset
        self._consumer.seek(shelf.place, offset)
        self._consumer.resume(shelf.place)

    def leave(self, place: TopicPartition, lost: str | None = None) -> None:
        """Forget what was fetched; nothing more comes until it is begun again."""
        shelf = self._shelves[place]
        shelf.clear()
        shelf.next = None
        shelf.lost = lost
        self._consumer.pause(shelf.place)

    def lay(self, parcels: Sequence[Parcel], position: int) -> None:
        """Take parcels of one place; `position` is where the consumer stands behind them.

        What comes from before a `begin` is refused: the consumer stands elsewhere since, and
        fetches again what is due.
        """
        first, last = parcels[0], parcels[-1]
        shelf = self._shelves[TopicPartition(*first.place)]
        if shelf.next is None or first.start < shelf.next or position < last.next:
            return
        if max(first.start, first.batch.base_offset) > shelf.next and shelf.gap is None:
            shelf.gap = shelf.next
        shelf.parcels.extend(parcels)
        shelf.next = position

    def take(self, place: TopicPartition, most: int) -> list[Any]:
        """The next records of a place, at most so many; see `Shelf.take`."""
        self._polled = place.partition
        return self._shelves[place].take(most)

    def wanted(self) -> Wanted:
        """What the partition that is being polled has room for."""
        places = [
            shelf.place
            for shelf in self._shelves.values()
            if shelf.place.partition == self._polled
            and shelf.next is not None
            and shelf.waiting < AHEAD
        ]
        return Wanted(places, _PARCELS)

    def peeked(self) -> Wanted:
        """What any partition has room for, one at a time."""
        places = [
            shelf.place
            for shelf in self._shelves.values()
            if shelf.next is not None
            and (
                shelf.is_empty()
                or (shelf.place.partition == self._polled and shelf.waiting < AHEAD)
            )
        ]
        return Wanted(places, _PEEKED)

    def refetch(self) -> None:
        """Stand again where each place was laid in up to: a fetch was lost on its way here."""
        for shelf in self._shelves.values():
            if shelf.next is not None:
                self._consumer.seek(shelf.place, shelf.next)
