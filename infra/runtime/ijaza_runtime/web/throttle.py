"""How often something may be tried: token buckets, of which a bounded number is kept."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from time import monotonic

from fastapi import Request

HOUSEHOLD = 64
"""Bits of an IPv6 address that a connection shares: whoever has one has all that begin alike."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Throttle:
    """`burst` tries at once and `per_minute` in the long run for each key; `most` keys are kept.

    A key that nobody asked for longest is forgotten first. Whoever spreads tries over more keys
    than that meets the limit for all of them together, if there is one beside this.

    A try may cost more than one, and what it turns out to cost beyond that is charged afterwards:
    a bucket can be in debt.
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

    def wait(self, key: str, cost: float = 1) -> float:
        """Take a try: 0 if it may be made, otherwise the seconds until the next one may."""
        bucket = self._bucket(key)
        if bucket.left < cost:
            return (cost - bucket.left) / self._rate
        bucket.left -= cost
        return 0.0

    def charge(self, key: str, cost: float) -> None:
        """Take what a try that was made has cost beside."""
        self._bucket(key).left -= cost

    def _bucket(self, key: str) -> _Bucket:
        """What a key has left now."""
        now = self._now()
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, now)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        self._buckets[key] = bucket
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return bucket

    def __len__(self) -> int:
        return len(self._buckets)


def caller(request: Request) -> str:
    """Whom a request's tries are counted under: its address, or its network by IPv6.

    Behind a proxy that is not trusted (`IJAZA_TRUSTED_PROXIES`) all are counted as one.
    """
    given = request.client.host if request.client else ""
    try:
        address = ip_address(given.partition("%")[0])
    except ValueError:
        return given
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> (128 - HOUSEHOLD) << (128 - HOUSEHOLD))}/{HOUSEHOLD}"
