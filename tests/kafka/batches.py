"""Batches of records as a broker sends them."""

from typing import Any

from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords


def batch_bytes(*offsets: int) -> bytearray:
    """A batch whose records stand at these offsets."""
    first = offsets[0]
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1_000_000)
    for offset in offsets:
        builder.append(offset - first, 0, b"k", b"v", [("ce_id", b"1")])
    made = bytearray(builder.build())
    made[:8] = first.to_bytes(8, "big")  # where a broker puts it; no part of the checksum
    return made


def batch(*offsets: int) -> Any:
    """The same, as aiokafka reads it."""
    return MemoryRecords(bytes(batch_bytes(*offsets))).next_batch()
