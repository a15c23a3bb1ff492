"""Sheets as PDF: what their pages say, in both languages."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from ijaza_attendance.domain.evidence import record_of
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.sheets import SessionRow, totals_of
from ijaza_attendance.domain.times import seconds_of
from ijaza_attendance.printing import UnprintableError
from ijaza_attendance.sheets.common import Extent
from ijaza_attendance.sheets.module import module_sheet
from ijaza_attendance.sheets.paper import Sheet
from ijaza_attendance.sheets.printed import printed
from ijaza_attendance.sheets.record import record_sheet
from ijaza_attendance.sheets.session import session_sheet
from ijaza_attendance.sheets.wording import ARABIC, ENGLISH
from ijaza_attendance.sheets.words import Language
from ijaza_attendance.sheets.writing import writing_of
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from tests.unit.attendance.given import at, corrected, excused, session, withdrawn
from tests.unit.attendance.sheet_rows import (
    NOW,
    attending,
    bilingual,
    in_module,
    on_sheet,
    stayed,
)

RULES = bilingual()
MADE_AT = datetime(2020, 1, 2, 9, 30, tzinfo=UTC)


def people(count: int, name: str = "Mariam Fahmy", rules: Programme = RULES) -> list[SessionRow]:
    """Rows of so many who stayed an hour."""
    return [
        on_sheet(
            attending(rules, *stayed("16:02", "17:02"), participant=f"p{number}", number=number),
            rules,
            person=Person(name, "مريم فهمي", 1),
        )
        for number in range(1, count + 1)
    ]


def of_session(
    rows: Sequence[SessionRow],
    language: Language = "en",
    rules: Programme = RULES,
    *,
    blank: bool = False,
) -> Sheet:
    """The sheet of the first session with these rows."""
    return session_sheet(
        rows,
        totals_of(rows),
        rules,
        rules.sittings["s1"],
        writing_of(rules, language),
        Extent(1, len(rows), len(rows)),
        seconds_of(MADE_AT),
        blank=blank,
    )


def pages(sheet: Sheet) -> list[str]:
    """What each page says."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(printed(sheet, MADE_AT))).pages]


def test_the_head_says_what_the_sheet_is_about() -> None:
    """Programme, edition, module, session and its day, by the clocks of the edition's place."""
    (page,) = pages(of_session(people(1)))

    for said in (
        "Certificate in Migration Governance",
        "mg-4",
        "m1 · Labour Migration",
        "15 December 2019",
        "18:00–22:00",
        "18:02",
        "19:02",
        "1:00",
        "Made on 2 January 2020, 11:30:00",
        "Page 1 of 1",
    ):
        assert said in page


def test_every_page_has_its_number_and_what_it_belongs_to() -> None:
    """A page that fell out of the file finds back."""
    said = pages(of_session(people(40)))

    assert len(said) > 1
    for number, page in enumerate(said, 1):
        assert f"Page {number} of {len(said)}" in page
        assert "15 December 2019" in page
        assert ENGLISH.signature in page


def test_totals_stand_at_the_end() -> None:
    """Present, excused, absent and withdrawn."""
    states = [
        attending(RULES, *stayed("16:00", "17:00")),
        attending(RULES, excused("s1")),
        attending(RULES),
        attending(RULES, withdrawn()),
    ]

    sheet = of_session([on_sheet(state, RULES) for state in states])

    assert dict(sheet.totals) == {
        "People": "4",
        "present": "1",
        "excused": "1",
        "absent": "1",
        "withdrawn": "1",
        "Total": "1:00",
    }


@pytest.mark.slow
def test_rows_have_room_for_a_signature() -> None:
    """9 mm at the least: no more than 27 rows fit on what is left of A4."""
    sheet = of_session(people(300))

    assert len(pages(sheet)) >= 300 / 27
    assert all(row[-1] is None for table in sheet.tables for row in table.rows)


def test_a_blank_sheet_has_names_and_no_times() -> None:
    """It is signed at the door."""
    sheet = of_session(people(1), blank=True)
    (page,) = pages(sheet)

    assert sheet.totals == []
    assert "Mariam Fahmy" in page
    assert ENGLISH.signature_in in page
    assert "18:02" not in page


def test_an_arabic_sheet_is_arabic_and_runs_from_right_to_left() -> None:
    """The document's language, and the first column on the right."""
    reader = PdfReader(io.BytesIO(printed(of_session(people(1), "ar"), MADE_AT)))
    places: dict[str, float] = {}

    def see(text: str, page: list[float], line: list[float], *_more: object) -> None:
        for looked_for in ("Mariam", "18:02", "19:02"):
            if looked_for in text:
                places[looked_for] = page[4] + page[0] * line[4]

    reader.pages[0].extract_text(visitor_text=see)
    assert str(reader.root_object["/Lang"]) == "ar"
    assert places["Mariam"] > places["18:02"] > places["19:02"]


def test_a_tagged_table_has_headers() -> None:
    """A screen reader says which column a cell is in."""
    reader = PdfReader(io.BytesIO(printed(of_session(people(1)), MADE_AT)))

    assert "'/Marked': True" in str(reader.root_object["/MarkInfo"])
    objects = [reader.get_object(number) for number in range(1, len(reader.xref[0]))]
    kinds = [each.get("/S") for each in objects if isinstance(each, DictionaryObject)]
    assert kinds.count("/TH") == len(of_session([]).tables[0].columns)


@pytest.mark.parametrize(("arabic", "expected"), [("", "15 ديسمبر 2019"), (" ١", "١٥ ديسمبر ٢٠١٩")])
def test_digits_are_those_of_the_badges_or_of_the_offices_titles(
    arabic: str, expected: str
) -> None:
    """European unless a title of the edition has Arabic-Indic ones."""
    rules = bilingual(arabic=arabic)
    facts = dict(of_session(people(1, rules=rules), "ar", rules).facts)

    assert facts[ARABIC.day].text == expected


@pytest.mark.parametrize("name", ['#eval("1+1")', "$x^2$", "*b* _i_", '") + panic("x', "@ref"])
def test_a_name_is_never_read_as_source(name: str) -> None:
    """All words are data."""
    (page,) = pages(of_session(people(1, name)))

    assert "".join(name.split()) in "".join(page.split())


def test_the_same_state_and_time_give_the_same_bytes() -> None:
    """Whoever prints it again holds the same file, dated as the sheet says."""
    sheet = of_session(people(3), "ar")
    file = printed(sheet, MADE_AT)

    assert file == printed(sheet, MADE_AT)
    metadata = PdfReader(io.BytesIO(file)).metadata
    assert metadata is not None
    assert metadata.creation_date == MADE_AT


def test_many_sessions_stand_in_several_tables() -> None:
    """Names in each, sums and signatures in the last."""
    rules = bilingual(*(session(f"s{day}", day=day) for day in range(1, 21)))
    rows = [in_module(attending(rules, *stayed("16:00", "17:00")), rules)]

    sheet = module_sheet(
        rows, rules, "m1", writing_of(rules, "en"), Extent(1, 1, 1), seconds_of(NOW)
    )

    headings = [[column.heading for column in table.columns] for table in sheet.tables]
    assert [len([each for each in names if each[0] == "s"]) for names in headings] == [6, 7, 7]
    assert [ENGLISH.signature in names for names in headings] == [False, False, True]
    said = "".join(pages(sheet))
    assert "at least 80 % of the scheduled time, and at least 13 h" in said


def test_an_edition_with_nobody_says_so() -> None:
    """Before the selection."""
    (page,) = pages(of_session([]))

    assert ENGLISH.nobody in page


def test_a_record_names_actors_and_reasons() -> None:
    """Whole, as they were given."""
    state = attending(RULES, *stayed("16:00", "17:00"), corrected(90, at("21:00")), excused("s2"))
    record = record_of(state, RULES, Person("Mariam", "مريم", 1), seconds_of(NOW))

    said = "".join(pages(record_sheet(record, RULES, writing_of(RULES, "en"), seconds_of(NOW))))

    for each in ("staff-7", "kiosk-down", "illness", "90 min", "kiosk-1"):
        assert each in said


def test_a_character_that_no_font_has_is_named() -> None:
    """By its number, for it cannot be shown."""
    with pytest.raises(UnprintableError, match=r"U\+12000"):
        printed(of_session(people(1, "Li \U00012000")), MADE_AT)
