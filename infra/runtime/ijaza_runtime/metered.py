"""Bus and store with a meter between them and whoever uses them."""

from collections.abc import Mapping, Sequence
from time import perf_counter

from ijaza_runtime.bus import Bus, Consumer, Follower, Record, Slice, TopicPartition, TopicPlan
from ijaza_runtime.meter import Meter
from ijaza_runtime.store import Document, Heading, Store


class MeteredBus:
    """Implements `ijaza_runtime.bus.Bus` by another."""

    def __init__(self, bus: Bus, meter: Meter) -> None:
        self._bus = bus
        self._meter = meter

    async def provision(self, plans: Sequence[TopicPlan]) -> None:
        await self._bus.provision(plans)

    async def publish(self, records: Sequence[Record]) -> None:
        begun = perf_counter()
        await self._bus.publish(records)
        self._meter.published(records, perf_counter() - begun)

    async def consumer(self, group: str, topics: Sequence[str]) -> Consumer:
        return MeteredConsumer(await self._bus.consumer(group, topics), group, self._meter)

    async def follower(self, topics: Sequence[str]) -> Follower:
        return await self._bus.follower(topics)

    async def ends(self) -> Mapping[TopicPartition, int]:
        return await self._bus.ends()

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._bus.committed(group, topics)

    async def ping(self) -> None:
        await self._bus.ping()

    async def close(self) -> None:
        await self._bus.close()


class MeteredConsumer:
    """Implements `ijaza_runtime.bus.Consumer` by another."""

    def __init__(self, consumer: Consumer, group: str, meter: Meter) -> None:
        self._consumer = consumer
        self._group = group
        self._meter = meter

    async def assigned(self) -> frozenset[int]:
        return await self._consumer.assigned()

    async def ends(self, partition: int) -> Mapping[str, int]:
        return await self._consumer.ends(partition)

    async def poll(self, partition: int, most: int) -> Sequence[Slice]:
        slices = await self._consumer.poll(partition, most)
        if slices:
            self._meter.polled(self._group, slices)
        return slices

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        begun = perf_counter()
        await self._consumer.commit(offsets)
        self._meter.committed(self._group, offsets, perf_counter() - begun)

    async def rewind(self, partition: int) -> None:
        await self._consumer.rewind(partition)

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109 - the port has it so
        return await self._consumer.wait(timeout)

    async def close(self) -> None:
        await self._consumer.close()


class MeteredStore:
    """Implements `ijaza_runtime.store.Store` by another."""

    def __init__(self, store: Store, meter: Meter) -> None:
        self._store = store
        self._meter = meter

    async def provision(self, collections: Sequence[str]) -> None:
        await self._store.provision(collections)

    async def load(self, collection: str, keys: Sequence[str]) -> Mapping[str, Document]:
        return await self._store.load(collection, keys)

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        begun = perf_counter()
        refused = await self._store.save(collection, documents)
        self._meter.saved(collection, len(documents) - len(refused), perf_counter() - begun)
        return refused

    async def sent(self, collection: str, versions: Mapping[str, int]) -> None:
        await self._store.sent(collection, versions)

    async def unsent(self, collection: str, after: str, most: int) -> Sequence[Document]:
        return await self._store.unsent(collection, after, most)

    async def headings(
        self,
        collection: str,
        *,
        partitions: frozenset[int] | None = None,
        scope: str | None = None,
        after: str = "",
        most: int,
    ) -> Sequence[Heading]:
        return await self._store.headings(
            collection, partitions=partitions, scope=scope, after=after, most=most
        )

    async def page(
        self, collection: str, *, scope: str, after: str = "", most: int
    ) -> Sequence[Document]:
        return await self._store.page(collection, scope=scope, after=after, most=most)

    async def find(self, collection: str, label: str) -> Sequence[Document]:
        return await self._store.find(collection, label)

    async def delete(self, collection: str, keys: Sequence[str]) -> None:
        await self._store.delete(collection, keys)

    async def ping(self) -> None:
        await self._store.ping()

    async def close(self) -> None:
        await self._store.close()
