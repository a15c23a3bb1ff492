"""The rooms of sessions as the store has them, and a feed that tells how they change.

The store's documents are asked, not the bus: they are what every process of the service folds
into, so a room is the same in all of them, and a rebuild or a correction reaches it like a scan.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from ijaza_runtime.observe import log
from ijaza_runtime.references import References
from ijaza_runtime.store import Store
from ijaza_runtime.waiting import happens

from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.room import Attendee, Phase, Room, attendee, changed, phase, room
from ijaza_attendance.domain.times import seconds_of
from ijaza_attendance.handlers import EDITIONS
from ijaza_attendance.roster import Roster

EVERY = 0.5
"""Seconds between two looks at the rooms that somebody watches."""
SHARE = 0.1
"""Of a process's time, what looking takes at the most: with more people it looks less often."""
MOST_LISTENERS = 64
"""Streams of one process."""
MOST_WAITING = 64
"""Messages that wait for a listener who reads too slowly; one more, and it is dropped."""
MOST_CHANGES = 200
"""Changes that are told one by one; of more at once the whole room is told."""

Place = tuple[str, str]
"""An edition and a session of it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A room, and what it rests on: while that is the same, so is the room."""

    room: Room
    people: Mapping[str, Attendee]
    phase: Phase


class RoomReader:
    """Looks at rooms."""

    def __init__(
        self, *, references: References, store: Store, clock: Callable[[], datetime]
    ) -> None:
        self._references = references
        self._roster = Roster(attendee, references=references, store=store)
        self._clock = clock

    async def look(self, place: Place, before: Sight | None = None) -> Sight | None:
        """The room now, or None if there is no such session; `before` itself if it is the same.

        What was published until now is known after it.
        """
        edition, session = place
        await self._references.refresh()
        programme: Programme | None = self._references.get(EDITIONS, edition)
        sitting = programme.sittings.get(session) if programme else None
        if programme is None or sitting is None:
            return None
        people = await self._roster.of(programme)
        now = seconds_of(self._clock())
        stands = phase(sitting, now)
        if (
            before is not None
            and before.people is people
            and before.phase == stands
            and before.room.programme is programme
        ):
            return before
        return Sight(room(list(people.values()), sitting, programme, now), people, stands)


@dataclass(frozen=True, slots=True)
class Message:
    """What a listener is told. A `whole` one says all that there is, whatever came before."""

    content: bytes
    whole: bool = False


class Listener:
    """Somebody who watches a room, for as long as they `may`. What waits for them is bounded."""

    def __init__(self, place: Place, may: Callable[[], bool] = lambda: True) -> None:
        self.place = place
        self.may = may
        self._waiting: asyncio.Queue[Message | None] = asyncio.Queue(MOST_WAITING)
        self._over = False

    def offer(self, message: Message) -> None:
        """Let a message wait; who already has as many as may wait is dropped."""
        if message.whole:
            self._clear()
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            log.info("listener dropped", waiting=MOST_WAITING)
            self.end()

    def end(self) -> None:
        """Tell nothing more."""
        self._over = True
        self._clear()
        self._waiting.put_nowait(None)

    async def next(self, seconds: float) -> bytes | None:
        """The next message, or None at the end. Raises `TimeoutError` after so many seconds."""
        if self._over:
            return None
        async with asyncio.timeout(seconds):
            message = await self._waiting.get()
        return None if message is None else message.content

    def _clear(self) -> None:
        with suppress(asyncio.QueueEmpty):
            while True:
                self._waiting.get_nowait()


@dataclass(slots=True)
class _Watched:
    """A room that somebody watches; `whole` is `sight` as it is told, once somebody was told it."""

    listeners: list[Listener] = field(default_factory=list)
    sight: Sight | None = None
    whole: Message | None = None


class Full(Exception):
    """As many listen as this process bears."""


class Feed:
    """Tells listeners how their rooms change: one task looks, however many listen."""

    def __init__(
        self,
        look: Callable[[Place, Sight | None], Awaitable[Sight | None]],
        *,
        whole: Callable[[Room], bytes],
        news: Callable[[Room, Room], list[bytes]],
        every: float = EVERY,
    ) -> None:
        """`whole` writes a room, `news` writes each change from one to the next."""
        self._look = look
        self._whole = whole
        self._news = news
        self._every = every
        self._watched: dict[Place, _Watched] = {}
        self._looking: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()
        self._ended = False

    @property
    def listening(self) -> int:
        """How many listen."""
        return sum(len(each.listeners) for each in self._watched.values())

    def join(self, place: Place, may: Callable[[], bool] = lambda: True) -> Listener:
        """Begin to listen, until `may` says no: the room as it is comes first. Raises `Full`."""
        if self._ended or self.listening >= MOST_LISTENERS:
            raise Full
        listener = Listener(place, may)
        watched = self._watched.setdefault(place, _Watched())
        watched.listeners.append(listener)
        if watched.sight is not None:
            listener.offer(self._all_of(watched, watched.sight))
        else:
            self._arrived.set()
        if self._looking is None:
            self._looking = asyncio.create_task(self._keep_looking())
        return listener

    def leave(self, listener: Listener) -> None:
        """Listen no more; the last one takes the task along."""
        watched = self._watched.get(listener.place)
        if watched is None or listener not in watched.listeners:
            return
        watched.listeners.remove(listener)
        if not watched.listeners:
            del self._watched[listener.place]
        if not self._watched and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def end(self) -> None:
        """End every stream and begin none: the process ends."""
        self._ended = True
        for watched in self._watched.values():
            for listener in watched.listeners:
                listener.end()

    async def _keep_looking(self) -> None:
        while True:
            self._arrived.clear()
            begun = perf_counter()
            for place, watched in list(self._watched.items()):
                try:
                    await self._tell(place, watched)
                except Exception:  # a store that does not answer: the next look may see again
                    log.exception("room not seen", edition=place[0])
            took = perf_counter() - begun
            await happens(self._arrived, max(self._every, took / SHARE - took))

    async def _tell(self, place: Place, watched: _Watched) -> None:
        before = watched.sight
        sight = await self._look(place, before)
        for listener in watched.listeners:
            if sight is None or not listener.may():
                listener.end()
        if sight is None:
            return
        if sight is before:
            return
        watched.sight, watched.whole = sight, None
        for message in self._messages(watched, before, sight):
            for listener in watched.listeners:
                listener.offer(message)

    def _messages(self, watched: _Watched, before: Sight | None, sight: Sight) -> list[Message]:
        if before is not None and before.room.programme is sight.room.programme:
            seats, gone = changed(before.room, sight.room)
            if len(seats) + len(gone) <= MOST_CHANGES:
                return [Message(each) for each in self._news(before.room, sight.room)]
        return [self._all_of(watched, sight)]

    def _all_of(self, watched: _Watched, sight: Sight) -> Message:
        """Written once, for all who come while the room is as it is."""
        if watched.whole is None:
            watched.whole = Message(self._whole(sight.room), whole=True)
        return watched.whole
