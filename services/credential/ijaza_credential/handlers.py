"""What credential listens to, and the function that folds each event: the one table of it."""

from collections.abc import Sequence

from ijaza_contracts.assessment import TestAnnulled, TestFailed, TestPassed
from ijaza_contracts.attendance import AbsenceExcused, SessionAttended
from ijaza_contracts.audit import HistorySealed
from ijaza_contracts.credential import (
    CertificateApproved,
    CertificateIssued,
    CertificateReinstated,
    CertificateRevoked,
    CertificateSuperseded,
    ChangeDeclined,
    CopyLinkGiven,
    CopyLinkRevoked,
    DocumentsMade,
    EligibilityLost,
    EligibilityReached,
    GraduationRevoked,
    GraduationSuperseded,
    ParticipantGraduated,
)
from ijaza_contracts.enrollment import (
    EditionClosed,
    EditionPublished,
    ParticipantSelected,
    ParticipantWithdrawn,
    PersonRecorded,
)
from ijaza_contracts.envelope import Event
from ijaza_contracts.journal import CertificatesStated
from ijaza_contracts.topics import ASSESSMENT, ATTENDANCE, ENROLLMENT
from ijaza_contracts.topics import EDITIONS as EDITIONS_TOPIC
from ijaza_contracts.topics import PEOPLE as PEOPLE_TOPIC
from ijaza_runtime.commands import Decide
from ijaza_runtime.errors import refusal
from ijaza_runtime.fold import Evolve, EvolveAll, Fold, Table

from ijaza_credential.domain import fold
from ijaza_credential.domain.change import forget
from ijaza_credential.domain.commands import Command, decide
from ijaza_credential.domain.copy_link import on_copy_link_given, on_copy_link_revoked
from ijaza_credential.domain.journal import on_certificates_stated
from ijaza_credential.domain.people import Person, on_person_recorded
from ijaza_credential.domain.programme import Programme, on_edition_closed, on_edition_published
from ijaza_credential.domain.refusals import NotAllowedError
from ijaza_credential.domain.settle import settle
from ijaza_credential.domain.state import State
from ijaza_credential.naming import KeyedNaming
from ijaza_credential.storage import COLLECTION, decode, encode, labels

HANDLERS: dict[type[Event], Evolve] = {
    ParticipantSelected: fold.on_participant_selected,
    ParticipantWithdrawn: fold.on_participant_withdrawn,
    SessionAttended: fold.on_session_attended,
    AbsenceExcused: fold.on_absence_excused,
    TestPassed: fold.on_test_passed,
    TestFailed: fold.on_test_failed,
    TestAnnulled: fold.on_test_annulled,
    EligibilityReached: fold.on_eligibility_reached,
    EligibilityLost: fold.on_eligibility_lost,
    CertificateApproved: fold.on_certificate_approved,
    ChangeDeclined: fold.on_change_declined,
    CertificateIssued: fold.on_certificate_issued,
    CertificateSuperseded: fold.on_certificate_superseded,
    CertificateRevoked: fold.on_certificate_revoked,
    CertificatesStated: on_certificates_stated,
    CopyLinkGiven: on_copy_link_given,
    CopyLinkRevoked: on_copy_link_revoked,
    # Of the documents, which the desk keeps apart.
    DocumentsMade: fold.says_nothing_new,
    # Of the log itself.
    HistorySealed: fold.says_nothing_new,
    # These go out together with CertificateIssued, Superseded or Revoked, which say it all.
    CertificateReinstated: fold.says_nothing_new,
    ParticipantGraduated: fold.says_nothing_new,
    GraduationSuperseded: fold.says_nothing_new,
    GraduationRevoked: fold.says_nothing_new,
}

TOGETHER: dict[type[Event], EvolveAll] = {
    SessionAttended: fold.on_sessions_attended,
    TestPassed: fold.on_tests_passed,
    TestFailed: fold.on_tests_failed,
}
"""Of these there are many for each participant."""

INPUTS = (ENROLLMENT, ATTENDANCE, ASSESSMENT)

EDITIONS: Table[Programme] = Table(
    EDITIONS_TOPIC, {EditionPublished: on_edition_published, EditionClosed: on_edition_closed}
)

PEOPLE: Table[Person] = Table(PEOPLE_TOPIC, {PersonRecorded: on_person_recorded})


def credential_fold(secret: bytes) -> Fold[State, Programme, Person]:
    """The fold of a participant's certificates, whose ids are derived with the issuer's secret."""

    def settle_named(
        state: State, programme: Programme, person: Person | None
    ) -> tuple[State, Sequence[Event]]:
        return settle(state, programme, person, _naming(secret, state))

    return Fold(
        collection=COLLECTION,
        handlers=HANDLERS,
        begin=fold.begin,
        settle=settle_named,
        encode=encode,
        decode=decode,
        labels=labels,
        editions=EDITIONS,
        people=PEOPLE,
        forget=forget,
        together=TOGETHER,
    )


def deciding(command: Command, secret: bytes) -> Decide[State, Programme, Person]:
    """How the runtime carries out a command; what the rules do not allow becomes a `Refusal`."""

    def decided(
        state: State, programme: Programme | None, person: Person | None
    ) -> Sequence[Event]:
        try:
            return decide(command, state, programme, person, _naming(secret, state))
        except NotAllowedError as error:
            raise refusal(error.kind, error.code, error.detail) from None

    return decided


def _naming(secret: bytes, state: State) -> KeyedNaming:
    return KeyedNaming(secret, state.edition, state.participant)
