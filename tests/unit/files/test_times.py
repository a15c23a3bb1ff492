"""Times are read as formats.md says, through every trap of a time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_local.files import parse_moment

CAIRO = ZoneInfo("Africa/Cairo")


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2019-12-15T16:00", "Africa/Cairo", "2019-12-15T14:00:00Z"),
        ("2019-12-15T16:00:30", "Africa/Cairo", "2019-12-15T14:00:30Z"),
        ("2019-12-15T16:00Z", "Africa/Cairo", "2019-12-15T16:00:00Z"),
        ("2019-12-15T16:00-04:30", "Africa/Cairo", "2019-12-15T20:30:00Z"),
        # Cairo skips 00:00 to 01:00 on 28 April 2023: the offset before the change is +02:00.
        ("2023-04-28T00:30", "Africa/Cairo", "2023-04-27T22:30:00Z"),
        ("2023-04-28T01:00", "Africa/Cairo", "2023-04-27T22:00:00Z"),
        # And has 23:00 to 24:00 twice on 26 October 2023: the first is at +03:00.
        ("2023-10-26T23:30", "Africa/Cairo", "2023-10-26T20:30:00Z"),
        ("2023-10-27T00:00", "Africa/Cairo", "2023-10-26T22:00:00Z"),
        ("2024-03-31T02:30", "Europe/Berlin", "2024-03-31T01:30:00Z"),
        ("2024-10-27T02:30", "Europe/Berlin", "2024-10-27T00:30:00Z"),
        # Lord Howe moves its clocks by half an hour.
        ("2024-10-06T02:15", "Australia/Lord_Howe", "2024-10-05T15:45:00Z"),
        # Samoa had no 30 December 2011.
        ("2011-12-30T08:00", "Pacific/Apia", "2011-12-30T18:00:00Z"),
    ],
)
def test_a_time_is_an_instant(text: str, zone: str, instant: str) -> None:
    """A local time that occurs twice is the first, a skipped one has the offset before."""
    assert parse_moment(text, ZoneInfo(zone)) == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2019-12-15", "16:00", "2019-12-15 16:00", "2019-12-15t16:00"),
        *("2019-12-15T16", "2019-12-15T16:00:00.000", "2019-12-15T16:00:60", "2019-12-15T24:00"),
        *("2019-13-15T16:00", "2019-02-29T16:00", "15-12-2019T16:00", "2019-W50-7T16:00"),
        *("2019-12-15T16:00z", "2019-12-15T16:00+2", "2019-12-15T16:00+0200", "20191215T1600"),
        *("2019-12-15T16:00+24:00", " 2019-12-15T16:00", "2019-12-15T16:00\n", "٢٠١٩-12-15T16:00"),
        *("0001-01-01T00:00", "9999-12-31T23:59:59-12:00"),
        # Inside the years by the clock on the wall, outside of them in UTC, where services count.
        *("1900-01-01T00:30", "2199-12-31T23:30-05:00"),
    ],
)
def test_other_forms_are_no_times(text: str) -> None:
    """What formats.md does not name is refused, not guessed."""
    with pytest.raises(ValueError, match=r"a time"):
        parse_moment(text, CAIRO)


@given(
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001 - local times are meant
    st.timezones(),
)
def test_a_moment_is_in_utc_and_whole(local: datetime, zone: ZoneInfo) -> None:
    """Whatever the zone, what comes out is a whole second in UTC."""
    moment = parse_moment(local.strftime("%Y-%m-%dT%H:%M:%S"), zone)
    assert moment.tzinfo is UTC
    assert moment.microsecond == 0
