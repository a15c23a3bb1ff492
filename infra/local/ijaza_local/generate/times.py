"""Instants as the files write them."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo


def at_the_office(after: datetime, days: int, zone: ZoneInfo, chance: Random) -> datetime:
    """A time in office hours, one to `days` days after a day."""
    day = after.astimezone(zone).replace(hour=0, minute=0, second=0, tzinfo=None)
    minutes = chance.randint(9 * 60, 16 * 60)
    local = day + timedelta(days=chance.randint(1, days), minutes=minutes)
    return local.replace(tzinfo=zone).astimezone(UTC)


class LocalTimes:
    """Writes instants in an edition's time zone, without an offset where that is unambiguous."""

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)

    def text(self, seconds: int) -> str:
        """The text of an instant that is given in whole seconds since 1970 UTC."""
        local = datetime.fromtimestamp(seconds, self._zone)
        # "A local time that occurs twice is the first": the second needs another form.
        if local.fold:
            return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return local.replace(tzinfo=None).isoformat()

    def of(self, moment: datetime) -> str:
        """The text of an aware datetime."""
        return self.text(int(moment.timestamp()))
