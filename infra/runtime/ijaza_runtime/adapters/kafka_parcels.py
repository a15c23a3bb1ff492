"""Batches of records as a broker sent them, opened only when their records are polled.

aiokafka makes an object of ten fields of every record that it fetched, and whoever fetches ahead
keeps thousands of them; both cost more than reading what they say (bench/README.md). So a fetch is
parted by batch here, its checksum is held against it, and each batch stays the bytes that it is.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPlace
from aiokafka.consumer.fetcher import FetchResult, PartitionRecords
from aiokafka.errors import CorruptRecordException


class Parcel(NamedTuple):
    """One batch, unopened: the records of one place from `start` up to `next`, as far as they
    were not compacted away. What it holds from before `start` was read already.
    """

    topic: str
    partition: int
    start: int
    next: int
    batch: Any

    @property
    def place(self) -> KafkaPlace:
        return KafkaPlace(self.topic, self.partition)

    def opened(self) -> Iterator[Any]:
        """Its records, as aiokafka's parser makes them: offset, key, value and headers."""
        if self.batch.base_offset >= self.start:
            return chain(self.batch)  # a batch can be asked for its iterator only once
        return (record for record in self.batch if record.offset >= self.start)


class _Parcels(Iterator[Parcel]):
    """What aiokafka iterates in place of the records of a fetch; moves its position by batch."""

    def __init__(self, fetched: PartitionRecords) -> None:
        self._fetched = fetched

    def __next__(self) -> Parcel:
        fetched = self._fetched
        topic, partition = fetched._tp
        while fetched._records.has_next():
            batch = fetched._records.next_batch()
            if not batch.validate_crc():
                raise CorruptRecordException(f"Invalid CRC - {topic}[{partition}]")
            start = fetched.next_fetch_offset
            if batch.next_offset <= start:
                continue
            fetched.next_fetch_offset = batch.next_offset
            if not batch.is_control_batch:
                return Parcel(topic, partition, start, batch.next_offset, batch)
        raise StopIteration


def seal(consumer: AIOKafkaConsumer) -> None:
    """Have `getmany` give parcels of what was fetched so far.

    Of what comes while it waits it gives records, so it is to be asked without a timeout.
    """
    results: Iterable[Any] = consumer._fetcher._records.values()
    for result in results:
        fetched = result._partition_records if isinstance(result, FetchResult) else None
        if fetched is not None and not isinstance(fetched._records_iterator, _Parcels):
            fetched._records_iterator = _Parcels(fetched)
