"""An edition's folder read whole: what is accepted, what is warned of, all faults at once."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from ijaza_enrollment.domain.definition import faults_of
from ijaza_local.files import Scan, read_edition
from ijaza_local.files.faults import MOST_PER_FILE

from tests.editions import FILES, small_edition
from tests.oracle.random_editions import write_random_edition
from tests.oracle.reading import parse_time, read_csv
from tests.oracle.reading import read_edition as oracle_edition

EXAMPLES = sorted(path.parent for path in Path("examples").glob("*/edition.yaml"))


def test_no_digit_of_a_score_is_rounded_away(tmp_path: Path) -> None:
    """A score just below the pass mark stays below it, in however many digits it is written."""
    below = "59.999999999999999999999999999999"
    row = ["A1", "m1", "1", below, "2019-12-18T10:00"]
    small_edition(tmp_path, results=[row], corrections=None)
    files = read_edition(tmp_path).files

    assert files is not None
    assert [row.score for row in files.results] == [Decimal(below)]
    assert files.results[0].score < 60


@pytest.mark.parametrize("number", ["1000000", "1"])
def test_services_take_the_numbers_that_are_read(number: str, tmp_path: Path) -> None:
    """What `check` finds good at its bounds, enrollment publishes."""
    limit = {"per": "organisation", "seats": number}
    rule = {"capacity": number, "at_most": [limit]}
    small_edition(tmp_path, selection=rule, results=None, corrections=None)
    files = read_edition(tmp_path).files

    assert files is not None
    assert faults_of(files.edition) == []


def test_reads_every_file_of_an_edition(tmp_path: Path) -> None:
    """The small edition has no fault, and every row of it is there, typed."""
    scans: list[Scan] = []

    reading = read_edition(small_edition(tmp_path), on_scan=scans.append)

    assert (reading.faults, reading.warnings) == ((), ())
    files = reading.files
    assert files is not None
    assert [one.ref for one in files.applicants] == ["A1", "A2", "A3", "A4", "A5"]
    assert files.applicants[1].attributes["organisation"] == "Open Door, Cairo"
    assert [row.decision for row in files.decisions] == ["accept", "withdraw"]
    assert [row.score for row in files.results] == [Decimal(85), Decimal("58.5"), Decimal(61)]
    assert len(files.corrections) == 8
    assert [one.id for one in files.partners] == ["labour", "fund"]
    assert [one.actor for one in files.approvals] == ["dean"]
    assert files.edition.glossary[0].term == {"ar": "مهاجر", "en": "migrant", "fr": "migrant"}
    assert files.edition.events[0].place == {"ar": "Campus", "en": "Campus"}
    assert reading.scans == len(scans) == 5
    assert scans[3] == Scan(
        "k1-4", "kiosk-1", "A1", "", "in", datetime(2019, 12, 16, 13, 58, tzinfo=UTC), 4
    )


def test_the_latest_time_is_that_of_a_row_outside_approvals(tmp_path: Path) -> None:
    """Neither an approval nor a plan of edition.yaml or of a move is a fact of its time."""
    times = "2020-03-01T16:00/2020-03-01T20:00"
    moved = [("move-session", "", "m2-d1", times, "office", "", "2020-01-02T10:00")]
    approved = [("A1", "dean", "2020-05-01T10:00")]
    reading = read_edition(
        small_edition(tmp_path, corrections=moved, results=None, approvals=approved)
    )
    assert reading.faults == ()
    assert reading.latest == datetime(2020, 1, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_valid(example: Path) -> None:
    """The editions that the project ships have no fault."""
    assert [str(fault) for fault in read_edition(example).faults] == []


@pytest.mark.parametrize("seed", range(31))
def test_random_editions_are_valid(seed: int, tmp_path: Path) -> None:
    """Whatever the formats allow is accepted, and every scan's time is the oracle's."""
    write_random_edition(tmp_path, seed)
    scans: list[Scan] = []

    reading = read_edition(tmp_path, on_scan=scans.append)

    assert [str(fault) for fault in reading.faults] == []
    zone = oracle_edition(tmp_path).zone
    times = [parse_time(row["at"], zone) for row in read_csv(tmp_path / "scans.csv")]
    assert [int(scan.at.timestamp()) for scan in scans] == times


@pytest.mark.parametrize(
    "written",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
    ],
    ids=["BOM", "CRLF", "BOM and CRLF", "no line ending at the end", "blank lines"],
)
def test_accepts_what_spreadsheets_write(written: Callable[[str], str], tmp_path: Path) -> None:
    """A BOM and either line ending say nothing, nor do blank lines."""
    plain = read_edition(small_edition(tmp_path / "plain"))
    changed = small_edition(tmp_path / "changed")
    for name, text in FILES.items():
        (changed / name).write_text(written(text), encoding="utf-8", newline="")

    reading = read_edition(changed)

    assert (reading.faults, reading.warnings) == ((), ())
    assert plain.files is not None
    assert reading.files is not None
    assert reading.files.edition == plain.files.edition
    assert reading.files.applicants == plain.files.applicants
    assert (reading.scans, reading.latest) == (plain.scans, plain.latest)


def test_identical_rows_are_one_as_parsed(tmp_path: Path) -> None:
    """60.0 is no other score than 60, nor is another form of a time another time."""
    rows = [
        ("A1", "m1", "1", "85", "2019-12-18T10:00"),
        ("A1", "m1", "01", "85.00", "2019-12-18T08:00:00Z"),
    ]
    reading = read_edition(small_edition(tmp_path, results=rows, corrections=None))
    assert reading.faults == ()
    assert reading.files is not None
    assert len(reading.files.results) == 1


def test_an_alias_stands_for_what_it_names(tmp_path: Path) -> None:
    """What stands twice may be written once, as YAML has it."""
    text = FILES["edition.yaml"]
    text = text.replace(
        "name: {en: Office, ar: المكتب}\n", "name: &office {en: Office, ar: المكتب}\n"
    )
    text = text.replace(
        "{id: office, name: {en: Office, ar: المكتب}}", "{id: office, name: *office}"
    )
    (small_edition(tmp_path) / "edition.yaml").write_text(text, encoding="utf-8")
    reading = read_edition(tmp_path)
    assert reading.files is not None
    assert reading.files.edition.organisers[0].name == {"en": "Office", "ar": "المكتب"}


def test_names_the_faults_of_all_files_at_once(tmp_path: Path) -> None:
    """Nothing hides behind the first fault; they come by file and line."""
    small_edition(tmp_path)
    for name, find, put in (
        ("edition.yaml", "approvers: 1", "approvers: one"),
        ("edition.yaml", "capacity: 3", "capacity: x"),
        ("applicants.csv", "a3@example.org", "a3"),
        ("scans.csv", "m1-d1,out", "m1-d7,out"),
        ("results.csv", ",61,", ",610,"),
        ("corrections.csv", "rename,A1", "rename,A7"),
    ):
        text = (tmp_path / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(find, put), encoding="utf-8")

    reading = read_edition(tmp_path)

    assert reading.files is None
    assert [(fault.file, fault.column, fault.value) for fault in reading.faults] == [
        ("edition.yaml", "selection.capacity", "x"),
        ("edition.yaml", "approvers", "one"),
        ("applicants.csv", "email", "a3"),
        ("scans.csv", "session", "m1-d7"),
        ("results.csv", "score", "610"),
        ("corrections.csv", "participant", "A7"),
    ]


def test_says_where_as_one_line(tmp_path: Path) -> None:
    """A fault reads as file, line, column, value, and what was expected."""
    small_edition(tmp_path, approvals="participant,actor,at\nA1,dean,soon\n")
    (fault,) = read_edition(tmp_path).faults
    assert str(fault).startswith("approvals.csv:2, at: 'soon': a time as YYYY-MM-DDTHH:MM")


def test_lists_so_many_faults_of_a_file_and_counts_the_rest(tmp_path: Path) -> None:
    """A file that is wrong throughout does not drown the others."""
    rows = [(f"k-{n}", "k", "A1", "m9", "in", "2019-12-15T16:00", n) for n in range(1500)]
    reading = read_edition(small_edition(tmp_path, scans=rows, approvers="5"))
    assert len(reading.faults) == MOST_PER_FILE + 1
    assert reading.unlisted == 1500 - MOST_PER_FILE
    assert reading.faults[0].column == "approvers"


def test_names_cells_that_are_no_utf_8(tmp_path: Path) -> None:
    """A file saved in Windows-1256 is named with the line and column of each such cell."""
    small_edition(tmp_path)
    text = FILES["partners.csv"].encode("cp1256")
    (tmp_path / "partners.csv").write_bytes(text)

    faults = read_edition(tmp_path).faults

    assert [(fault.line, fault.column) for fault in faults] == [(2, "name_ar"), (3, "name_ar")]
    assert faults[0].value.startswith("\\xe3")
    assert "save the file as CSV UTF-8" in faults[0].expected


def test_names_lines_of_edition_yaml_that_are_no_utf_8(tmp_path: Path) -> None:
    """Every such line is named."""
    small_edition(tmp_path)
    text = FILES["edition.yaml"].encode("cp1256")
    (tmp_path / "edition.yaml").write_bytes(text)
    faults = read_edition(tmp_path).faults
    assert [fault.line for fault in faults[:3]] == [2, 3, 8]
    assert {fault.expected for fault in faults} == {"text in UTF-8; save the file in this encoding"}


def test_names_utf_16(tmp_path: Path) -> None:
    """What spreadsheets call "Unicode text" is another encoding."""
    small_edition(tmp_path)
    (tmp_path / "approvals.csv").write_bytes(FILES["approvals.csv"].encode("utf-16"))
    (fault,) = read_edition(tmp_path).faults
    assert "UTF-16" in fault.expected


@pytest.mark.parametrize("name", ["edition.yaml", "applicants.csv"])
def test_a_required_file_that_is_missing_is_one_fault(name: str, tmp_path: Path) -> None:
    """Nothing else is blamed for what a missing file would have said."""
    small_edition(tmp_path)
    (tmp_path / name).unlink()
    (fault,) = read_edition(tmp_path).faults
    assert (fault.file, fault.line) == (name, 0)
    assert "no such file" in fault.expected


def test_every_other_file_may_be_missing(tmp_path: Path) -> None:
    """Only edition.yaml and applicants.csv are needed."""
    others = ("partners", "decisions", "scans", "results", "corrections", "approvals", "glossary")
    reading = read_edition(small_edition(tmp_path, **dict.fromkeys(others)))
    assert reading.faults == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["applicants.csv", "edition.yaml"]


def test_a_folder_that_is_none_is_a_fault(tmp_path: Path) -> None:
    """The path is given back."""
    (fault,) = read_edition(tmp_path / "nowhere").faults
    assert "nowhere" in fault.value


def test_who_is_promoted_by_a_correction_may_have_results(tmp_path: Path) -> None:
    """Who ever takes part is told from all files: corrections.csv frees the place of A2."""
    rows = [("A4", "m1", 1, "70", "2019-12-18T10:00")]
    left = [("withdraw", "A2", "", "", "office", "", "2019-12-01T10:00")]
    changes = {"results": rows, "decisions": None}
    with_place = small_edition(tmp_path / "with", **changes, corrections=left)
    assert read_edition(with_place).faults == ()
    without = small_edition(tmp_path / "without", **changes, corrections=None)
    (fault,) = read_edition(without).faults
    assert (fault.file, fault.line, fault.value) == ("results.csv", 2, "A4")
