"""One example of every event: what the AsyncAPI document shows, and what goldens are made from.

All are of one small edition and one invented person, told in the order in which things happened.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from ijaza_contracts import assessment, attendance, credential, edition, enrollment
from ijaza_contracts.envelope import Event

_EDITION = "mg-4"
_PARTICIPANT = "5f0c7a1be94d4a0f8f3c2d61b7a9e058"
_SERIAL = "4TG9-0ZC2-M7QW"
_FIRST = "urn:uuid:6a1f3c52-90b4-5d0e-8a37-2f4c1be87d90"
_SECOND = "urn:uuid:c7d20e84-1b6f-5f3a-9c05-83a6d94e7b12"
_THIRD = "urn:uuid:1e95b7f0-4d8a-5c26-b3e1-7a0f5c2d9468"


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


_DEFINITION = edition.Edition(
    id=_EDITION,
    title={"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"},
    subtitle={"en": "Fourth edition 2019–2020", "ar": "الدورة الرابعة 2019–2020"},
    timezone="Africa/Cairo",
    languages=("ar", "en"),
    issuer=edition.Issuer(
        did_host="certificates.example.org",
        name={"en": "Programme office", "ar": "مكتب البرنامج"},
        url="https://certificates.example.org",
        email="office@certificates.example.org",
    ),
    organisers=(
        edition.Organisation(id="iom-egypt", name={"en": "IOM Egypt"}),
        edition.Organisation(id="cmrs-auc", name={"en": "CMRS, AUC"}),
    ),
    funders=(edition.Organisation(id="iom", name={"en": "IOM"}),),
    instructors=(
        edition.Organisation(
            id="iom-specialists", name={"en": "IOM thematic specialists"}, organiser="iom-egypt"
        ),
    ),
    place=edition.Place(
        name={"en": "Downtown campus", "ar": "حرم وسط البلد"},
        city={"en": "Cairo", "ar": "القاهرة"},
        country="EG",
    ),
    themes=("Democratic Governance",),
    sdgs=(16, 17),
    selection=edition.Selection(
        capacity=30,
        require={"organisation_type": ("government", "ngo")},
        prefer=(edition.Preference(column="seniority", order=(("senior", "mid"), ("junior",))),),
        at_most=(edition.SeatLimit(per="organisation", seats=3),),
        promote_until=_utc("2019-12-15T14:00"),
    ),
    attendance=edition.AttendanceRule(record="in-out", missing_out="review"),
    modules=(
        edition.Module(
            id="m1",
            title={"en": "Introduction to Migration", "ar": "مدخل إلى الهجرة"},
            sessions=(
                edition.Session(
                    id="m1-d1",
                    start=_utc("2019-12-15T14:00"),
                    end=_utc("2019-12-15T18:00"),
                    breaks=(
                        edition.Interval(
                            start=_utc("2019-12-15T16:00"), end=_utc("2019-12-15T16:15")
                        ),
                    ),
                ),
                edition.Session(
                    id="m1-d2",
                    start=_utc("2019-12-16T14:00"),
                    end=_utc("2019-12-16T18:00"),
                    cancelled=True,
                ),
            ),
            test=edition.Test(pass_mark=Decimal(60), max_score=Decimal(100), attempts=2),
            resources=(
                edition.Resource(
                    title={"en": "Basic terms of migration", "ar": "المصطلحات الأساسية للهجرة"},
                    language="ar",
                    kind="handout",
                    url="https://library.example.org/mg-4/basic-terms",
                ),
            ),
        ),
    ),
    certificates=(
        edition.Certificate(
            id="certificate",
            kind="completion",
            title={"en": "Certificate of Completion", "ar": "شهادة إتمام"},
            requires=edition.Requirements(
                attendance=edition.AttendanceRequirement(
                    min_percent=Decimal(80), min_hours=Decimal("3.5")
                ),
                tests="all_passed",
            ),
        ),
    ),
    ceremony=date(2020, 4, 16),
    events=(
        edition.Happening(
            title={"en": "Orientation"},
            start=_utc("2019-12-14T10:00"),
            end=_utc("2019-12-14T12:00"),
            place={"en": "Downtown campus"},
        ),
    ),
    glossary=(
        edition.GlossaryTerm(
            term={"en": "Refugee", "ar": "لاجئ"},
            definition={"en": "A person who meets the criteria of the 1951 Convention"},
        ),
    ),
)

_ENROLLMENT: tuple[Event, ...] = (
    enrollment.EditionPublished(
        edition=_EDITION,
        at=_utc("2019-10-01T08:00"),
        revision=1,
        definition=_DEFINITION,
        actor="office-1",
        reason="first publication",
    ),
    enrollment.EditionClosed(edition=_EDITION, at=_utc("2020-04-18T18:00"), actor="office-1"),
    enrollment.PersonRecorded(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2019-10-12T09:30"),
        version=1,
        name_en="Mariam Fahmy Abdelhadi",
        name_ar="مريم فهمي عبد الهادي",
        email="m.fahmy@example.org",
        attributes={"organisation": "Ministry of Manpower", "country": "EG", "seniority": "mid"},
    ),
    enrollment.ApplicationSubmitted(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2019-10-12T09:30"),
        nominated_by="ministry-of-manpower",
    ),
    enrollment.ParticipantSelected(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2019-12-02T07:15"),
        number=31,
        rank=33,
        via="promotion",
    ),
    enrollment.ParticipantWaitlisted(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2019-11-20T10:00"),
        rank=33,
        because="capacity",
    ),
    enrollment.ParticipantDeclined(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2019-11-20T10:00"),
        because="organisation_type",
    ),
    enrollment.ParticipantWithdrawn(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2020-02-24T08:00"),
        actor="office-1",
        because="withdraw",
    ),
)

_ATTENDANCE: tuple[Event, ...] = (
    attendance.ScanRecorded(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2019-12-15T13:52:07"),
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
        at=_utc("2019-12-15T18:03:44"),
        session="m1-d1",
        seconds=13_500,
        source="scans",
        version=(1, 2),
    ),
    attendance.AttendanceCorrected(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2019-12-18T09:25"),
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
        at=_utc("2020-02-09T08:30"),
        session="m1-d2",
        correction="a41f93",
        actor="office-1",
        reason="sick note",
    ),
    attendance.ReviewResolved(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2019-12-18T09:26"),
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
        at=_utc("2020-03-04T10:00"),
        module="m1",
        attempt=1,
        score=Decimal("61.5"),
        recorded_score=Decimal(58),
        taken_at=_utc("2019-12-19T15:00"),
        version=(1, 2),
        correction="b52d07",
        corrected_score=Decimal("61.5"),
        corrected_at=_utc("2020-03-04T10:00"),
        ordinal=3,
        actor="examiner-2",
        reason="second marking",
    ),
    assessment.TestFailed(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2019-12-19T15:00"),
        module="m1",
        attempt=1,
        score=Decimal(58),
        recorded_score=Decimal(58),
        taken_at=_utc("2019-12-19T15:00"),
        version=(1, 1),
        because="below_pass_mark",
    ),
    assessment.TestAnnulled(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2020-03-25T08:00"),
        module="m1",
        attempt=2,
        score=Decimal(88),
        recorded_score=Decimal(88),
        taken_at=_utc("2020-01-12T15:00"),
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
        at=_utc("2020-03-04T10:00"),
        award="certificate",
        revision=1,
        turn=1,
    ),
    credential.EligibilityLost(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2020-03-25T08:00"),
        revision=1,
        turn=2,
        missing=("test:m1",),
    ),
    credential.CertificateApproved(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2020-04-19T09:00"),
        version=1,
        actor="approver-1",
    ),
    credential.CertificateIssued(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2020-04-19T09:00"),
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
        at=_utc("2020-05-03T11:00"),
        serial=_SERIAL,
        credential_id=_FIRST,
        version=1,
        successor=_SECOND,
        because="name",
    ),
    credential.CertificateRevoked(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2020-06-08T08:00"),
        serial=_SERIAL,
        credential_id=_SECOND,
        version=2,
        actor="office-1",
        because="test:m1",
    ),
    credential.CertificateReinstated(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=_utc("2020-06-15T08:00"),
        serial=_SERIAL,
        credential_id=_THIRD,
        version=3,
        predecessor=_SECOND,
        actor="office-1",
    ),
)

_GRADUATIONS: tuple[Event, ...] = (
    credential.ParticipantGraduated(
        edition=_EDITION,
        at=_utc("2020-04-19T09:00"),
        graduation="0b6d1f42c9374e8a95d7aa03e1c8f526",
        date=date(2020, 4, 19),
        kind="completion",
    ),
    credential.GraduationSuperseded(
        edition=_EDITION,
        at=_utc("2020-05-03T11:00"),
        graduation="0b6d1f42c9374e8a95d7aa03e1c8f526",
        date=date(2020, 5, 3),
        successor="f3a82c7715e04b6d8e90c4d2b5a7613e",
    ),
    credential.GraduationRevoked(
        edition=_EDITION,
        at=_utc("2020-06-08T08:00"),
        graduation="f3a82c7715e04b6d8e90c4d2b5a7613e",
        date=date(2020, 6, 8),
    ),
)

EXAMPLES: dict[str, Event] = {
    event.TYPE: event
    for event in (*_ENROLLMENT, *_ATTENDANCE, *_ASSESSMENT, *_CREDENTIAL, *_GRADUATIONS)
}
"""An example of each event, by type."""
