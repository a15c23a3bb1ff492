"""A sheet as it is handed to the printer: what stands where, and in which direction."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ijaza_attendance.printing import plain

_LONGEST_WORD = 18
"""Characters of a word that the column of names can hold."""

Style = Literal["", "small", "strong"]
Direction = Literal["ltr", "rtl"]


class Line(NamedTuple):
    """One line of a cell. A direction that is not given is that of its first strong letter."""

    text: str
    style: Style = ""
    direction: Direction | None = None


Cell = Sequence[Line] | None
"""Lines one below the other; None is a place to sign."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading; `width` in millimetres, 0 takes what is left. Narrow ones are centred."""

    heading: str
    width: int
    centred: bool = False
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table under a heading, which may be empty; notes stand between the two.

    `tall` rows have room for a signature.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    heading: str = ""
    notes: Sequence[str] = ()
    tall: bool = False
    empty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole document. `running` is repeated at the head of its further pages."""

    kind: str
    title: str
    running: str
    facts: Sequence[tuple[str, Line]]
    notices: Sequence[str] = ()
    tables: Sequence[Table]
    totals: Sequence[tuple[str, str]] = ()
    foot: Sequence[str]
    page_words: str
    language: Literal["en", "ar"]
    indic: bool
    landscape: bool = False
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What stands here of each participant, to name whose text cannot be printed."""


def direction_of(text: str) -> Direction:
    """The direction of the first strong letter; from left to right where there is none."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def data_of(sheet: Sheet) -> dict[str, Any]:
    """The sheet as its template reads it."""
    return {
        "language": sheet.language,
        "indic": sheet.indic,
        "landscape": sheet.landscape,
        "kind": plain(sheet.kind),
        "title": plain(sheet.title),
        "running": plain(sheet.running),
        "facts": [[plain(name), _line(value)] for name, value in sheet.facts],
        "notices": [_line(Line(each)) for each in sheet.notices],
        "tables": [_table(table) for table in sheet.tables],
        "totals": [[plain(name), plain(value)] for name, value in sheet.totals],
        "foot": " · ".join(plain(each) for each in sheet.foot),
        "page": sheet.page_words,
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "heading": plain(table.heading),
        "notes": [_line(Line(note)) for note in table.notes],
        "tall": table.tall,
        "empty": plain(table.empty),
        "columns": [
            {
                "width": column.width,
                "centred": column.centred,
                "heading": [_line(Line(text)) for text in (column.heading, *column.below)],
            }
            for column in table.columns
        ],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


def _cell(cell: Cell) -> list[list[str]] | None:
    return None if cell is None else _lines(cell)


def _lines(lines: Iterable[Line]) -> list[list[str]]:
    return [_line(line) for line in lines if line.text]


def _line(line: Line) -> list[str]:
    return [plain(line.text, _LONGEST_WORD), line.direction or direction_of(line.text), line.style]
