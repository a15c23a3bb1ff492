"""Reading the log up to a cut, while others write it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from ijaza_runtime.bus import Bus, Delivered, Follower, Slice, TopicPartition

from ijaza_local.operate.backup_archive import Filling, Progress
from ijaza_local.operate.backup_format import Row
from ijaza_local.operate.backup_scope import COMPACTED, TOPIC_NAMES

_PAGE = 2_000
"""Records read at once."""


class LogCopy:
    """Copies the log from its beginning, cut by cut. `counts` says how much of it is copied.

    `committed` are the offsets up to which groups had come; `handled` counts what lies before.
    """

    def __init__(
        self,
        rows: Filling[Row],
        committed: Mapping[str, Mapping[TopicPartition, int]],
        progress: Progress,
    ) -> None:
        self._rows = rows
        self._progress = progress
        self._follower: Follower | None = None
        self._position: Counter[TopicPartition] = Counter()
        self._beyond: list[Slice] = []
        self._committed = committed
        self.counts: Counter[TopicPartition] = Counter()
        self.handled: dict[str, Counter[TopicPartition]] = {name: Counter() for name in committed}

    async def copy(self, bus: Bus, cut: Mapping[TopicPartition, int]) -> bool:
        """Copy on to a cut. Whether every offset from the last cut on was met on compacted topics.

        Where one was not, a later record had taken its place, and that one may lie beyond the cut.
        """
        met: Counter[TopicPartition] = Counter()
        before = Counter(self._position)
        waiting, self._beyond = self._beyond, []
        self._take(waiting, cut, met)
        while any(self._position[place] < end for place, end in cut.items()):
            slices = await self._read(bus)
            if not slices:
                break
            self._take(slices, cut, met)
        self._rows.flush()
        return all(
            met[place] == end - before[place]
            for place, end in cut.items()
            if place.topic in COMPACTED
        )

    async def close(self) -> None:
        """Stop reading."""
        if self._follower is not None:
            await self._follower.close()

    async def _read(self, bus: Bus) -> Iterable[Slice]:
        if self._follower is None:
            self._follower = await bus.follower(TOPIC_NAMES)
        return await self._follower.read(_PAGE)

    def _take(
        self,
        slices: Iterable[Slice],
        cut: Mapping[TopicPartition, int],
        met: Counter[TopicPartition],
    ) -> None:
        for topic, partition, records in slices:
            place = TopicPartition(topic, partition)
            within = [record for record in records if record.offset < cut[place]]
            if len(within) < len(records):
                self._beyond.append(Slice(topic, partition, records[len(within) :]))
            self._keep(place, within)
            met[place] += len(within)
            # What was read beyond the cut shows that nothing is left before it.
            self._position[place] = min(records[-1].offset + 1, cut[place])
            self._progress("records", len(within))

    def _keep(self, place: TopicPartition, records: Iterable[Delivered]) -> None:
        for record in records:
            self._rows.add(Row.of(*place, record))
            self.counts[place] += 1
            for group, offsets in self._committed.items():
                if record.offset < offsets.get(place, 0):
                    self.handled[group][place] += 1
