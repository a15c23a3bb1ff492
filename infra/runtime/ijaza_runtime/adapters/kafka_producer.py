"""Publishing to Kafka: idempotent, acknowledged by all replicas in sync, and never cut short.

The producer is aiokafka's own, beside FastStream's broker: FastStream adds headers of its own to
whatever it publishes, and a record has to leave as it is.
"""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed
from ijaza_contracts.topics import LARGEST_RECORD

from ijaza_runtime.adapters.kafka_access import Cluster
from ijaza_runtime.adapters.kafka_errors import FATAL_TO_PRODUCER, bus_error
from ijaza_runtime.adapters.kafka_records import header_bytes, key_bytes
from ijaza_runtime.bus import Record, partition_of

PUBLISH_SECONDS = 12.0
"""After so long a publication that is not acknowledged has failed: its outcome is unknown."""
_REQUEST_SECONDS = 8.0
_BATCH_BYTES = 131_072
"""Records of one partition sent together. One that is larger goes alone: its topic may take it."""


class Publisher:
    """Sends records of known topics, and says when all of them are durable."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._sending: set[asyncio.Task[None]] = set()
        self._stopping: set[asyncio.Task[None]] = set()

    async def publish(self, records: Sequence[Record], counts: Mapping[str, int]) -> None:
        """Send records; on return all are acknowledged. `counts` are the topics' partitions.

        Raises `BusError` after `PUBLISH_SECONDS`, and then some may arrive later all the same.
        A sending that began is never cancelled: to cancel the caller only ends its waiting.
        """
        sending = asyncio.create_task(self._send(records, counts))
        self._sending.add(sending)
        sending.add_done_callback(self._sent)
        done, _ = await asyncio.wait([sending], timeout=PUBLISH_SECONDS)
        if not done:
            raise bus_error(self._doing(records), self._cluster, TimeoutError())
        try:
            sending.result()
        except KafkaError as error:
            raise bus_error(self._doing(records), self._cluster, error) from error

    async def close(self) -> None:
        """Finish what is being sent, for `PUBLISH_SECONDS` at most, and disconnect."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=PUBLISH_SECONDS)
        if self._producer is not None:
            self._abandon(self._producer)
        if self._stopping:
            await asyncio.wait(self._stopping, timeout=PUBLISH_SECONDS)

    async def _send(self, records: Sequence[Record], counts: Mapping[str, int]) -> None:
        producer = await self._ready()
        try:
            acknowledgements = [
                await producer.send(
                    record.topic,
                    value=record.value,
                    key=key_bytes(record),
                    partition=partition_of(record.key, counts[record.topic]),
                    headers=header_bytes(record),
                )
                for record in records
            ]
            results = await asyncio.gather(*acknowledgements, return_exceptions=True)
            failures = [each for each in results if isinstance(each, BaseException)]
            if failures:
                raise failures[0]
        except (*FATAL_TO_PRODUCER, ProducerClosed):
            self._abandon(producer)
            raise

    async def _ready(self) -> AIOKafkaProducer:
        """The producer, made anew if there is none or the old one is dead."""
        async with self._starting:
            producer = self._producer
            if producer is not None and _is_dead(producer):
                self._abandon(producer)
            if self._producer is None:
                self._producer = await self._started()
            return self._producer

    async def _started(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self._cluster.options(_REQUEST_SECONDS),
            acks="all",
            enable_idempotence=True,
            max_batch_size=_BATCH_BYTES,
            max_request_size=LARGEST_RECORD,
            linger_ms=0,
        )
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                await producer.start()
        except TimeoutError as error:
            await producer.stop()
            raise KafkaError("no broker takes a producer on") from error
        except BaseException:
            await producer.stop()
            raise
        return producer

    def _abandon(self, producer: AIOKafkaProducer) -> None:
        """Let the next publication have another producer; whoever waits for this one is told."""
        if self._producer is producer:
            self._producer = None
            stopping = asyncio.create_task(_stop(producer))
            self._stopping.add(stopping)
            stopping.add_done_callback(self._stopping.discard)

    def _sent(self, sending: "asyncio.Task[None]") -> None:
        self._sending.discard(sending)
        if not sending.cancelled():
            sending.exception()  # whoever still waits is told; nobody else needs to be

    def _doing(self, records: Sequence[Record]) -> str:
        topics = ", ".join(sorted({record.topic for record in records}))
        return f"publish {len(records)} records to {topics}"


def _is_dead(producer: AIOKafkaProducer) -> bool:
    """Whether the task that sends has ended, which no call of the producer's says."""
    task = producer._sender.sender_task
    return task is None or task.done()


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop a producer. What it has still to send fails: nothing may wait for it without end."""
    producer._message_accumulator.fail_all(ProducerClosed("the producer was given up"))
    await producer.stop()
