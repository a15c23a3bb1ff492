"""What the API tells staff of a whole edition: who has earned what, and what came of commands."""

from pydantic import BaseModel

from ijaza_credential.domain.rules import Assessment
from ijaza_credential.domain.state import State


class EligibilityRow(BaseModel):
    """What one participant has earned. `missing` is of the first certificate."""

    participant: str
    takes_part: bool
    eligible: bool
    award: str
    missing: tuple[str, ...]


class EligibilityPage(BaseModel):
    """Participants by id; `next` is what to send as `after`, None on the last page."""

    edition: str
    revision: int
    rows: tuple[EligibilityRow, ...]
    next: str | None


def eligibility_row(state: State, assessment: Assessment) -> EligibilityRow:
    """What one participant has earned."""
    return EligibilityRow(
        participant=state.participant,
        takes_part=state.takes_part,
        eligible=assessment.eligible,
        award=assessment.award.id if assessment.award else "",
        missing=assessment.missing,
    )
