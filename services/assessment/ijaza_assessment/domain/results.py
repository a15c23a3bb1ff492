"""A participant's results by module: formats.md, *Tests* and tests.csv."""

from decimal import Decimal
from typing import NamedTuple

from ijaza_assessment.domain.programme import Programme
from ijaza_assessment.domain.settle import outcome
from ijaza_assessment.domain.state import State

COUNTING = ("passed", "below_pass_mark")
"""What a counting attempt may come to."""


class ModuleResult(NamedTuple):
    """What one person has in one module's test; `best_score` is None if no attempt counts."""

    module: str
    attempts: int
    best_score: Decimal | None
    passed: bool


def module_results(state: State, programme: Programme) -> list[ModuleResult]:
    """The result of each module with a test, in the edition's order.

    `attempts` are the "distinct numbers recorded, annulled and over-limit ones too", and
    `best_score` is the "highest counting one".
    """
    results: list[ModuleResult] = []
    for module, test in programme.tests.items():
        attempts = [each for each in state.attempts.values() if each.module == module]
        counting = [each.score for each in attempts if outcome(each, test) in COUNTING]
        best = max(counting, default=None)
        passed = best is not None and best >= test.pass_mark
        results.append(ModuleResult(module, len(attempts), best, passed))
    return results
