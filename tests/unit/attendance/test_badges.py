"""Badges to print: how many a page, and what may stand in a name."""

import io
from collections import Counter

import pytest
from ijaza_attendance.passes.badges import Badge, sheet
from pypdf import PdfReader

TITLE = {"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"}


def pages(*badges: Badge) -> PdfReader:
    return PdfReader(io.BytesIO(sheet(TITLE, badges)))


def named(en: str, ar: str = "مريم") -> Badge:
    return Badge(number=7, name_en=en, name_ar=ar, token="eyJ.x.y")


@pytest.mark.parametrize(("people", "expected"), [(1, 1), (8, 1), (9, 2)])
def test_eight_are_on_a_page_of_a4(people: int, expected: int) -> None:
    """Two by four; the ninth begins the next."""
    printed = pages(*[named("Li")] * people)

    assert len(printed.pages) == expected
    width, height = printed.pages[0].mediabox[2:]
    assert (round(float(width) / 72 * 25.4), round(float(height) / 72 * 25.4)) == (210, 297)


@pytest.mark.parametrize(
    "name",
    [
        '#eval("1+1")',
        "$x^2$",
        "*b* _i_ `c`",
        '") + panic("x',
        "\\u{41}",
        "@ref <label>",
        "// c",
        "/*",
    ],
)
def test_a_name_is_never_read_as_source(name: str) -> None:
    """Every character of it is printed; the reader of the PDF may turn brackets and order."""
    said = pages(named(name)).pages[0].extract_text()

    assert Counter("".join(name.split())) <= Counter(said)


def test_nothing_in_a_name_turns_what_follows() -> None:
    """Marks that override the direction, and controls, are left out."""
    said = pages(named("Li\u202e\u0000\n Wei")).pages[0].extract_text()

    assert "Li Wei" in said


def test_nobody_has_badges_too() -> None:
    """An edition without passes prints one empty page."""
    assert len(pages().pages) == 1
