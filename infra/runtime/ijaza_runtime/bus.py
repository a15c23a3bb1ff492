"""The bus port: a durable, partitioned log of records, read by groups or in full.

Every adapter keeps these promises, and one conformance suite holds them to it:

- a record of which `publish` returned is durable, and records of one key keep their order;
- partition = murmur2 of the key, as Kafka's default partitioner has it;
- in a group, the process that owns partition n owns n of every topic that the group reads;
- only the owner of a partition commits its offsets: `Ousted` otherwise, and nothing is committed;
- delivery is at least once: what was not committed comes again, in order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Record(NamedTuple):
    """What is published. A `value` of None is a tombstone: it erases the key when compacted."""

    topic: str
    key: str
    value: bytes | None
    headers: Mapping[str, str]


class Delivered(NamedTuple):
    """A record as it stands in the log."""

    offset: int
    key: str
    value: bytes | None
    headers: Mapping[str, str]


class Slice(NamedTuple):
    """Records of one partition of one topic, in order and without gaps but compacted ones."""

    topic: str
    partition: int
    records: Sequence[Delivered]


class TopicPartition(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """A topic as `provision` makes it.

    `retention` is how many seconds a record is kept at least, None for ever; `replication` on how
    many brokers a record lies, None on three or on all where there are fewer; `largest` the bytes
    that a record may have, None for a broker's own bound. All three are for a bus of several
    machines: the embedded ones keep everything, of any size, once.
    """

    name: str
    partitions: int
    compacted: bool = False
    retention: float | None = None
    replication: int | None = None
    largest: int | None = None


class BusError(Exception):
    """The bus cannot do what was asked; the message says why and what to do."""


class Ousted(BusError):
    """A partition that this consumer held is another's now. Drop what was not saved."""


class Consumer(Protocol):
    """One member of a group."""

    async def assigned(self) -> frozenset[int]:
        """The partitions held now; joins the group and renews the membership.

        A partition that is no longer among them was taken away: what was cached of it is stale.
        """
        ...

    async def ends(self, partition: int) -> Mapping[str, int]:
        """Per topic, the offset after the last record of `partition` as of now."""
        ...

    async def poll(self, partition: int, most: int) -> Sequence[Slice]:
        """The next records of one held partition, of all topics, at most `most` altogether.

        They start after those returned before, or at the committed offset after `assigned` gave
        the partition; empty at the end. Raises `Ousted` if the partition is not held.
        """
        ...

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit the offset of the next record to handle, for each partition; all or none.

        Raises `Ousted`, and commits nothing, if one of the partitions is not held any more.
        """
        ...

    async def rewind(self, partition: int) -> None:
        """Go back to the committed offsets of a partition: what follows them is polled again."""
        ...

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109 - to wait is what it is for
        """Wait until something new may be there, or `timeout` seconds have passed."""
        ...

    async def close(self) -> None:
        """Leave the group, so that others take over at once."""
        ...


class Follower(Protocol):
    """Reads topics in full from their beginning, without a group, and goes on from there."""

    async def read(self, most: int) -> Sequence[Slice]:
        """The next records, at most `most`; empty at the end."""
        ...

    async def caught_up(self) -> bool:
        """Whether everything was read that stands on the topics now."""
        ...

    async def close(self) -> None: ...


class Bus(Protocol):
    """A bus. `open_bus` makes one from its address."""

    async def provision(self, plans: Sequence[TopicPlan]) -> None:
        """Make the topics that are missing.

        Raises `BusError` if one exists with another partition count: that is fixed for life.
        """
        ...

    async def publish(self, records: Sequence[Record]) -> None:
        """Append records; on return all are durable. Raises `BusError` on an unknown topic."""
        ...

    async def consumer(self, group: str, topics: Sequence[str]) -> Consumer:
        """Join a group. Raises `BusError` if the topics differ in their partition counts."""
        ...

    async def follower(self, topics: Sequence[str]) -> Follower: ...

    async def ends(self) -> Mapping[TopicPartition, int]:
        """The offset after the last record of every partition."""
        ...

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """What a group has committed of every partition of topics; 0 where it has nothing.

        Only looks: nobody joins the group. Raises `BusError` on an unknown topic.
        """
        ...

    async def ping(self) -> None:
        """Raises `BusError` if the bus does not answer."""
        ...

    async def close(self) -> None: ...


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key by murmur2, as Kafka's Java client and aiokafka choose it."""
    return (_murmur2(key.encode("utf-8", "surrogateescape")) & 0x7FFFFFFF) % partitions


def _murmur2(data: bytes) -> int:
    """MurmurHash2, 32 bits, with Kafka's seed (org.apache.kafka.common.utils.Utils#murmur2)."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    length = len(data)
    h = 0x9747B28C ^ length
    whole = length & ~3
    for start in range(0, whole, 4):
        k = int.from_bytes(data[start : start + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = h * m & mask ^ k
    if length > whole:
        h = (h ^ int.from_bytes(data[whole:], "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15
