"""What is known of one participant's attempts: facts as they came, and what was published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

Outcome = Literal["passed", "below_pass_mark", "over_limit", "annulled"]
"""What an attempt came to."""


class Recorded(NamedTuple):
    """What the examiner recorded."""

    taken_at: datetime
    score: Decimal


class Correction(NamedTuple):
    """A corrected score; the greatest of several stands.

    formats.md: "the one with the latest `at` stands, of equal ones the one further down".
    """

    at: datetime
    ordinal: int
    score: Decimal
    actor: str
    reason: str


class Annulment(NamedTuple):
    """The attempt was annulled."""

    at: datetime
    actor: str
    reason: str


class Published(NamedTuple):
    """What was last said of an attempt: version (revision, facts), outcome and standing score."""

    revision: int
    facts: int
    outcome: Outcome
    score: Decimal


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one module's test. Corrections and annulments are by their ids."""

    module: str
    number: int
    recorded: Recorded
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    annulments: Mapping[str, Annulment] = field(default_factory=dict)
    published: Published | None = None

    @property
    def slot(self) -> str:
        """How files and review items name the attempt."""
        return slot_of(self.module, self.number)

    @property
    def score(self) -> Decimal:
        """The score that stands: the standing correction's, else the recorded one."""
        if self.corrections:
            return max(self.corrections.values()).score
        return self.recorded.score

    @property
    def facts(self) -> int:
        """How many distinct facts bear on the attempt."""
        return 1 + len(self.corrections) + len(self.annulments)

    @property
    def latest(self) -> datetime:
        """The time of the latest fact that bears on the attempt."""
        times = [self.recorded.taken_at]
        times.extend(each.at for each in self.corrections.values())
        times.extend(each.at for each in self.annulments.values())
        return max(times)


@dataclass(frozen=True, slots=True)
class State:
    """The fold of one participant's facts, attempts by slot. `takes_part` means ever."""

    edition: str
    participant: str
    takes_part: bool = False
    attempts: Mapping[str, Attempt] = field(default_factory=dict)


def slot_of(module: str, number: int) -> str:
    """`module/attempt`."""
    return f"{module}/{number}"
