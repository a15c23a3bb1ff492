"""Pages of an edition's participants, chosen by a rule: bounded work for each request."""

from collections.abc import Callable
from typing import TypeVar

from ijaza_credential.api.reading import Reader
from ijaza_credential.domain.state import State
from ijaza_credential.storage import states_of

T = TypeVar("T")

MOST_ROWS = 500
"""Rows of a page, at the most."""
LOOKED_AT = 2_000
"""States that a request looks at, at the most: then it says where to go on."""


async def matching(
    reader: Reader, edition: str, after: str, most: int, pick: Callable[[State], T | None]
) -> tuple[list[T], str | None]:
    """Up to `most` of what `pick` makes of states, and what to send as `after` for more.

    A page may be short, or empty, and have a next one all the same: one request looks at no more
    than `LOOKED_AT` states.
    """
    found: list[T] = []
    looked_at = 0
    async for state in states_of(reader.store, edition, after):
        looked_at += 1
        picked = pick(state)
        if picked is not None:
            found.append(picked)
        if len(found) == most or looked_at == LOOKED_AT:
            return found, state.participant
    return found, None
