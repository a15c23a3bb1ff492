"""How fast this machine is just now: a fixed piece of work, so that figures can be compared."""

from time import process_time

ROUNDS = 400_000
USUAL = 0.30
"""Seconds that the work takes on a two-core machine at its usual speed."""


def calibrate() -> float:
    """CPU seconds of a fixed mix of dictionary, text and arithmetic work; the best of three."""
    return min(_once() for _ in range(3))


def _once() -> float:
    since = process_time()
    table: dict[str, int] = {}
    for number in range(ROUNDS):
        key = f"{number % 5_000:05}"
        table[key] = table.get(key, 0) + number * 7 % 13
    assert sum(table.values()) > 0
    return process_time() - since
