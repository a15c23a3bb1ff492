"""Who graduates: for the office that prepares the ceremony, before the closing and after it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ijaza_credential.domain.decision import Standing, standing, worst
from ijaza_credential.domain.gate import stage_now
from ijaza_credential.domain.life import Stage
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.rules import Criterion, assess, criteria
from ijaza_credential.domain.state import State


class Chance(StrEnum):
    """How somebody stands to the first certificate of an edition.

    `nearly` can still reach it; `out-of-reach` cannot, as nobody can who has not reached it when
    the edition is closed, unless a fact is corrected.
    """

    ELIGIBLE = "eligible"
    NEARLY = "nearly"
    OUT_OF_REACH = "out-of-reach"


_CHANCES = {
    Standing.MET: Chance.ELIGIBLE,
    Standing.NOT_YET: Chance.NEARLY,
    Standing.OUT_OF_REACH: Chance.OUT_OF_REACH,
}


class Place(NamedTuple):
    """Where a candidate stands, as far as candidates are counted."""

    chance: Chance
    award: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A participant before the ceremony.

    `missing` are the criteria of the first certificate that are not met; `award` is the
    certificate that is earned, the second or a further one where it is not the first, or empty.
    """

    state: State
    person: Person | None
    chance: Chance
    award: str
    stage: Stage
    missing: tuple[Criterion, ...]

    @property
    def place(self) -> Place:
        return Place(self.chance, self.award, self.stage)


@dataclass(frozen=True, slots=True)
class Tally:
    """Candidates counted under one revision: by chance, by award, by their certificate's stage."""

    revision: int
    candidates: int
    chances: Mapping[str, int]
    awards: Mapping[str, int]
    stages: Mapping[str, int]


def candidate(
    state: State, programme: Programme, person: Person | None, now: datetime
) -> Candidate | None:
    """How a participant stands at `now`; None for somebody who never had a seat."""
    if state.number is None:
        return None
    assessment = assess(state, programme)
    asked = tuple(criteria(programme.certificates[0], state, assessment.modules))
    return Candidate(
        state=state,
        person=person,
        chance=_CHANCES[worst(standing(each, state, programme, now) for each in asked)],
        award=assessment.award.id if assessment.award else "",
        stage=stage_now(state, programme, person, assessment),
        missing=tuple(each for each in asked if not each.met),
    )


def tally(revision: int, places: Iterable[Place]) -> Tally:
    """Count candidates by where each of them stands."""
    chances, awards, stages = Counter[str](), Counter[str](), Counter[str]()
    for place, how_many in Counter(places).items():
        chances[place.chance] += how_many
        awards[place.award] += how_many
        stages[place.stage] += how_many
    del awards[""]
    return Tally(
        revision=revision,
        candidates=chances.total(),
        chances={chance: chances[chance] for chance in Chance},
        awards=dict(awards),
        stages={stage: stages[stage] for stage in Stage},
    )


def sessions_to_come(programme: Programme, now: datetime) -> int:
    """How many sessions can still be attended whole: none of an edition that is closed.

    Under one revision `candidate` says the same at any two times at which this is the same.
    """
    if programme.closed_at is not None:
        return 0
    return sum(sitting.end > now for module in programme.modules for sitting in module.sittings)
