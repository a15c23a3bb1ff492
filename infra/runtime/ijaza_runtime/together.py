"""Doing at once what several tasks ask for at a time: one write, synced once, for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """Gathers what is added while the last is being done, and does it in one go.

    `work` is given what was gathered, and has one result for each of it in the same order. If it
    fails, all who added to it are told so.
    """

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        self._work = work
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._going: asyncio.Task[None] | None = None

    async def add(self, item: T) -> R:
        """Have it done; its result. Once begun it is finished, even if the caller is cancelled."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[R] = loop.create_future()
        self._waiting.append((item, done))
        if self._going is None:
            self._going = loop.create_task(self._go())
        return await done

    async def _go(self) -> None:
        try:
            while self._waiting:
                gathered, self._waiting = self._waiting, []
                await self._do(gathered)
        finally:
            self._going = None

    async def _do(self, gathered: Sequence[tuple[T, "asyncio.Future[R]"]]) -> None:
        try:
            results = await self._work([item for item, _ in gathered])
        except Exception as error:  # goes to those who asked
            for _, done in gathered:
                if not done.done():
                    done.set_exception(error)
            return
        for (_, done), result in zip(gathered, results, strict=True):
            if not done.done():  # its task was cancelled
                done.set_result(result)
