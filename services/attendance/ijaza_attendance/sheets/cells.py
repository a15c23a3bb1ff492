"""Cells of CSV: for spreadsheets, which run formulas, and for programs.

UTF-8 with a byte order mark, by which Excel knows it; lines end in CR LF (RFC 4180).
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from ijaza_attendance.sheets.headings import headings
from ijaza_attendance.sheets.words import Language

Separator = Literal["comma", "semicolon"]
"""What stands between cells: Excel takes a semicolon where that is Windows' list separator."""

_SEPARATORS: Mapping[Separator, str] = {"comma": ",", "semicolon": ";"}
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a formula begins, in full width too; apostrophes in front are counted in, for `guarded`."""

Value = str | int | None
Row = Mapping[str, Value]


def guarded(text: str) -> str:
    """A text that no spreadsheet runs, and from which the text can be had back.

    What begins like a formula, apostrophes in front left aside, gets an apostrophe: whoever takes
    one from in front of such a cell has the text, and a name like 'Abd stays as it is.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def written(
    names: Sequence[str], rows: Iterable[Row], language: Language, separator: Separator
) -> bytes:
    """The table; numbers stand as they are, texts are guarded."""
    text = io.StringIO(newline="")
    write = csv.writer(text, delimiter=_SEPARATORS[separator], lineterminator="\r\n")
    titles = headings(names, language)
    write.writerow([guarded(title.removeprefix("\0")) for title in titles])
    for row in rows:
        write.writerow([_cell(row.get(name)) for name in names])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Value) -> str | int:
    if value is None:
        return ""
    return guarded(value.replace("\0", "")) if isinstance(value, str) else value
