"""What a definition must fulfil: one fault at a time, and what the answer says of it."""

from datetime import timedelta, timezone

import pytest
from ijaza_contracts.edition import Edition, Happening, Interval, Module, SeatLimit, Session
from ijaza_enrollment.domain.definition import faults_of

from tests.unit.enrollment.given import day, edition, rule, session

GOOD = edition(rule(30))
CAIRO = timezone(timedelta(hours=2))


def with_session(**changes: object) -> Edition:
    """The good definition with one session that is not."""
    return edition(rule(30), sessions=[session("d1", day(100)).model_copy(update=changes)])


def with_module(**changes: object) -> Edition:
    return GOOD.model_copy(update={"modules": (GOOD.modules[0].model_copy(update=changes),)})


FAULTY: dict[str, tuple[Edition, str]] = {
    "no module": (GOOD.model_copy(update={"modules": ()}), "modules: none given"),
    "no certificate": (GOOD.model_copy(update={"certificates": ()}), "certificates: none given"),
    "no session": (with_module(sessions=()), "module m1: no session given"),
    "id with capitals": (GOOD.model_copy(update={"id": "MG-4"}), "id: expected 1 to 40"),
    "module twice": (
        GOOD.model_copy(
            update={
                "modules": (
                    *GOOD.modules,
                    Module(id="m1", title={}, sessions=(session("d9", day(101)),)),
                )
            }
        ),
        "module m1: given 2 times",
    ),
    "certificate twice": (
        GOOD.model_copy(update={"certificates": GOOD.certificates * 2}),
        "certificate certificate: given 2 times",
    ),
    "session without length": (with_session(end=day(100)), "session d1: ends at"),
    "local time": (
        with_session(start=day(99).astimezone(CAIRO)),
        "session d1: 2019-12-09T02:00:00+02:00 given; expected a whole second in UTC",
    ),
    "part of a second": (
        with_session(start=day(99) + timedelta(microseconds=1)),
        "session d1: 2019-12-09T00:00:00.000001+00:00 given",
    ),
    "another millennium": (
        with_session(end=day(100).replace(year=9999)),
        "from 1900 to 2199",
    ),
    "break backwards": (
        with_session(breaks=(Interval(start=day(100.1), end=day(100)),)),
        "a break of session d1: ends at",
    ),
    "negative capacity": (
        edition(rule(-1)),
        "selection.capacity: -1 given; expected 0 to 1000000",
    ),
    "negative limit": (
        edition(rule(1).model_copy(update={"at_most": (SeatLimit(per="organisation", seats=-1),)})),
        "selection.at_most organisation: -1 given",
    ),
    "promotion until a local time": (
        edition(rule(1, until=day(90).astimezone(CAIRO))),
        "selection.promote_until: 2019-11-30T02:00:00+02:00 given",
    ),
    "event at a local time": (
        GOOD.model_copy(update={"events": (Happening(title={}, start=day(1).astimezone(CAIRO)),)}),
        "events: 2019-09-02T02:00:00+02:00 given",
    ),
    "goal number 0": (GOOD.model_copy(update={"sdgs": (16, 0)}), "sdgs: 0 given"),
}


@pytest.mark.parametrize(("definition", "fault"), FAULTY.values(), ids=FAULTY.keys())
def test_a_fault_is_named_with_its_place(definition: Edition, fault: str) -> None:
    """Given one fault, when the definition is looked at, then it alone is named."""
    (found,) = faults_of(definition)

    assert fault in found


def test_a_good_definition_has_no_fault() -> None:
    """Breaks may overlap and reach over the edges: they are cut, and taken out once."""
    lenient = Session(
        id="d1",
        start=day(100),
        end=day(101),
        breaks=(
            Interval(start=day(99), end=day(100.5)),
            Interval(start=day(100.2), end=day(102)),
        ),
    )

    assert faults_of(GOOD) == []
    assert faults_of(edition(sessions=[lenient])) == []
