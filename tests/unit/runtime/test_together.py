"""What several tasks ask for at a time is done in one go."""

import asyncio
from collections.abc import Sequence

import pytest
from ijaza_runtime.together import Together


class Clerk:
    """Doubles numbers, one go at a time, each when it is let."""

    def __init__(self) -> None:
        self.goes: list[Sequence[int]] = []
        self.let = asyncio.Semaphore(0)

    async def __call__(self, numbers: Sequence[int]) -> Sequence[int]:
        self.goes.append(numbers)
        await self.let.acquire()
        if 13 in numbers:
            raise ArithmeticError
        return [2 * each for each in numbers]


async def begun(together: Together[int, int], *numbers: int) -> list["asyncio.Task[int]"]:
    """Tasks that have added their numbers."""
    tasks = [asyncio.create_task(together.add(each)) for each in numbers]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_meanwhile_is_done_together() -> None:
    """The first goes alone; who comes while it goes on shares the next, each with its result."""
    clerk = Clerk()
    together = Together(clerk)
    tasks = [*await begun(together, 1), *await begun(together, 2, 3, 4)]

    clerk.let.release()
    clerk.let.release()

    assert await asyncio.gather(*tasks) == [2, 4, 6, 8]
    assert clerk.goes == [[1], [2, 3, 4]]


async def test_a_failure_is_told_to_those_who_shared_it() -> None:
    """Those of the next go are none the worse."""
    clerk = Clerk()
    together = Together(clerk)
    first, second = await begun(together, 13, 1)
    (third,) = await begun(together, 2)

    clerk.let.release()
    clerk.let.release()

    for each in (first, second):
        with pytest.raises(ArithmeticError):
            await each
    assert await third == 4


async def test_who_gives_up_hinders_nobody() -> None:
    """A cancelled caller's part is done all the same, and so is everybody else's."""
    clerk = Clerk()
    together = Together(clerk)
    first, second = await begun(together, 1, 2)
    first.cancel()

    clerk.let.release()

    assert await second == 4
    assert clerk.goes == [[1, 2]]
