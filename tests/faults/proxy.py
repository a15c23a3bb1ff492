"""Stands between clients and a server, and carries their bytes badly.

It knows no protocol. It runs in a thread of its own, so that several tests can share one, and is
told what to do by attributes, which take effect with the next bytes.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

_CHUNK = 65_536
_LOOK_SECONDS = 0.02


class Proxy:
    """Passes on what comes at `port`.

    `delay` is in seconds, each way. While it is `silent` bytes are taken and held back, and no
    connection ends: half-open. While it is `shut` connections are ended as soon as they send.
    Where `cut_every` is not 0, every so many seconds what comes of a reply next is passed on by
    half, and its connection ended: in between, a long reply may pass.
    """

    def __init__(self) -> None:
        self.port = 0
        self.delay = 0.0
        self.silent = False
        self.shut = False
        self.cut_every = 0.0
        self.cuts = 0
        self._cut_at = 0.0
        self._upstream = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def calm(self) -> None:
        """Pass on everything again, at once."""
        self.delay, self.silent, self.shut, self.cut_every = 0.0, False, False, 0.0

    def leads_to(self, port: int) -> None:
        """Where the server listens, on this machine."""
        self._upstream = port

    async def serve(self, listening: threading.Event, ending: asyncio.Event) -> None:
        """Pass on until `ending` is set; `listening` is set once `port` is known."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        await ending.wait()
        server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            with suppress(OSError):
                up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
                try:
                    await self._both_ways((reader, up_writer), (up_reader, writer))
                finally:
                    up_writer.transport.abort()
        finally:
            writer.transport.abort()

    async def _both_ways(
        self,
        asking: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        answering: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        """Return when either side ends."""
        ways = [
            asyncio.create_task(self._one_way(*asking, replies=False)),
            asyncio.create_task(self._one_way(*answering, replies=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _one_way(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, replies: bool
    ) -> None:
        """What comes is passed on in its order, each chunk when it is due."""
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        taking = asyncio.create_task(self._take(reader, due))
        try:
            while chunk := await self._next(due):
                if self.shut or (replies and self._is_to_be_cut()):
                    writer.write(b"" if self.shut else chunk[: len(chunk) // 2])
                    await writer.drain()
                    return
                writer.write(chunk)
                await writer.drain()
        finally:
            taking.cancel()

    async def _take(
        self, reader: asyncio.StreamReader, due: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        clock = asyncio.get_running_loop().time
        chunk = b"."
        while chunk:
            try:
                chunk = await reader.read(_CHUNK)
            except OSError:
                chunk = b""
            due.put_nowait((clock() + self.delay, chunk))

    async def _next(self, due: asyncio.Queue[tuple[float, bytes]]) -> bytes:
        when, chunk = await due.get()
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, when - clock()))
        while self.silent:  # noqa: ASYNC110 - it is told from another thread
            await asyncio.sleep(_LOOK_SECONDS)
        return chunk

    def _is_to_be_cut(self) -> bool:
        now = monotonic()
        cut = self.cut_every > 0 and now - self._cut_at > self.cut_every
        if cut:
            self._cut_at = now
            self.cuts += 1
        return cut


@contextmanager
def proxy() -> Iterator[Proxy]:
    """A proxy that runs meanwhile."""
    between = Proxy()
    listening = threading.Event()
    ending: asyncio.Event
    loop: asyncio.AbstractEventLoop

    async def run() -> None:
        nonlocal ending, loop
        ending, loop = asyncio.Event(), asyncio.get_running_loop()
        await between.serve(listening, ending)

    thread = threading.Thread(target=asyncio.run, args=(run(),), name="proxy")
    thread.start()
    assert listening.wait(10), "the proxy listens"
    try:
        yield between
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join()
