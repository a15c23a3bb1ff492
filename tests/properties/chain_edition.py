"""One small edition as the services hear of it: its facts, its staff's orders, and what is poison.

Three modules with breaks, two tests and two certificates. The second revision cancels m1-d2,
moves m2-d1 by an hour and lowers a pass mark; the third makes m3-d1 longer. Ana does all well.
Ben's scans name no session; he passes by a correction and by the lowered mark, and is renamed.
Cem keeps the old hour of the moved session, and his attempts at m2 are annulled or too many. Dua
withdraws. Eli's kiosk used a scan id twice and missed an out. Fay comes without a seat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from ijaza_assessment.domain import commands as assessing
from ijaza_attendance.domain import commands as attending
from ijaza_contracts import topics
from ijaza_contracts.attendance import ScanRecorded, SessionAttended
from ijaza_contracts.credential import CertificateIssued
from ijaza_contracts.edition import (
    AttendanceRequirement,
    Certificate,
    Edition,
    Interval,
    Issuer,
    Module,
    Place,
    Requirements,
    Session,
    Test,
)
from ijaza_contracts.enrollment import (
    EditionClosed,
    EditionPublished,
    ParticipantSelected,
    ParticipantWaitlisted,
    ParticipantWithdrawn,
    PersonRecorded,
)
from ijaza_contracts.envelope import Event
from ijaza_credential.domain import commands as deciding
from ijaza_runtime.bus import Record

EDITION = "mg-4"
PARTICIPANTS = ("ana", "ben", "cem", "dua", "eli", "fay")
CLOSED_AT = datetime(2020, 1, 20, 18, tzinfo=UTC)
POISON = "poison"
"""The header that tells a poisonous record, here and in the dead letters."""

Command = attending.Command | assessing.Command | deciding.Command
Issue = Literal["automatic", "on_approval"]


class Order(NamedTuple):
    """Something that staff order a service to do."""

    service: str
    participant: str
    command: Command


@dataclass(frozen=True)
class Poison:
    """A record that nobody can read, and the services that lay it aside."""

    record: Record
    services: tuple[str, ...]


Fact = Event | Order | Poison


def at(day: int, clock: str = "12:00") -> datetime:
    """A time of the first day of teaching, or of a later one."""
    hours, minutes = map(int, clock.split(":"))
    return datetime(2019, 12, 15, hours, minutes, tzinfo=UTC) + timedelta(days=day - 1)


def session(
    name: str,
    day: int,
    start: str = "16:00",
    end: str = "20:00",
    *,
    breaks: Sequence[tuple[str, str]] = (),
    cancelled: bool = False,
) -> Session:
    """A session of one day."""
    return Session(
        id=name,
        start=at(day, start),
        end=at(day, end),
        breaks=tuple(Interval(start=at(day, since), end=at(day, until)) for since, until in breaks),
        cancelled=cancelled,
    )


def module(name: str, *sessions: Session, mark: int | None = 60) -> Module:
    """A module; its test, if it has one, may be tried twice."""
    test = Test(pass_mark=Decimal(mark), max_score=Decimal(100), attempts=2) if mark else None
    return Module(id=name, title={"en": name, "ar": name}, sessions=sessions, test=test)


def published(revision: int, issue: Issue, cancelled: Sequence[str] = ()) -> EditionPublished:
    """A revision of the edition; those after the third differ in what is `cancelled` alone."""
    moved = revision > 1
    held = [
        session("m1-d1", 1, breaks=[("18:00", "18:20")]),
        session("m1-d2", 2, cancelled=moved),
        session("m1-d3", 3),
        session("m2-d1", 8, "17:00", "21:00", breaks=[("18:50", "19:10"), ("19:00", "19:20")])
        if moved
        else session("m2-d1", 8, breaks=[("17:50", "18:10"), ("18:00", "18:20")]),
        session("m2-d2", 9),
        session("m3-d1", 10, "09:00", "13:00" if revision > 2 else "12:00"),
    ]
    sessions = [
        each.model_copy(update={"cancelled": each.cancelled or each.id in cancelled})
        for each in held
    ]
    return EditionPublished(
        edition=EDITION,
        at=at(revision * 4 - 30),
        revision=revision,
        definition=Edition(
            id=EDITION,
            title={"en": "Migration governance", "ar": "حوكمة الهجرة"},
            timezone="Africa/Cairo",
            languages=("ar", "en"),
            issuer=Issuer(did_host="certificates.example.org", name={"en": "Office"}),
            organisers=(),
            place=Place(name={"en": "Campus"}, city={"en": "Cairo"}),
            modules=(
                module("m1", *sessions[:3]),
                module("m2", *sessions[3:5], mark=55 if moved else 60),
                module("m3", *sessions[5:], mark=None),
            ),
            certificates=(
                certificate("certificate", "completion", 80, "all_passed"),
                certificate("participation", "participation", 50, "none"),
            ),
            issue=issue,
            approvers=2,
        ),
    )


def certificate(
    name: str,
    kind: Literal["completion", "participation"],
    percent: int,
    tests: Literal["all_passed", "none"],
) -> Certificate:
    """A certificate that asks for a share of every module, and perhaps for its test."""
    bounds = AttendanceRequirement(min_percent=Decimal(percent))
    return Certificate(
        id=name,
        kind=kind,
        title={"en": name},
        requires=Requirements(attendance=bounds, tests=tests),
    )


def closed() -> EditionClosed:
    """The edition is over."""
    return EditionClosed(edition=EDITION, at=CLOSED_AT)


def recorded(participant: str, name: str, version: int, when: datetime) -> PersonRecorded:
    """What is recorded of a person."""
    return PersonRecorded(
        edition=EDITION,
        participant=participant,
        at=when,
        version=version,
        name_en=name,
        name_ar=name,
    )


def selected(participant: str, number: int) -> ParticipantSelected:
    """A seat is given."""
    return ParticipantSelected(
        edition=EDITION, participant=participant, at=at(-20), number=number, via="ranking"
    )


def withdrawn(participant: str, when: datetime) -> ParticipantWithdrawn:
    """Somebody leaves."""
    return ParticipantWithdrawn(edition=EDITION, participant=participant, at=when)


def scan(
    participant: str,
    direction: Literal["in", "out"],
    when: datetime,
    session: str = "",
    scan_id: str = "",
) -> ScanRecorded:
    """A scan; unless given, its id is made of direction and time."""
    return ScanRecorded(
        edition=EDITION,
        participant=participant,
        at=when,
        scan_id=scan_id or f"{direction}-{when:%d-%H%M}",
        device="kiosk-1",
        session=session,
        direction=direction,
        seq=0,
    )


def stay(participant: str, session: str, day: int, since: str, until: str) -> list[Fact]:
    """Somebody comes and goes."""
    return [
        scan(participant, "in", at(day, since), session),
        scan(participant, "out", at(day, until), session),
    ]


def whole_edition(participant: str, *, named: bool = True) -> list[Fact]:
    """Somebody is there from before the first minute of each session to after its last."""
    days = {"m1-d1": 1, "m1-d2": 2, "m1-d3": 3, "m2-d2": 9}
    stays = [
        stay(participant, name if named else "", day, "15:50", "20:05")
        for name, day in days.items()
    ]
    stays.append(stay(participant, "m2-d1" if named else "", 8, "16:00", "21:00"))
    stays.append(stay(participant, "m3-d1" if named else "", 10, "08:55", "13:00"))
    return [each for both in stays for each in both]


def result(participant: str, module: str, attempt: int, score: int, day: int) -> Order:
    """An examiner records a result."""
    command = assessing.RecordResult(
        module=module, attempt=attempt, score=Decimal(score), taken_at=at(day)
    )
    return Order("assessment", participant, command)


def rescored(
    participant: str, module: str, attempt: int, score: int, when: datetime, ref: str
) -> Order:
    """An examiner corrects a score."""
    command = assessing.CorrectScore(
        module=module,
        attempt=attempt,
        score=Decimal(score),
        actor="examiner",
        reason="marked again",
        at=when,
        correction=ref,
    )
    return Order("assessment", participant, command)


def annulled(participant: str, module: str, attempt: int, when: datetime, ref: str) -> Order:
    """An attempt is annulled."""
    command = assessing.AnnulAttempt(
        module=module, attempt=attempt, actor="examiner", reason="copied", at=when, correction=ref
    )
    return Order("assessment", participant, command)


def credited(participant: str, session: str, minutes: int, when: datetime, ref: str) -> Order:
    """The office credits minutes of a session."""
    command = attending.CorrectAttendance(
        session=session,
        minutes=minutes,
        actor="office",
        reason="signature sheet",
        at=when,
        correction=ref,
    )
    return Order("attendance", participant, command)


def excused(participant: str, session: str, when: datetime, ref: str) -> Order:
    """The office excuses an absence."""
    command = attending.ExcuseAbsence(
        session=session, actor="office", reason="illness", at=when, correction=ref
    )
    return Order("attendance", participant, command)


def approved(participant: str, actor: str, day: int) -> Order:
    """Somebody who may approves a certificate."""
    return Order("credential", participant, deciding.Approve(actor=actor, at=at(day)))


def facts(issue: Issue) -> list[Fact]:
    """Everything up to the closing. Orders to one service about one person keep their order."""
    everybody = [recorded(name, name.title(), 1, at(-25)) for name in PARTICIPANTS if name != "fay"]
    seats = [selected(name, number) for number, name in enumerate(PARTICIPANTS[:-1], 1)]
    approvals = [
        approved(name, actor, day)
        for name in ("ana", "ben", "cem", "dua")
        for actor, day in (("dean", 20), ("head", 60 if name == "ben" else 21))
    ]
    return [
        *(published(revision, issue) for revision in (1, 2, 3)),
        *everybody,
        *seats,
        ParticipantWaitlisted(edition=EDITION, participant="fay", at=at(-20), rank=6),
        *whole_edition("ana"),
        result("ana", "m1", 1, 85, 5),
        result("ana", "m2", 1, 70, 11),
        *whole_edition("ben", named=False),
        result("ben", "m1", 1, 41, 5),
        result("ben", "m1", 2, 58, 6),
        rescored("ben", "m1", 2, 50, at(7), "c1"),
        rescored("ben", "m1", 2, 62, at(8), "c2"),
        result("ben", "m2", 1, 57, 11),
        recorded("ben", "Benjamin", 2, at(15)),
        *stay("cem", "m1-d1", 1, "16:00", "20:00"),
        *stay("cem", "m1-d3", 3, "16:00", "18:00"),
        *stay("cem", "m2-d1", 8, "16:00", "18:00"),
        *stay("cem", "", 10, "10:00", "13:00"),
        credited("cem", "m2-d2", 0, at(11), "c1"),
        credited("cem", "m2-d2", 240, at(12), "c2"),
        result("cem", "m1", 1, 90, 5),
        result("cem", "m2", 1, 90, 11),
        annulled("cem", "m2", 1, at(12), "c3"),
        result("cem", "m2", 3, 95, 13),
        *whole_edition("dua"),
        result("dua", "m1", 1, 85, 5),
        result("dua", "m2", 1, 85, 11),
        withdrawn("dua", at(12)),
        scan("eli", "in", at(1, "16:10"), "m1-d1", "e-1"),
        scan("eli", "in", at(2, "16:00"), "m1-d2", "e-1"),
        scan("eli", "out", at(1, "19:30"), "m1-d1"),
        excused("eli", "m1-d3", at(4), "c1"),
        *stay("eli", "m2-d1", 8, "17:10", "20:30"),
        scan("eli", "in", at(9, "16:00"), "m2-d2"),
        credited("eli", "m2-d2", 60, at(11), "c2"),
        *stay("eli", "m3-d1", 10, "09:00", "13:00"),
        result("eli", "m1", 1, 75, 5),
        result("eli", "m2", 1, 54, 11),
        *whole_edition("fay"),
        *(approvals if issue == "on_approval" else []),
    ]


AWARDS: Mapping[Issue, Mapping[str, str]] = {
    "automatic": {
        "ana": "certificate",
        "ben": "certificate",
        "cem": "participation",
        "eli": "participation",
    },
    # Nobody approves Eli's.
    "on_approval": {"ana": "certificate", "ben": "certificate", "cem": "participation"},
}
"""The certificates that are held after the closing."""


def poisons() -> list[Poison]:
    """Records without an envelope, and such whose body is not what their type asks for."""
    headless: dict[str, str] = {}
    selection, scanned, attended, issued, revised = (
        {"ce_type": event.TYPE, "ce_id": "0"}
        for event in (
            ParticipantSelected,
            ScanRecorded,
            SessionAttended,
            CertificateIssued,
            EditionPublished,
        )
    )
    readers = ("attendance", "assessment", "credential")
    table: list[tuple[topics.Topic, Mapping[str, str], str, tuple[str, ...]]] = [
        (topics.ENROLLMENT, headless, "ana", readers),
        (topics.ENROLLMENT, selection, "ben", readers),
        (topics.SCANS, scanned, "cem", ("attendance",)),
        (topics.ATTENDANCE, attended, "dua", ("credential",)),
        (topics.ASSESSMENT, headless, "eli", ("credential",)),
        (topics.CREDENTIAL, issued, "fay", ("credential",)),
        (topics.EDITIONS, revised, EDITION, ()),
    ]
    return [
        Poison(Record(topic.name, key, b"{", {**headers, POISON: str(place)}), services)
        for place, (topic, headers, key, services) in enumerate(table)
    ]
