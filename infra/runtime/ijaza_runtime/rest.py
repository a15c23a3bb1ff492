"""Whether a service is at rest: no process of it, here or elsewhere, has anything left to do.

It is told from what is durable alone, the log, the offsets and the documents, and so holds for
services that run in other processes. The answer is of a moment: whoever needs it to last must see
to it that nothing new comes in.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from ijaza_runtime.bus import Bus
from ijaza_runtime.fold import Fold
from ijaza_runtime.references import References
from ijaza_runtime.states import basis_of
from ijaza_runtime.store import Heading, Store

_PAGE = 1_000


async def unhandled(bus: Bus, group: str, topics: Sequence[str]) -> str:
    """What stands on its topics that a group has not handled; empty if there is nothing."""
    ends = await bus.ends()
    committed = await bus.committed(group, topics)
    left = sum(max(0, ends[place] - offset) for place, offset in committed.items())
    return f"{left} records wait for group {group}" if left else ""


def stale_of(
    headings: Sequence[Heading], fold: Fold[Any, Any, Any], references: References
) -> list[str]:
    """The keys of those documents that were decided on what holds no longer."""
    found = []
    for heading in headings:
        programme = references.get(fold.editions, heading.scope)
        person = references.get(fold.people, heading.key) if fold.people else None
        if heading.basis != basis_of(programme, person):
            found.append(heading.key)
    return found


async def undecided(store: Store, fold: Fold[Any, Any, Any], references: References) -> str:
    """Which documents have to be decided again on what `references` know; empty if none has."""
    left = 0
    async for headings in _pages(store, fold.collection):
        left += len(stale_of(headings, fold, references))
    return f"{left} {fold.collection} wait to be decided again" if left else ""


async def _pages(store: Store, collection: str) -> AsyncIterator[Sequence[Heading]]:
    after = ""
    while headings := await store.headings(collection, after=after, most=_PAGE):
        yield headings
        after = headings[-1].key
