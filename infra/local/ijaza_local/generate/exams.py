"""The tests after the modules: first attempts, resits, failures, attempts too many."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from ijaza_contracts.edition import Edition, Module, Test

from ijaza_local.files import Result

from .door import Taker
from .times import at_the_office

SITS, RESITS, SITS_TOO_OFTEN = 0.985, 0.9, 0.008
SENT_TWICE = 0.002
MEAN, SPREAD = 0.62, 0.45
"""Of a first score: its mean and spread between the pass mark (0) and the highest score (1)."""

BETTER = 0.25
"""How much better the mean of a resit is, on the same scale."""


def results(edition: Edition, people: Sequence[Taker], chance: Random) -> Iterator[Result]:
    """The attempts of who takes part when a module has ended, module by module."""
    zone = ZoneInfo(edition.timezone)
    for module in edition.modules:
        held = [session for session in module.sessions if not session.cancelled]
        if module.test is None or not held:
            continue
        ended = max(session.end for session in held)
        for person in people:
            is_there = person.since <= ended.timestamp() <= person.until
            if is_there and chance.random() < SITS:
                taken_at = at_the_office(ended, 2, zone, chance)
                yield from _attempts(module, module.test, person.ref, taken_at, chance)


def _attempts(
    module: Module, test: Test, ref: str, taken_at: datetime, chance: Random
) -> Iterator[Result]:
    for attempt in range(1, test.attempts + 2):
        score = _score(test, chance, MEAN + BETTER * (attempt > 1))
        yield Result(ref, module.id, attempt, score, taken_at)
        passed = score >= test.pass_mark
        again = RESITS if not passed and attempt < test.attempts else SITS_TOO_OFTEN
        if chance.random() >= again:
            return
        taken_at += timedelta(days=chance.randint(6, 12))


def _score(test: Test, chance: Random, mean: float) -> Decimal:
    """A score from 0 to the highest, in halves at most."""
    place = Decimal(round(chance.gauss(mean, SPREAD), 3))
    score = test.pass_mark + place * (test.max_score - test.pass_mark)
    halves = Decimal(round(score * 2)) / 2 if chance.random() < 0.1 else Decimal(round(score))
    return min(max(halves, Decimal(0)), test.max_score)
