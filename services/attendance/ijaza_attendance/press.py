"""Where pages are printed: beside the thread that serves requests, one file at a time."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from ijaza_runtime.errors import Conflicting, TooMany

from ijaza_attendance.printing import UnprintableError, code_points

T = TypeVar("T")

AT_ONCE = 1
"""Files that a process prints at the same time: the largest takes half a gigabyte meanwhile."""
WAITING = 8
"""Files that may wait for it."""
_RETRY = 10
"""Seconds after which somebody who was sent away may ask again."""


class Press:
    """Prints in threads, and tells what cannot be printed without saying whose name it is in."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)
        self._asked = 0

    async def print(
        self, make: Callable[[], T], texts: Callable[[], Mapping[str, Iterable[str]]]
    ) -> T:
        """What `make` prints; `texts` are those that it prints of each participant.

        Raises `Refusal` if too many wait, or if no font has a character.
        """
        if self._asked >= AT_ONCE + WAITING:
            raise TooMany(
                "printing-busy",
                f"{self._asked} files are being printed or wait for it: the header Retry-After "
                "says how many seconds to wait; a sheet as CSV is had at once",
                _RETRY,
            )
        self._asked += 1
        try:
            async with self._room:
                return await asyncio.to_thread(make)
        except UnprintableError as error:
            raise _not_printable(error.character, texts()) from None
        finally:
            self._asked -= 1


def _not_printable(character: str, texts: Mapping[str, Iterable[str]]) -> Conflicting:
    whose = next(
        (
            participant
            for participant, said in texts.items()
            if any(character in text for text in said)
        ),
        None,
    )
    where = f"in what is printed of participant {whose}" if whose else "in a text of the edition"
    return Conflicting(
        "not-printable",
        f"no font here can draw the character {code_points(character)} {where}: have the name or "
        "the text changed, or leave that part of the edition out; a table as CSV has every "
        "character",
        **({"participant": whose} if whose else {}),
        character=code_points(character),
    )
