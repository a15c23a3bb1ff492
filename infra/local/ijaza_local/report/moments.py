"""Days, hours and durations in words. Days are Gregorian, with the month names of Egypt.

The Arabic has European digits: one table serves both languages.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ijaza_contracts.edition import Happening, Interval, Module, Session

from .wording import Wording

# fmt: off
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
_MONTHS_AR = (
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
    "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS_AR = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
# fmt: on


def day(value: date) -> Wording:
    """A day: `15 April 2020`."""
    return Wording(
        f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}",
        f"{value.day} {_MONTHS_AR[value.month - 1]} {value.year}",
    )


def weekday(value: date) -> Wording:
    """A day with its name: `Wednesday 15 April 2020`."""
    plain = day(value)
    return Wording(
        f"{_DAYS_EN[value.weekday()]} {plain.en}", f"{_DAYS_AR[value.weekday()]} {plain.ar}"
    )


def period(first: date, last: date) -> Wording:
    """A span of days, without saying a month and a year twice: `9–11 June 2013`."""
    end = day(last)
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return Wording(f"{first.day}–{end.en}", f"{first.day}–{end.ar}")
    start = day(first)
    return Wording(f"{start.en} – {end.en}", f"{start.ar} – {end.ar}")


def taught_between(modules: Iterable[Module], zone: ZoneInfo) -> Wording:
    """From the first to the last day of the sessions; of those not cancelled, if there are any."""
    sessions = [session for module in modules for session in module.sessions]
    held = [session for session in sessions if not session.cancelled] or sessions
    if not held:
        return Wording("")
    first = min(session.start for session in held).astimezone(zone).date()
    last = max(session.end for session in held).astimezone(zone).date()
    return period(first, last)


def clock(part: Session | Interval | Happening, zone: ZoneInfo) -> str:
    """From when to when, on the clocks of the zone; `+1` marks an end on the next day."""
    start = part.start.astimezone(zone)
    if part.end is None:
        return f"{start:%H:%M}"
    end = part.end.astimezone(zone)
    later = (end.date() - start.date()).days
    return f"{start:%H:%M}–{end:%H:%M}" + (f" +{later}" if later else "")


def taught(session: Session) -> timedelta:
    """The elapsed time of a session less its breaks; none, if it is cancelled."""
    if session.cancelled:
        return timedelta()
    breaks = timedelta()
    reached = session.start
    for pause in sorted(session.breaks, key=lambda each: each.start):
        begin, end = max(pause.start, reached), min(pause.end, session.end)
        if end > begin:
            breaks += _elapsed(begin, end)
            reached = end
    return _elapsed(session.start, session.end) - breaks


def _elapsed(start: datetime, end: datetime) -> timedelta:
    # Python subtracts the clocks' faces where both times have the same zone.
    return end.astimezone(UTC) - start.astimezone(UTC)


def duration(value: timedelta) -> str:
    """Hours and minutes, rounded down: `16:30`."""
    minutes = value // timedelta(minutes=1)
    return f"{minutes // 60}:{minutes % 60:02}"
