"""An applicant as enrollment keeps one, and what it tells the other services of the person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ijaza_contracts.enrollment import ApplicationSubmitted, PersonRecorded
from ijaza_contracts.envelope import Event

from ijaza_enrollment.domain.commands import Application, RenamePerson
from ijaza_enrollment.domain.entries import Candidate


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who applied, or stands on the roster.

    `application` is what was submitted, None once the person is erased; `renames` are all that
    were recorded since, in order.
    """

    edition: str
    participant: str
    applied_at: datetime
    nominated_by: str
    application: Application | None
    renames: tuple[RenamePerson, ...] = ()

    @property
    def version(self) -> int:
        """How often something was recorded of the person: the same facts give the same one."""
        return 1 + len(self.renames)

    @property
    def latest(self) -> datetime:
        """The time of the latest fact that bears on the person."""
        return max((self.applied_at, *(rename.at for rename in self.renames)))


def applicant(edition: str, participant: str, application: Application) -> Applicant:
    """A new applicant."""
    return Applicant(
        edition, participant, application.applied_at, application.nominated_by, application
    )


def submitted(new: Applicant, application: Application) -> list[Event]:
    """The events of an application: that it was made, and whose it is."""
    return [
        ApplicationSubmitted(
            edition=new.edition,
            participant=new.participant,
            at=new.applied_at,
            nominated_by=new.nominated_by,
        ),
        recorded(new, application),
    ]


def recorded(known: Applicant, application: Application) -> PersonRecorded:
    """Who the person is by now. Its time is that of the latest fact that bears on it."""
    return PersonRecorded(
        edition=known.edition,
        participant=known.participant,
        at=known.latest,
        version=known.version,
        name_en=_name(known.renames, "name_en", application.name_en),
        name_ar=_name(known.renames, "name_ar", application.name_ar),
        email=application.email,
        attributes=dict(application.attributes),
    )


def renamed(known: Applicant, renames: Sequence[RenamePerson]) -> Applicant:
    """The applicant with those renames that are not recorded yet."""
    ids = {rename.correction for rename in known.renames}
    fresh = {rename.correction: rename for rename in renames if rename.correction not in ids}
    return replace(known, renames=(*known.renames, *fresh.values()))


def erased(known: Applicant) -> Applicant:
    """What is left when the person is forgotten: nothing that leads to one."""
    return replace(known, application=None, renames=())


def candidate(participant: str, application: Application) -> Candidate:
    """An application as the selection sees it. Its rules may name any column of applicants.csv.

    They look at what was submitted: a later rename moves nobody in the order.
    """
    return Candidate(
        participant,
        application.ref,
        application.applied_at,
        {
            **application.attributes,
            "ref": application.ref,
            "name_en": application.name_en,
            "name_ar": application.name_ar,
            "email": application.email,
            "nominated_by": application.nominated_by,
        },
    )


def _name(renames: Sequence[RenamePerson], target: str, submitted_as: str) -> str:
    """Of several "the one with the latest `at` stands, of equal ones the one further down"."""
    standing: RenamePerson | None = None
    for rename in renames:
        if rename.target == target and (
            standing is None or (rename.at, rename.ordinal) >= (standing.at, standing.ordinal)
        ):
            standing = rename
    return submitted_as if standing is None else standing.value
