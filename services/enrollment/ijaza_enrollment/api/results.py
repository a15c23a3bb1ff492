"""What became of an applicant, as the routes say it."""

from typing import Literal, Self

from pydantic import BaseModel

from ijaza_enrollment.domain.run import Result


class ResultView(BaseModel):
    """A row of selection.csv. `number` counts those who were selected, in the order of seats.

    `reason` is `require:COLUMN`, `at_most:COLUMN`, `capacity`, `decline` or `withdraw`; `note` is
    what was written down about a departure.
    """

    participant: str
    outcome: Literal["selected", "waitlisted", "declined", "withdrawn"]
    rank: int | None
    number: int | None
    reason: str
    note: str

    @classmethod
    def of(cls, result: Result) -> Self:
        """The view of a result."""
        return cls(
            participant=result.participant,
            outcome=result.outcome,
            rank=result.rank,
            number=result.number,
            reason=result.reason,
            note=result.note,
        )
