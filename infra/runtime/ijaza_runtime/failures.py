"""Partitions that failed when they were last tried: how often, with what, and when to try again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

LONGEST_PAUSE = 30.0
"""Seconds between two tries of a partition that keeps failing."""
_FIRST_PAUSE = 0.1
_MOST_DOUBLINGS = 20


class _Failure(NamedTuple):
    tries: int
    not_before: float
    error: Exception


@dataclass(slots=True)
class Failures:
    """The failures of a reactor or projector, each with a pause that doubles; `now` in seconds."""

    now: Callable[[], float]
    _by_partition: dict[int, _Failure] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._by_partition)

    def tries(self, partition: int) -> int:
        """How often in a row a partition has failed."""
        failure = self._by_partition.get(partition)
        return failure.tries if failure else 0

    def pausing(self, partition: int) -> bool:
        """Whether it is too early to try a partition again."""
        failure = self._by_partition.get(partition)
        return failure is not None and self.now() < failure.not_before

    def add(self, partition: int, error: Exception) -> None:
        """A partition has failed, again or for the first time."""
        tries = self.tries(partition)
        pause = min(LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(tries, _MOST_DOUBLINGS))
        self._by_partition[partition] = _Failure(tries + 1, self.now() + pause, error)

    def clear(self, partition: int) -> None:
        """A partition has been worked on."""
        self._by_partition.pop(partition, None)

    def keep(self, held: frozenset[int]) -> None:
        """Forget the partitions that are no longer held: they are somebody else's to try."""
        for partition in set(self._by_partition) - held:
            self.clear(partition)

    def stuck(self, tries: int) -> Exception | None:
        """What a partition has failed with at least so often in a row, or None."""
        failures = self._by_partition.values()
        return next((each.error for each in failures if each.tries >= tries), None)
