"""The files of facts: results.csv and scans.csv."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .faults import Faults
from .model import Result, Scan
from .people import member
from .scalars import Parser, decimal, identifier, known_as, moment, one_of, remembering, whole
from .table import Row, Table

RESULTS_CSV = "results.csv"
SCANS_CSV = "scans.csv"
MOST_ATTEMPTS = 1000
MOST_SEQ = 10**15 - 1
ROWS_PER_REPORT = 10_000

Attempt = tuple[str, str, int]
"""A participant's ref, a module and the number of the attempt at its test."""


class Results(NamedTuple):
    """What results.csv says: each attempt once, and the line of every attempt that it names.

    `is_whole` tells whether it can be told which attempts there are.
    """

    results: tuple[Result, ...] = ()
    attempts: Mapping[Attempt, int] = {}
    is_whole: bool = True


def read_results(
    path: Path,
    zone: ZoneInfo,
    refs: Collection[str] | None,
    max_scores: Mapping[str, Decimal | None] | None,
    faults: Faults,
    warnings: Faults,
) -> Results:
    """Read results.csv. `max_scores` has each module's highest score, None where it has no test.

    "A score outside 0…max_score […] and a second row with another score or taken_at for the same
    attempt are bad cells; an identical row is one."
    """
    if not path.exists():
        return Results()
    parsers: dict[str, Parser] = {
        "participant": member(refs),
        "module": tested_module(max_scores),
        "attempt": whole(1, MOST_ATTEMPTS),
        "score": decimal(),
        "taken_at": moment(zone),
    }
    table = Table(path, faults, warnings, required=tuple(parsers))
    lines: dict[Attempt, int] = {}
    found: dict[Attempt, Result] = {}
    is_whole = True
    for row in table.rows(parsers):
        attempt: Attempt = (row.values[0], row.values[1], row.values[2])
        if None in attempt:
            is_whole = False
            continue
        lines.setdefault(attempt, row.line)
        highest = max_scores.get(attempt[1]) if max_scores else None
        score = row.values[3]
        if highest is not None and score is not None and score > highest:
            table.refuse(row, "score", f"a score from 0 to {highest}, the max_score")
        elif row.good:
            result = Result(*row.values)
            _compare(table, row, result, found.setdefault(attempt, result), lines[attempt])
    return Results(tuple(found.values()), lines, is_whole and not table.has_lost_rows)


def _compare(table: Table, row: Row, result: Result, first: Result, line: int) -> None:
    """Note what differs between a row and the first one of its attempt."""
    if result.score != first.score:
        expected = f"one score for an attempt; line {line} says {first.score}"
        table.refuse(row, "score", f"{expected}. Correct it in corrections.csv")
    if result.taken_at != first.taken_at:
        table.refuse(row, "taken_at", f"one time for an attempt; line {line} says another")


def tested_module(max_scores: Mapping[str, Decimal | None] | None) -> Parser:
    """A parser of modules that have a test."""
    if max_scores is None:
        return identifier
    known = known_as("a module of edition.yaml", max_scores)

    def parse(value: str) -> str:
        if max_scores.get(known(value)) is None:
            raise ValueError("a module with a test; in edition.yaml this one has none")
        return value

    return parse


def read_scans(
    path: Path,
    zone: ZoneInfo,
    sessions: Collection[str] | None,
    faults: Faults,
    warnings: Faults,
    *,
    on_scan: Callable[[Scan], None] | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> tuple[int, datetime | None]:
    """Read scans.csv without keeping it; the number of its rows, and the latest time in it.

    `on_scan` is called with each good row in the order of the file, `on_progress` with the
    number of rows read since it was called last, now and then and at the end.
    """
    if not path.exists():
        return 0, None
    parsers: dict[str, Parser] = {
        "scan_id": identifier,
        "device": remembering(identifier),
        "participant": remembering(identifier),
        "session": remembering(_session_or_nothing(sessions)),
        "direction": one_of("in", "out"),
        "at": remembering(moment(zone)),
        "seq": whole(0, MOST_SEQ),
    }
    table = Table(path, faults, warnings, required=tuple(parsers))
    count = 0
    latest: datetime | None = None
    for count, (_, values, good, _) in enumerate(table.rows(parsers), start=1):
        if good:
            when = values[5]
            if latest is None or when > latest:
                latest = when
            if on_scan:
                on_scan(Scan(*values))
        if on_progress and not count % ROWS_PER_REPORT:
            on_progress(ROWS_PER_REPORT)
    if on_progress and count % ROWS_PER_REPORT:
        on_progress(count % ROWS_PER_REPORT)
    return count, latest


def _session_or_nothing(sessions: Collection[str] | None) -> Parser:
    if sessions is None:
        return lambda value: value
    expected = "a session of edition.yaml, or nothing"
    return known_as(expected, frozenset({*sessions, ""}))
