"""What is asked of a cluster without taking part: topics, ends, committed offsets, its health.

Two clients of aiokafka stand behind it, made when they are first needed and made anew after they
failed, from the addresses given: a cluster whose brokers have all moved is found again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import NamedTuple, TypeVar

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPlace
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CoordinatorLoadInProgressError, KafkaError

from ijaza_runtime.adapters.kafka_access import Cluster
from ijaza_runtime.adapters.kafka_errors import bus_error
from ijaza_runtime.adapters.log import unknown_topics
from ijaza_runtime.bus import TopicPartition

ANSWER_SECONDS = 5.0
"""How long a question may take, retries included."""
PING_SECONDS = 2.0
_AGAIN_SECONDS = 0.1
_INTERNAL = "__"
"""How the names of the cluster's own topics begin."""

T = TypeVar("T")


class Clients(NamedTuple):
    """An admin client, and a consumer that is assigned nothing and knows how to list offsets."""

    admin: AIOKafkaAdminClient
    reader: AIOKafkaConsumer


class Lookout:
    """Answers questions about a cluster, each within `ANSWER_SECONDS` or with a `BusError`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._clients: Clients | None = None
        self._connecting = asyncio.Lock()
        self._counts: dict[str, int] = {}

    async def ask(
        self,
        doing: str,
        question: Callable[[Clients], Awaitable[T]],
        seconds: float = ANSWER_SECONDS,
    ) -> T:
        """The answer, asked again after errors that may pass. Raises `BusError`."""
        failure: KafkaError | None = None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    try:
                        return await question(await self._connected())
                    except KafkaError as error:
                        await self.close()
                        if not error.retriable:
                            raise
                        failure = error
                    await asyncio.sleep(_AGAIN_SECONDS)
        except KafkaError as error:
            raise bus_error(doing, self._cluster, error) from error
        except TimeoutError as error:
            await self.close()
            raise bus_error(doing, self._cluster, failure or error) from error

    async def ping(self) -> None:
        """Ask a broker for the cluster's members. Raises `BusError` within `PING_SECONDS`."""
        await self.ask("ping", lambda clients: clients.admin.describe_cluster(), PING_SECONDS)

    async def brokers(self) -> int:
        """How many brokers there are."""
        described = await self.ask(
            "look for the brokers", lambda clients: clients.admin.describe_cluster()
        )
        return len(described["brokers"])

    async def all_counts(self) -> Mapping[str, int]:
        """The partition counts of all topics, but the cluster's own.

        All topics are asked for: a question for one by its name would make a broker that creates
        topics by itself create it.
        """
        described = await self.ask(
            "list the topics", lambda clients: clients.admin.describe_topics()
        )
        self._counts = {
            topic["topic"]: len(topic["partitions"])
            for topic in described
            if topic["partitions"] and not topic["topic"].startswith(_INTERNAL)
        }
        return self._counts

    async def counts(self, names: Collection[str]) -> Mapping[str, int]:
        """The partition counts of topics. Raises `BusError` if one does not exist."""
        if any(name not in self._counts for name in names):
            await self.all_counts()
        unknown = [name for name in names if name not in self._counts]
        if unknown:
            raise unknown_topics(unknown)
        return {name: self._counts[name] for name in names}

    async def ends(self, places: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        """The offset after the last record of each."""
        asked = _kafka_places(places)

        async def question(clients: Clients) -> Mapping[TopicPartition, int]:
            await _know_leaders(clients.reader, asked)
            return _ours(await clients.reader.end_offsets(asked))

        return await self.ask("ask for the ends", question)

    async def beginnings(self, places: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        """The offset of the first record that each still has."""
        asked = _kafka_places(places)

        async def question(clients: Clients) -> Mapping[TopicPartition, int]:
            await _know_leaders(clients.reader, asked)
            return _ours(await clients.reader.beginning_offsets(asked))

        return await self.ask("ask for the beginnings", question)

    async def committed(
        self, group: str, places: Iterable[TopicPartition]
    ) -> Mapping[TopicPartition, int | None]:
        """What a group has committed of each; None where it has nothing."""
        asked = _kafka_places(places)
        if not asked:
            return {}

        async def question(clients: Clients) -> Mapping[TopicPartition, int | None]:
            found = await clients.admin.list_consumer_group_offsets(group, partitions=asked)
            if any(place not in found for place in asked):
                # aiokafka leaves out what a coordinator that still loads does not answer.
                raise CoordinatorLoadInProgressError(f"no answer for group {group}")
            offsets = _ours({place: found[place].offset for place in asked})
            return {place: None if at < 0 else at for place, at in offsets.items()}

        return await self.ask(f"ask what group {group} has committed", question)

    async def close(self) -> None:
        """Close the clients; the next question makes others."""
        clients, self._clients = self._clients, None
        if clients is not None:
            await _close(clients)

    async def _connected(self) -> Clients:
        async with self._connecting:
            if self._clients is None:
                options = self._cluster.options(ANSWER_SECONDS)
                clients = Clients(
                    AIOKafkaAdminClient(**options),
                    AIOKafkaConsumer(**options, group_id=None, enable_auto_commit=False),
                )
                try:
                    await clients.admin.start()
                    await clients.reader.start()
                except BaseException:
                    await _close(clients)
                    raise
                self._clients = clients
            return self._clients


async def _close(clients: Clients) -> None:
    await clients.admin.close()
    await clients.reader.stop()


async def _know_leaders(reader: AIOKafkaConsumer, places: Collection[KafkaPlace]) -> None:
    """Learn of all topics at once; aiokafka by itself would ask for one after the other."""
    topics = {place.topic for place in places}
    if any(reader.partitions_for_topic(topic) is None for topic in topics):
        await reader._client.set_topics(topics | reader._client._topics)


def _kafka_places(places: Iterable[TopicPartition]) -> list[KafkaPlace]:
    return [KafkaPlace(*place) for place in places]


def _ours(offsets: Mapping[KafkaPlace, int]) -> dict[TopicPartition, int]:
    return {TopicPartition(*place): offset for place, offset in offsets.items()}
