"""One example of every event: what the AsyncAPI document shows, and what goldens are made from.

All are of one small edition and one invented person, told in the order in which things happened.
"""

from datetime import date
from decimal import Decimal

from ijaza_contracts import assessment, attendance, credential, enrollment, journal, operations
from ijaza_contracts.door_examples import DOOR
from ijaza_contracts.envelope import CloudEvent, Event
from ijaza_contracts.example_edition import DEFINITION, MERGED, utc
from ijaza_contracts.issuer_examples import ISSUER
from ijaza_contracts.template_examples import TEMPLATES

_EDITION = DEFINITION.id
_PARTICIPANT = "5f0c7a1be94d4a0f8f3c2d61b7a9e058"
_SERIAL = "4TG9-0ZC2-M7QW"
_FIRST = "urn:uuid:6a1f3c52-90b4-5d0e-8a37-2f4c1be87d90"
_SECOND = "urn:uuid:c7d20e84-1b6f-5f3a-9c05-83a6d94e7b12"
_THIRD = "urn:uuid:1e95b7f0-4d8a-5c26-b3e1-7a0f5c2d9468"


_ENROLLMENT: tuple[Event, ...] = (
    enrollment.EditionPublished(
        edition=_EDITION,
        at=utc("2019-10-01T08:00"),
        revision=1,
        definition=DEFINITION,
        actor="office-1",
        reason="first publication",
    ),
    enrollment.SessionsChanged(
        edition=_EDITION,
        at=utc("2019-12-15T19:10"),
        correction="d2f7-1",
        kind="merge",
        revision=2,
        sessions=MERGED,
        actor="office-1",
        reason="one room for both groups",
    ),
    enrollment.EditionClosed(edition=_EDITION, at=utc("2020-04-18T18:00"), actor="office-1"),
    enrollment.PersonRecorded(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-10-12T09:30"),
        version=1,
        name_en="Mariam Fahmy Abdelhadi",
        name_ar="مريم فهمي عبد الهادي",
        email="m.fahmy@example.org",
        attributes={"organisation": "Ministry of Manpower", "country": "EG", "seniority": "mid"},
    ),
    enrollment.ApplicationSubmitted(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-10-12T09:30"),
        nominated_by="ministry-of-manpower",
    ),
    enrollment.ParticipantSelected(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-12-02T07:15"),
        number=31,
        rank=33,
        via="promotion",
    ),
    enrollment.ParticipantWaitlisted(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-11-20T10:00"),
        rank=33,
        because="capacity",
    ),
    enrollment.ParticipantDeclined(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-11-20T10:00"),
        because="organisation_type",
    ),
    enrollment.ParticipantWithdrawn(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-02-24T08:00"),
        actor="office-1",
        because="withdraw",
    ),
)

_ATTENDANCE: tuple[Event, ...] = (
    attendance.ScanRecorded(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-12-15T13:52:07"),
        scan_id="kiosk-1-000417",
        device="kiosk-1",
        session="m1-d1",
        direction="in",
        seq=417,
        pass_serial="P-00031",  # noqa: S106 - a serial number
        key_id="passes-2019",
        token_hash="9d7c1e35b0a84f62",  # noqa: S106 - a hash, invented
    ),
    attendance.SessionAttended(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-12-15T18:03:44"),
        session="m1-d1",
        seconds=13_500,
        source="scans",
        version=(1, 2),
    ),
    attendance.AttendanceCorrected(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-12-18T09:25"),
        session="m1-d1",
        minutes=225,
        correction="7c0e5b",
        ordinal=1,
        actor="office-2",
        reason="signature sheet",
    ),
    attendance.AbsenceExcused(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-02-09T08:30"),
        session="m1-d2",
        correction="a41f93",
        actor="office-1",
        reason="sick note",
    ),
    attendance.ReviewResolved(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-12-18T09:26"),
        kind="missing-out",
        session="m1-d1",
        scan_id="kiosk-1-000417",
        verdict="accepted",
        actor="office-2",
        reason="signature sheet",
    ),
)

_ASSESSMENT: tuple[Event, ...] = (
    assessment.TestPassed(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-03-04T10:00"),
        module="m1",
        attempt=1,
        score=Decimal("61.5"),
        recorded_score=Decimal(58),
        taken_at=utc("2019-12-19T15:00"),
        version=(1, 2),
        correction="b52d07",
        corrected_score=Decimal("61.5"),
        corrected_at=utc("2020-03-04T10:00"),
        ordinal=3,
        actor="examiner-2",
        reason="second marking",
    ),
    assessment.TestFailed(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-12-19T15:00"),
        module="m1",
        attempt=1,
        score=Decimal(58),
        recorded_score=Decimal(58),
        taken_at=utc("2019-12-19T15:00"),
        version=(1, 1),
        because="below_pass_mark",
    ),
    assessment.TestAnnulled(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-03-25T08:00"),
        module="m1",
        attempt=2,
        score=Decimal(88),
        recorded_score=Decimal(88),
        taken_at=utc("2020-01-12T15:00"),
        version=(1, 2),
        correction="e8c614",
        ordinal=5,
        actor="examiner-1",
        reason="taken under another name",
    ),
)

_CREDENTIAL: tuple[Event, ...] = (
    credential.EligibilityReached(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-03-04T10:00"),
        award="certificate",
        revision=1,
        turn=1,
    ),
    credential.EligibilityLost(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-03-25T08:00"),
        revision=1,
        turn=2,
        missing=("test:m1",),
    ),
    credential.CertificateApproved(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-04-19T09:00"),
        version=1,
        actor="approver-1",
    ),
    credential.ChangeDeclined(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-05-01T09:00"),
        version=2,
        change="supersede",
        facts="8c1f02b6d97e43a5b0aa61f27d3c9e48",
        actor="approver-1",
        because="not-proven",
    ),
    credential.CertificateIssued(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-04-19T09:00"),
        serial=_SERIAL,
        credential_id=_FIRST,
        version=1,
        certificate="certificate",
        kind="completion",
        revision=1,
        person_version=1,
        status_list=1,
        status_index=84_113,
    ),
    credential.CertificateSuperseded(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-05-03T11:00"),
        serial=_SERIAL,
        credential_id=_FIRST,
        version=1,
        successor=_SECOND,
        because="name",
    ),
    credential.CertificateRevoked(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-06-08T08:00"),
        serial=_SERIAL,
        credential_id=_SECOND,
        version=2,
        actor="office-1",
        because="test:m1",
    ),
    credential.CertificateReinstated(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-06-15T08:00"),
        serial=_SERIAL,
        credential_id=_THIRD,
        version=3,
        predecessor=_SECOND,
        actor="office-1",
    ),
    credential.CopyLinkGiven(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-04-20T08:00"),
        number=1,
        expires_at=utc("2020-07-19T08:00"),
        actor="office-1",
    ),
    credential.CopyLinkRevoked(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-05-11T08:00"),
        number=1,
        actor="office-1",
        because="sent-to-somebody-else",
    ),
    credential.DocumentsMade(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-04-19T09:00"),
        serial=_SERIAL,
        credential_id=_FIRST,
        version=1,
        pdf_sha256="3f1c0e5a7b92d84613acfe0958d27b41c6e0f39a82517d4be6903cf81a2d5e74",
        credential_sha256="b84d2f6091ce7a3358f0d1c94e6b7a20d35fe8127cab946031de75f8420b9c16",
    ),
)

_JOURNALS: tuple[Event, ...] = (
    journal.DocumentJournaled(
        edition=_EDITION,
        at=utc("2019-11-20T10:00"),
        collection="selection_pages",
        document="mg-4/000000",
        write=2,
        stored='{"schema":1,"state":{"edition":"mg-4","index":0,"entries":[]}}',
    ),
    journal.CertificatesStated(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-04-19T09:00"),
        stated=(
            journal.CertificateStated(
                version=1,
                name_en="Mariam Fahmy Abdelhadi",
                name_ar="مريم فهمي عبد الهادي",
                results=(
                    journal.StatedResult(
                        module="m1", scheduled=13_500, attended=13_500, best_score="61.5"
                    ),
                ),
            ),
        ),
    ),
)

_GRADUATIONS: tuple[Event, ...] = (
    credential.ParticipantGraduated(
        edition=_EDITION,
        at=utc("2020-04-19T09:00"),
        graduation="0b6d1f42c9374e8a95d7aa03e1c8f526",
        date=date(2020, 4, 19),
        kind="completion",
    ),
    credential.GraduationSuperseded(
        edition=_EDITION,
        at=utc("2020-05-03T11:00"),
        graduation="0b6d1f42c9374e8a95d7aa03e1c8f526",
        date=date(2020, 5, 3),
        successor="f3a82c7715e04b6d8e90c4d2b5a7613e",
    ),
    credential.GraduationRevoked(
        edition=_EDITION,
        at=utc("2020-06-08T08:00"),
        graduation="f3a82c7715e04b6d8e90c4d2b5a7613e",
        date=date(2020, 6, 8),
    ),
)

_OF_LETTER = {
    "letter": "credential-3-1044",
    "topic": "attendance.events",
    "event": "8e2b61f04c7d9a3500f1be6c42d7a918",
    "actor": "operator-1",
}

_OPERATIONS: tuple[CloudEvent, ...] = (
    operations.DeadLetterRetryBegun(
        **_OF_LETTER, at=utc("2020-02-03T07:40"), reason="fixed in 1.4.2"
    ),
    operations.DeadLetterRetried(**_OF_LETTER, at=utc("2020-02-03T07:40"), reason="fixed in 1.4.2"),
    operations.DeadLetterDropped(
        **_OF_LETTER, at=utc("2020-02-03T07:45"), reason="sent by a rehearsal"
    ),
    operations.DeadLetterRead(**_OF_LETTER, at=utc("2020-02-03T07:35")),
)

EXAMPLES: dict[str, CloudEvent] = {
    event.TYPE: event
    for event in (
        *_ENROLLMENT,
        *_ATTENDANCE,
        *DOOR,
        *_ASSESSMENT,
        *_CREDENTIAL,
        *ISSUER,
        *TEMPLATES,
        *_JOURNALS,
        *_GRADUATIONS,
        *_OPERATIONS,
    )
}
"""An example of each event, by type."""
