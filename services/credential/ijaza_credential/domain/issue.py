"""The events that carry out a change to a participant's certificates."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from ijaza_contracts.credential import (
    CertificateIssued,
    CertificateReinstated,
    CertificateRevoked,
    CertificateSuperseded,
    GraduationRevoked,
    GraduationSuperseded,
    ParticipantGraduated,
)
from ijaza_contracts.envelope import Event

from ijaza_credential.domain.change import Change, Grant, Naming
from ijaza_credential.domain.life import Act
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import BEGINNING, Programme
from ijaza_credential.domain.state import State


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a participant's certificates change, and by whose word.

    `actor` is the officer who ordered it, empty if the facts did; `approved_by` are those whose
    approval let it pass.
    """

    state: State
    programme: Programme
    naming: Naming
    at: datetime
    actor: str = ""
    approved_by: tuple[str, ...] = ()

    @property
    def date(self) -> datetime:
        """`at`, though never before the closing, nor before the change that this one follows."""
        version = self.state.last_version
        before = self.state.ended.get(version) or self.state.issued.get(version)
        return max(
            self.at,
            self.programme.closed_at or BEGINNING,
            before.at if before else BEGINNING,
        )

    @property
    def day(self) -> datetime:
        """The day of `date` in the edition's timezone, as the midnight of that name in UTC.

        The public topic tells the day alone: a second would lead to the credential of that second.
        """
        return datetime.combine(self.date.astimezone(self.programme.zone), time(), UTC)


def carry_out(change: Change, person: Person, occasion: Occasion) -> list[Event]:
    """The events of a change."""
    if change.after is None:
        return revoke(change.because, occasion)
    issued = _issue(change.after, change, person, occasion)
    match change.act:
        case Act.SUPERSEDE:
            return [*issued, *_supersede(change.because, occasion, by=change.after)]
        case Act.REINSTATE | Act.OFFICER_REINSTATES:
            return [*issued, _reinstated(change.because, occasion, by=change.after)]
        case _:
            return issued


def revoke(because: str, occasion: Occasion) -> list[Event]:
    """The last certificate no longer holds, nor does its graduation."""
    state, naming = occasion.state, occasion.naming
    version = state.last_version
    return [
        CertificateRevoked(
            edition=state.edition,
            participant=state.participant,
            at=occasion.date,
            serial=naming.serial(),
            credential_id=state.issued[version].credential_id,
            version=version,
            actor=occasion.actor,
            because=because,
            approved_by=occasion.approved_by,
        ),
        GraduationRevoked(
            edition=state.edition,
            at=occasion.day,
            graduation=naming.graduation_id(version),
            date=occasion.day.date(),
        ),
    ]


def _issue(grant: Grant, change: Change, person: Person, occasion: Occasion) -> list[Event]:
    """A certificate more, and a graduation."""
    state, naming = occasion.state, occasion.naming
    version = state.last_version + 1
    status_list, status_index = naming.status_place(version, grant.number)
    return [
        CertificateIssued(
            edition=state.edition,
            participant=state.participant,
            at=occasion.date,
            serial=naming.serial(),
            credential_id=naming.credential_id(version, grant.stated),
            version=version,
            certificate=grant.certificate.id,
            kind=grant.certificate.kind,
            revision=occasion.programme.revision,
            person_version=person.version,
            status_list=status_list,
            status_index=status_index,
            predecessor=change.before.credential_id if change.before else None,
            actor=occasion.actor,
            because=change.because,
            approved_by=occasion.approved_by,
        ),
        ParticipantGraduated(
            edition=state.edition,
            at=occasion.day,
            graduation=naming.graduation_id(version),
            date=occasion.day.date(),
            kind=grant.certificate.kind,
        ),
    ]


def _supersede(because: str, occasion: Occasion, by: Grant) -> list[Event]:
    state, naming = occasion.state, occasion.naming
    version = state.last_version
    return [
        CertificateSuperseded(
            edition=state.edition,
            participant=state.participant,
            at=occasion.date,
            serial=naming.serial(),
            credential_id=state.issued[version].credential_id,
            version=version,
            successor=naming.credential_id(version + 1, by.stated),
            actor=occasion.actor,
            because=because,
            approved_by=occasion.approved_by,
        ),
        GraduationSuperseded(
            edition=state.edition,
            at=occasion.day,
            graduation=naming.graduation_id(version),
            date=occasion.day.date(),
            successor=naming.graduation_id(version + 1),
        ),
    ]


def _reinstated(because: str, occasion: Occasion, by: Grant) -> Event:
    state, naming = occasion.state, occasion.naming
    version = state.last_version
    return CertificateReinstated(
        edition=state.edition,
        participant=state.participant,
        at=occasion.date,
        serial=naming.serial(),
        credential_id=naming.credential_id(version + 1, by.stated),
        version=version + 1,
        predecessor=state.issued[version].credential_id,
        actor=occasion.actor,
        because=because,
        approved_by=occasion.approved_by,
    )
