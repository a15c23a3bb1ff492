"""What aiokafka has fetched is parted by batch, and stays unopened."""

from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPlace
from aiokafka.consumer.fetcher import FetchResult, PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c
from ijaza_runtime.adapters.kafka_parcels import seal

from tests.kafka.batches import batch_bytes

PLACE = KafkaPlace("facts", 0)
CONTROL = 0x20
"""In a batch's attributes: markers of a transaction, no records."""


def fetched(at: int, *batches: bytes | bytearray) -> PartitionRecords:
    """What aiokafka holds of a fetch from this offset, sealed."""
    records = MemoryRecords(b"".join(batches))
    held = PartitionRecords(PLACE, records, None, at, None, None, True, 0)
    result = FetchResult(PLACE, assignment=None, partition_records=held, backoff=0)
    consumer = create_autospec(AIOKafkaConsumer, instance=True)
    consumer._fetcher = SimpleNamespace(_records={PLACE: result})
    seal(consumer)
    seal(consumer)
    return held


def test_a_fetch_gives_its_batches_and_moves_on_behind_each() -> None:
    """As aiokafka does behind each record."""
    held = fetched(5, batch_bytes(5, 6), batch_bytes(7, 9))
    parcel = next(held)
    assert (parcel.place, parcel.start, parcel.next, held.next_fetch_offset) == (PLACE, 5, 7, 7)
    parcel = next(held)
    assert (parcel.start, parcel.next, held.next_fetch_offset) == (7, 10, 10)
    with pytest.raises(StopIteration):
        next(held)


def test_what_was_read_already_is_left_out() -> None:
    """A batch read to its end is passed over, one read in part is opened from there on."""
    (parcel,) = fetched(8, batch_bytes(5, 6), batch_bytes(7, 8, 9))
    assert [record.offset for record in parcel.opened()] == [8, 9]


def test_markers_of_transactions_are_passed_over() -> None:
    """A foreign producer may have transactions; its markers are no records."""
    marker = batch_bytes(5)
    marker[22] |= CONTROL
    held = fetched(5, sound(marker), batch_bytes(6))
    assert [parcel.start for parcel in held] == [6]


def test_a_batch_that_was_changed_on_its_way_is_refused() -> None:
    """And the consumer stays before it, to fetch it again."""
    broken = batch_bytes(7)
    broken[-1] ^= 1
    held = fetched(5, batch_bytes(5, 6), broken)
    next(held)
    with pytest.raises(CorruptRecordException):
        next(held)
    assert held.next_fetch_offset == 7


def sound(changed: bytearray) -> bytearray:
    """A batch with the checksum of what it holds now."""
    changed[17:21] = calc_crc32c(changed[21:]).to_bytes(4, "big")
    return changed
