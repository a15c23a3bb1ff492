"""The bus in one SQLite file, for all processes of one machine."""

import asyncio
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from ijaza_runtime.adapters import groups, sqlite_log
from ijaza_runtime.adapters.consumer import LeasedConsumer
from ijaza_runtime.adapters.groups import Moment
from ijaza_runtime.adapters.log import LogFollower, Seat, common_count, places_of
from ijaza_runtime.adapters.sqlite_reading import SqliteLog
from ijaza_runtime.bus import (
    BusError,
    Consumer,
    Follower,
    Record,
    TopicPartition,
    TopicPlan,
)
from ijaza_runtime.observe import log

LEASE_SECONDS = 10.0
"""How long a process that died or was stopped keeps its partitions."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

_Publication = tuple[Sequence[Record], asyncio.Future[None]]


class SqliteBus:
    """Implements `ijaza_runtime.bus.Bus` in a file that is made if it is missing.

    `member` is the name of this process in its groups, for a process that is the only one to
    have it: who joins under a name ends the leases of those who had it before, so that nobody
    waits for a process that was killed. Partitions are dealt in the order of names.

    `ttl` is the length of a lease in seconds of `clock`, which must be one and the same for all
    processes. Raises `BusError` if the file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        member: str | None = None,
        ttl: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        boot: str | None = None,
    ) -> None:
        boot = _boot_id() if boot is None else boot
        self._path = path
        self._log = SqliteLog(path, ttl, lambda: Moment(boot, clock()))
        self._member = member
        self._consumers: list[LeasedConsumer] = []
        self._queue: list[_Publication] = []
        self._writing: asyncio.Task[None] | None = None
        self._closed = False

    async def provision(self, plans: Sequence[TopicPlan]) -> None:
        await self._log.writer.write(lambda file: sqlite_log.provision(file, plans))

    async def publish(self, records: Sequence[Record]) -> None:
        """See `Bus.publish`. What several tasks publish at a time is written, and synced, once."""
        self._refuse_if_closed()
        await self._log.shapes({record.topic for record in records})
        self._refuse_if_closed()
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        self._queue.append((records, written))
        if self._writing is None:
            self._writing = loop.create_task(self._write_queue())
        await written

    async def consumer(self, group: str, topics: Sequence[str]) -> Consumer:
        self._refuse_if_closed()
        shapes = await self._log.shapes(topics)
        name = groups.named(self._member or str(os.getpid()), secrets.token_hex(4))
        seat = Seat(group, name, common_count(group, shapes))
        await self._log.found_group(seat, alone=self._member is not None)
        consumer = LeasedConsumer(self._log, seat, shapes)
        self._consumers.append(consumer)
        return consumer

    async def follower(self, topics: Sequence[str]) -> Follower:
        self._refuse_if_closed()
        return LogFollower(self._log, await self._log.shapes(topics))

    async def ends(self) -> Mapping[TopicPartition, int]:
        self._refuse_if_closed()
        await self._log.learn_topics()
        return await self._log.ends(places_of(topic.shape for topic in self._log.topics.values()))

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        self._refuse_if_closed()
        return await self._log.committed(group, places_of(await self._log.shapes(topics)))

    async def ping(self) -> None:
        self._refuse_if_closed()
        await self._log.reader.ping()

    async def compact(self) -> None:
        """Remove what is superseded on compacted topics, from the disk too.

        `publish` does this by itself after tombstones, and when more was added to a partition
        than it held. Raises `BusError` if somebody reads for so long that copies of what was
        removed had to stay in the write-ahead log.
        """
        lanes = await self._log.reader.read(partial(sqlite_log.lanes_to_compact, all_dirty=True))
        if not await self._compact(lanes):
            raise BusError(
                f"{self._path}: removed records still stand in its write-ahead log, since another "
                "process reads the file. End backups and shells that have it open, and try again."
            )

    async def close(self) -> None:
        """Finish what is being published, leave all groups and close the file."""
        if self._closed:
            return
        self._closed = True
        if self._writing is not None:
            await self._writing
        for consumer in self._consumers:
            await consumer.close()
        await self._log.close()

    async def _write_queue(self) -> None:
        """Write what is queued, and what is queued meanwhile, until nothing is left."""
        try:
            while self._queue:
                publications, self._queue = self._queue, []
                await self._write(publications)
                await self._compact_if_worth_it(publications)
        finally:
            self._writing = None

    async def _write(self, publications: Sequence[_Publication]) -> None:
        """Write all in one transaction; or each in its own, so that one cannot fail another."""
        records = [records for records, _ in publications]
        topics = self._log.topics
        try:
            await self._log.writer.write(
                lambda file: sqlite_log.append(file, topics, chain.from_iterable(records))
            )
        except Exception as error:  # goes to the task that awaits the publication
            if len(publications) > 1:
                for publication in publications:
                    await self._write([publication])
            else:
                _settle(publications, error)
        else:
            self._log.published()
            _settle(publications, None)

    async def _compact_if_worth_it(self, publications: Sequence[_Publication]) -> None:
        topics = {record.topic for records, _ in publications for record in records}
        if not any(self._log.topics[topic].shape.compacted for topic in topics):
            return
        try:
            lanes = await self._log.reader.read(
                partial(sqlite_log.lanes_to_compact, all_dirty=False)
            )
            done = not lanes or await self._compact(lanes)
        except BusError as error:
            log.warning("compaction failed", reason=str(error))
        else:
            if not done:
                log.warning("compaction unfinished", reason="another process reads the file")

    async def _compact(self, lanes: Sequence[int]) -> bool:
        """Compact; whether what was removed is gone from the write-ahead log as well."""
        for lane in lanes:
            await self._log.writer.write(partial(sqlite_log.compact, lane=lane))
        if not await self._log.writer.truncate():
            return False
        await self._log.writer.write(partial(sqlite_log.forget_tombstones, lanes=lanes))
        return True

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise BusError(f"the bus {self._path} was closed by this process: open it again.")


def _settle(publications: Sequence[_Publication], error: Exception | None) -> None:
    for _, written in publications:
        if written.done():  # its task was cancelled
            continue
        if error is None:
            written.set_result(None)
        else:
            written.set_exception(error)


def _boot_id() -> str:
    """What tells this boot of the machine from earlier ones, where the machine says so."""
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""
