"""Regular looks at how a process stands: its lag, its outbox, and whether it is stuck."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from ijaza_runtime.bus import Bus, TopicPartition
from ijaza_runtime.health import Health
from ijaza_runtime.metrics import Metrics
from ijaza_runtime.observe import log
from ijaza_runtime.service import Assembly
from ijaza_runtime.watchdog import Standing, Stillness

LOOK_EVERY = 5.0
"""Seconds between two looks, at the most."""
PATIENCE = 10.0
"""Seconds that a look may take."""


class Survey:
    """Looks at one service's process; `patience` is that of the watchdog, in seconds."""

    def __init__(
        self,
        bus: Bus,
        assembly: Assembly[Any],
        health: Health,
        metrics: Metrics,
        patience: float,
    ) -> None:
        self._bus = bus
        self._assembly = assembly
        self._health = health
        self._metrics = metrics
        self._patience = patience
        self._every = min(LOOK_EVERY, patience / 5)
        self._stillness = Stillness(patience)

    async def watch(self, stuck: Callable[[str], None]) -> None:
        """Look for ever; `stuck` is told once why the process should be ended."""
        looked = monotonic()
        while True:
            await asyncio.sleep(self._every)
            now = monotonic()
            reason = await self.look(now - looked)
            looked = now
            if reason is not None:
                stuck(reason)
                return

    async def look(self, seconds: float) -> str | None:
        """Look once, `seconds` after the last time; why the process should be ended, if it should.

        Raises nothing that bus or store cause.
        """
        self._metrics.ready(self._health.ready())
        self._metrics.unsent(*self._assembly.outbox.unsent())
        if not self._health.answering:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                reason = await self._lags(seconds)
        except Exception as error:  # the next look may succeed, and without looks nothing is found
            log.warning("lag not known", exc_info=error)
            return None
        return reason or self._idleness(seconds)

    async def _lags(self, seconds: float) -> str | None:
        ends = await self._bus.ends()
        references = self._assembly.references
        self._metrics.reading(
            {
                topic: sum(
                    end - references.positions.get(place, 0)
                    for place, end in ends.items()
                    if place.topic == topic
                )
                for topic in references.topics
            }
        )
        stuck = None
        for worker in self._assembly.workers:
            committed = await self._bus.committed(worker.group, worker.topics)
            held = worker.held
            standings: dict[TopicPartition, Standing] = {
                place: Standing(offset, ends.get(place, 0))
                for place, offset in committed.items()
                if place.partition in held
            }
            lags = {place: max(0, end - offset) for place, (offset, end) in standings.items()}
            self._metrics.lagging(worker.group, lags, len(held))
            stuck = self._stillness.look(worker.group, standings, seconds) or stuck
        return stuck

    def _idleness(self, seconds: float) -> str | None:
        """Whether no turn has ended for too long, though bus and store answer."""
        if monotonic() - self._metrics.progressed_at > seconds + 2 * self._every:
            self._health.idle += seconds
        else:
            self._health.idle = 0.0
        if self._health.idle > self._patience:
            return f"no turn has ended for {self._health.idle:.0f} s, though bus and store answer"
        return None
