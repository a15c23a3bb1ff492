"""What assessment publishes: one fact per attempt at a module's test, corrected by version."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from ijaza_contracts.envelope import Name, ParticipantEvent, Version
from ijaza_contracts.topics import ASSESSMENT, Topic


class AttemptEvent(ParticipantEvent):
    """What stands of one attempt. `correction` and `actor` are set when a member of staff spoke.

    `score` is the one that stands, `recorded_score` the examiner's. `at` is the time of the
    latest fact that bears on the attempt. A corrected score is `corrected_score`, whether it
    stands or not, of `corrected_at`; `ordinal` orders corrections of equal `corrected_at`. An
    event with a correction and no corrected score is the annulment itself.
    """

    TOPIC: ClassVar[Topic] = ASSESSMENT

    module: Name
    attempt: Annotated[int, Field(ge=1)]
    score: Decimal
    recorded_score: Decimal
    taken_at: AwareDatetime
    version: Version
    correction: Name = ""
    corrected_score: Decimal | None = None
    corrected_at: AwareDatetime | None = None
    ordinal: int = 0
    actor: Name = ""
    reason: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.module, self.attempt, *self.version)


class TestPassed(AttemptEvent):
    """The attempt counts and reaches the pass mark."""

    TYPE: ClassVar[str] = "assessment.TestPassed.v1"


class TestFailed(AttemptEvent):
    """The attempt is below the pass mark, or above the number of attempts allowed."""

    TYPE: ClassVar[str] = "assessment.TestFailed.v1"

    because: Literal["below_pass_mark", "over_limit"]


class TestAnnulled(AttemptEvent):
    """The attempt is annulled for good, whatever score comes before or after."""

    TYPE: ClassVar[str] = "assessment.TestAnnulled.v1"
