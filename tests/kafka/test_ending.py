"""Stopping a consumer whose own `stop` goes wrong."""

import asyncio
from typing import Any

import pytest
from ijaza_runtime.adapters import kafka_ending
from ijaza_runtime.adapters.kafka_ending import stopped


class Consumer:
    """What there is of a consumer of aiokafka once its coordinator has left."""

    def __init__(self) -> None:
        self._coordinator = None
        self._fetcher = None
        self._client: Any = self
        self.closed = False

    async def close(self) -> None:
        self.closed = True


async def lets_a_cancellation_out() -> None:
    """As aiokafka's fetcher does, if a fetch has just failed."""
    fetch = asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)
    fetch.cancel()
    await fetch


async def waits_for_ever() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("stop", [lets_a_cancellation_out, waits_for_ever])
async def test_whoever_stops_a_consumer_goes_on(stop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap: a cancellation that is not ours ends the service; a broker that is gone is waited for
    without end. In any case the connections are closed.
    """
    monkeypatch.setattr(kafka_ending, "STOP_SECONDS", 0.05)
    consumer: Any = Consumer()
    await stopped(consumer, stop())
    assert consumer.closed
