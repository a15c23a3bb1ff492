"""The random editions are what they claim: valid by formats.md, nasty, the same for a seed."""

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle.oracle import expected
from tests.oracle.random_editions import COLUMNS, write_random_edition
from tests.oracle.reading import Edition, Row, parse_time, read_csv, read_edition, read_rows
from tests.oracle.selection import select

SEEDS = range(40)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")
MAY_BE_EMPTY = {
    "decisions": {"reason"},
    "scans": {"session"},
    "partners": {"country"},
    "applicants": {"nominated_by"},
}
EMPTY_BY_KIND = {
    "attendance": set(),
    "score": set(),
    "rename": set(),
    "excuse": {"value"},
    "annul": {"value"},
    "withdraw": {"target", "value"},
    "cancel-session": {"participant", "value"},
    "move-session": {"participant"},
}


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The directories of some random editions."""
    root = tmp_path_factory.mktemp("random")
    for seed in SEEDS:
        write_random_edition(root / str(seed), seed)
    return [root / str(seed) for seed in SEEDS]


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """Two writings of one seed are equal, of two seeds not."""
    for name, seed in (("one", 7), ("two", 7), ("other", 8)):
        write_random_edition(tmp_path / name, seed)

    one, two, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one", "two", "other")
    )
    assert one == two
    assert one != other


def test_no_edition_holds_a_bad_cell(editions: list[Path]) -> None:
    """Everything that formats.md calls a bad cell is looked for, and not there."""
    assert [fault for path in editions for fault in _faults(path)] == []


def test_every_outcome_and_every_review_occurs(editions: list[Path]) -> None:
    """Comparing on these editions exercises every kind of row."""
    rows = [expected(path) for path in editions]

    outcomes = Counter(row["outcome"] for one in rows for row in one["selection"])
    kinds = Counter(row["kind"] for one in rows for row in one["review"])
    verdicts = {(row["eligible"], bool(row["award"])) for one in rows for row in one["eligibility"]}
    assert set(outcomes) == {"selected", "waitlisted", "declined", "withdrawn"}
    assert len(kinds) == 7
    assert verdicts == {("yes", True), ("no", True), ("no", False)}
    assert any(one["certificates"] for one in rows)


def _faults(directory: Path) -> Iterator[str]:
    edition, rows = read_edition(directory), read_rows(directory)
    where = directory.name
    for name in (*COLUMNS, "applicants"):
        for row in read_csv(directory / f"{name}.csv"):
            yield from (f"{where} {name} {fault}" for fault in _cell_faults(edition, name, row))
    refs = {row["ref"] for row in rows["applicants"]}
    if len(refs) != len(rows["applicants"]):
        yield f"{where} two applicants with one ref"
    for name in ("decisions", "results", "corrections", "approvals"):
        strangers = {row["participant"] for row in rows[name]} - refs - {""}
        yield from (f"{where} {name} of the unknown {ref}" for ref in strangers)
    yield from (f"{where} {fault}" for fault in _session_faults(edition))
    yield from (f"{where} {fault}" for fault in _result_faults(edition, rows))
    yield from (f"{where} {fault}" for fault in _correction_faults(edition, rows))


def _cell_faults(edition: Edition, name: str, row: Row) -> Iterator[str]:
    allowed = MAY_BE_EMPTY.get(name, set())
    empty = {column for column, value in row.items() if value == ""}
    if name == "corrections":
        allowed = EMPTY_BY_KIND[row["kind"]] | {"reason"}
        if empty - {"reason"} != EMPTY_BY_KIND[row["kind"]]:
            yield f"cells empty or filled against the kind: {row}"
    if empty - allowed:
        yield f"empty cells {empty - allowed}: {row}"
    for column in ("at", "applied_at", "taken_at"):
        if column in row and not TIME.fullmatch(row[column]):
            yield f"no time: {row}"
    sessions = {session.id for module in edition.modules for session in module.sessions}
    if name == "scans" and row["session"] not in sessions | {""}:
        yield f"no such session: {row}"


def _session_faults(edition: Edition) -> Iterator[str]:
    sessions = [session for module in edition.modules for session in module.sessions]
    if len({session.id for session in sessions}) != len(sessions):
        yield "two sessions with one id"
    for session in sessions:
        for start, end in session.breaks:
            if not session.start <= start < end <= session.end:
                yield f"break outside {session}"
        if session.start >= session.end:
            yield f"no time in {session}"


def _result_faults(edition: Edition, rows: dict[str, list[Row]]) -> Iterator[str]:
    selection = select(edition, rows["applicants"], rows["decisions"], rows["corrections"])
    seen: dict[tuple[str, ...], tuple[Fraction, int]] = {}
    for row in rows["results"]:
        key = (row["participant"], row["module"], row["attempt"])
        content = Fraction(row["score"]), parse_time(row["taken_at"], edition.zone)
        if row["participant"] not in selection.ever:
            yield f"never takes part: {row}"
        if int(row["attempt"]) < 1 or not _in_range(edition, row["module"], content[0]):
            yield f"out of range: {row}"
        if seen.setdefault(key, content) != content:
            yield f"another content of one attempt: {row}"


def _correction_faults(edition: Edition, rows: dict[str, list[Row]]) -> Iterator[str]:
    sessions = {session.id for module in edition.modules for session in module.sessions}
    attempts = {(r["participant"], f"{r['module']}/{r['attempt']}") for r in rows["results"]}
    for row in rows["corrections"]:
        kind, target, value = row["kind"], row["target"], row["value"]
        if kind in ("score", "annul") and (row["participant"], target) not in attempts:
            yield f"no such attempt: {row}"
        if kind == "score" and not _in_range(edition, target.split("/")[0], Fraction(value)):
            yield f"out of range: {row}"
        if kind in ("attendance", "excuse", "cancel-session", "move-session"):
            yield from [f"no such session: {row}"] if target not in sessions else []
        if kind == "attendance" and not value.isdecimal():
            yield f"no minutes: {row}"
        if kind == "rename" and target not in ("name_en", "name_ar"):
            yield f"no such name: {row}"
        if kind == "move-session":
            start, end = (parse_time(text, edition.zone) for text in value.split("/"))
            yield from [f"ends before it starts: {row}"] if end <= start else []


def _in_range(edition: Edition, module: str, score: Fraction) -> bool:
    tests = {one.id: one.test for one in edition.modules}
    test = tests[module]
    return test is not None and 0 <= score <= test.max_score
