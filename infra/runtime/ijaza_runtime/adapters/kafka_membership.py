"""Being a member of a group on Kafka: what is held, what came of it, and how it is mended."""

import asyncio
from collections.abc import Sequence
from itertools import groupby

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPlace
from aiokafka.errors import KafkaError

from ijaza_runtime.adapters.kafka_access import Cluster
from ijaza_runtime.adapters.kafka_errors import bus_error
from ijaza_runtime.adapters.kafka_intake import Intake, Wanted
from ijaza_runtime.adapters.kafka_link import Link
from ijaza_runtime.adapters.kafka_parcels import Parcel
from ijaza_runtime.bus import BusError, TopicPartition
from ijaza_runtime.observe import log

_REJOIN_SECONDS = 1.0
_NOTHING = (Wanted([], 1), Wanted([], 1))


class Membership:
    """Joins in the background, and again when what works there has died.

    `intake` is that of the assignment that holds now, None while there is none.
    """

    def __init__(self, cluster: Cluster, group: str, topics: Sequence[str]) -> None:
        self._cluster = cluster
        self._group = group
        self._topics = topics
        self._link: Link | None = None
        self._joining = asyncio.create_task(self._join())
        self._trouble: BusError | None = None
        self.intake: Intake | None = None
        self.news = asyncio.Event()

    async def mend(self) -> None:
        """Join again if what works in the background has died; it does not say so itself.

        Raises `BusError` for a failure since the last time.
        """
        trouble, self._trouble = self._trouble, None
        if trouble is not None:
            raise trouble
        if self._joining.done() and self._link is not None and not self._link.is_alive():
            await self.rejoin("its background tasks have ended")

    async def rejoin(self, why: str) -> None:
        """Leave the group and join it anew."""
        log.error("consumer joins its group again", group=self._group, why=why)
        await self._leave()
        self._joining = asyncio.create_task(self._join())

    async def close(self) -> None:
        """Leave the group."""
        await self._leave()
        self.tell()

    @property
    def consumer(self) -> AIOKafkaConsumer:
        """The consumer of aiokafka."""
        assert self._link is not None, "what is held was assigned by a link"
        return self._link.consumer

    def lose(self) -> None:
        """Hold nothing any more."""
        self.intake = None
        self.tell()

    def tell(self) -> None:
        """Wake whoever waits for news."""
        news, self.news = self.news, asyncio.Event()
        news.set()

    # What the link tells, as `kafka_link.Receiver`.

    def revoked(self) -> None:
        self.lose()

    def assigned(self, consumer: AIOKafkaConsumer, places: frozenset[KafkaPlace]) -> None:
        self.intake = Intake(consumer, places)
        self.tell()

    async def received(self, parcels: Sequence[Parcel]) -> None:
        intake = self.intake
        if intake is None:
            return
        for at, of_place in groupby(parcels, lambda parcel: parcel.place):
            place = TopicPartition(*at)
            if place in intake and intake[place].next is not None:
                intake.lay(list(of_place), await self.consumer.position(at))
        self.tell()

    def wanted(self) -> Sequence[Wanted]:
        intake = self.intake
        return _NOTHING if intake is None else (intake.wanted(), intake.peeked())

    def failed(self, error: Exception) -> None:
        self._trouble = bus_error(f"read as group {self._group}", self._cluster, error)
        log.error("fetch failed", group=self._group, why=str(self._trouble))
        if self.intake is not None:
            self.intake.refetch()
        self.tell()

    async def _join(self) -> None:
        """Become a member, however long it takes."""
        while True:
            self._link = Link(self._cluster, self._group, self._topics, self)
            try:
                await self._link.join()
            except KafkaError as error:
                self._trouble = bus_error(f"join group {self._group}", self._cluster, error)
                await self._link.close()
                await asyncio.sleep(_REJOIN_SECONDS)
            else:
                return

    async def _leave(self) -> None:
        self.lose()
        self._joining.cancel()
        await asyncio.gather(self._joining, return_exceptions=True)
        link, self._link = self._link, None
        if link is not None:
            await link.close()
        self.lose()
