"""Days, hours and durations of the report."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ijaza_contracts.edition import Happening, Module, Session
from ijaza_local.report import moments
from ijaza_local.report.wording import Wording

from tests.unit.report.given import at, session

CAIRO = ZoneInfo("Africa/Cairo")


def given_session(start: str, end: str, **further: Any) -> Session:
    """A session with times in UTC."""
    return Session.model_validate(session("d1", start, end, **further))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2013, 6, 9), date(2013, 6, 9), ("9 June 2013", "9 يونيو 2013")),
        (date(2013, 6, 9), date(2013, 6, 11), ("9–11 June 2013", "9–11 يونيو 2013")),
        (
            date(2019, 12, 15),
            date(2020, 4, 15),
            ("15 December 2019 – 15 April 2020", "15 ديسمبر 2019 – 15 أبريل 2020"),
        ),
    ],
)
def test_a_period_says_no_month_twice(first: date, last: date, expected: tuple[str, str]) -> None:
    """One day, one month, and more."""
    assert moments.period(first, last) == Wording(*expected)


def test_days_have_their_names() -> None:
    """The first teaching day of the fourth edition was a Sunday."""
    assert moments.weekday(date(2019, 12, 15)) == Wording(
        "Sunday 15 December 2019", "الأحد 15 ديسمبر 2019"
    )


def test_times_are_on_the_clocks_of_the_edition() -> None:
    """14:00 UTC is 16:00 in Cairo in winter; an end on the next day is marked."""
    evening = given_session("2020-01-05T14:00", "2020-01-05T18:00")
    night = given_session("2020-01-05T20:00", "2020-01-05T23:00")

    assert moments.clock(evening, CAIRO) == "16:00–20:00"
    assert moments.clock(night, CAIRO) == "22:00–01:00 +1"


def test_an_event_may_have_no_end() -> None:
    """Then its start alone is printed."""
    event = Happening(title={"en": "Forum"}, start=at("2020-01-05T14:00"))

    assert moments.clock(event, CAIRO) == "16:00"


def test_taught_is_elapsed_time_less_the_union_of_the_breaks() -> None:
    """Breaks that overlap, or reach beyond the session, are taken out once and inside it."""
    breaks = [
        {"start": at("2020-01-05T15:00"), "end": at("2020-01-05T16:00")},
        {"start": at("2020-01-05T15:30"), "end": at("2020-01-05T16:15")},
        {"start": at("2020-01-05T17:45"), "end": at("2020-01-05T19:00")},
    ]
    long = given_session("2020-01-05T14:00", "2020-01-05T18:00", breaks=breaks)

    assert moments.taught(long) == timedelta(hours=2, minutes=30)


def test_taught_counts_the_hour_that_the_clocks_skip_as_none() -> None:
    """Rule: "durations are elapsed time"; Cairo went from 00:00 to 01:00 on 28 April 2023."""
    night = Session(
        id="n",
        start=at("2023-04-27T20:00").astimezone(CAIRO),
        end=at("2023-04-27T23:00").astimezone(CAIRO),
    )

    assert moments.taught(night) == timedelta(hours=3)


def test_a_cancelled_session_is_not_taught() -> None:
    """It keeps its place in the calendar with no time."""
    cancelled = given_session("2020-01-05T14:00", "2020-01-05T18:00", cancelled=True)

    assert moments.duration(moments.taught(cancelled)) == "0:00"


def test_an_edition_lasts_from_its_first_to_its_last_session_held() -> None:
    """A cancelled day at the end makes it shorter, in the edition's own days."""
    module = Module.model_validate(
        {
            "id": "m1",
            "title": {},
            "sessions": [
                session("d1", "2020-01-05T23:00", "2020-01-06T01:00"),
                session("d2", "2020-01-09T14:00", "2020-01-09T18:00", cancelled=True),
            ],
        }
    )

    assert moments.taught_between([module], CAIRO).en == "6 January 2020"
