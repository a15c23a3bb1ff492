"""What may be asked of enrollment. Every command carries its time and, where it could be sent
twice, an id of its own: the same command again changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ijaza_contracts.edition import Edition, Session

from ijaza_enrollment.domain.entries import Departure


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishEdition:
    """Publish a definition. One that differs from what is recorded needs `revise`."""

    definition: Edition
    at: datetime
    actor: str
    reason: str = ""
    revise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSession:
    """A session does not take place. It keeps its scans, and its time if it was moved.

    Of a session's cancellations the one of the latest `at` stands, then of the highest `ordinal`,
    then the one recorded last; and so for the other corrections.
    """

    correction: str
    session: str
    at: datetime
    actor: str
    reason: str = ""
    ordinal: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSession:
    """A session takes place from `start` to `end`; its breaks move with its start."""

    correction: str
    session: str
    start: datetime
    end: datetime
    at: datetime
    actor: str
    reason: str = ""
    ordinal: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSession:
    """A further session of a module, after the others of it."""

    correction: str
    module: str
    added: Session
    at: datetime
    actor: str
    reason: str = ""
    ordinal: int = 0

    @property
    def session(self) -> str:
        """The id of the session that is added."""
        return self.added.id


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeSessions:
    """Sessions of one module become one, `session`: what was scanned at `merged` counts for it.

    `held` is `session` as it takes place then, None if it stays as it is.
    """

    correction: str
    session: str
    merged: tuple[str, ...]
    held: Session | None = None
    at: datetime
    actor: str
    reason: str = ""
    ordinal: int = 0


SessionChange = CancelSession | MoveSession | AddSession
OfficeChange = SessionChange | MergeSessions


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSessions:
    """Correct sessions of an edition, all in one revision."""

    edition: str
    changes: tuple[SessionChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCalendar:
    """Change the calendar as an officer does who has looked at it as `revision` has it."""

    edition: str
    revision: int
    change: OfficeChange


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseEdition:
    """Close an edition as of `at`. It is closed once; another time given later changes nothing."""

    edition: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A row of applicants.csv. `attributes` are all its other columns, as text.

    `ref` is how the office knows the person; `nominated_by` a partner's id, or empty.
    """

    ref: str
    name_en: str
    name_ar: str
    email: str
    applied_at: datetime
    nominated_by: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Record applications, all or none of them."""

    edition: str
    applications: tuple[Application, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamePerson:
    """Correct a person's name in one script. The latest `at` stands for each script."""

    edition: str
    participant: str
    target: Literal["name_en", "name_ar"]
    value: str
    at: datetime
    actor: str
    correction: str
    reason: str = ""
    ordinal: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePerson:
    """Forget who a participant is. What became of the application stays."""

    edition: str
    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """Select the participants of an edition; on a roster, number those who have no number yet."""

    edition: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Depart:
    """Apply departures one after the other, in the order given, after all earlier ones."""

    edition: str
    departures: tuple[Departure, ...]
