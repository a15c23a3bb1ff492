"""The ends of places, asked for all at once and remembered for a moment."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from time import monotonic

from ijaza_runtime.adapters.kafka_lookout import Lookout
from ijaza_runtime.bus import BusError, TopicPartition

FRESH_SECONDS = 0.02
"""How old an answer may be: a turn asks once for each partition, and one request answers all."""
_FAILED_SECONDS = 1.0
"""How long a failure is the answer, so that a dead cluster is not waited for once a partition."""


class Ends:
    """Knows the ends of places, as of `FRESH_SECONDS` ago or of this process's last publication.

    `publications` counts those of this process: what it has published itself it finds at once.
    """

    def __init__(self, lookout: Lookout, publications: Callable[[], int]) -> None:
        self._lookout = lookout
        self._publications = publications
        self._asking = asyncio.Lock()
        self._places: Collection[TopicPartition] = ()
        self._ends: Mapping[TopicPartition, int] = {}
        self._failure: BusError | None = None
        self._asked = float("-inf")
        self._published = -1

    async def of(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        """The ends of these places. Raises `BusError`."""
        async with self._asking:
            if not self._is_fresh(places):
                await self._ask(places)
            if self._failure is not None:
                raise self._failure
            return self._ends

    def forget(self) -> None:
        """Ask anew the next time."""
        self._asked = float("-inf")

    def _is_fresh(self, places: Collection[TopicPartition]) -> bool:
        if places != self._places:
            return False
        age = monotonic() - self._asked
        if self._failure is not None:
            return age < _FAILED_SECONDS
        return age < FRESH_SECONDS and self._published == self._publications()

    async def _ask(self, places: Collection[TopicPartition]) -> None:
        published = self._publications()
        self._failure = None
        asked = monotonic()
        try:
            self._ends = await self._lookout.ends(places)
        except BusError as error:
            self._failure = error
            asked = monotonic()
        self._places, self._asked, self._published = places, asked, published
