"""Reading topics of Kafka in full, without a group."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPlace
from aiokafka.errors import KafkaError

from ijaza_runtime.adapters.kafka_access import Cluster
from ijaza_runtime.adapters.kafka_ending import stopped
from ijaza_runtime.adapters.kafka_ends import Ends
from ijaza_runtime.adapters.kafka_errors import bus_error
from ijaza_runtime.adapters.kafka_intake import FETCH_BYTES
from ijaza_runtime.adapters.kafka_records import Opened
from ijaza_runtime.bus import BusError, Slice, TopicPartition

READ_SECONDS = 10.0
"""How long a reading waits for records that stand on the log and do not come."""
_REQUEST_SECONDS = 5.0
_FETCH_WAIT_SECONDS = 0.1


class KafkaFollower:
    """Implements `ijaza_runtime.bus.Follower`."""

    def __init__(self, cluster: Cluster, ends: Ends, places: Sequence[TopicPartition]) -> None:
        self._cluster = cluster
        self._ends = ends
        self._next = dict.fromkeys(places, 0)
        self._consumer: AIOKafkaConsumer | None = None
        self._closed = False

    async def read(self, most: int) -> Sequence[Slice]:
        clock = asyncio.get_running_loop().time
        deadline = clock() + READ_SECONDS
        while True:
            consumer = await self._started()
            slices = await self._fetched(consumer, most, 0.0)
            if slices or await self._at_end(consumer, fresh=False):
                return slices
            left = deadline - clock()
            if left <= 0:
                await self._stop()
                raise BusError(
                    f"Kafka at {self._cluster}: records stand on {self._named()} and do not come. "
                    "Look whether the brokers live; it is tried again."
                )
            slices = await self._fetched(consumer, most, left)
            if slices:
                return slices

    async def caught_up(self) -> bool:
        return await self._at_end(await self._started(), fresh=True)

    async def close(self) -> None:
        self._closed = True
        await self._stop()

    async def _fetched(self, consumer: AIOKafkaConsumer, most: int, seconds: float) -> list[Slice]:
        try:
            found = await consumer.getmany(timeout_ms=int(seconds * 1000), max_records=most)
        except Exception as error:
            await self._stop()  # what a failed fetch had taken is read again by another consumer
            if isinstance(error, KafkaError):
                raise bus_error(f"read {self._named()}", self._cluster, error) from error
            raise
        slices = []
        for place, records in found.items():
            self._next[TopicPartition(*place)] = records[-1].offset + 1
            slices.append(Slice(place.topic, place.partition, Opened(records)))
        return slices

    async def _at_end(self, consumer: AIOKafkaConsumer, *, fresh: bool) -> bool:
        """Whether the consumer stands at the ends, past records and markers alike."""
        if fresh:
            self._ends.forget()
        ends = await self._ends.of(self._next.keys())
        behind = [place for place, at in self._next.items() if at < ends[place]]
        for place in behind:
            if await consumer.position(KafkaPlace(*place)) < ends[place]:
                return False
        return True

    async def _started(self) -> AIOKafkaConsumer:
        if self._closed:
            raise BusError(f"this follower of {self._named()} was closed: make another.")
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                **self._cluster.options(_REQUEST_SECONDS),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                fetch_max_wait_ms=int(_FETCH_WAIT_SECONDS * 1000),
                max_partition_fetch_bytes=FETCH_BYTES,
            )
            try:
                consumer.assign([KafkaPlace(*place) for place in self._next])
                await consumer.start()
                for place, at in self._next.items():
                    consumer.seek(KafkaPlace(*place), at)
            except KafkaError as error:
                await stopped(consumer, consumer.stop())
                raise bus_error(f"read {self._named()}", self._cluster, error) from error
            except BaseException:
                await stopped(consumer, consumer.stop())
                raise
            self._consumer = consumer
        return self._consumer

    async def _stop(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stopped(consumer, consumer.stop())

    def _named(self) -> str:
        return ", ".join(sorted({place.topic for place in self._next}))
