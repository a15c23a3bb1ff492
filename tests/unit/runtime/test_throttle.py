"""How often something may be tried."""

import pytest
from fastapi import Request
from ijaza_runtime.web.throttle import Throttle, caller


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


def test_a_try_may_cost_more_and_be_charged_afterwards() -> None:
    """What was owed is worked off before the next try; until then the wait says how long."""
    clock = Clock()
    throttle = Throttle(burst=10, per_minute=60, now=clock)

    assert throttle.wait("a", 4) == 0
    throttle.charge("a", 8)

    assert throttle.wait("a", 4) == 6
    clock.now += 6
    assert throttle.wait("a", 4) == 0


def test_memory_is_bounded() -> None:
    """The key that was asked for longest ago is forgotten."""
    throttle = Throttle(burst=1, per_minute=1, most=10, now=Clock())

    for number in range(1000):
        throttle.wait(str(number))

    assert len(throttle) == 10
    assert throttle.wait("999") > 0


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::7", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_who_has_a_network_is_one_caller(address: str, counted: str) -> None:
    """2^64 addresses of one connection do not give 2^64 times as many tries."""
    assert caller(Request({"type": "http", "client": (address, 1)})) == counted
