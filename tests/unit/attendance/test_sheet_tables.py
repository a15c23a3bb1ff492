"""Sheets as CSV: read back whole, understood by spreadsheets, run by none."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_attendance.domain.evidence import record_of
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.times import seconds_of
from ijaza_attendance.sheets.cells import Separator, guarded
from ijaza_attendance.sheets.tables import module_csv, record_csv, session_csv
from ijaza_attendance.sheets.words import Language
from ijaza_attendance.sheets.writing import writing_of

from tests.unit.attendance.given import at, corrected, excused, scan, session
from tests.unit.attendance.sheet_rows import (
    MERGED,
    NOW,
    attending,
    bilingual,
    in_module,
    on_sheet,
    signed_scan,
    stayed,
)

RULES = bilingual()
DANGEROUS = ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "\uff1d1", "''=1", "'=1"]
ARABIC = re.compile(r"[\u0600-\u06ff]")


def read(table: bytes, separator: str = ",") -> list[dict[str, str]]:
    """The rows as a program reads them."""
    return list(
        csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline=""), delimiter=separator)
    )


def of_session(
    person: Person | None = None, language: Language = "en", separator: Separator = "comma"
) -> bytes:
    """The sheet of a session with one person who stayed an hour."""
    state = attending(RULES, *stayed("16:00:10", "17:00:10"), corrected(50, at("21:00")))
    return session_csv(
        [on_sheet(state, RULES, person=person)],
        RULES,
        RULES.sittings["s1"],
        writing_of(RULES, language),
        separator,
    )


def test_a_row_says_who_when_and_what_counts_in_seconds() -> None:
    """Times are those of the edition's place, as spreadsheets read them."""
    (row,) = read(of_session(Person("Mariam Fahmy", "مريم فهمي", 1)))

    assert row["name_ar"] == "مريم فهمي"
    assert (row["time_in"], row["time_out"]) == ("2019-12-15 18:00:10", "2019-12-15 19:00:10")
    assert (row["attended"], row["seconds"], row["source"]) == ("0:50", "3000", "correction")
    assert (row["corrected_minutes"], row["corrected_by"]) == ("50", "staff-7")
    assert (row["standing"], row["signature"]) == ("present", "")


def test_excel_knows_it_as_utf_8_and_finds_its_separator() -> None:
    """A byte order mark, CR LF, and a semicolon where Windows' list separator is one."""
    table = of_session(separator="semicolon")

    assert table.startswith(b"\xef\xbb\xbfedition;")
    assert table.endswith(b"\r\n")
    assert read(table, ";")[0]["edition"] == "mg-4"


def test_in_arabic_every_column_has_an_arabic_name() -> None:
    """Of all three tables, sessions' own ids apart."""
    state = attending(RULES)
    writing = writing_of(RULES, "ar")
    record = record_of(state, RULES, None, seconds_of(NOW))
    written = [
        of_session(language="ar"),
        session_csv([], RULES, RULES.sittings["s1"], writing, "comma", blank=True),
        module_csv([], RULES, "m1", writing, "comma"),
        record_csv(record, RULES, writing, "comma"),
    ]

    for table in written:
        (heading, *_) = csv.reader(io.StringIO(table.decode("utf-8-sig")))
        assert len(set(heading)) == len(heading)
        assert [name for name in heading if not ARABIC.search(name)] in ([], ["s1", "s2"])


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_a_spreadsheet_would_run_has_an_apostrophe_in_front(text: str) -> None:
    """In a name as in any other text; nothing else of it is changed."""
    (row,) = read(of_session(Person(text, text, 1)))

    assert (row["name_en"], row["name_ar"]) == (f"'{text}", f"'{text}")


@pytest.mark.parametrize("name", ["'Abd al-Rahman", "O'Brien", "Al-Sayed", "مريم", "", " =1"])
def test_a_name_that_no_spreadsheet_runs_stays_as_it_is(name: str) -> None:
    """An apostrophe that begins a name is a letter of it."""
    assert guarded(name) == name


@given(st.text(st.sampled_from("'=+-@\t\rAم"), max_size=6))
def test_a_guarded_text_can_be_had_back(text: str) -> None:
    """One apostrophe is taken from in front of what begins like a formula."""
    cell = guarded(text)
    back = cell[1:] if re.match(r"'+[=+\-@\t\r]", cell) else cell

    assert back == text
    assert not re.match(r"[=+\-@\t\r]", cell)


def test_numbers_are_no_texts() -> None:
    """An offset below zero is a number in a spreadsheet too."""
    state = attending(RULES, signed_scan(at("16:00:07")))
    record = record_of(state, RULES, None, seconds_of(NOW))

    (found,) = [
        row
        for row in read(record_csv(record, RULES, writing_of(RULES, "en"), "comma"))
        if row["kind"] == "scan"
    ]

    assert (found["offset_ms"], found["method"]) == ("-340", "camera")
    assert found["device_time"] == "2019-12-15 18:00:07.000"


def test_a_module_has_seconds_under_each_sessions_id() -> None:
    """One whose id is like a name of ours keeps its own column."""
    rules = bilingual(session("name_en"), session("s2", day=2))
    state = attending(rules, *stayed("16:00", "17:00", session="name_en"), excused("s2"))
    table = module_csv(
        [in_module(state, rules, Person("Li", "", 1))],
        rules,
        "m1",
        writing_of(rules, "en"),
        "comma",
    )

    heading, row = csv.reader(io.StringIO(table.decode("utf-8-sig")))

    assert [cell for name, cell in zip(heading, row, strict=True) if name == "name_en"] == [
        "Li",
        "3600",
    ]
    said = dict(zip(heading, row, strict=True))
    assert (said["s2"], said["excused"], said["percent"]) == ("0", "s2", "25.0")
    assert (said["attended"], said["scheduled_seconds"]) == ("1:00", "14400")


def test_a_record_has_modules_sessions_and_their_evidence() -> None:
    """A merged session names the one that it became part of."""
    rules = bilingual(session("s1"), MERGED)
    state = attending(rules, scan("in", at("16:30"), session="s4", scan_id="a"))
    record = record_of(state, rules, None, seconds_of(NOW))

    rows = read(record_csv(record, rules, writing_of(rules, "en"), "comma"))

    assert [(row["kind"], row["session"]) for row in rows] == [
        ("module", ""),
        ("session", "s1"),
        ("scan", "s1"),
        ("to_review", "s1"),
        ("session", "s4"),
    ]
    assert rows[-1]["merged_into"] == "s1"


def test_a_blank_table_has_no_times() -> None:
    """It is filled in by hand."""
    rows = [on_sheet(attending(RULES, *stayed("16:00", "17:00")), RULES)]
    table = session_csv(
        rows, RULES, RULES.sittings["s1"], writing_of(RULES, "en"), "comma", blank=True
    )

    (row,) = read(table)
    assert (row["time_in"], row["signature_in"], row["number"]) == ("", "", "1")
    assert "seconds" not in row
