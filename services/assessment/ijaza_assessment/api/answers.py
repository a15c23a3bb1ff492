"""What requests to assessment are answered with."""

from datetime import datetime
from decimal import Decimal

from ijaza_contracts.attendance import ReviewKind
from pydantic import BaseModel

from ijaza_assessment.domain.programme import Programme
from ijaza_assessment.domain.results import module_results
from ijaza_assessment.domain.review import review
from ijaza_assessment.domain.state import Attempt, Outcome, State


class Recorded(BaseModel):
    """What was asked for holds. `events` counts what this request published: none if it was
    carried out before.
    """

    participant: str
    events: int


class Item(BaseModel):
    """A review item, by its key."""

    participant: str
    kind: ReviewKind
    session: str
    scan_id: str
    detail: str


class ReviewPage(BaseModel):
    """Review items of some participants; `next` leads on, null at the end."""

    items: list[Item]
    next: str | None


class CorrectionShown(BaseModel):
    """A correction of a score; the last listed stands."""

    correction: str
    score: Decimal
    actor: str
    reason: str
    at: datetime


class AnnulmentShown(BaseModel):
    """An annulment of an attempt."""

    correction: str
    actor: str
    reason: str
    at: datetime


class AttemptShown(BaseModel):
    """What an attempt came to, and the facts behind it. `score` is the one that stands."""

    module: str
    attempt: int
    score: Decimal
    recorded_score: Decimal
    taken_at: datetime
    outcome: Outcome | None
    version: tuple[int, int] | None
    corrections: list[CorrectionShown]
    annulments: list[AnnulmentShown]


class ModuleShown(BaseModel):
    """What a person has in a module's test; `best_score` is null if no attempt counts."""

    module: str
    attempts: int
    best_score: Decimal | None
    passed: bool


class Results(BaseModel):
    """One person's results under the newest revision of the edition. `takes_part` is ever."""

    edition: str
    participant: str
    revision: int
    takes_part: bool
    attempts: list[AttemptShown]
    modules: list[ModuleShown]


def listed(state: State, programme: Programme) -> list[Item]:
    """The review items of one participant."""
    return [
        Item(participant=state.participant, **item._asdict()) for item in review(state, programme)
    ]


def results_of(state: State, programme: Programme) -> Results:
    """The whole of a participant's results, attempts by module and number."""
    attempts = sorted(state.attempts.values(), key=lambda each: (each.module, each.number))
    return Results(
        edition=state.edition,
        participant=state.participant,
        revision=programme.revision,
        takes_part=state.takes_part,
        attempts=[_attempt(each) for each in attempts],
        modules=[ModuleShown(**each._asdict()) for each in module_results(state, programme)],
    )


def _attempt(attempt: Attempt) -> AttemptShown:
    corrections = sorted(attempt.corrections.items(), key=lambda item: item[1])
    published = attempt.published
    return AttemptShown(
        module=attempt.module,
        attempt=attempt.number,
        score=attempt.score,
        recorded_score=attempt.recorded.score,
        taken_at=attempt.recorded.taken_at,
        outcome=published.outcome if published else None,
        version=published[:2] if published else None,
        corrections=[
            CorrectionShown(
                correction=key,
                score=each.score,
                actor=each.actor,
                reason=each.reason,
                at=each.at,
            )
            for key, each in corrections
        ],
        annulments=[
            AnnulmentShown(correction=key, **each._asdict())
            for key, each in sorted(attempt.annulments.items())
        ],
    )
