"""Small editions written by hand: one module in Cairo, unless a test says otherwise."""

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path

Cells = tuple[object, ...]
Rows = dict[str, list[dict[str, str]]]
Play = Callable[..., Rows]

COLUMNS = {
    "applicants": "ref organisation seniority field_related applied_at",
    "decisions": "participant decision at",
    "scans": "scan_id participant session direction at seq",
    "results": "participant module attempt score taken_at",
    "corrections": "kind participant target value at",
    "approvals": "participant actor at",
}
DAY = {"id": "d1", "start": "2019-12-15T16:00", "end": "2019-12-15T20:00"}
ROSTER: list[Cells] = [("P", "moi", "mid", "yes", "2019-10-01T10:00")]


def write_small_edition(
    directory: Path, edition: Mapping[str, object], files: Mapping[str, list[Cells]]
) -> None:
    """Writes what decides numbers, no more: not a complete edition, but enough for the oracle.

    `edition` replaces keys of edition.yaml; `files` gives rows in the order of COLUMNS.
    """
    tree = {
        "timezone": "Africa/Cairo",
        "modules": [{"id": "m1", "sessions": [DAY]}],
        "certificates": [{"id": "certificate"}],
        **edition,
    }
    # JSON is YAML too, and leaves no doubt about indentation.
    (directory / "edition.yaml").write_text(json.dumps(tree), encoding="utf-8")
    contents: dict[str, list[Cells]] = {"applicants": ROSTER, **files}
    for name, rows in contents.items():
        header = [*COLUMNS[name].split(), "device"]
        with (directory / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *([*row, "k1"] for row in rows)])


def two_applicants(second: str) -> list[Cells]:
    """Two applicants, "1" before the other."""
    return [
        ("1", "x", "mid", "yes", "2019-10-01T01:00"),
        (second, "x", "mid", "yes", "2019-10-01T02:00"),
    ]


def selection_rules(capacity: int, *, prefer: bool = False) -> dict[str, object]:
    """A `selection` for the field-related, with or without classes of seniority."""
    classes = [{"column": "seniority", "order": [["senior", "mid"], ["junior"]]}]
    return {
        "capacity": str(capacity),
        "require": {"field_related": ["yes"]},
        "prefer": classes if prefer else [],
    }


def cells(rows: Rows, name: str, *columns: str) -> list[tuple[str, ...]]:
    """The cells of the named columns, the rows of reviews sorted, for their order is free."""
    chosen = [tuple(row[column] for column in columns) for row in rows[name]]
    return sorted(chosen) if name == "review" else chosen


def attended(rows: Rows) -> list[tuple[str, ...]]:
    """(scheduled, attended) minutes, row by row."""
    return cells(rows, "attendance", "scheduled_minutes", "attended_minutes")
