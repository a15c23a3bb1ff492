"""The words on the page, in both languages."""

from datetime import date

import pytest
from ijaza_credential.documents import wording
from ijaza_credential.documents.subject import CertificateKind
from ijaza_credential.documents.wording import ARABIC_INDIC, EUROPEAN, Pair

from tests.unit.credential_documents.given import facts, text


def test_dates_have_the_month_names_of_egypt() -> None:
    """Gregorian, with Arabic-Indic digits."""
    assert wording.dated(date(2020, 4, 16), ARABIC_INDIC) == Pair("16 April 2020", "١٦ أبريل ٢٠٢٠")
    assert wording.dated(date(2020, 8, 1), EUROPEAN) == Pair("1 August 2020", "1 أغسطس 2020")


@pytest.mark.parametrize(
    ("start", "end", "en", "ar"),
    [
        (date(2020, 4, 6), date(2020, 4, 6), "6 April 2020", "٦ أبريل ٢٠٢٠"),
        (date(2018, 10, 7), date(2018, 10, 16), "7–16 October 2018", "٧–١٦ أكتوبر ٢٠١٨"),
        (
            date(2020, 2, 2),
            date(2020, 4, 15),
            "2 February – 15 April 2020",
            "٢ فبراير – ١٥ أبريل ٢٠٢٠",
        ),
        (
            date(2019, 12, 15),
            date(2020, 4, 15),
            "15 December 2019 – 15 April 2020",
            "١٥ ديسمبر ٢٠١٩ – ١٥ أبريل ٢٠٢٠",
        ),
    ],
)
def test_a_period_says_no_month_and_no_year_twice(start: date, end: date, en: str, ar: str) -> None:
    """From one day to more than a year."""
    assert wording.period(start, end, ARABIC_INDIC) == Pair(en, ar)


@pytest.mark.parametrize(
    ("seconds", "en", "ar"),
    [
        (0, "0 h", "٠ س"),
        (16 * 3600, "16 h", "١٦ س"),
        (15 * 3600 + 30 * 60 + 59, "15 h 30", "١٥ س ٣٠ د"),
        (5 * 60, "0 h 05", "٠ س ٠٥ د"),
    ],
)
def test_hours_are_rounded_down_to_minutes(seconds: int, en: str, ar: str) -> None:
    """As attendance.csv rounds what was attended."""
    assert wording.hours(seconds, ARABIC_INDIC) == Pair(en, ar)


def test_our_arabic_digits_are_those_of_the_office() -> None:
    """One page does not mix two kinds of digits."""
    plain = facts(modules=())
    with_latin = facts(modules=(), edition_subtitle=text("2019–2020", "الدورة 2019–2020"))

    assert wording.digits_of(plain) == ARABIC_INDIC
    assert wording.digits_of(with_latin) == EUROPEAN


@pytest.mark.parametrize(
    ("kind", "en", "ar"),
    [
        (CertificateKind.COMPLETION, "for completing the requirements of", "لإتمام متطلبات"),
        (CertificateKind.PARTICIPATION, "for participating in", "للمشاركة في"),
        (CertificateKind.ATTENDANCE, "for attending", "لحضور"),
    ],
)
def test_the_kind_says_what_it_is_awarded_for(kind: CertificateKind, en: str, ar: str) -> None:
    """Verbal nouns, which fit women and men alike."""
    about = facts(kind=kind, certificate_title=text("Certificate", "شهادة"))

    assert wording.reason(about) == Pair(en, ar)


def test_a_title_that_stands_above_is_not_said_twice() -> None:
    """Where the certificate is called what its edition is called."""
    assert wording.reason(facts()).en == "for completing the requirements of the programme"


def test_a_city_that_its_place_names_is_not_said_twice() -> None:
    """As in "Cairo University, Cairo", which reads badly."""
    about = facts(place=text("Cairo University", "جامعة القاهرة"))

    assert wording.held(about).en.startswith("Cairo University · ")
    assert wording.held(facts()).ar.startswith("حرم وسط البلد، القاهرة · ")


def test_the_particulars_date_the_ceremony_before_the_issue() -> None:
    """And name what the certificate replaces and who paid."""
    about = facts(
        modules=(),
        ceremony=date(2020, 4, 16),
        version=2,
        predecessor_credential_id="urn:uuid:00000000-0000-4000-8000-000000000000",
    )

    assert [line.en for line in wording.particulars(about)] == [
        "Awarded on 16 April 2020",
        "Issued on 17 April 2020",
        "Version 2, in place of the earlier certificate",
        "Funded by IOM",
    ]
    assert wording.particulars(about)[2].ar == "الإصدار ٢، ويحل محل الشهادة السابقة"


def test_a_place_without_a_city_is_said_alone() -> None:
    """An edition need not name one."""
    assert wording.held(facts(city={})).en.startswith("Downtown campus · ")
