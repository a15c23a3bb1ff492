"""Rows of an edition as CSV files."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from ijaza_local.files import Applicant
from ijaza_local.files.people import NAMED

from .times import LocalTimes

COLUMNS = {
    "applicants": (
        *("ref", "name_en", "name_ar", "email", "organisation", "organisation_type", "country"),
        *("seniority", "field_related", "applied_at", "nominated_by"),
    ),
    "decisions": ("participant", "decision", "at", "actor", "reason"),
    "scans": ("scan_id", "device", "participant", "session", "direction", "at", "seq"),
    "results": ("participant", "module", "attempt", "score", "taken_at"),
    "corrections": ("kind", "participant", "target", "value", "actor", "reason", "at"),
    "approvals": ("participant", "actor", "at"),
    "partners": ("id", "name_en", "name_ar", "kind", "country"),
}


class Writer:
    """Writes files of an edition into a folder, row by row, and says how many rows it wrote."""

    def __init__(self, folder: Path, timezone: str, on_progress: Callable[[int], None]) -> None:
        self._folder = folder
        self._times = LocalTimes(timezone)
        self._on_progress = on_progress

    def write(
        self, kind: str, pages: Iterable[Iterable[object]], further: Iterable[str] = ()
    ) -> None:
        """Write a file from pages of rows: tuples of cells, or the dataclasses of its rows.

        `further` columns come after those of every edition.
        """
        header = tuple(dict.fromkeys((*COLUMNS[kind], *further)))
        with (self._folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            for page in pages:
                rows = [row if isinstance(row, tuple) else self._cells(row, header) for row in page]
                writer.writerows(rows)
                self._on_progress(len(rows))

    def _cells(self, row: object, columns: Sequence[str]) -> tuple[object, ...]:
        if isinstance(row, Applicant):
            known = {**row.attributes, **{name: getattr(row, name) for name in NAMED}}
            return tuple(self._cell(known[column]) for column in columns)
        return tuple(self._cell(getattr(row, column)) for column in columns)

    def _cell(self, value: object) -> object:
        match value:
            case datetime():
                return self._times.of(value)
            case Decimal():
                return f"{value:f}"
            case _:
                return value
