"""How a partition that keeps failing is tried again, and when somebody gives up waiting."""

from dataclasses import dataclass

import pytest
from ijaza_runtime.failures import LONGEST_PAUSE, Failures


@dataclass
class Clock:
    """Seconds, as a test sets them."""

    seconds: float = 0.0

    def __call__(self) -> float:
        """Now."""
        return self.seconds


@pytest.mark.parametrize(
    ("times", "seconds"), [(1, 0.1), (2, 0.2), (3, 0.4), (9, 25.6), (10, LONGEST_PAUSE)]
)
def test_pauses_double_and_end_somewhere(times: int, seconds: float) -> None:
    """0.1 s, 0.2 s, and so on up to half a minute."""
    clock = Clock()
    failures = Failures(clock)

    for _ in range(times):
        failures.add(3, RuntimeError())

    clock.seconds = seconds - 0.01
    assert failures.pausing(3)
    clock.seconds = seconds
    assert not failures.pausing(3)


def test_an_outage_of_days_is_survived() -> None:
    """The thousandth failure in a row is paused for like the tenth."""
    failures = Failures(Clock())

    for _ in range(5_000):
        failures.add(3, RuntimeError())

    assert failures.pausing(3)
    assert failures.tries(3) == 5_000


def test_a_partition_that_works_again_is_forgotten() -> None:
    """And nobody else's failures with it."""
    failures = Failures(Clock())
    failures.add(3, RuntimeError())
    failures.add(4, RuntimeError())

    failures.clear(3)

    assert not failures.pausing(3)
    assert failures.pausing(4)
    failures.keep(frozenset({3, 5}))
    assert not failures


def test_what_is_stuck_is_told_with_its_last_error() -> None:
    """Only once it has failed so often in a row."""
    failures, last = Failures(Clock()), RuntimeError("no room")
    failures.add(3, RuntimeError("no room"))
    failures.add(3, last)

    assert failures.stuck(3) is None
    assert failures.stuck(2) is last
