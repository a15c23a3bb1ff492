"""One membership in a group: FastStream's batch subscriber, and aiokafka's consumer under it.

Each setting that Kafka's clients leave to a default is named here, because a default loses events:
see `docs/decisions/0020-kafka-by-faststream-in-batches.md`.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol, cast

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka import TopicPartition as KafkaPlace
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import ConsumerStoppedError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage

from ijaza_runtime.adapters.kafka_access import METADATA_SECONDS, Cluster, security_of
from ijaza_runtime.adapters.kafka_ending import stopped
from ijaza_runtime.adapters.kafka_intake import FETCH_BYTES, Wanted
from ijaza_runtime.adapters.kafka_parcels import Parcel, seal

SESSION_SECONDS = 10.0
"""A member that was not heard of for so long has lost its partitions."""
HEARTBEAT_SECONDS = 3.0
_REQUEST_SECONDS = 20.0
"""Longer than a broker keeps a member that joins waiting for the others (a session)."""
_FETCH_WAIT_SECONDS = 0.02
"""How long a broker holds a fetch back that finds nothing. A place that is begun or resumed
meanwhile waits for it, so it is short."""
_RESPONSE_BYTES = 8 * FETCH_BYTES
_LOOK_SECONDS = 0.01
"""How often FastStream looks for records when there are none."""
_IDLE_SECONDS = 24 * 3600.0
"""After so long without reading, aiokafka would leave the group. The intake never makes
FastStream's loop wait, so it says nothing about progress; the watchdog does."""
_AFTER_FAILURE_SECONDS = 0.2


class Receiver(Protocol):
    """What becomes of a membership, told in the event loop's own time."""

    def revoked(self) -> None: ...

    def assigned(self, consumer: AIOKafkaConsumer, places: frozenset[KafkaPlace]) -> None: ...

    async def received(self, parcels: Sequence[Parcel]) -> None: ...

    def wanted(self) -> Sequence[Wanted]:
        """Of which places parcels are wanted at once, and of which if those have none."""
        ...

    def failed(self, error: Exception) -> None: ...


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka carries no types
    """Passes on what the coordinator says, without ever making it wait."""

    def __init__(self, link: "Link") -> None:
        self._link = link

    def on_partitions_revoked(self, revoked: set[KafkaPlace]) -> None:
        self._link.receiver.revoked()

    def on_partitions_assigned(self, assigned: set[KafkaPlace]) -> None:
        self._link.receiver.assigned(self._link.consumer, frozenset(assigned))


class _Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka carries no types
    """The consumer of aiokafka under FastStream's loop: gives what is wanted, and tells failures.

    FastStream would only log a failure, and sleep for seconds.
    """

    def __init__(self, *, receiver: Receiver, **options: Any) -> None:
        super().__init__(**options)
        self._receiver = receiver

    async def getmany(
        self, *_: KafkaPlace, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[KafkaPlace, list[Parcel]]:
        try:
            if found := await self._fetched():
                return found
            if await self._is_told_of_a_fetch(timeout_ms / 1000):
                return await self._fetched()
        except ConsumerStoppedError:
            raise
        except Exception as error:  # whatever it is, the partitions must not stand still unseen
            self._receiver.failed(error)
            await asyncio.sleep(_AFTER_FAILURE_SECONDS)
        return {}

    async def _fetched(self) -> dict[KafkaPlace, list[Parcel]]:
        """What is there of what is wanted."""
        for wanted in self._receiver.wanted():
            if wanted.places:
                seal(self)
                found = await super().getmany(*wanted.places, max_records=wanted.most)
                if found:
                    return cast("dict[KafkaPlace, list[Parcel]]", found)
        return {}

    async def _is_told_of_a_fetch(self, seconds: float) -> bool:
        """Whether something was fetched within so long. Raises what the fetching failed with."""
        fetched = self._fetcher._create_fetch_waiter()
        try:
            async with asyncio.timeout(seconds):
                await fetched
        except TimeoutError:
            return False
        return True


class Link:
    """Joins a group for topics and hands their records to a receiver, in parcels."""

    def __init__(
        self, cluster: Cluster, group: str, topics: Sequence[str], receiver: Receiver
    ) -> None:
        self.receiver = receiver
        self._broker = KafkaBroker(
            list(cluster.servers),
            client_id=cluster.client_id,
            security=security_of(cluster.access),
            request_timeout_ms=int(_REQUEST_SECONDS * 1000),
            metadata_max_age_ms=METADATA_SECONDS * 1000,
            allow_auto_create_topics=False,
            consumer_only=True,
            apply_types=False,
            logger=None,
        )
        self._subscriber = self._broker.subscriber(
            *topics,
            group_id=group,
            group_instance_id=cluster.member,
            batch=True,
            batch_timeout_ms=int(_LOOK_SECONDS * 1000),
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=int(SESSION_SECONDS * 1000),
            heartbeat_interval_ms=int(HEARTBEAT_SECONDS * 1000),
            rebalance_timeout_ms=int(SESSION_SECONDS * 1000),
            max_poll_interval_ms=int(_IDLE_SECONDS * 1000),
            fetch_max_wait_ms=int(_FETCH_WAIT_SECONDS * 1000),
            fetch_max_bytes=_RESPONSE_BYTES,
            max_partition_fetch_bytes=FETCH_BYTES,
            listener=_Listener(self),
            parser=_raw,
            decoder=_undecoded,
            no_reply=True,
        )
        self._subscriber(self._handle)

    @property
    def consumer(self) -> AIOKafkaConsumer:
        """The consumer of aiokafka, from the time it joins."""
        consumer = self._subscriber.consumer
        assert consumer is not None, "joining"
        return consumer

    async def join(self) -> None:
        """Return as a member that was assigned its partitions."""
        await self._broker.connect()
        config = self._broker.config.broker_config
        assert isinstance(config.builder, partial), "what FastStream's broker makes consumers by"
        config.builder = partial(_Consumer, receiver=self.receiver, **config.builder.keywords)
        await self._subscriber.start()

    def is_alive(self) -> bool:
        """Whether all that works in the background still does."""
        consumer = self._subscriber.consumer
        if consumer is None or all(task.done() for task in self._subscriber.tasks):
            return False
        tasks = (consumer._coordinator._coordination_task, consumer._fetcher.error_future)
        return not any(task.done() for task in tasks)

    async def close(self) -> None:
        """Leave the group, a named member too: aiokafka would keep its place for a session."""
        consumer = self._subscriber.consumer
        if consumer is not None and consumer._coordinator is not None:
            consumer._coordinator._group_instance_id = None
        if consumer is None:
            await self._subscriber.stop()
        else:
            await stopped(consumer, self._subscriber.stop())
        await self._broker.stop()

    async def _handle(self, parcels: Sequence[Parcel]) -> None:
        await self.receiver.received(parcels)
        await asyncio.sleep(0)  # a backlog lets FastStream's loop run on without a pause


async def _raw(parcels: Sequence[Parcel]) -> KafkaMessage:
    """A message of FastStream's around parcels that nobody has opened."""
    return KafkaMessage(raw_message=parcels, body=b"", consumer=FAKE_CONSUMER)


async def _undecoded(message: KafkaMessage) -> Any:
    return message.raw_message
