"""A CSV file of an edition, read row by row with the line, column and value of every fault.

"CSV is UTF-8 (a BOM and either line ending are accepted), comma-separated with a header row;
unknown columns of files other than applicants.csv are named in a warning and ignored; a missing
column or a bad cell is an error" (formats.md).
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .faults import Faults
from .scalars import CONTROL, LINE_BREAK, Parser, did_you_mean

LONGEST_LINE = 1024 * 1024
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Row(NamedTuple):
    """A row's values in the order of the parsers; None stands for a bad cell."""

    line: int
    values: list[Any]
    good: bool
    cells: list[str]


class Record(NamedTuple):
    """The cells between two row ends, and the lines from and to which they stand."""

    start: int
    end: int
    cells: list[str]


Plan = list[tuple[int | None, Parser]]
"""For each value the place of its cell, None where the file does not have the column."""


class Table:
    """A CSV file. `columns` is its header; empty where the file cannot be read as a table.

    `has_lost_rows` is set once rows could not be told apart: what they name is then not known.
    `required` columns must be there, `optional` ones may. Any other column is taken too where
    `further` is set, and otherwise warned of. Cells of `prose` columns may have line breaks.
    """

    def __init__(
        self,
        path: Path,
        faults: Faults,
        warnings: Faults,
        *,
        required: Sequence[str],
        optional: Sequence[str] = (),
        further: bool = False,
        prose: Callable[[str], bool] = lambda _column: False,
    ) -> None:
        self.file = path.name
        self.columns: tuple[str, ...] = ()
        self.has_lost_rows = False
        self._faults = faults
        self._warnings = warnings
        self._path = path
        self._prose = prose
        self._odd_lines: set[int] = set()
        self._records = self._read()
        header = next(self._records, None)
        if header is None and not self.has_lost_rows:
            self._lose(1, "", f"a header row with the columns {', '.join(required)}")
        elif header is not None and self._is_good_header(header, required, optional, further):
            self.columns = tuple(header.cells)
        else:
            self.has_lost_rows = True

    def refuse(self, row: Row, column: str, expected: str) -> None:
        """Note what is wrong with a cell of a row."""
        self._fault(row.line, column, row.cells[self.columns.index(column)], expected)

    def _fault(self, line: int, column: str, value: str, expected: str) -> None:
        self._faults.add(self.file, line, column, value, expected)

    def _lose(self, line: int, value: str, expected: str) -> None:
        self.has_lost_rows = True
        self._fault(line, "", value, expected)

    def rows(self, parsers: Mapping[str, Parser]) -> Iterator[Row]:
        """Every row, parsed; a column that the file does not have gives an empty text."""
        if not self.columns:
            return
        places = {name: place for place, name in enumerate(self.columns)}
        plan: Plan = [(places.get(name), parse) for name, parse in parsers.items()]
        quick = [(place, parse) for place, parse in plan if place is not None]
        is_whole, width, odd_lines = len(quick) == len(plan), len(self.columns), self._odd_lines
        for record in self._records:
            start, end, cells = record
            if is_whole and len(cells) == width and start == end and start not in odd_lines:
                try:
                    values = [parse(cells[place]) for place, parse in quick]
                    yield Row(start, values, True, cells)
                    continue
                except ValueError:
                    pass  # the slow way below says of which cells
            if not any(cells):
                self._warnings.add(self.file, start, "", "", "a row; this one is empty and ignored")
            elif self._has_right_width(record):
                yield self._row(record, plan)

    def _row(self, record: Record, plan: Plan) -> Row:
        """A row of which something may be wrong, cell by cell."""
        bad = self._odd_cells(record)
        values: list[Any] = []
        for place, parse in plan:
            value = "" if place is None else None
            if place is not None and place not in bad:
                cell = record.cells[place]
                try:
                    value = parse(cell)
                except ValueError as error:
                    self._fault(record.start, self.columns[place], cell, str(error))
                    bad.add(place)
            values.append(value)
        return Row(record.start, values, not bad, record.cells)

    def _odd_cells(self, record: Record) -> set[int]:
        """The places of cells with characters that no cell may have."""
        if record.start == record.end and record.start not in self._odd_lines:
            return set()
        bad = set()
        for place, cell in enumerate(record.cells):
            column = self.columns[place] if self.columns else ""
            expected = _oddity(cell, prose=self._prose(column))
            if expected:
                self._fault(record.start, column, cell, expected)
                bad.add(place)
        return bad

    def _has_right_width(self, record: Record) -> bool:
        width, found = len(self.columns), len(record.cells)
        if found == width:
            return True
        hint = "put quotes around a text with commas" if found > width else "cells are missing"
        expected = f"{width} cells, as the header has; {found} stand here: {hint}"
        self._lose(record.start, ",".join(record.cells), expected)
        return False

    def _is_good_header(
        self, header: Record, required: Sequence[str], optional: Sequence[str], further: bool
    ) -> bool:
        if self._odd_cells(header):
            return False
        cells, known = header.cells, (*required, *optional)
        if len(cells) == 1 and (other := [mark for mark in ";\t|" if mark in cells[0]]):
            self._fault(header.start, "", cells[0], f"commas between cells, not {other[0]!r}")
            return False
        repeated = [name for name, count in Counter(cells).items() if count > 1 and name]
        for name in repeated:
            self._fault(header.start, name, name, "each column once in the header")
        missing = [name for name in required if name not in cells]
        for name in missing:
            hint = did_you_mean(name, [cell for cell in cells if cell not in known])
            expected = f"a column {name}; the header does not have it"
            self._fault(header.start, name, ",".join(cells), expected + hint)
        unnamed = further and "" in cells
        if unnamed:
            self._fault(header.start, "", ",".join(cells), "a name for every column of the header")
        if not further:
            for name in dict.fromkeys(cell for cell in cells if cell not in known):
                expected = f"one of the columns {', '.join(known)}; this one is ignored"
                self._warnings.add(self.file, header.start, name, name, expected)
        return not (repeated or missing or unnamed)

    def _read(self) -> Iterator[Record]:
        """The records of the file that are not blank lines."""
        reader = csv.reader(self._lines(), strict=True)
        start = 1
        while True:
            try:
                for cells in reader:
                    if cells:
                        yield Record(start, reader.line_num, cells)
                    start = reader.line_num + 1
                return
            except csv.Error as error:
                if "field larger" in str(error):
                    self._lose(start, "", "cells of at most 131072 characters; is a quote open?")
                    return
                expected = f"cells with commas between them, quoted as CSV has it ({error})"
                self._lose(start, "", expected)
                start = reader.line_num + 1
            except OSError as error:
                self._lose(0, "", f"a file that can be read: {error.strerror}")
                return

    def _lines(self) -> Iterator[str]:
        """The lines of the file; those with characters to look at are remembered.

        Bytes that are no UTF-8 are kept as lone surrogates, so that the cell is found that has
        them.
        """
        with self._path.open("rb") as file:
            number = 0
            while raw := file.readline(LONGEST_LINE):
                number += 1
                if number == 1:
                    if raw.startswith(UTF_16):
                        self._lose(1, "", "text in UTF-8; this is UTF-16, save it as CSV UTF-8")
                        return
                    raw = raw.removeprefix(b"\xef\xbb\xbf")
                if len(raw) == LONGEST_LINE:
                    self._lose(number, "", f"lines shorter than {LONGEST_LINE} bytes")
                    return
                line = raw.decode("utf-8", "surrogateescape")
                if not line.rstrip("\r\n").isprintable():
                    self._odd_lines.add(number)
                yield line


def _oddity(cell: str, *, prose: bool) -> str:
    """What is wrong with the characters of a cell, or nothing."""
    if any("\ud800" <= character <= "\udfff" for character in cell):
        return "text in UTF-8; save the file as CSV UTF-8, not in Windows-1256 or another encoding"
    if CONTROL.search(cell):
        return "visible characters; control characters are not allowed"
    if not prose and LINE_BREAK.search(cell):
        return "a value on one line, without line breaks and tabs"
    return ""
