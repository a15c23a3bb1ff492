"""What staff did by hand to dead letters: the audit record, and what a letter's state is told by.

No event here holds anything of the letter's body. `actor` is a staff id.
"""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from ijaza_contracts.envelope import CloudEvent, Name
from ijaza_contracts.topics import AUDIT, Topic


class LetterEvent(CloudEvent):
    """Something was done to a dead letter, named `<service>-<partition>-<offset>`.

    `topic` is where the original stood, `event` its `ce_id`, empty if it bore none.
    """

    TOPIC: ClassVar[Topic] = AUDIT

    letter: Name
    topic: Name
    event: Annotated[str, Field(max_length=200)] = ""
    at: AwareDatetime
    actor: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(max_length=500)] = ""

    @property
    def key(self) -> str:
        return self.letter

    @property
    def time(self) -> datetime:
        return self.at

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.actor, self.at.isoformat())


class DeadLetterRetryBegun(LetterEvent):
    """The original is about to be published again; whether it was, only DeadLetterRetried says."""

    TYPE: ClassVar[str] = "operations.DeadLetterRetryBegun.v1"


class DeadLetterRetried(LetterEvent):
    """The original stands on its topic again, with the same id."""

    TYPE: ClassVar[str] = "operations.DeadLetterRetried.v1"


class DeadLetterDropped(LetterEvent):
    """Nobody is to handle the original; the letter itself stays until its topic forgets it."""

    TYPE: ClassVar[str] = "operations.DeadLetterDropped.v1"

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class DeadLetterRead(LetterEvent):
    """Somebody asked to see the body, which can be personal data."""

    TYPE: ClassVar[str] = "operations.DeadLetterRead.v1"
