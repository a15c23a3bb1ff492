"""Attendance sheets: of a session, of a module, and of one person with the evidence."""

import asyncio
from collections.abc import Collection
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.web import Role, require
from ijaza_runtime.web.fields import EditionPath, ParticipantId, ParticipantPath

from ijaza_attendance.api.sheet_desk import SheetDesk, as_table, part_of
from ijaza_attendance.domain.evidence import record_of
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.sheets import (
    ModuleRow,
    SessionRow,
    module_row,
    session_row,
    totals_of,
)
from ijaza_attendance.sheets import tables
from ijaza_attendance.sheets.cells import Separator
from ijaza_attendance.sheets.module import module_sheet
from ijaza_attendance.sheets.paper import Sheet
from ijaza_attendance.sheets.record import record_sheet
from ijaza_attendance.sheets.session import session_sheet
from ijaza_attendance.sheets.words import Language
from ijaza_attendance.sheets.writing import writing_of

MOST = 5_000
"""People on one sheet."""

Lang = Annotated[Language, Query(description="The language of the sheet.")]
Between = Annotated[Separator, Query(description="What stands between the cells of a row.")]
Blank = Annotated[bool, Query(description="Without times, to be signed.")]
After = Annotated[
    Literal[""] | ParticipantId, Query(description="The last person of the part before.")
]
Most = Annotated[int, Query(ge=1, le=MOST, description="People in this part.")]
SessionPath = Annotated[str, Path(min_length=1, max_length=200, description="The session's id.")]
ModulePath = Annotated[str, Path(min_length=1, max_length=200, description="The module's id.")]

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_AS_PDF: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"description": "Pages of A4", "content": {"application/pdf": _BINARY}}},
}
_AS_CSV: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"description": "A table", "content": {"text/csv": _BINARY}}},
}


def router(desk: SheetDesk) -> APIRouter:
    """The routes of sheets."""
    routes = APIRouter(
        prefix="/editions/{edition}",
        tags=["sheets"],
        dependencies=[Depends(require(Role.OFFICE, Role.AUDITOR))],
    )
    _of_sessions(routes, desk)
    _of_modules(routes, desk)
    _of_people(routes, desk)
    return routes


def _of_sessions(routes: APIRouter, desk: SheetDesk) -> None:
    async def found(edition: str, session: str, now: int) -> tuple[Programme, list[SessionRow]]:
        programme = await desk.programme(edition)
        _check(session, programme.sittings, "session", edition)
        return programme, await desk.rows(
            programme, lambda state, person: session_row(state, programme, person, session, now)
        )

    @routes.get("/sessions/{session}/sheet.pdf", summary="A session's sheet to sign", **_AS_PDF)
    async def session_pdf(
        edition: EditionPath,
        session: SessionPath,
        lang: Lang = "en",
        blank: Blank = False,
        after: After = "",
        participants: Most = MOST,
    ) -> Response:
        """Who came when, what counts, and where to sign; A4, PDF/UA-1.

        By badge number. The header `Ijaza-Next` is what to send as `after` for what follows; it
        is missing at the end. Totals are those of everybody.
        """
        now = desk.now()
        programme, rows = await found(edition, session, now)
        part = part_of(rows, after, participants)

        def make() -> Sheet:
            return session_sheet(
                rows[part.start : part.stop],
                totals_of(rows),
                programme,
                programme.sittings[session],
                writing_of(programme, lang),
                part.extent,
                now,
                blank=blank,
            )

        return await desk.pdf(make, now, f"attendance-{edition}-{session}-{lang}", part.next)

    @routes.get("/sessions/{session}/sheet.csv", summary="A session's sheet as a table", **_AS_CSV)
    async def session_csv(
        edition: EditionPath,
        session: SessionPath,
        lang: Lang = "en",
        separator: Between = "comma",
        blank: Blank = False,
        after: After = "",
        participants: Most = MOST,
    ) -> Response:
        """The rows of the sheet, with seconds. Columns have their English names for programs."""
        programme, rows = await found(edition, session, desk.now())
        part = part_of(rows, after, participants)
        table = await asyncio.to_thread(
            tables.session_csv,
            rows[part.start : part.stop],
            programme,
            programme.sittings[session],
            writing_of(programme, lang),
            separator,
            blank=blank,
        )
        return as_table(table, f"attendance-{edition}-{session}-{lang}", part.next)


def _of_modules(routes: APIRouter, desk: SheetDesk) -> None:
    async def found(edition: str, module: str, now: int) -> tuple[Programme, list[ModuleRow]]:
        programme = await desk.programme(edition)
        _check(module, programme.modules, "module", edition)
        return programme, await desk.rows(
            programme, lambda state, person: module_row(state, programme, person, module, now)
        )

    @routes.get("/modules/{module}/sheet.pdf", summary="A module's sheet to sign", **_AS_PDF)
    async def module_pdf(
        edition: EditionPath,
        module: ModulePath,
        lang: Lang = "en",
        after: After = "",
        participants: Most = MOST,
    ) -> Response:
        """Each person's time in each session of the module, with sums and where to sign.

        Parts as of a session's sheet.
        """
        now = desk.now()
        programme, rows = await found(edition, module, now)
        part = part_of(rows, after, participants)

        def make() -> Sheet:
            shown, writing = rows[part.start : part.stop], writing_of(programme, lang)
            return module_sheet(shown, programme, module, writing, part.extent, now)

        return await desk.pdf(make, now, f"attendance-{edition}-{module}-{lang}", part.next)

    @routes.get("/modules/{module}/sheet.csv", summary="A module's sheet as a table", **_AS_CSV)
    async def module_csv(
        edition: EditionPath,
        module: ModulePath,
        lang: Lang = "en",
        separator: Between = "comma",
        after: After = "",
        participants: Most = MOST,
    ) -> Response:
        """The rows of the sheet, with seconds under the ids of the sessions."""
        programme, rows = await found(edition, module, desk.now())
        part = part_of(rows, after, participants)
        table = await asyncio.to_thread(
            tables.module_csv,
            rows[part.start : part.stop],
            programme,
            module,
            writing_of(programme, lang),
            separator,
        )
        return as_table(table, f"attendance-{edition}-{module}-{lang}", part.next)


def _of_people(routes: APIRouter, desk: SheetDesk) -> None:
    of_person = "/participants/{participant}/attendance"

    @routes.get(of_person + ".pdf", summary="One person's attendance as pages", **_AS_PDF)
    async def record_pdf(
        edition: EditionPath, participant: ParticipantPath, lang: Lang = "en"
    ) -> Response:
        """Each session with its seconds and every scan, correction, excuse and verdict."""
        now = desk.now()
        programme = await desk.programme(edition)
        state, person = await desk.person(edition, participant)

        def make() -> Sheet:
            record = record_of(state, programme, person, now)
            return record_sheet(record, programme, writing_of(programme, lang), now)

        return await desk.pdf(make, now, f"attendance-{edition}-{participant}-{lang}")

    @routes.get(of_person + ".csv", summary="One person's attendance as a table", **_AS_CSV)
    async def record_csv(
        edition: EditionPath,
        participant: ParticipantPath,
        lang: Lang = "en",
        separator: Between = "comma",
    ) -> Response:
        """A row for each module, each session, and each piece of evidence."""
        programme = await desk.programme(edition)
        state, person = await desk.person(edition, participant)
        record = record_of(state, programme, person, desk.now())
        table = tables.record_csv(record, programme, writing_of(programme, lang), separator)
        return as_table(table, f"attendance-{edition}-{participant}-{lang}")


def _check(named: str, known: Collection[str], what: str, edition: str) -> None:
    if named not in known:
        raise NotKnown(
            f"{what}-not-known",
            f"{what} {named!r} is not in edition {edition}: expected one of {', '.join(known)}",
        )
