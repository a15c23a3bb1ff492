"""A row's key and content tell it apart, and give it back."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from ijaza_local.files import (
    Correction,
    EditionFiles,
    Result,
    Scan,
    content_of,
    key_of,
    nth_of,
    numbered,
    read_edition,
    row_of,
)

from tests.editions import small_edition

AT = datetime(2019, 12, 18, 8, 0, tzinfo=UTC)


def read(directory: Path, **changes: object) -> tuple[EditionFiles, list[Scan]]:
    """The files of a small edition, which are good, and its scans."""
    scans: list[Scan] = []
    files = read_edition(small_edition(directory, **changes), on_scan=scans.append).files
    assert files is not None
    return files, scans


def test_every_row_comes_back_from_its_content(tmp_path: Path) -> None:
    """A row of any file is its content, and no more."""
    files, scans = read(tmp_path)
    for kind, rows in (
        ("scans", scans),
        ("applicants", files.applicants),
        ("decisions", files.decisions),
        ("results", files.results),
        ("corrections", files.corrections),
        ("approvals", files.approvals),
        ("partners", files.partners),
    ):
        assert rows
        assert [row_of(kind, content_of(row)) for row in rows] == list(rows)


def test_keys_are_what_a_person_would_say(tmp_path: Path) -> None:
    """A ref, and what of that person is meant."""
    files, scans = read(tmp_path)
    assert key_of(scans[0]) == "A1 k1-1"
    assert [key_of(row) for row in files.results] == ["A1 m1/1", "A3 m1/1", "A3 m1/2"]
    corrections = [key_of(row) for row in files.corrections]
    assert corrections[2:5] == ["score A3 m1/1", "annul A3 m1/2", "cancel-session m1-d2"]
    assert (key_of(files.applicants[0]), key_of(files.partners[0])) == ("A1", "labour")
    assert (key_of(files.decisions[0]), key_of(files.approvals[0])) == ("A1", "A1")


def test_content_is_one_text_for_one_row() -> None:
    """Keys in order, times in UTC, decimals as text."""
    content = content_of(Result("A1", "m1", 1, Decimal("58.5"), AT))
    assert list(json.loads(content).items()) == [
        ("attempt", 1),
        ("module", "m1"),
        ("participant", "A1"),
        ("score", "58.5"),
        ("taken_at", "2019-12-18T08:00:00Z"),
    ]


def test_scores_are_kept_in_their_shortest_form(tmp_path: Path) -> None:
    """60.00 is 60, and hundreds keep their zeros."""
    rows = [
        ("A1", "m1", 1, "60.00", "2019-12-18T10:00"),
        ("A1", "m1", 2, "100", "2019-12-19T10:00"),
    ]
    files, _ = read(tmp_path, results=rows, corrections=None)
    assert [str(row.score) for row in files.results] == ["60", "100"]


def test_corrections_of_one_time_are_told_apart_by_their_order() -> None:
    """Of equal ones the one further down stands, so which came first is part of the content."""
    first = Correction("score", "A1", "m1/1", "60", "examiner", "", AT)
    rows = [first, replace(first, value="61"), replace(first, participant="A2")]
    contents = [content_of(row, nth) for row, nth in numbered(rows)]
    assert [nth_of(content) for content in contents] == [0, 1, 0]
    assert contents[0] != content_of(first, 1)


def test_what_corrections_name_is_kept_in_one_form(tmp_path: Path) -> None:
    """Attempts without leading zeros, scores without trailing ones, moves in UTC."""
    times = "2019-12-18T16:00/2019-12-18T18:00Z"
    rows = [
        ("score", "A1", "m1/01", "60.50", "examiner", "", "2019-12-20T10:00"),
        ("move-session", "", "m2-d1", times, "office", "", "2019-12-16T10:00"),
        ("attendance", "A1", "m2-d1", "060", "office", "", "2019-12-20T10:00"),
    ]
    files, _ = read(tmp_path, corrections=rows)
    assert [(row.target, row.value) for row in files.corrections] == [
        ("m1/1", "60.5"),
        ("m2-d1", "2019-12-18T14:00:00Z/2019-12-18T18:00:00Z"),
        ("m2-d1", "60"),
    ]


def test_content_of_another_kind_is_refused() -> None:
    """A ledger that was tampered with does not turn into a row."""
    with pytest.raises(msgspec.ValidationError):
        row_of("scans", content_of(Result("A1", "m1", 1, Decimal(60), AT)))
