"""The sheet of a module, as pages to sign."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.sheets import ModuleRow, SessionRow, permille, sittings_of, totals_of
from ijaza_attendance.sheets.common import (
    Extent,
    counted,
    extent_fact,
    foot_of,
    name_cell,
    number_cell,
    texts_of,
)
from ijaza_attendance.sheets.paper import Cell, Column, Line, Sheet, Table
from ijaza_attendance.sheets.writing import Writing

_SESSIONS_ABREAST = 9
"""Sessions side by side on a page of A4 across, with room for names and signatures."""


def module_sheet(
    rows: Sequence[ModuleRow],
    programme: Programme,
    module: str,
    writing: Writing,
    extent: Extent,
    made_at: int,
) -> Sheet:
    """The sheet of a module: a column for each session, in several tables where there are many.

    The last has the sums and the place to sign.
    """
    words = writing.words
    sittings = sittings_of(module, programme)
    parts = _parts(len(sittings))
    title = writing.title(programme.module_titles.get(module, {}), module)
    return Sheet(
        kind=words.module_sheet,
        title=writing.title(programme.title, programme.edition),
        running=writing.joined(writing.title(programme.title), module, title),
        facts=[
            (words.edition, Line(programme.edition)),
            (words.module, Line(writing.joined(module, title), direction=writing.direction)),
            *_asked(programme, writing),
            *extent_fact(extent, writing),
        ],
        tables=[
            Table(
                columns=_module_columns(sittings[part.start : part.stop], writing, last=last),
                rows=[_module_cells(row, part, writing, last=last) for row in rows],
                heading=""
                if len(parts) == 1
                else words.part.format(
                    first=writing.digits(str(part.start + 1)),
                    last=writing.digits(str(part.stop)),
                    all=writing.digits(str(len(sittings))),
                ),
                tall=True,
                empty=words.nobody,
            )
            for part in parts
            for last in [part is parts[-1]]
        ],
        totals=_module_totals(rows, sittings, writing) if extent.whole else [],
        foot=[*foot_of(programme, writing, made_at), words.corrected_mark],
        page_words=words.page,
        language=writing.language,
        indic=writing.indic,
        landscape=True,
        texts=dict(texts_of(row.member, row.sessions) for row in rows),
    )


def _asked(programme: Programme, writing: Writing) -> list[tuple[str, Line]]:
    """What the certificate asks of a module, as the edition says it."""
    words, asked = writing.words, programme.asked
    bounds = []
    if asked.min_percent is not None:
        percent = writing.digits(f"{asked.min_percent.normalize():f}")
        bounds.append(words.asked_percent.format(percent=percent))
    if asked.min_hours is not None:
        hours = writing.digits(f"{asked.min_hours.normalize():f}")
        bounds.append(words.asked_hours.format(hours=hours))
    if not bounds:
        return []
    said = bounds[0]
    if len(bounds) > 1:
        said = words.asked_both.format(one=bounds[0], other=bounds[1])
    return [(words.asked, Line(f"{said}. {words.asked_decided}"))]


def _parts(sessions: int) -> list[range]:
    """Sessions in tables of about the same width; one table if there are none."""
    tables = max(1, -(-sessions // _SESSIONS_ABREAST))
    ends = [sessions * part // tables for part in range(tables + 1)]
    return [range(start, end) for start, end in pairwise(ends)]


def _module_columns(sittings: Iterable[Sitting], writing: Writing, *, last: bool) -> list[Column]:
    words = writing.words
    columns = [Column(words.number, 12, centred=True), Column(words.name, 0)]
    for sitting in sittings:
        state = words.standings["not-held"] if sitting.cancelled else writing.clock(sitting.start)
        below = (writing.short_day(sitting.start), state)
        columns.append(Column(sitting.session, 16, centred=True, below=below))
    if last:
        columns += [
            Column(words.attended, 17, centred=True),
            Column(words.scheduled, 17, centred=True),
            Column(words.share, 16, centred=True),
            Column(words.signature, 32),
        ]
    return columns


def _module_cells(row: ModuleRow, part: range, writing: Writing, *, last: bool) -> list[Cell]:
    name = name_cell(row.member, writing)
    if row.member.withdrawn:
        name.append(Line(writing.words.withdrawn, "small"))
    cells: list[Cell] = [number_cell(row.member, writing), name]
    cells += [_session_cell(row.sessions[index], writing) for index in part]
    if last:
        share = permille(row.attended_seconds, row.scheduled_seconds)
        cells += [
            [Line(writing.span(row.attended_seconds), "strong")],
            [Line(writing.span(row.scheduled_seconds))],
            [Line(writing.share(share))],
            None,
        ]
    return cells


def _session_cell(row: SessionRow, writing: Writing) -> list[Line]:
    if row.standing == "not-held":
        return [Line("–")]
    if row.standing == "expected":
        return []
    lines = [Line(counted(row, writing))]
    return [Line(writing.words.excused, "small"), *lines] if row.excuses else lines


def _module_totals(
    rows: Sequence[ModuleRow], sittings: Sequence[Sitting], writing: Writing
) -> list[tuple[str, str]]:
    """How many were present at each session, and the hours of all."""
    words = writing.words
    present = [
        totals_of(row.sessions[index] for row in rows).standings.get("present", 0)
        for index in range(len(sittings))
    ]
    return [
        (words.people, writing.digits(str(len(rows)))),
        (
            words.standings["present"],
            writing.digits(" · ".join(map(str, present))) if present else "–",
        ),
        (words.total, writing.span(sum(row.attended_seconds for row in rows))),
    ]
