"""What ends a process that does no more what it is for, so that its supervisor starts it anew.

A lease or a session is renewed by a thread: without this, a process whose loop hangs would keep
its partitions for ever.
"""

import math
import os
import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import NamedTuple

from ijaza_runtime.bus import TopicPartition

LOOK_EVERY = 0.1
"""Seconds between two looks of the thread."""


class Standing(NamedTuple):
    """Where a group stands on a partition: committed, and the end of the log."""

    committed: int
    end: int


class _Still(NamedTuple):
    committed: int
    seconds: float


class Stillness:
    """How long partitions have had something waiting and not moved.

    Time counts only while bus and store answer: an outage is waited for. A partition that fails
    again and again stands still too.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._seen: dict[tuple[str, TopicPartition], _Still] = {}

    def look(
        self, group: str, standings: Mapping[TopicPartition, Standing], seconds: float
    ) -> str | None:
        """What has stood still for too long, if anything; `seconds` since the last look count."""
        stuck = None
        kept = {key: still for key, still in self._seen.items() if key[0] != group}
        for place, (committed, end) in standings.items():
            if committed >= end:
                continue
            before = self._seen.get((group, place))
            still = (
                _Still(committed, before.seconds + seconds)
                if before is not None and before.committed == committed
                else _Still(committed, 0.0)
            )
            kept[group, place] = still
            if still.seconds > self._limit:
                stuck = (
                    f"group {group} has committed {committed} of {end} records of {place.topic} "
                    f"partition {place.partition}, and nothing for {still.seconds:.0f} s"
                )
        self._seen = kept
        return stuck


class Watchdog:
    """A thread that ends the process: when the event loop hangs, or when ending takes too long.

    `complain` is told why, from the thread. `end` takes the exit code, and never returns.
    """

    def __init__(
        self,
        patience: float,
        *,
        stuck_code: int,
        complain: Callable[[str], None],
        end: Callable[[int], None] = os._exit,
    ) -> None:
        self._patience = patience
        self._stuck_code = stuck_code
        self._complain = complain
        self._end = end
        self._beat = monotonic()
        self._deadline: tuple[float, int] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more: the process ends by itself."""
        self._ended.set()

    def beat(self) -> None:
        """The event loop turns."""
        self._beat = monotonic()

    def give(self, seconds: float, code: int) -> None:
        """Let the process end within so many seconds, or end it with `code`."""
        self._deadline = (monotonic() + seconds, code)

    @property
    def left(self) -> float:
        """Seconds until the process is ended; infinite if it was not told to end."""
        return math.inf if self._deadline is None else max(0.0, self._deadline[0] - monotonic())

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_EVERY):
            now = monotonic()
            if self._deadline is not None:
                until, code = self._deadline
                if now > until:
                    self._end_because("it did not end in time; what was unfinished is kept", code)
            elif now - self._beat > self._patience:
                why = f"the event loop has not turned for {now - self._beat:.0f} s"
                self._end_because(why, self._stuck_code)

    def _end_because(self, why: str, code: int) -> None:
        """Say why for a second at the most: what hangs may be whoever reads the log."""
        saying = threading.Thread(target=self._complain, args=(why,), daemon=True)
        saying.start()
        saying.join(1.0)
        self._end(code)
