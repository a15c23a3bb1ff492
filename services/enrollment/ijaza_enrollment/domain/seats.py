"""Seats, quotas and the waiting list of one edition, as they stand at one moment."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from ijaza_contracts.edition import Selection

from ijaza_enrollment.domain.entries import Entry

Groups = tuple[int, ...]
Quota = tuple[int, int]
"""A limit by its place in `at_most`, and the group that shares its seats."""


class Seats:
    """Free places, and who gets them next. Changes in place; entries are known by position.

    Those who wait stand in one queue for each combination of groups, for what blocks one of a
    queue blocks all of it. A heap holds the queues that may move, by who is first in each; a
    blocked queue is laid aside until its quota is freed. So a place is given in the time of a
    look into the heap, however long the waiting list is.
    """

    def __init__(self, rule: Selection, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._capacity = rule.capacity
        self._limits = [limit.seats for limit in rule.at_most]
        self._names = [limit.per for limit in rule.at_most]
        self._taken = 0
        self._numbers = max((entry.number or 0 for entry in entries), default=0)
        self._held: Counter[Quota] = Counter()
        self._queues: dict[Groups, deque[int]] = {}
        self._movable: list[tuple[int, Groups]] = []
        self._blocked: dict[Quota, list[Groups]] = {}
        self._gone: set[int] = set()
        for position, entry in enumerate(entries):
            if entry.outcome == "selected":
                self._take(entry.groups)
            elif entry.waiting:
                self._queues.setdefault(entry.groups, deque()).append(position)
        for groups in self._queues:
            self._offer(groups)

    def fill(self) -> Iterator[tuple[int, int]]:
        """Give the free places, in the order of the waiting list: (position, number) of each.

        Whoever would break an `at_most` is passed over.
        """
        while self._taken < self._capacity and self._movable:
            position, groups = heappop(self._movable)
            reached = self._reached(groups)
            if position in self._gone:
                self._offer(groups)
            elif reached is not None:
                self._blocked.setdefault(reached, []).append(groups)
            else:
                self._queues[groups].popleft()
                self._offer(groups)
                self._take(groups)
                self._numbers += 1
                yield position, self._numbers

    def leave(self, position: int, *, held_seat: bool) -> None:
        """Somebody leaves: the place in the waiting list, or the seat, which becomes free."""
        if not held_seat:
            self._gone.add(position)
            return
        self._taken -= 1
        for quota in enumerate(self._entries[position].groups):
            self._held[quota] -= 1
            for groups in self._blocked.pop(quota, ()):
                self._offer(groups)

    def limit_reached(self, groups: Groups) -> str:
        """The column of the first `at_most` that another seat would break, or nothing."""
        reached = self._reached(groups)
        return "" if reached is None else self._names[reached[0]]

    def _take(self, groups: Groups) -> None:
        self._taken += 1
        for quota in enumerate(groups):
            self._held[quota] += 1

    def _reached(self, groups: Groups) -> Quota | None:
        for quota in enumerate(groups):
            if self._held[quota] >= self._limits[quota[0]]:
                return quota
        return None

    def _offer(self, groups: Groups) -> None:
        """Put a queue into the heap by the first who still waits in it."""
        queue = self._queues[groups]
        while queue and queue[0] in self._gone:
            queue.popleft()
        if queue:
            heappush(self._movable, (queue[0], groups))
