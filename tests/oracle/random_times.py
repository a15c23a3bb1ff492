"""Time zones with traps in them, and instants written in every form that formats.md accepts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from .reading import EPOCH, parse_time

T = TypeVar("T")

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR

# A local time close to a change of the clocks, or to none (Kathmandu: +05:45).
ANCHORS = (
    ("Africa/Cairo", "2023-04-28T00:00"),
    ("Africa/Cairo", "2023-10-26T23:30"),
    ("Africa/Cairo", "2024-10-31T23:00"),
    ("Africa/Cairo", "2019-12-15T16:00"),
    ("Europe/Berlin", "2024-03-31T02:00"),
    ("Europe/Berlin", "2024-10-27T02:30"),
    ("America/Sao_Paulo", "2018-11-04T00:00"),
    ("America/Sao_Paulo", "2019-02-16T23:30"),
    ("Asia/Kathmandu", "2022-05-17T09:15"),
    ("Australia/Lord_Howe", "2024-04-07T01:45"),
    ("Australia/Lord_Howe", "2024-10-06T02:00"),
    ("Africa/Casablanca", "2024-03-10T02:30"),
    ("America/New_York", "2024-11-03T01:15"),
    ("Pacific/Apia", "2011-12-30T08:00"),
)
FOREIGN_OFFSETS = (0, 60, -180, 345, 840, -570)
# How much later a clock may show than the offset before a change would have it.
SKIPS = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=24))


@dataclass(frozen=True, slots=True)
class Clock:
    """Writes instants (seconds since 1970 UTC) as text of the edition's files."""

    rng: Random
    zone: ZoneInfo

    def read(self, text: str) -> int:
        """The instant that a text means."""
        return parse_time(text, self.zone)

    def write(self, instant: int) -> str:
        """The instant in one of its textual forms, chosen at random."""
        local = self._local_forms(instant)
        if local and self.rng.random() < 0.7:
            return self.rng.choice(local)
        moment = EPOCH + timedelta(seconds=instant)
        if self.rng.random() < 0.5:
            return self._digits(moment.astimezone(UTC)) + "Z"
        offset = self.rng.choice((*FOREIGN_OFFSETS, None))
        shown = moment.astimezone(
            self.zone if offset is None else timezone(timedelta(minutes=offset))
        )
        return self._digits(shown) + _offset(shown)

    def _local_forms(self, instant: int) -> list[str]:
        """Local texts that mean the instant: as shown by a clock, or one the change skipped."""
        shown = (EPOCH + timedelta(seconds=instant)).astimezone(self.zone).replace(tzinfo=None)
        texts = [self._digits(shown), *(self._digits(shown - skip) for skip in SKIPS)]
        return [text for text in texts if self.read(text) == instant]

    def _digits(self, moment: datetime) -> str:
        """Seconds may be left out where they are zero."""
        short = moment.second == 0 and self.rng.random() < 0.6
        return moment.strftime("%Y-%m-%dT%H:%M" if short else "%Y-%m-%dT%H:%M:%S")


def some(rng: Random, items: Iterable[T], share: float) -> list[T]:
    """Each of the items with the given probability, in their order."""
    return [item for item in items if rng.random() < share]


def _offset(moment: datetime) -> str:
    text = moment.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
