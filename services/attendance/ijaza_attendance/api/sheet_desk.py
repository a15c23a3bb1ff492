"""What the routes of sheets share: everybody's rows, the parts of a sheet, files as answers."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from fastapi import Response
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.references import References
from ijaza_runtime.store import Document, Store
from ijaza_runtime.web.known import document_of, programme_of

from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.sheets import Member
from ijaza_attendance.domain.state import State
from ijaza_attendance.domain.times import instant, seconds_of
from ijaza_attendance.handlers import EDITIONS, PEOPLE
from ijaza_attendance.press import Press
from ijaza_attendance.sheets.common import Extent
from ijaza_attendance.sheets.paper import Sheet
from ijaza_attendance.sheets.printed import printed
from ijaza_attendance.storage import COLLECTION, decode

_PAGE = 200
"""States that are held at once."""


class Row(Protocol):
    """A row is about somebody."""

    @property
    def member(self) -> Member: ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows `start` to `stop` of a sheet; whom the next part comes after, if there is one."""

    extent: Extent
    start: int
    stop: int
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetDesk:
    """Where sheets are made."""

    references: References
    store: Store
    clock: Callable[[], datetime]
    press: Press

    def now(self) -> int:
        """The time that a sheet is made at, in seconds since 1970."""
        return seconds_of(self.clock())

    async def programme(self, edition: str) -> Programme:
        """The edition. Raises `NotKnown`."""
        return await programme_of(edition, self.references, EDITIONS)

    async def person(self, edition: str, participant: str) -> tuple[State, Person | None]:
        """What is known of a participant. Raises `NotKnown`."""
        document = await document_of(participant, edition, self.store, COLLECTION)
        return decode(document.body), self.references.get(PEOPLE, participant)

    async def rows(
        self, programme: Programme, row: Callable[[State, Person | None], R | None]
    ) -> list[R]:
        """Everybody's rows, by badge number; made beside the thread that serves requests."""

        def made(documents: Sequence[Document]) -> list[R]:
            people = self.references
            found = (row(decode(each.body), people.get(PEOPLE, each.key)) for each in documents)
            return [each for each in found if each is not None]

        rows: list[R] = []
        after = ""
        while documents := await self.store.page(
            COLLECTION, scope=programme.edition, after=after, most=_PAGE
        ):
            rows += await asyncio.to_thread(made, documents)
            after = documents[-1].key
        rows.sort(key=lambda each: each.member.place)
        return rows

    async def pdf(
        self, make: Callable[[], Sheet], made_at: int, name: str, next_: str = ""
    ) -> Response:
        """A sheet as PDF. Raises `Refusal`."""
        sheets: list[Sheet] = []

        def whole() -> bytes:
            sheets.append(make())
            return printed(sheets[0], instant(made_at))

        content = await self.press.print(whole, lambda: sheets[0].texts)
        return _file(content, f"{name}.pdf", "application/pdf", next_)


def part_of(rows: Sequence[Row], after: str, most: int) -> Part:
    """So many rows after those of the person named. Raises `NotKnown` for one without a row."""
    start = 0
    if after:
        places = (at for at, row in enumerate(rows) if row.member.participant == after)
        before = next(places, None)
        if before is None:
            raise NotKnown(
                "participant-not-known",
                f"after: participant {after!r} has no row on this sheet: send the header "
                "Ijaza-Next of the part before as it came",
            )
        start = before + 1
    stop = min(start + most, len(rows))
    next_ = rows[stop - 1].member.participant if start < stop < len(rows) else ""
    return Part(Extent(start + 1, stop, len(rows)), start, stop, next_)


def as_table(content: bytes, name: str, next_: str = "") -> Response:
    """A table as CSV."""
    return _file(content, f"{name}.csv", "text/csv; charset=utf-8", next_)


def _file(content: bytes, name: str, media_type: str, next_: str) -> Response:
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", name)
    headers = {"Content-Disposition": f'inline; filename="{safe}"'}
    if next_:
        headers["Ijaza-Next"] = next_
    return Response(content, media_type=media_type, headers=headers)
