"""A room as a stream of server-sent events, for as long as somebody reads it."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from ijaza_runtime.errors import TooMany
from ijaza_runtime.observe import log
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ijaza_attendance.rooms import Feed, Full, Listener, Place

BEAT = 15.0
"""Seconds without news after which a stream says that it is still there."""
READ_WITHIN = 20.0
"""Seconds that whoever listens may leave what they are sent unread."""
LASTS = 1800.0
"""Seconds that a stream lasts: whoever reads on comes again, and shows again who they are."""
COME_AGAIN = 3000
"""Milliseconds after which a browser comes again."""
TRY_AGAIN = 30.0
"""Seconds after which a place may be free."""

BEATING = KEEPALIVE_COMMENT + format_sse_event(event="beat", data_str="{}")
"""A comment for proxies, and an event, for a page hears nothing of comments."""

EVENT_STREAM = "text/event-stream"


def stream(
    feed: Feed, place: Place, *, lasts: float = LASTS, may: Callable[[], bool] = lambda: True
) -> "RoomStream":
    """The answer that tells of a room, for `lasts` seconds and until `may` says no.

    Raises `TooMany`.
    """
    try:
        listener = feed.join(place, may)
    except Full:
        raise TooMany(
            "too-many-listeners",
            "as many streams are read from this process as it bears: ask again later, or ask for "
            "the room without a stream",
            TRY_AGAIN,
        ) from None
    return RoomStream(feed, listener, lasts=min(lasts, LASTS))


class RoomStream(Response):
    """Sends what a listener is told, until one of both ends goes, or it has lasted long enough."""

    media_type = EVENT_STREAM

    def __init__(self, feed: Feed, listener: Listener, *, lasts: float) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._feed = feed
        self._listener = listener
        self._lasts = lasts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell, and leave as soon as the client does."""
        telling = asyncio.create_task(self._tell(send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._feed.leave(self._listener)
            for task in (telling, leaving):
                task.cancel()
            await asyncio.gather(telling, leaving, return_exceptions=True)
        if not telling.cancelled():
            telling.result()

    async def _tell(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            await self._send_all(send)
            await _within(send, {"type": "http.response.body", "body": b""})
        except _Unread:
            # What was sent last is not read: an end would not be either. The connection is closed.
            log.info("listener dropped", seconds=READ_WITHIN)

    async def _send_all(self, send: Send) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._lasts
        content: bytes | None = format_sse_event(retry=COME_AGAIN)
        while content is not None:
            await _within(send, {"type": "http.response.body", "body": content, "more_body": True})
            left = until - loop.time()
            if left <= 0:
                return
            try:
                content = await self._listener.next(min(BEAT, left))
            except TimeoutError:
                content = BEATING


class _Unread(Exception):
    """Nothing of what was sent was read for too long."""


async def _within(send: Callable[[Message], Awaitable[None]], message: Message) -> None:
    try:
        async with asyncio.timeout(READ_WITHIN):
            await send(message)
    except TimeoutError:
        raise _Unread from None


async def _gone(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
