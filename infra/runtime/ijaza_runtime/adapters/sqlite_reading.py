"""The log and groups of a SQLite file as readers see them: off the event loop."""

import asyncio
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from pathlib import Path
from sqlite3 import Connection

from ijaza_runtime.adapters import groups, sqlite_groups, sqlite_log
from ijaza_runtime.adapters.groups import Group, Moment
from ijaza_runtime.adapters.log import Seat, TopicShape, unknown_topics
from ijaza_runtime.adapters.sqlite_file import FileKind
from ijaza_runtime.adapters.sqlite_worker import Worker
from ijaza_runtime.bus import BusError, Delivered, TopicPartition
from ijaza_runtime.observe import log

BUS_FILE = FileKind(
    application_id=0x496A7A62,
    version=1,
    schema=sqlite_log.SCHEMA + sqlite_groups.SCHEMA,
    tables=frozenset({"topics", "lanes", "blocks", "groups", "offsets"}),
    error=BusError,
)

_RENEWALS_A_LEASE = 3


class SqliteLog:
    """Implements `Log`. Reads have a connection apart, and never wait for writes."""

    def __init__(self, path: Path, ttl: float, moment: Callable[[], Moment]) -> None:
        self.writer = Worker(path, BUS_FILE)
        self.reader = Worker(path, BUS_FILE)
        self.topics: dict[str, sqlite_log.Topic] = {}
        self._ttl = ttl
        self._moment = moment
        self._publication = asyncio.Event()
        self._seats: set[Seat] = set()
        self._stopped = threading.Event()
        self._renewals: threading.Thread | None = None

    async def shapes(self, names: Collection[str]) -> list[TopicShape]:
        """What topics are like. Raises `BusError` if one is unknown."""
        if any(name not in self.topics for name in names):
            await self.learn_topics()
        unknown = [name for name in names if name not in self.topics]
        if unknown:
            raise unknown_topics(unknown)
        return [self.topics[name].shape for name in names]

    async def learn_topics(self) -> None:
        """Read what topics there are; what is known of a topic never changes."""
        self.topics = await self.reader.read(sqlite_log.topics)

    async def fetch(
        self, starts: Mapping[TopicPartition, int], most: int
    ) -> Mapping[TopicPartition, list[Delivered]]:
        places = {self._lane(place): place for place in starts}
        offsets = {lane: starts[place] for lane, place in places.items()}
        found = await self.reader.read(lambda file: sqlite_log.fetch(file, offsets, most))
        return {places[lane]: records for lane, records in found.items()}

    async def ends(self, of: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        places = {self._lane(place): place for place in of}
        found = await self.reader.read(lambda file: sqlite_log.ends(file, places))
        return {places[lane]: end for lane, end in found.items()}

    async def committed(
        self, group: str, of: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]:
        places = {self._lane(place): place for place in of}
        found = await self.reader.read(lambda file: sqlite_groups.committed(file, group, places))
        return {place: found.get(lane, 0) for lane, place in places.items()}

    async def commit(
        self, seat: Seat, generations: Mapping[int, int], offsets: Mapping[TopicPartition, int]
    ) -> frozenset[int]:
        lanes = {self._lane(place): offset for place, offset in offsets.items()}

        def commit_if_held(file: Connection) -> frozenset[int]:
            group = sqlite_groups.load(file, seat.group)
            lost = groups.lost(group, seat.member, generations, self._moment())
            if not lost:
                sqlite_groups.commit(file, seat.group, lanes)
            return lost

        return await self.writer.write(commit_if_held)

    async def found_group(self, seat: Seat, *, alone: bool) -> None:
        """Make the group if it is missing, and from now on keep the leases of its seat.

        If the member is `alone` under its name, those who had the name lose theirs.
        """

        def found(file: Connection) -> None:
            sqlite_groups.found(file, seat.group, seat.partitions)
            if alone:
                group = sqlite_groups.load(file, seat.group)
                sqlite_groups.save(file, seat.group, groups.without_namesakes(group, seat.member))

        await self.writer.write(found)
        self._seats.add(seat)
        if self._renewals is None:
            self._renewals = threading.Thread(target=self._renew_leases, daemon=True)
            self._renewals.start()

    async def sit(self, seat: Seat, had: Mapping[int, int]) -> Mapping[int, int]:
        def look(file: Connection) -> tuple[Group, Group, float]:
            before = sqlite_groups.load(file, seat.group)
            moment = self._moment()
            after = groups.seated(before, seat.member, had, moment, self._ttl)
            return before, after, moment.seconds

        def take(file: Connection) -> tuple[Group, Group, float]:
            before, after, now = look(file)
            sqlite_groups.save(file, seat.group, after)
            return before, after, now

        before, after, now = await self.reader.read(look)
        fresh = seat.until - now > self._ttl * (1 - 1 / _RENEWALS_A_LEASE)
        if not fresh or before.epoch != after.epoch:
            before, after, now = await self.writer.write(take)
            seat.until = now + self._ttl
        seat.epoch = after.epoch
        return groups.held(after, seat.member)

    async def leave(self, seat: Seat) -> None:
        self._seats.discard(seat)
        await self.writer.write(
            lambda file: sqlite_groups.save(
                file, seat.group, groups.left(sqlite_groups.load(file, seat.group), seat.member)
            )
        )

    async def epoch(self, group: str) -> int:
        return await self.reader.read(lambda file: sqlite_groups.epoch(file, group))

    def seconds(self) -> float:
        return self._moment().seconds

    def next_publication(self) -> asyncio.Event:
        return self._publication

    def published(self) -> None:
        """Wake those who wait."""
        self._publication.set()
        self._publication = asyncio.Event()

    async def close(self) -> None:
        self._stopped.set()
        await self.reader.close()
        await self.writer.close()

    def _lane(self, place: TopicPartition) -> int:
        return self.topics[place.topic].first_lane + place.partition

    def _renew_leases(self) -> None:
        """Renew while the process lives, though its event loop may be busy for long."""
        while not self._stopped.wait(self._ttl / _RENEWALS_A_LEASE):
            for seat in tuple(self._seats):
                try:
                    self._renew(seat).result()
                except BusError as error:
                    log.warning("lease not renewed", group=seat.group, reason=str(error))

    def _renew(self, seat: Seat) -> Future[None]:
        def renew(file: Connection) -> None:
            moment = self._moment()
            group = groups.renewed(sqlite_groups.load(file, seat.group), seat.member, moment)
            if group is None:
                seat.until = float("-inf")
            else:
                sqlite_groups.save(file, seat.group, group)
                seat.until = moment.seconds + self._ttl

        return self.writer.submit_write(renew)
