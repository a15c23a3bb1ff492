"""The partition of a key is the one that Kafka's Java client gives it."""

import pytest
from ijaza_runtime.bus import partition_of

KAFKA_HASHES = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}
"""From Kafka's UtilsTest#testMurmur2."""


@pytest.mark.parametrize("key", KAFKA_HASHES)
@pytest.mark.parametrize("partitions", [1, 2, 7, 12, 1000])
def test_partitions_are_those_of_kafka(key: str, partitions: int) -> None:
    """toPositive(murmur2(key)) % partitions, for the hashes in Kafka's own test."""
    assert partition_of(key, partitions) == (KAFKA_HASHES[key] & 0x7FFFFFFF) % partitions
