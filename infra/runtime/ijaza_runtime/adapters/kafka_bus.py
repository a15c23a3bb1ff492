"""The bus on Apache Kafka, by FastStream over aiokafka."""

import asyncio
from collections.abc import Mapping, Sequence

from ijaza_runtime.adapters.kafka_access import Cluster
from ijaza_runtime.adapters.kafka_consumer import KafkaConsumer
from ijaza_runtime.adapters.kafka_ends import Ends
from ijaza_runtime.adapters.kafka_follower import KafkaFollower
from ijaza_runtime.adapters.kafka_lookout import Lookout
from ijaza_runtime.adapters.kafka_producer import Publisher
from ijaza_runtime.adapters.kafka_topics import provision
from ijaza_runtime.adapters.log import TopicShape, common_count, places_of
from ijaza_runtime.bus import (
    BusError,
    Consumer,
    Follower,
    Record,
    TopicPartition,
    TopicPlan,
)
from ijaza_runtime.connections import KafkaAccess


class KafkaBus:
    """Implements `ijaza_runtime.bus.Bus` on a cluster, given by some of its brokers.

    It connects when it is first used, and again after every failure, from the same addresses:
    nothing has to be restarted by hand. With a `member` name, consumers are static members.
    """

    def __init__(
        self, servers: tuple[str, ...], *, access: KafkaAccess, member: str | None = None
    ) -> None:
        self._cluster = Cluster(servers, access, member)
        self._lookout = Lookout(self._cluster)
        self._publisher = Publisher(self._cluster)
        self._publications = 0
        self._consumers: list[KafkaConsumer] = []
        self._followers: list[KafkaFollower] = []
        self._closed = False

    async def provision(self, plans: Sequence[TopicPlan]) -> None:
        self._refuse_if_closed()
        await provision(self._lookout, plans)

    async def publish(self, records: Sequence[Record]) -> None:
        """See `Bus.publish`. Raises `BusError` within 15 s while no broker answers."""
        self._refuse_if_closed()
        if not records:
            return
        counts = await self._lookout.counts({record.topic for record in records})
        self._publications += 1
        try:
            await self._publisher.publish(records, counts)
        finally:
            self._publications += 1

    async def consumer(self, group: str, topics: Sequence[str]) -> Consumer:
        self._refuse_if_closed()
        common_count(group, await self._shapes(topics))
        consumer = KafkaConsumer(self._cluster, self._lookout, self._ends(), group, topics)
        self._consumers.append(consumer)
        return consumer

    async def follower(self, topics: Sequence[str]) -> Follower:
        self._refuse_if_closed()
        places = places_of(await self._shapes(topics))
        follower = KafkaFollower(self._cluster, self._ends(), places)
        self._followers.append(follower)
        return follower

    async def ends(self) -> Mapping[TopicPartition, int]:
        self._refuse_if_closed()
        shapes = await self._shapes(await self._lookout.all_counts())
        return await self._lookout.ends(places_of(shapes))

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        self._refuse_if_closed()
        places = places_of(await self._shapes(topics))
        committed = await self._lookout.committed(group, places)
        return {place: committed[place] or 0 for place in places}

    async def ping(self) -> None:
        """Raises `BusError` within 3 s if no broker answers a request."""
        self._refuse_if_closed()
        await self._lookout.ping()

    async def close(self) -> None:
        """Leave the groups, finish what is being published, and disconnect."""
        if self._closed:
            return
        self._closed = True
        await asyncio.gather(*(consumer.close() for consumer in self._consumers))
        await asyncio.gather(*(follower.close() for follower in self._followers))
        await self._publisher.close()
        await self._lookout.close()

    async def _shapes(self, topics: Sequence[str] | Mapping[str, int]) -> list[TopicShape]:
        counts = await self._lookout.counts(list(topics))
        return [TopicShape(topic, counts[topic], compacted=False) for topic in topics]

    def _ends(self) -> Ends:
        return Ends(self._lookout, lambda: self._publications)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise BusError("this bus was closed: open another.")
