"""Counting people for the report."""

import pytest
from ijaza_local.report import tally

from tests.unit.report.given import edition, people_with, person


def test_everybody_is_counted_at_each_step_of_the_way() -> None:
    """Applied, took part, eligible, certificates: each is counted by itself."""
    people = [
        person(),
        person(certificate=""),
        person(missing=("test:m1",)),
        person("waitlisted"),
        person("withdrawn"),
    ]

    assert tally.count(people) == tally.Count(5, 3, 2, 1)


def test_who_left_is_not_eligible_though_nothing_is_missing() -> None:
    """Rule: "Eligible = takes part at the end and meets every requirement"."""
    assert not person("withdrawn").eligible


def test_groups_stand_largest_first_then_by_who_took_part_then_by_value() -> None:
    """The order depends on numbers and values, never on the rows."""
    people = [
        *people_with("country", "TN", "LY", "EG", "EG"),
        person("declined", attributes={"country": "DZ"}),
    ]

    assert [group.value for group in tally.by_attribute(people, "country")] == [
        "EG",
        "LY",
        "TN",
        "DZ",
    ]


def test_who_states_nothing_is_a_group_too() -> None:
    """The groups of a column add up to everybody."""
    people = [person(attributes={"gender": "female"}), person(attributes={})]

    assert [group.value for group in tally.by_attribute(people, "gender")] == ["", "female"]


def test_named_columns_come_first_and_further_ones_by_name() -> None:
    """formats.md: "any further column" is an attribute for reports."""
    people = [person(attributes={"port_kind": "desk", "age": "40s", "seniority": "mid"})]

    assert tally.columns(people) == ["seniority", "age", "port_kind"]


@pytest.mark.parametrize(
    ("column", "values", "listed"),
    [
        pytest.param("port_kind", ["desk", "airport"], True, id="few-values-of-one-person-each"),
        pytest.param("phone", ["+20 100 123 4567"], False, id="telephones"),
        pytest.param("contact", ["a@example.org"], False, id="addresses"),
        pytest.param("born", ["1980-05-02", "1981-01-01"], False, id="birthdays"),
        pytest.param("letter", [f"I am no. {n}" for n in range(9)], False, id="many-own-words"),
        pytest.param("unit", [f"unit {n // 3}" for n in range(30)], True, id="many-groups"),
        pytest.param("intake", ["2019-2020"] * 5, True, id="digits-that-many-share"),
        pytest.param("organisation", [f"No. {n}" for n in range(30)], True, id="organisations"),
    ],
)
def test_a_column_that_describes_persons_is_known(
    column: str, values: list[str], listed: bool
) -> None:
    """A further column is listed where it groups people, not where it tells them apart."""
    groups = tally.by_attribute(people_with(column, *values), column)

    assert tally.tells_persons_apart(column, groups) is not listed


def test_modules_count_those_who_took_part_and_miss_nothing() -> None:
    """`missing` names what of the first certificate is not met, module by module."""
    people = [
        person(),
        person(missing=("attendance:m1", "test:m1")),
        person(missing=("attendance:m1", "attendance:m2")),
        person("withdrawn", missing=("attendance:m1",)),
    ]

    assert tally.by_module(edition(), people) == [
        tally.ModuleCount(attendance=1, test=2),
        tally.ModuleCount(attendance=2, test=None),
    ]


def test_modules_count_nothing_that_the_first_certificate_does_not_ask_for() -> None:
    """Where no bound is set, `missing` says nothing of attendance and tests."""
    free = edition(certificates=({"id": "c", "kind": "attendance", "title": {"en": "C"}},))

    assert tally.by_module(free, [person()]) == [tally.ModuleCount(None, None)] * 2


def test_certificates_of_an_earlier_revision_are_counted_last() -> None:
    """A revision may drop a certificate that somebody holds."""
    people = [person(), person(award="", certificate="former")]

    assert tally.by_certificate(edition(), people) == [
        tally.CertificateCount("certificate", earned=1, held=1),
        tally.CertificateCount("former", earned=0, held=1),
    ]
