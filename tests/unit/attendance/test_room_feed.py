"""The feed of rooms: one look for all who listen, and nothing that grows without bound."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from ijaza_attendance import rooms
from ijaza_attendance.api import room_stream
from ijaza_attendance.api.room_stream import RoomStream, stream
from ijaza_attendance.domain.room import Attendee, Room, room
from ijaza_attendance.domain.times import seconds_of
from ijaza_attendance.rooms import MOST_LISTENERS, MOST_WAITING, Feed, Full, Place, Sight
from ijaza_runtime.errors import TooMany
from ijaza_runtime.store import StoreError

from tests.deadline import eventually
from tests.unit.attendance.given import EDITION, at, programme

RULES = programme()
HERE = (EDITION, "s1")
THERE = (EDITION, "s2")
SOON = 5.0
"""Seconds until which what has to come has come."""


def seen(people: int, rules: Any = RULES) -> Sight:
    """A room with so many people."""
    attendees = [Attendee(f"p{n}", n, "", "", True, {}) for n in range(people)]
    now = seconds_of(at("16:30"))
    return Sight(room(attendees, rules.sittings["s1"], rules, now), {}, "running")


@dataclass
class Lookout:
    """Somebody who looks, as the store would have it."""

    sight: Sight | None = field(default_factory=lambda: seen(1))
    looks: list[Place] = field(default_factory=list)
    fails: bool = False

    async def look(self, place: Place, _before: Sight | None) -> Sight | None:
        self.looks.append(place)
        if self.fails:
            raise StoreError("down")
        return self.sight


def whole(room: Room) -> bytes:
    return f"whole {len(room.seats)}".encode()


def news(before: Room, after: Room) -> list[bytes]:
    return [f"from {len(before.seats)} to {len(after.seats)}".encode()]


@pytest.fixture
def lookout() -> Lookout:
    return Lookout()


@pytest.fixture
async def feed(lookout: Lookout) -> AsyncIterator[Feed]:
    feed = Feed(lookout.look, whole=whole, news=news, every=0.01)
    yield feed
    feed.end()


async def test_the_whole_room_comes_first_and_then_what_changes(
    feed: Feed, lookout: Lookout
) -> None:
    """Also for whoever comes later: they begin with the room as it is then."""
    first = feed.join(HERE)
    assert await first.next(SOON) == b"whole 1"

    lookout.sight = seen(2)
    assert await first.next(SOON) == b"from 1 to 2"

    assert await feed.join(HERE).next(SOON) == b"whole 2"


async def test_a_new_revision_is_told_whole(feed: Feed, lookout: Lookout) -> None:
    """Title and times of the session may be other ones."""
    listener = feed.join(HERE)
    await listener.next(SOON)

    lookout.sight = seen(1, programme(revision=2))

    assert await listener.next(SOON) == b"whole 1"


async def test_many_changes_at_once_are_told_whole(feed: Feed, lookout: Lookout) -> None:
    """When a session begins, everybody who is not there is late at the same second."""
    listener = feed.join(HERE)
    await listener.next(SOON)

    lookout.sight = seen(rooms.MOST_CHANGES + 2)

    assert await listener.next(SOON) == f"whole {rooms.MOST_CHANGES + 2}".encode()


async def test_one_look_serves_all_who_listen(feed: Feed, lookout: Lookout) -> None:
    """However many they are, a room is looked at once in a while."""
    listeners = [feed.join(HERE) for _ in range(10)]

    assert [await each.next(SOON) for each in listeners] == [b"whole 1"] * 10
    assert len(lookout.looks) == 1


async def test_nobody_looks_where_nobody_listens(feed: Feed) -> None:
    """The last who leaves takes the task along."""
    listener = feed.join(HERE)
    await listener.next(SOON)

    feed.leave(listener)
    feed.leave(listener)

    async def nobody_looks() -> bool:
        return asyncio.all_tasks() == {asyncio.current_task()}

    await eventually(nobody_looks)
    assert feed.listening == 0
    assert await feed.join(THERE).next(SOON) == b"whole 1"


async def test_a_store_that_does_not_answer_ends_nothing(feed: Feed, lookout: Lookout) -> None:
    """The next look may see again."""
    lookout.fails = True
    listener = feed.join(HERE)

    async def tried() -> bool:
        return len(lookout.looks) > 1

    await eventually(tried)
    lookout.fails = False

    assert await listener.next(SOON) == b"whole 1"


async def test_a_session_that_is_gone_ends_its_streams(feed: Feed, lookout: Lookout) -> None:
    """A revision dropped it: whoever comes again is told that there is none."""
    listener = feed.join(HERE)
    await listener.next(SOON)

    lookout.sight = None

    assert await listener.next(SOON) is None


async def test_a_session_that_was_gone_before_the_first_look_ends_its_streams(
    feed: Feed, lookout: Lookout
) -> None:
    """Nobody waits for a room that there is not."""
    lookout.sight = None

    assert await feed.join(HERE).next(SOON) is None


async def test_as_many_listen_as_a_process_bears(feed: Feed) -> None:
    """One more is refused, until somebody leaves."""
    listeners = [feed.join(HERE) for _ in range(MOST_LISTENERS)]

    with pytest.raises(Full):
        feed.join(THERE)
    with pytest.raises(TooMany):
        stream(feed, THERE)

    feed.leave(listeners[0])
    feed.join(THERE)


@pytest.mark.slow
async def test_who_reads_too_slowly_is_dropped(feed: Feed, lookout: Lookout) -> None:
    """So many messages wait for them and not one more; others are told on."""
    slow, quick = feed.join(HERE), feed.join(HERE)
    await slow.next(SOON)
    await quick.next(SOON)

    for people in range(2, MOST_WAITING + 3):
        lookout.sight = seen(people)
        assert await quick.next(SOON) == f"from {people - 1} to {people}".encode()

    assert await slow.next(SOON) is None


async def test_a_whole_room_replaces_what_waits(feed: Feed, lookout: Lookout) -> None:
    """Who fell behind does not read what is no longer so."""
    slow, quick = feed.join(HERE), feed.join(HERE)
    await slow.next(SOON)
    await quick.next(SOON)
    lookout.sight = seen(2)
    await quick.next(SOON)

    lookout.sight = seen(500)
    await quick.next(SOON)

    assert await slow.next(SOON) == b"whole 500"


async def test_the_end_of_a_process_ends_every_stream(feed: Feed) -> None:
    """And none begins any more."""
    listener = feed.join(HERE)
    await listener.next(SOON)

    feed.end()

    assert await listener.next(SOON) is None
    with pytest.raises(Full):
        feed.join(HERE)


class Client:
    """Who reads a stream, as a server shows them to it."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.stuck = asyncio.Event()
        self.gone = asyncio.Event()

    async def send(self, message: Any) -> None:
        if self.stuck.is_set():
            await asyncio.Event().wait()
        self.sent.append(message)

    async def receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    @property
    def text(self) -> str:
        return b"".join(each.get("body", b"") for each in self.sent).decode()

    async def reads(self, answer: RoomStream) -> None:
        await answer({"type": "http"}, self.receive, self.send)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams whose times are short."""
    monkeypatch.setattr(room_stream, "BEAT", 0.02)
    monkeypatch.setattr(room_stream, "READ_WITHIN", 0.05)


@pytest.mark.usefixtures("quick")
async def test_a_stream_says_that_it_is_still_there(feed: Feed) -> None:
    """A comment for proxies and an event for pages, whenever there was no news for a while."""
    client = Client()

    async with asyncio.timeout(SOON):
        await client.reads(stream(feed, HERE, lasts=0.2))

    assert client.text.startswith("retry: 3000\n\nwhole 1")
    assert client.text.count(": ping\n\nevent: beat\ndata: {}\n\n") > 2
    assert client.sent[-1] == {"type": "http.response.body", "body": b""}
    assert feed.listening == 0


@pytest.mark.usefixtures("quick")
async def test_a_client_that_is_stuck_is_let_go(feed: Feed) -> None:
    """Nothing of what was sent is read: the stream does not wait for it for ever."""
    client = Client()
    reading = asyncio.create_task(client.reads(stream(feed, HERE)))

    async def begun() -> bool:
        return "whole 1" in client.text

    await eventually(begun)
    client.stuck.set()

    async with asyncio.timeout(SOON):
        await reading
    assert feed.listening == 0


async def test_a_client_that_goes_frees_its_place(feed: Feed) -> None:
    """At once, not with the next message."""
    client = Client()
    reading = asyncio.create_task(client.reads(stream(feed, HERE)))

    async def begun() -> bool:
        return "whole 1" in client.text

    await eventually(begun)
    client.gone.set()

    async with asyncio.timeout(SOON):
        await reading
    assert feed.listening == 0


async def test_a_room_is_written_once_for_all_who_come(lookout: Lookout) -> None:
    """When a process starts anew, all its listeners come at the same moment."""
    written: list[int] = []

    def counted(room: Room) -> bytes:
        written.append(len(room.seats))
        return whole(room)

    feed = Feed(lookout.look, whole=counted, news=news, every=0.01)
    for _ in range(5):
        await feed.join(HERE).next(SOON)
    feed.end()

    assert written == [1]
