"""The events that carry out a change to a participant's certificates."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import NamedTuple

from ijaza_contracts.credential import (
    CertificateIssued,
    CertificateKind,
    CertificateReinstated,
    CertificateRevoked,
    CertificateSuperseded,
    GraduationRevoked,
    GraduationSuperseded,
    ParticipantGraduated,
)
from ijaza_contracts.envelope import Event

from ijaza_credential.domain.change import Change, Naming
from ijaza_credential.domain.life import Act
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import BEGINNING, Programme
from ijaza_credential.domain.state import State, Stated


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


class _Version(NamedTuple):
    """What a version of a certificate is to be: which one, by which definition, of which names."""

    certificate: str
    kind: CertificateKind
    revision: int
    person_version: int
    number: int
    stated: Stated


def carry_out(change: Change, person: Person, occasion: Occasion) -> list[Event]:
    """The events of a change."""
    grant = change.after
    if grant is None:
        return revoke(change.because, occasion)
    after = _Version(
        certificate=grant.certificate.id,
        kind=grant.certificate.kind,
        revision=occasion.programme.revision,
        person_version=person.version,
        number=grant.number,
        stated=grant.stated,
    )
    issued = _issue(after, change.because, occasion)
    match change.act:
        case Act.SUPERSEDE:
            return [*issued, *_supersede(change.because, occasion, by=after)]
        case Act.REINSTATE | Act.OFFICER_REINSTATES:
            return [*issued, _reinstated(change.because, occasion, by=after)]
        case _:
            return issued


def issue_anew(because: str, occasion: Occasion, number: int, stated: Stated) -> list[Event]:
    """The last certificate gives way to one that says all that it says, `stated` among it.

    What it says of the edition follows from its revision, and so the revision stays: by a newer
    one the same results could stand beside other requirements, which nobody decided upon.
    """
    before = occasion.state.issued[occasion.state.last_version]
    after = _Version(
        certificate=before.certificate,
        kind=before.kind,
        revision=before.revision,
        person_version=before.person_version,
        number=number,
        stated=stated,
    )
    return [*_issue(after, because, occasion), *_supersede(because, occasion, by=after)]


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


def _issue(said: _Version, because: str, occasion: Occasion) -> list[Event]:
    """A certificate more, and a graduation."""
    state, naming = occasion.state, occasion.naming
    before = state.issued.get(state.last_version)
    version = state.last_version + 1
    status_list, status_index = naming.status_place(version, said.number)
    return [
        CertificateIssued(
            edition=state.edition,
            participant=state.participant,
            at=occasion.date,
            serial=naming.serial(),
            credential_id=naming.credential_id(version, said.stated),
            version=version,
            certificate=said.certificate,
            kind=said.kind,
            revision=said.revision,
            person_version=said.person_version,
            status_list=status_list,
            status_index=status_index,
            predecessor=before.credential_id if before else None,
            actor=occasion.actor,
            because=because,
            approved_by=occasion.approved_by,
        ),
        ParticipantGraduated(
            edition=state.edition,
            at=occasion.day,
            graduation=naming.graduation_id(version),
            date=occasion.day.date(),
            kind=said.kind,
        ),
    ]


def _supersede(because: str, occasion: Occasion, by: _Version) -> list[Event]:
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


def _reinstated(because: str, occasion: Occasion, by: _Version) -> Event:
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
