"""Stopping consumers of aiokafka, whose own `stop` may wait for ever, or end in its midst.

Where a fetch has just failed, `stop` lets the cancellation of that fetch out (aiokafka 0.14). To
whoever awaits it that looks as if he himself were cancelled, and it would end a whole service. So
it is awaited as a task of its own, and what it has left undone is done here.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiokafka import AIOKafkaConsumer

STOP_SECONDS = 5.0
"""How long a consumer is waited for: it may wait for a broker, or for others of its group."""


async def stopped(consumer: AIOKafkaConsumer, stopping: Coroutine[Any, Any, None]) -> None:
    """Return when `stopping` has ended, and the consumer with it, however that went."""
    task = asyncio.create_task(stopping)
    await asyncio.wait([task], timeout=STOP_SECONDS)
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
    if task.cancelled() or task.exception() is not None:
        await _abandon(consumer)


async def _abandon(consumer: AIOKafkaConsumer) -> None:
    """End what a consumer still does in the background, and its connections."""
    tasks: list[asyncio.Task[Any]] = []
    if consumer._coordinator is not None:
        tasks.append(consumer._coordinator._coordination_task)
    if consumer._fetcher is not None:
        tasks += [consumer._fetcher.error_future, *consumer._fetcher._pending_tasks]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await consumer._client.close()
