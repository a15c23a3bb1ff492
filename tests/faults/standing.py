"""Where credential's groups and states stand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ijaza_credential.storage import COLLECTION as STATES
from ijaza_runtime.bus import BusError, TopicPartition

from bench import fold_stream
from tests.faults.world import GROUPS, Tools

LOOK_SECONDS = 0.1


@asynccontextmanager
async def never_going_back(tools: Tools) -> AsyncIterator[None]:
    """Look at what the groups have committed as long as this lasts: no offset may be lower."""
    highest: dict[tuple[str, TopicPartition], int] = {}
    back: list[str] = []

    async def look() -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for group, topics in GROUPS.items():
                try:
                    committed = await tools.bus.committed(group, topics)
                except BusError:
                    continue  # before the topics are made
                for place, offset in committed.items():
                    before = highest.get((group, place), 0)
                    if offset < before:
                        back.append(f"{group} {place}: {before} to {offset}")
                    highest[group, place] = max(before, offset)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    assert highest, "somebody committed"
    assert not back


async def states(tools: Tools) -> dict[str, bytes]:
    """Credential's states as they are stored, by participant."""
    scope = fold_stream.edition().id
    return {each.key: each.body for each in await tools.store.page(STATES, scope=scope, most=1000)}
