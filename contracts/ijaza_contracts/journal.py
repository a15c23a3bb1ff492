"""What a service tells itself: all that it must remember, and that no shared event may say.

A journal is private, personal and compacted. One record of a key is kept, so each says the whole
of what it is about. With the service's own events and its inputs its store can be rebuilt.
"""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ijaza_contracts.envelope import Event, Name, ParticipantEvent
from ijaza_contracts.topics import CREDENTIAL_JOURNAL, ENROLLMENT_JOURNAL, Topic


class DocumentJournaled(Event):
    """A document of enrollment's store, as its `write`-th write has left it.

    `stored` is the document's body, JSON that says which schema it has: of an edition, an
    applicant, a selection or a page of one. It is keyed by `collection` and `document`, the key
    within it. Erasing a person puts a tombstone before the record of what is left.
    """

    TYPE: ClassVar[str] = "enrollment.DocumentJournaled.v1"
    TOPIC: ClassVar[Topic] = ENROLLMENT_JOURNAL

    collection: Name
    document: Name
    write: Annotated[int, Field(ge=1)]
    stored: str

    @property
    def key(self) -> str:
        return f"{self.collection}/{self.document}"

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.write,)


class StatedResult(BaseModel):
    """A module as a certificate states it, in seconds; `best_score` is empty if none counts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    module: str
    scheduled: int
    attended: int
    best_score: str = ""


class CertificateStated(BaseModel):
    """What the `version`-th certificate of a serial states of its holder."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: Annotated[int, Field(ge=1)]
    name_en: str
    name_ar: str
    results: tuple[StatedResult, ...]


class CertificatesStated(ParticipantEvent):
    """What all certificates of a participant state. A tombstone erases it with the person."""

    TYPE: ClassVar[str] = "credential.CertificatesStated.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL_JOURNAL

    stated: tuple[CertificateStated, ...]

    @property
    def identity(self) -> tuple[object, ...]:
        return tuple(each.version for each in self.stated)


class StatementsErased(ParticipantEvent):
    """The tombstone of `CertificatesStated`: it has no body, and so no schema."""

    TYPE: ClassVar[str] = "credential.StatementsErased.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL_JOURNAL
    ERASES: ClassVar[bool] = True
