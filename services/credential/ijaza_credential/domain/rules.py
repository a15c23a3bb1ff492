"""What a certificate asks for, and whether a participant has it: the 80 % rule lives here.

Programme P1: "at least 80 % of each module and at least 13 hours of it, and all six
post-training tests passed". So a share and a number of hours are two bounds, and both hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from ijaza_credential.domain.programme import (
    Bounds,
    Certificate,
    Module,
    Programme,
    Test,
)
from ijaza_credential.domain.state import State


@dataclass(frozen=True, slots=True)
class TestSums:
    """A participant's attempts at one test.

    `attempts` counts the distinct numbers recorded, annulled and over-limit ones too; `left` the
    numbers still free; `scores` are those that count.
    """

    attempts: int
    left: int
    scores: tuple[str, ...]
    passed: bool

    @property
    def best(self) -> Decimal | None:
        """The highest score that counts."""
        return max(map(Decimal, self.scores), default=None)


@dataclass(frozen=True, slots=True)
class ModuleSums:
    """A participant's seconds in one module, and what came of its test, if it has one."""

    module: Module
    scheduled: int
    attended: int
    test: TestSums | None


@dataclass(frozen=True, slots=True)
class TakingPart:
    """Who takes part at the end can be awarded something: selected, and not withdrawn."""

    selected: bool
    withdrawn: bool

    @property
    def met(self) -> bool:
        return self.selected and not self.withdrawn

    @property
    def name(self) -> str:
        return "taking-part"


@dataclass(frozen=True, slots=True)
class Attendance:
    """So many seconds of one module are to be attended. `needed` is exact."""

    module: Module
    bounds: Bounds
    scheduled: int
    attended: int
    needed: Fraction

    @property
    def met(self) -> bool:
        """formats.md, *Modules*: "Met = attended ≥ needed"."""
        # As exact as comparing with the fraction itself, in a tenth of the time.
        return self.attended * self.needed.denominator >= self.needed.numerator

    @property
    def name(self) -> str:
        return f"attendance:{self.module.id}"


@dataclass(frozen=True, slots=True)
class TestToPass:
    """The test of one module is to be passed."""

    module: Module
    test: Test
    sums: TestSums

    @property
    def met(self) -> bool:
        return self.sums.passed

    @property
    def name(self) -> str:
        return f"test:{self.module.id}"


Criterion = TakingPart | Attendance | TestToPass


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the facts come to under the rules.

    `award` is the certificate that is earned; `missing` names the criteria of the first
    certificate that are not met, module by module, attendance before test.
    """

    modules: tuple[ModuleSums, ...]
    award: Certificate | None
    eligible: bool
    missing: tuple[str, ...]


def needed_seconds(bounds: Bounds | None, scheduled: int) -> Fraction:
    """The exact seconds of a module that are to be attended, of so many that are scheduled.

    formats.md, *Modules*: "Needed = max(min_percent / 100 × scheduled, min_hours × 3600) in exact
    seconds; nothing, if the … certificate asks for no attendance."
    """
    if bounds is None:
        return Fraction(0)
    share, seconds = bounds.share, bounds.seconds
    return _greater(
        share.numerator, share.denominator, seconds.numerator, seconds.denominator, scheduled
    )


@lru_cache(maxsize=4096)
def _greater(share: int, share_of: int, seconds: int, seconds_of: int, scheduled: int) -> Fraction:
    """A module asks the same of nearly everybody, and fractions are slow to make and to hash."""
    return max(Fraction(share, share_of) * scheduled, Fraction(seconds, seconds_of))


def module_sums(state: State, module: Module) -> ModuleSums:
    """A participant's sums in one module.

    formats.md, *Modules*: "Scheduled = sessions less their breaks, without cancelled (for all) and
    excused (for the person) ones, whose attendance does not count either."
    """
    scheduled, attended = module.scheduled, 0
    excused, facts = state.excused, state.attended
    for session, seconds in module.taught:
        if session in excused:
            scheduled -= seconds
        elif session in facts:
            attended += facts[session].seconds
    return ModuleSums(module, scheduled, attended, _test_sums(state, module))


def assess(state: State, programme: Programme) -> Assessment:
    """Apply the rules of an edition to what is known of a participant.

    formats.md, *Eligible*: "takes part at the end and meets every requirement of the first
    certificate; `award` = the first certificate whose requirements are met."
    """
    modules = tuple(module_sums(state, module) for module in programme.modules)
    missing_of_first: tuple[str, ...] = ()
    for certificate in programme.certificates:
        asked = criteria(certificate, state, modules)
        missing = tuple(each.name for each in asked if not each.met)
        if certificate is programme.certificates[0]:
            missing_of_first = missing
        if not missing:
            return Assessment(modules, certificate, not missing_of_first, missing_of_first)
    return Assessment(modules, None, eligible=False, missing=missing_of_first)


def criteria(
    certificate: Certificate, state: State, modules: tuple[ModuleSums, ...]
) -> Iterator[Criterion]:
    """What a certificate asks for: taking part, then module by module, attendance before test."""
    yield TakingPart(state.number is not None, state.withdrawn)
    for sums in modules:
        if certificate.bounds is not None:
            needed = needed_seconds(certificate.bounds, sums.scheduled)
            yield Attendance(sums.module, certificate.bounds, sums.scheduled, sums.attended, needed)
        if certificate.tests and sums.test is not None and sums.module.test is not None:
            yield TestToPass(sums.module, sums.module.test, sums.test)


def _test_sums(state: State, module: Module) -> TestSums | None:
    """formats.md, *Tests*: "An attempt counts if its number is within `attempts` and it is not
    annulled (annulling frees no attempt)". Which of them passed, assessment says.
    """
    if module.test is None:
        return None
    recorded = state.tests.get(module.id)
    if recorded is None:
        return TestSums(0, module.test.attempts, (), passed=False)
    counting = [each for each in recorded.values() if each.outcome in ("passed", "failed")]
    most = module.test.attempts
    used = len([number for number in recorded if number <= most])
    return TestSums(
        attempts=len(recorded),
        left=module.test.attempts - used,
        scores=tuple([each.score for each in counting]),
        passed="passed" in [each.outcome for each in counting],
    )
