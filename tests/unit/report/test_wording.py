"""The report's words in both languages."""

from decimal import Decimal
from typing import Any

import pytest
from ijaza_contracts.edition import Certificate
from ijaza_local.report import wording
from ijaza_local.report.countries import country
from ijaza_local.report.goals import goal
from ijaza_local.report.wording import Wording


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ({"ar": "شهادة", "en": "Certificate", "fr": "Certificat"}, ("Certificate", "شهادة", "en")),
        ({"ar": "شهادة", "fr": "Certificat"}, ("Certificat", "شهادة", "fr")),
        ({"ar": "شهادة"}, ("", "شهادة", "")),
        ({"ar": "Cairo – القاهرة", "en": "Cairo – القاهرة"}, ("Cairo – القاهرة", "", "en")),
        ({}, ("", "", "")),
    ],
)
def test_each_side_of_the_page_has_its_language(
    text: dict[str, str], expected: tuple[str, str, str]
) -> None:
    """Arabic on its side; on the other English, or else what there is; equal texts only once."""
    assert wording.bilingual(text) == Wording(*expected)


def test_further_languages_are_those_that_no_side_has() -> None:
    """A French title stands beside an English one, and alone in its stead."""
    assert wording.further_languages({"en": "A", "ar": "ب", "fr": "C"}) == [("fr", "C")]
    assert wording.further_languages({"ar": "ب", "fr": "C"}) == []


@pytest.mark.parametrize(
    ("requires", "english", "arabic"),
    [
        (
            {"attendance": {"min_percent": "80", "min_hours": "13"}, "tests": "all_passed"},
            "At least 80 % and 13 h of every module attended, every test passed",
            "حضور 80% و13 ساعة على الأقل من كل وحدة، اجتياز جميع الاختبارات",
        ),
        (
            {"attendance": {"min_hours": "7.50"}},
            "At least 7.5 h of every module attended",
            "حضور 7.5 ساعة على الأقل من كل وحدة",
        ),
        ({"tests": "all_passed"}, "Every test passed", "اجتياز جميع الاختبارات"),
        ({}, "Taking part at the end", "المشاركة حتى النهاية"),
    ],
)
def test_requirements_are_said_in_a_sentence(
    requires: dict[str, Any], english: str, arabic: str
) -> None:
    """What a donor reads of the rules is what the edition says, with its numbers."""
    certificate = Certificate.model_validate(
        {"id": "c", "kind": "completion", "title": {}, "requires": requires}
    )

    assert wording.requirements(certificate) == Wording(english, arabic)


@pytest.mark.parametrize(
    ("hours", "arabic"), [("1", "ساعة واحدة"), ("2", "ساعتين"), ("6", "6 ساعات"), ("13", "13 ساعة")]
)
def test_arabic_counts_hours_as_arabic_does(hours: str, arabic: str) -> None:
    """One, two, three to ten and more have forms of their own."""
    certificate = Certificate.model_validate(
        {
            "id": "c",
            "kind": "completion",
            "title": {},
            "requires": {"attendance": {"min_hours": Decimal(hours)}},
        }
    )

    assert arabic in wording.requirements(certificate).ar


def test_common_values_are_translated_and_others_stay_as_written() -> None:
    """An office's own word stands on the side of its script."""
    assert wording.value("land_port") == Wording("Land port", "منفذ بري")
    assert wording.value("Ferry") == Wording("Ferry", lang="")
    assert wording.value("عبّارة") == Wording("", "عبّارة")
    assert wording.value("") == wording.NOT_STATED


def test_unknown_columns_become_headings() -> None:
    """`shift_of_work` needs no translation to be read."""
    assert wording.column("shift_of_work").en == "Shift of work"


def test_countries_and_goals_have_names_in_both_languages() -> None:
    """A code without a name here stands for itself, a number without a goal alone."""
    assert country("EG") == Wording("Egypt", "مصر")
    assert country("TV") == Wording("TV")
    assert goal(16).en == "Peace, justice and strong institutions"
    assert goal(18) == Wording("")


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(1, 8, "13 %"), (1, 3, "33 %"), (8, 8, "100 %"), (0, 0, "–")]
)
def test_shares_are_rounded_with_halves_up(part: int, whole: int, expected: str) -> None:
    """12.5 % is 13 %, and a share of nobody is none."""
    assert wording.share(part, whole) == expected
