"""Attempts at the tests of modules."""

from dataclasses import dataclass
from fractions import Fraction

from .presence import review
from .reading import Module, Row


@dataclass(frozen=True, slots=True)
class Attempts:
    """What one person has in one module's test."""

    attempts: int
    best: Fraction | None
    passed: bool


def result_of(
    module: Module,
    participant: str,
    results: list[Row],
    corrections: dict[tuple[str, str, str], Row],
) -> Attempts:
    """The attempts of a participant at the test of a module that has one."""
    assert module.test is not None, f"module {module.id} has no test"
    recorded: dict[int, Fraction] = {}
    for row in results:
        if (row["participant"], row["module"]) == (participant, module.id):
            recorded[int(row["attempt"])] = Fraction(row["score"])
    counting: list[Fraction] = []
    for attempt, score in recorded.items():
        target = f"{module.id}/{attempt}"
        annulled = ("annul", participant, target) in corrections
        corrected = corrections.get(("score", participant, target))
        if attempt <= module.test.attempts and not annulled:
            counting.append(score if corrected is None else Fraction(corrected["value"]))
    return Attempts(
        attempts=len(recorded),
        best=max(counting, default=None),
        passed=any(score >= module.test.pass_mark for score in counting),
    )


def over_limit(modules: tuple[Module, ...], results: list[Row], ever: frozenset[str]) -> list[Row]:
    """attempt-over-limit for each attempt above the number allowed, annulled or not."""
    attempts = {(row["participant"], row["module"], int(row["attempt"])) for row in results}
    allowed = {module.id: module.test.attempts for module in modules if module.test is not None}
    return [
        review("attempt-over-limit", participant, "", "", f"{module}/{attempt}")
        for participant, module, attempt in sorted(attempts)
        if participant in ever and attempt > allowed[module]
    ]


def plain_decimal(number: Fraction | None) -> str:
    """A finite decimal without trailing zeros or exponent; empty for None."""
    if number is None:
        return ""
    places = 0
    while (number * 10**places).denominator != 1:
        places += 1
    digits = str(abs(number) * 10**places).rjust(places + 1, "0")
    return digits if places == 0 else f"{digits[:-places]}.{digits[-places:]}"
