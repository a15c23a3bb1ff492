"""What is valid and cannot be meant, or cannot be met, is warned of; the edition can be played."""

from pathlib import Path

from ijaza_local.files import read_edition

from tests.editions import FILES, small_edition


def test_what_is_odd_but_valid_is_warned_of(tmp_path: Path) -> None:
    """Warnings name the place, and the edition can be played all the same."""
    small_edition(
        tmp_path,
        selection={
            "capacity": "30",
            "require": {"organisation_type": ["government", "ngo", "goverment"]},
        },
        partners=None,
        approvals="participant,actor,at,note\nA1,dean,2019-12-22T10:00,x\n",
    )
    (tmp_path / "Result.csv").write_text("x", encoding="utf-8")

    reading = read_edition(tmp_path)

    assert reading.files is not None
    assert [(one.file, one.column, one.value) for one in reading.warnings] == [
        ("edition.yaml", "selection.capacity", "30"),
        ("edition.yaml", "selection.require.organisation_type", "goverment"),
        ("applicants.csv", "nominated_by", "labour"),
        ("approvals.csv", "note", "note"),
        ("Result.csv", "", ""),
    ]


def test_warns_of_hours_that_nobody_can_attend(tmp_path: Path) -> None:
    """A day of a module is cancelled, and the hours asked for cannot be reached any more."""
    cancelled = [("cancel-session", "", "m1-d1", "", "office", "", "2019-12-14T10:00")]
    certificates = [
        {
            "id": "full",
            "kind": "completion",
            "title": {"en": "Full", "ar": "كاملة"},
            "requires": {"attendance": {"min_hours": "4.5"}},
        }
    ]
    modules = [
        {
            "id": "m1",
            "title": {"en": "First", "ar": "الأولى"},
            "sessions": [
                {"id": "m1-d1", "start": "2019-12-15T16:00", "end": "2019-12-15T20:00"},
                {"id": "m1-d2", "start": "2019-12-16T16:00", "end": "2019-12-16T20:00"},
            ],
        }
    ]
    changes = {"certificates": certificates, "modules": modules, "results": None}
    fine = small_edition(tmp_path / "fine", **changes, corrections=None, scans=None)
    assert read_edition(fine).warnings == ()

    reading = read_edition(small_edition(tmp_path, **changes, corrections=cancelled, scans=None))

    (warning,) = reading.warnings
    assert warning.column == "certificates[full].requires.attendance.min_hours"
    assert warning.value == "4.5"
    assert "4 h without cancelled sessions" in warning.expected


def test_warns_of_hours_that_are_not_left_for_somebody_excused(tmp_path: Path) -> None:
    """`min_hours` stays where an excuse leaves less to attend."""
    excused = [("excuse", "A1", "m2-d1", "", "office", "", "2019-12-18T10:00")]
    (warning,) = read_edition(small_edition(tmp_path, corrections=excused)).warnings
    assert "module m2 has: fewer are left for those excused, A1" in warning.expected


def test_warns_of_rows_without_a_cell_and_of_spaces(tmp_path: Path) -> None:
    """What a spreadsheet leaves behind is passed over; blanks that count are pointed out."""
    small_edition(tmp_path, approvals="participant,actor,at\n,,\nA1,dean,2019-12-22T10:00\n")
    text = (tmp_path / "applicants.csv").read_text(encoding="utf-8")
    text = text.replace(",junior,", ",junior ,")
    (tmp_path / "applicants.csv").write_text(text, encoding="utf-8")

    warnings = read_edition(tmp_path).warnings

    assert [(one.file, one.line, one.column, one.value) for one in warnings] == [
        ("applicants.csv", 5, "seniority", "junior "),
        ("approvals.csv", 2, "", ""),
    ]


def test_warns_of_breaks_that_share_time(tmp_path: Path) -> None:
    """They are taken out once, which a person may not expect."""
    pause = {"start": "2019-12-17T17:00", "end": "2019-12-17T18:00"}
    other = {"start": "2019-12-17T17:30", "end": "2019-12-17T18:30"}
    session = {
        "id": "m2-d1",
        "start": "2019-12-17T16:00",
        "end": "2019-12-17T20:00",
        "breaks": [pause, other],
    }
    module = {"id": "m2", "title": {"en": "Second", "ar": "الثانية"}, "sessions": [session]}
    small_edition(tmp_path, modules=[module], results=None, scans=None, corrections=None)
    reading = read_edition(tmp_path)
    assert [one.column for one in reading.warnings if "breaks" in one.expected] == [
        "modules[m2].sessions[m2-d1].breaks"
    ]


def test_warns_of_a_title_that_lacks_a_language(tmp_path: Path) -> None:
    """A module's title may stand in one language for both; the edition's own may not."""
    text = FILES["edition.yaml"].replace("{en: Second module, ar: الوحدة الثانية}", "{en: Second}")
    (small_edition(tmp_path) / "edition.yaml").write_text(text, encoding="utf-8")
    reading = read_edition(tmp_path)
    assert reading.faults == ()
    assert [(one.line, one.column) for one in reading.warnings] == [(35, "modules[m2].title")]
