"""The sheet of a session, as pages to sign."""

from collections.abc import Sequence
from typing import get_args

from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.sheets import Member, SessionRow, Standing, Totals
from ijaza_attendance.sheets.common import (
    Extent,
    counted,
    extent_fact,
    foot_of,
    name_cell,
    notices_of,
    number_cell,
    texts_of,
)
from ijaza_attendance.sheets.paper import Cell, Column, Line, Sheet, Table
from ijaza_attendance.sheets.writing import Writing

_LONGEST_REASON = 120
"""Characters of a reason on a row to sign; the whole is on the person's own record."""
_ALWAYS: tuple[Standing, ...] = ("present", "excused", "absent")


def session_sheet(
    rows: Sequence[SessionRow],
    totals: Totals,
    programme: Programme,
    sitting: Sitting,
    writing: Writing,
    extent: Extent,
    made_at: int,
    *,
    blank: bool = False,
) -> Sheet:
    """The sheet of a session; a blank one has names and places to sign, and no times."""
    words = writing.words
    if blank:
        columns = [
            Column(words.number, 12, centred=True),
            Column(words.name, 0),
            Column(words.arrival, 18, centred=True),
            Column(words.signature_in, 42),
            Column(words.departure, 18, centred=True),
            Column(words.signature_out, 42),
        ]
        cells = [_blank_cells(row.member, writing) for row in rows]
    else:
        columns = [
            Column(words.number, 12, centred=True),
            Column(words.name, 0),
            Column(words.arrival, 14, centred=True),
            Column(words.departure, 14, centred=True),
            Column(words.inside, 17, centred=True),
            Column(words.changes, 34),
            Column(words.remarks, 26),
            Column(words.signature, 32),
        ]
        cells = [_session_cells(row, writing) for row in rows]
    module = writing.title(sitting.title, sitting.module)
    corrected = any(row.source == "correction" for row in rows)
    return Sheet(
        kind=words.session_sheet,
        title=writing.title(programme.title, programme.edition),
        running=writing.joined(
            writing.title(programme.title), sitting.session, writing.day(sitting.start)
        ),
        facts=[
            (words.edition, Line(programme.edition)),
            (
                words.module,
                Line(writing.joined(sitting.module, module), direction=writing.direction),
            ),
            (words.session, Line(sitting.session)),
            (words.day, Line(writing.day(sitting.start))),
            (
                words.hours,
                Line(writing.joined(writing.hours(sitting), writing.span(sitting.scheduled))),
            ),
            *extent_fact(extent, writing),
        ],
        notices=notices_of(sitting, writing),
        tables=[Table(columns, cells, tall=True, empty=words.nobody)],
        totals=[] if blank or not totals.people else _totals(totals, writing),
        foot=[
            *foot_of(programme, writing, made_at),
            *([words.corrected_mark] if corrected and not blank else []),
        ],
        page_words=words.page,
        language=writing.language,
        indic=writing.indic,
        texts=dict(texts_of(row.member, [row]) for row in rows),
    )


def _blank_cells(member: Member, writing: Writing) -> list[Cell]:
    name = name_cell(member, writing)
    if member.withdrawn:
        name.append(Line(writing.words.withdrawn, "strong"))
    return [number_cell(member, writing), name, (), None, (), None]


def _session_cells(row: SessionRow, writing: Writing) -> list[Cell]:
    return [
        number_cell(row.member, writing),
        name_cell(row.member, writing),
        _clock(row.visit.arrival, writing),
        _clock(row.visit.departure, writing),
        [] if row.standing == "expected" else [Line(counted(row, writing))],
        _changes(row, writing),
        _remarks(row, writing),
        None,
    ]


def _clock(seconds: int | None, writing: Writing) -> list[Line]:
    return [] if seconds is None else [Line(writing.clock(seconds))]


def _changes(row: SessionRow, writing: Writing) -> list[Line]:
    lines: list[Line] = []
    if row.correction is not None:
        said = writing.words.corrected.format(time=writing.span(row.correction.minutes * 60))
        lines.append(Line(said))
        lines += _said(row.correction.actor, row.correction.reason)
    for excuse in row.excuses:
        lines.append(Line(writing.words.excused))
        lines += _said(excuse.actor, excuse.reason)
    return lines


def _said(actor: str, reason: str) -> list[Line]:
    short = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"
    return [Line(actor, "small"), Line(short, "small")]


def _remarks(row: SessionRow, writing: Writing) -> list[Line]:
    words = writing.words
    lines = []
    if row.member.withdrawn:
        lines.append(Line(words.withdrawn, "strong"))
    if row.standing == "absent":
        lines.append(Line(words.standings["absent"]))
    if row.open_items:
        lines.append(Line(f"{words.review}:", "small"))
        lines += [Line(words.kinds[kind], "small") for kind in row.open_items]
    return lines


def _totals(totals: Totals, writing: Writing) -> list[tuple[str, str]]:
    """Everybody by standing; of a session that was held, none of the first three is left out."""
    words, counts = writing.words, totals.standings
    named = () if "not-held" in counts else _ALWAYS
    return [
        (words.people, writing.digits(str(totals.people))),
        *(
            (words.standings[each], writing.digits(str(counts.get(each, 0))))
            for each in get_args(Standing)
            if each in named or each in counts
        ),
        (words.total, writing.span(totals.seconds)),
    ]
