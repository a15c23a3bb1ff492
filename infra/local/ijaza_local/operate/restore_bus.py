"""Records of an archive put onto an empty bus, or onto one where an earlier restore was cut off.

A record's new offset is its number in its partition of the archive, and so what stands on the bus
shows how far a restore came: it has to be exactly the beginning of what the archive holds.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from time import monotonic

import msgspec
from ijaza_runtime.bus import Bus, Consumer, Record, TopicPartition, partition_of

from ijaza_local.operate.backup_archive import UNSENT, Archive, Progress
from ijaza_local.operate.backup_format import BackupError, Manifest, Row
from ijaza_local.operate.backup_scope import TOPIC_NAMES

JOINING = 60.0
"""Seconds that a restore waits to be alone in a group."""
_PAGE = 2_000
_HASH_BYTES = 16
_OTHERS = (
    "the bus holds something else than the beginning of this backup: give an empty one, by "
    "IJAZA_BUS_URL. Nothing was written."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an archive puts onto the bus. `counts` is how many records, by place."""

    archive: Archive
    partitions: Mapping[str, int]
    counts: Mapping[TopicPartition, int]

    @classmethod
    def of(cls, archive: Archive) -> "Wanted":
        """All records that were on the bus, and those that were still to be sent."""
        manifest = archive.manifest
        partitions = {topic: len(counts) for topic, counts in manifest.topics.items()}
        counts = Counter(
            {
                TopicPartition(topic, number): count
                for topic, each in manifest.topics.items()
                for number, count in enumerate(each)
            }
        )
        for row in _unsent(archive):
            counts[_place(row, partitions)] += 1
        return cls(archive, partitions, counts)

    def rows(self) -> Iterator[list[tuple[TopicPartition, int, Row]]]:
        """Records with their place and number there, a part at a time; the unsent ones last."""
        numbers: Counter[TopicPartition] = Counter()
        for rows in self.archive.rows():
            yield list(self._numbered(rows, numbers))
        for row in _unsent(self.archive):
            yield list(self._numbered([row], numbers))

    def _numbered(
        self, rows: Sequence[Row], numbers: Counter[TopicPartition]
    ) -> Iterator[tuple[TopicPartition, int, Row]]:
        for row in rows:
            place = _place(row, self.partitions)
            yield place, numbers[place], row
            numbers[place] += 1


async def standing(bus: Bus, wanted: Wanted) -> Mapping[TopicPartition, int]:
    """How much of the archive stands on the bus already. Raises `BackupError` if it is other."""
    ends = {place: end for place, end in (await bus.ends()).items() if place.topic in TOPIC_NAMES}
    found = Counter(place.topic for place in ends)
    for topic, count in wanted.partitions.items():
        if found[topic] != count:
            raise BackupError(
                f"topic {topic} has {found[topic]} partitions on this bus, and {count} in the "
                f"backup: the count is fixed for life. Set IJAZA_PARTITIONS="
                f"{wanted.archive.manifest.partitions}, and make the topics anew."
            )
    if any(end > wanted.counts.get(place, 0) for place, end in ends.items()):
        raise BackupError(_OTHERS)
    if any(ends.values()) and await _digests(bus) != _digests_of(wanted, await _offsets(bus)):
        raise BackupError(_OTHERS)
    return ends


async def publish(
    bus: Bus, wanted: Wanted, there: Mapping[TopicPartition, int], progress: Progress
) -> None:
    """Publish what is not there yet. Raises `BusError`."""
    for rows in wanted.rows():
        records: list[Record] = [
            row.record() for place, number, row in rows if number >= there.get(place, 0)
        ]
        if records:
            await bus.publish(records)
        progress("records", len(rows))


async def commit(bus: Bus, manifest: Manifest) -> None:
    """Have every group begin where it stood. Raises `BackupError` if a service is running."""
    for group, topics in manifest.committed.items():
        offsets = {
            TopicPartition(topic, number): offset
            for topic, each in topics.items()
            for number, offset in enumerate(each)
        }
        consumer = await bus.consumer(group, list(topics))
        try:
            await _alone(consumer, group, {place.partition for place in offsets})
            await consumer.commit(offsets)
        finally:
            await consumer.close()


async def _alone(consumer: Consumer, group: str, partitions: set[int]) -> None:
    deadline = monotonic() + JOINING
    while await consumer.assigned() != partitions:
        if monotonic() > deadline:
            raise BackupError(
                f"another process is a member of group {group}: end every service, and restore "
                "again. It goes on from here."
            )
        await asyncio.sleep(0.1)


def _unsent(archive: Archive) -> Iterator[Row]:
    for _, _, documents in archive.kept(UNSENT):
        for document in documents:
            yield from document.outbox


def _place(row: Row, partitions: Mapping[str, int]) -> TopicPartition:
    if row.partition >= 0:
        return TopicPartition(row.topic, row.partition)
    return TopicPartition(row.topic, partition_of(row.record().key, partitions[row.topic]))


_Digests = Mapping[TopicPartition, int]
"""The sum of the hashes of records: of many in any order, and in no memory."""


async def _digests(bus: Bus) -> _Digests:
    digests: Counter[TopicPartition] = Counter()
    async for place, row in _standing_rows(bus):
        digests[place] += _hash(row, row.offset)
    return digests


async def _offsets(bus: Bus) -> Mapping[TopicPartition, bytearray]:
    """A bit for each offset that is there: compaction may have removed some in between."""
    bits: dict[TopicPartition, bytearray] = defaultdict(bytearray)
    async for place, row in _standing_rows(bus):
        index, bit = divmod(row.offset, 8)
        found = bits[place]
        found.extend(bytes(index + 1 - len(found)))
        found[index] |= 1 << bit
    return bits


async def _standing_rows(bus: Bus) -> AsyncIterator[tuple[TopicPartition, Row]]:
    follower = await bus.follower(TOPIC_NAMES)
    try:
        while slices := await follower.read(_PAGE):
            for topic, partition, records in slices:
                for record in records:
                    yield TopicPartition(topic, partition), Row.of(topic, partition, record)
    finally:
        await follower.close()


def _digests_of(wanted: Wanted, offsets: Mapping[TopicPartition, bytearray]) -> _Digests:
    digests: Counter[TopicPartition] = Counter()
    for rows in wanted.rows():
        for place, number, row in rows:
            index, bit = divmod(number, 8)
            bits = offsets.get(place, b"")
            if index < len(bits) and bits[index] >> bit & 1:
                digests[place] += _hash(row, number)
    return digests


def _hash(row: Row, number: int) -> int:
    content = msgspec.msgpack.encode((number, row.key, row.value, sorted(row.headers)))
    return int.from_bytes(blake2b(content, digest_size=_HASH_BYTES).digest(), "big")
