"""Comparing what a run left in OUT with what the oracle expects, as multisets of rows."""

import csv
from collections import Counter
from pathlib import Path

from tests.oracle.oracle import expected

PROSE = {"reason", "detail"}

Rows = Counter[tuple[tuple[str, str], ...]]


def differences(edition: Path, out: Path) -> dict[str, tuple[Rows, Rows]]:
    """For each file that differs: the rows that are missing, and those that are too many."""
    found = {}
    for name, rows in expected(edition).items():
        want, have = _counted(rows), _counted(_read(out, name))
        if want != have:
            found[name] = (want - have, have - want)
    return found


def _read(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if name != "certificates":
        return rows
    return [
        {"participant": row["participant"], "certificate": row["certificate"]}
        for row in rows
        if row["status"] == "valid"
    ]


def _counted(rows: list[dict[str, str]]) -> Rows:
    return Counter(
        tuple(sorted((key, value) for key, value in row.items() if key not in PROSE))
        for row in rows
    )
