"""Who graduates: for the office that prepares the ceremony, before the closing and after it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

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


@dataclass(slots=True)
class Tally:
    """Candidates counted: by chance, by award, by the stage of their certificate."""

    candidates: int = 0
    chances: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Chance, 0))
    awards: dict[str, int] = field(default_factory=dict)
    stages: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Stage, 0))

    def add(self, candidate: Candidate) -> None:
        """Count one more."""
        self.candidates += 1
        self.chances[candidate.chance] += 1
        self.stages[candidate.stage] += 1
        if candidate.award:
            self.awards[candidate.award] = self.awards.get(candidate.award, 0) + 1


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
