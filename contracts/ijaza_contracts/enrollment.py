"""What enrollment publishes: editions, people, and who takes part.

Personal data is in `PersonRecorded` alone, on a topic of its own; everything else names a person
by an opaque id.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ijaza_contracts.edition import Edition, Identifier, Part, Session
from ijaza_contracts.envelope import Event, ParticipantEvent
from ijaza_contracts.topics import EDITIONS, ENROLLMENT, PEOPLE, Topic


class EditionPublished(Event):
    """An edition's definition, whole, as its revision `revision` (1, 2, …) has it.

    To move, add, merge or cancel a session, or to change a rule, is a new revision. The newest
    decides.
    """

    TYPE: ClassVar[str] = "enrollment.EditionPublished.v1"
    TOPIC: ClassVar[Topic] = EDITIONS

    revision: Annotated[int, Field(ge=1)]
    definition: Edition
    actor: str = ""
    reason: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.revision,)


class SessionChange(Part):
    """A session before and after a change; `before` is null for one that was added."""

    module: Identifier
    before: Session | None = None
    after: Session


class SessionsChanged(Event):
    """Somebody changed sessions by the command `correction`, which revision `revision` has in it.

    It tells who asked for what, and why; what counts is the definition of that revision. It lists
    every session that is otherwise since: none where a correction of a later time stands.
    """

    TYPE: ClassVar[str] = "enrollment.SessionsChanged.v1"
    TOPIC: ClassVar[Topic] = EDITIONS

    correction: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["cancel", "move", "add", "merge"]
    revision: Annotated[int, Field(ge=1)]
    sessions: tuple[SessionChange, ...]
    actor: str = ""
    reason: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.correction,)


class EditionClosed(Event):
    """The edition is over: from `at` on, certificates are issued. It happens once."""

    TYPE: ClassVar[str] = "enrollment.EditionClosed.v1"
    TOPIC: ClassVar[Topic] = EDITIONS

    actor: str = ""


class PersonRecorded(ParticipantEvent):
    """Who a participant is, as known since version `version`. A tombstone erases the person."""

    TYPE: ClassVar[str] = "enrollment.PersonRecorded.v1"
    TOPIC: ClassVar[Topic] = PEOPLE

    version: Annotated[int, Field(ge=1)]
    name_en: str
    name_ar: str
    email: str = ""
    attributes: dict[str, str] = Field(default_factory=dict)

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.version,)


class ApplicationSubmitted(ParticipantEvent):
    """Somebody applied, or was put on the roster, at `at`."""

    TYPE: ClassVar[str] = "enrollment.ApplicationSubmitted.v1"
    TOPIC: ClassVar[Topic] = ENROLLMENT

    nominated_by: str = ""


class ParticipantSelected(ParticipantEvent):
    """A seat was given. `number` is the person's place in the order in which seats were given.

    `rank` is the place in the order of the applicants, from 1; a roster has none.
    """

    TYPE: ClassVar[str] = "enrollment.ParticipantSelected.v1"
    TOPIC: ClassVar[Topic] = ENROLLMENT

    number: Annotated[int, Field(ge=1)]
    rank: int | None = None
    via: Literal["ranking", "promotion", "roster"]


class ParticipantWaitlisted(ParticipantEvent):
    """No seat was free at rank `rank`; one may become so."""

    TYPE: ClassVar[str] = "enrollment.ParticipantWaitlisted.v1"
    TOPIC: ClassVar[Topic] = ENROLLMENT

    rank: int
    because: str = ""


class ParticipantDeclined(ParticipantEvent):
    """The application fails a requirement of the selection, for good."""

    TYPE: ClassVar[str] = "enrollment.ParticipantDeclined.v1"
    TOPIC: ClassVar[Topic] = ENROLLMENT

    because: str


class ParticipantWithdrawn(ParticipantEvent):
    """The person left, or was withdrawn, for good; a seat that was held is free."""

    TYPE: ClassVar[str] = "enrollment.ParticipantWithdrawn.v1"
    TOPIC: ClassVar[Topic] = ENROLLMENT

    actor: str = ""
    because: str = ""
