"""The phases of a run: each hands the rows that wait to the services, and lets the bus drain.

Handing on is safe to repeat: every command and fact carries an id derived from its row. So a run
that was interrupted begins its phase again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from ijaza_assessment.domain.commands import AnnulAttempt, CorrectScore, RecordResult
from ijaza_assessment.handlers import deciding as assess
from ijaza_attendance.domain.commands import CorrectAttendance, ExcuseAbsence
from ijaza_attendance.handlers import deciding as attend
from ijaza_contracts.attendance import ScanRecorded
from ijaza_contracts.edition import Edition
from ijaza_credential.domain.commands import Approve
from ijaza_credential.handlers import deciding as certify
from ijaza_enrollment.domain.commands import (
    Apply,
    CancelSession,
    ChangeSessions,
    CloseEdition,
    Depart,
    MoveSession,
    PublishEdition,
    RenamePerson,
    Select,
    SessionChange,
)
from ijaza_enrollment.domain.entries import Departure
from ijaza_runtime.commands import Commands, Work
from ijaza_runtime.errors import Refusal
from ijaza_runtime.outbox import records_of

from ijaza_local.files import application_of, move_of, row_of
from ijaza_local.files.model import Approval, Correction, Result, Scan
from ijaza_local.play.departures import taken_departures
from ijaza_local.play.ledger import Ledger
from ijaza_local.services import Services

OFFICE = "office"
"""The actor of what the files themselves cause: publishing, selecting, closing."""
PAGE = 2_000
"""Rows handed on at once."""

Progress = Callable[[str, int], None]
"""(what is being handed on, how many more rows are done)."""


class PlayError(Exception):
    """A service refused what the files say; the message names the row and the refusal."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What every phase works with."""

    services: Services
    ledger: Ledger
    edition: Edition
    progress: Progress

    def participant(self, ref: str) -> str:
        """The participant's id of a ref."""
        return self.services.enrollment.desk.applicants.id_of(self.edition.id, ref)

    def waiting(self, kind: str) -> Iterator[list[Any]]:
        """The rows of a kind that wait, in pages, as their dataclasses."""
        for page in self.ledger.waiting(kind, PAGE):
            yield [row_of(row.kind, row.content) for row in page]

    def corrections(self) -> list[tuple[Correction, int]]:
        """The corrections that wait, each with its place among all that were ever taken."""
        return [
            (correction, row.place)
            for page in self.ledger.waiting("corrections", PAGE)
            for row in page
            if isinstance(correction := row_of("corrections", row.content), Correction)
        ]

    def everything(self, kind: str) -> list[Any]:
        """All rows of a kind that wait."""
        return [row for page in self.waiting(kind) for row in page]


def command_id(row: object) -> str:
    """The id of the command that a row is: the same row, the same id."""
    return blake2b(repr(row).encode(), digest_size=16).hexdigest()


async def enrol(stage: Stage, *, at: datetime) -> None:
    """Phase 1: the edition, the applications, the selection, the decisions.

    Whether another definition may be taken was asked when the rows were.
    """
    desk = stage.services.enrollment.desk
    edition = stage.edition
    await desk.editions.publish(
        PublishEdition(definition=edition, at=at, actor=OFFICE, revise=True)
    )
    latest: datetime | None = None
    for applicants in stage.waiting("applicants"):
        await desk.applicants.apply(
            Apply(edition=edition.id, applications=tuple(map(application_of, applicants)))
        )
        times = [applicant.applied_at for applicant in applicants]
        latest = max([*times, latest] if latest else times)
        stage.progress("applications", len(applicants))
    await desk.selections.select(Select(edition=edition.id, at=latest or at, actor=OFFICE))
    await _depart(stage, taken_departures(stage.ledger).in_order(corrected=False))
    await stage.services.drain([stage.services.attendance, stage.services.assessment])
    stage.ledger.handed_on(["applicants", "decisions", "partners"])


async def _depart(stage: Stage, departures: Sequence[Departure]) -> None:
    """Let people leave; the files know them by ref."""
    if departures:
        await stage.services.enrollment.desk.selections.depart(
            Depart(
                edition=stage.edition.id,
                departures=tuple(
                    replace(each, participant=stage.participant(each.participant))
                    for each in departures
                ),
            )
        )


async def record(stage: Stage) -> None:
    """Phase 2: scans and results."""
    edition = stage.edition.id
    ids: dict[str, str] = {}
    for page in stage.waiting("scans"):
        events = []
        for scan in page:
            participant = ids.get(scan.participant)
            if participant is None:
                participant = ids[scan.participant] = stage.participant(scan.participant)
            events.append(_scanned(edition, participant, scan))
        await stage.services.bus.publish(records_of(events))
        stage.progress("scans", len(page))
    await stage.services.drain([stage.services.attendance])
    # By participant, so that each person's results are one write.
    results = sorted(stage.everything("results"), key=attrgetter("participant"))
    for start in range(0, len(results), PAGE):
        page = results[start : start + PAGE]
        await perform(
            stage.services.assessment.desk.commands,
            [
                Work(edition, stage.participant(row.participant), assess(_result(row)))
                for row in page
            ],
        )
        stage.progress("results", len(page))
    await stage.services.drain([stage.services.attendance, stage.services.assessment])
    stage.ledger.handed_on(["scans", "results"])


def _scanned(edition: str, participant: str, scan: Scan) -> ScanRecorded:
    return ScanRecorded(
        edition=edition,
        participant=participant,
        at=scan.at,
        scan_id=scan.scan_id,
        device=scan.device,
        session=scan.session,
        direction=scan.direction,
        seq=scan.seq,
    )


def _result(row: Result) -> RecordResult:
    return RecordResult(
        module=row.module, attempt=row.attempt, score=row.score, taken_at=row.taken_at
    )


async def correct(stage: Stage) -> None:
    """Phase 3: corrections; then every fact is in, and credential decides."""
    numbered = stage.corrections()
    await _change_sessions(stage, numbered)
    await _rename(stage, numbered)
    await _depart(stage, taken_departures(stage.ledger).in_order(corrected=True))
    await stage.services.drain([stage.services.attendance, stage.services.assessment])
    services, edition = stage.services, stage.edition.id
    attending: list[Work[Any, Any, Any]] = []
    assessing: list[Work[Any, Any, Any]] = []
    for row, _ in numbered:
        participant, correction = stage.participant(row.participant), command_id(row)
        match row.kind:
            case "attendance":
                attending.append(Work(edition, participant, attend(_attendance(row, correction))))
            case "excuse":
                attending.append(Work(edition, participant, attend(_excuse(row, correction))))
            case "score":
                assessing.append(Work(edition, participant, assess(_score(row, correction))))
            case "annul":
                assessing.append(Work(edition, participant, assess(_annul(row, correction))))
    for start in range(0, len(attending), PAGE):
        await perform(services.attendance.desk.commands, attending[start : start + PAGE])
    for start in range(0, len(assessing), PAGE):
        await perform(services.assessment.desk.commands, assessing[start : start + PAGE])
    stage.progress("corrections", len(numbered))
    await services.drain([services.attendance, services.assessment])
    await services.drain(services.all)
    stage.ledger.handed_on(["corrections"])


async def _change_sessions(stage: Stage, rows: Sequence[tuple[Correction, int]]) -> None:
    changes: list[SessionChange] = []
    for row, place in rows:
        if row.kind == "cancel-session":
            changes.append(
                CancelSession(
                    correction=command_id(row),
                    session=row.target,
                    at=row.at,
                    actor=row.actor,
                    reason=row.reason,
                    ordinal=place,
                )
            )
        elif row.kind == "move-session":
            start, end = move_of(row)
            changes.append(
                MoveSession(
                    correction=command_id(row),
                    session=row.target,
                    start=start,
                    end=end,
                    at=row.at,
                    actor=row.actor,
                    reason=row.reason,
                    ordinal=place,
                )
            )
    if changes:
        await stage.services.enrollment.desk.editions.change_sessions(
            ChangeSessions(edition=stage.edition.id, changes=tuple(changes))
        )


async def _rename(stage: Stage, rows: Sequence[tuple[Correction, int]]) -> None:
    renames = [
        RenamePerson(
            edition=stage.edition.id,
            participant=stage.participant(row.participant),
            target="name_en" if row.target == "name_en" else "name_ar",
            value=row.value,
            at=row.at,
            actor=row.actor,
            reason=row.reason,
            correction=command_id(row),
            ordinal=place,
        )
        for row, place in rows
        if row.kind == "rename"
    ]
    if renames:
        await stage.services.enrollment.desk.applicants.rename(renames)


def _attendance(row: Correction, correction: str) -> CorrectAttendance:
    return CorrectAttendance(
        session=row.target,
        minutes=int(row.value),
        actor=row.actor,
        reason=row.reason,
        at=row.at,
        correction=correction,
    )


def _excuse(row: Correction, correction: str) -> ExcuseAbsence:
    return ExcuseAbsence(
        session=row.target, actor=row.actor, reason=row.reason, at=row.at, correction=correction
    )


def _score(row: Correction, correction: str) -> CorrectScore:
    module, _, attempt = row.target.rpartition("/")
    return CorrectScore(
        module=module,
        attempt=int(attempt),
        score=Decimal(row.value),
        actor=row.actor,
        reason=row.reason,
        at=row.at,
        correction=correction,
    )


def _annul(row: Correction, correction: str) -> AnnulAttempt:
    module, _, attempt = row.target.rpartition("/")
    return AnnulAttempt(
        module=module,
        attempt=int(attempt),
        actor=row.actor,
        reason=row.reason,
        at=row.at,
        correction=correction,
    )


async def close(stage: Stage, at: datetime) -> None:
    """Phase 4: the edition is closed, once; certificates are issued where that is automatic."""
    await stage.services.enrollment.desk.editions.close(
        CloseEdition(edition=stage.edition.id, at=at, actor=OFFICE)
    )
    await stage.services.drain(stage.services.all)


async def approve(stage: Stage) -> None:
    """Phase 5: approvals, the earlier first."""
    credential = stage.services.credential.desk
    rows: list[Approval] = stage.everything("approvals")
    rows.sort(key=lambda row: (row.at, row.participant, row.actor))
    for start in range(0, len(rows), PAGE):
        page = rows[start : start + PAGE]
        await perform(
            credential.commands,
            [
                Work(
                    stage.edition.id,
                    stage.participant(row.participant),
                    certify(Approve(actor=row.actor, at=row.at), credential.secret),
                )
                for row in page
            ],
        )
        stage.progress("approvals", len(page))
    await stage.services.drain(stage.services.all)
    stage.ledger.handed_on(["approvals"])


async def perform(commands: Commands[Any, Any, Any], work: Sequence[Work[Any, Any, Any]]) -> None:
    """Carry out commands that the files' check found good. Raises `PlayError` if one is refused."""
    for result in await commands.perform_many(work):
        if isinstance(result, Refusal):
            raise PlayError(f"{result.code}: {result.detail}")
