"""How often something may be tried."""

from ijaza_attendance.throttle import Throttle


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_and_so_many_a_minute() -> None:
    """After a burst it is the rate that counts, and the wait that is told is long enough."""
    clock = Clock()
    throttle = Throttle(burst=3, per_minute=60, now=clock)
    assert [throttle.wait("a") for _ in range(3)] == [0, 0, 0]

    wait = throttle.wait("a")

    assert 0 < wait <= 1
    clock.now += wait
    assert throttle.wait("a") == 0
    assert throttle.wait("a") > 0


def test_one_does_not_hinder_another() -> None:
    """Each key has a bucket of its own."""
    throttle = Throttle(burst=1, per_minute=1, now=Clock())

    assert (throttle.wait("a"), throttle.wait("b")) == (0, 0)
    assert throttle.wait("a") > 0


def test_a_rest_fills_no_more_than_the_burst() -> None:
    """Who was quiet for a year may not try a million times."""
    clock = Clock()
    throttle = Throttle(burst=2, per_minute=60, now=clock)
    throttle.wait("a")
    clock.now += 1e9

    assert [throttle.wait("a") == 0 for _ in range(3)] == [True, True, False]


def test_memory_is_bounded() -> None:
    """The key that was asked for longest ago is forgotten."""
    throttle = Throttle(burst=1, per_minute=1, most=10, now=Clock())

    for number in range(1000):
        throttle.wait(str(number))

    assert len(throttle) == 10
    assert throttle.wait("999") > 0
