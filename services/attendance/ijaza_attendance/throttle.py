"""How often something may be tried: token buckets, of which a bounded number is kept."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Throttle:
    """`burst` tries at once and `per_minute` in the long run for each key; `most` keys are kept.

    A key that nobody asked for longest is forgotten first. Whoever spreads tries over more keys
    than that meets the limit for all of them together, if there is one beside this.
    """

    def __init__(
        self,
        *,
        burst: int,
        per_minute: float,
        most: int = 4096,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._burst = burst
        self._rate = per_minute / 60
        self._most = most
        self._now = now
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, key: str) -> float:
        """Take a try: 0 if it may be made, otherwise the seconds until the next one may."""
        now = self._now()
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, now)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        self._buckets[key] = bucket
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            return (1 - bucket.left) / self._rate
        bucket.left -= 1
        return 0.0

    def __len__(self) -> int:
        return len(self._buckets)
