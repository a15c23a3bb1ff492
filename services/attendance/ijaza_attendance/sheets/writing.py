"""How times, durations and an edition's own texts are written on a sheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.times import instant
from ijaza_attendance.sheets.wording import WORDS
from ijaza_attendance.sheets.words import Language, Words

_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True, slots=True)
class Writing:
    """One language in the time zone of one edition; `indic` says which digits Arabic has."""

    language: Language
    zone: ZoneInfo
    indic: bool

    @property
    def words(self) -> Words:
        """The sheet's own words."""
        return WORDS[self.language]

    def title(self, text: Mapping[str, str], otherwise: str = "") -> str:
        """A text of the edition in this language, or in the other one."""
        other = "ar" if self.language == "en" else "en"
        return text.get(self.language) or text.get(other) or otherwise

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """The direction of our own phrases, whatever they begin with."""
        return "rtl" if self.language == "ar" else "ltr"

    def joined(self, *parts: str) -> str:
        """Parts of a phrase, each of which keeps its place.

        A number after Latin letters would be read as theirs: a mark stands between.
        """
        mark = "\u200f" if self.language == "ar" else ""
        return f"{mark} · {mark}".join(part for part in parts if part)

    def digits(self, text: str) -> str:
        """A text of our own with the digits of the sheet."""
        return text.translate(_ARABIC_INDIC) if self.indic else text

    def local(self, seconds: int) -> datetime:
        """An instant by the clocks of the edition's place."""
        return instant(seconds).astimezone(self.zone)

    def day(self, seconds: int) -> str:
        """A day in words: `15 December 2019`."""
        at = self.local(seconds)
        return self.digits(f"{at.day} {self.words.months[at.month - 1]} {at.year}")

    def short_day(self, seconds: int) -> str:
        """A day in figures, for the head of a narrow column: `15/12`."""
        at = self.local(seconds)
        return self.digits(f"{at.day}/{at.month}")

    def clock(self, seconds: int, *, precise: bool = False) -> str:
        """A time of day: `16:02`, or to the second."""
        return self.digits(self.local(seconds).strftime("%H:%M:%S" if precise else "%H:%M"))

    def moment(self, seconds: int) -> str:
        """Day and time to the second."""
        return f"{self.day(seconds)}, {self.clock(seconds, precise=True)}".replace(
            ",", "،" if self.language == "ar" else ","
        )

    def hours(self, sitting: Sitting) -> str:
        """From when to when a session lasts."""
        start, end = self.clock(sitting.start), self.clock(sitting.end)
        return self.words.from_to.format(start=start, end=end)

    def span(self, seconds: int) -> str:
        """A duration in hours and whole minutes, rounded down: `3:52`."""
        return self.digits(duration(seconds))

    def share(self, permille: int | None) -> str:
        """Tenths of a percent: `79.9 %`."""
        if permille is None:
            return "–"
        point, percent = ("٫", "٪") if self.indic else (".", "%")
        return self.digits(f"{permille // 10}{point}{permille % 10} {percent}")


def duration(seconds: int) -> str:
    """Hours and whole minutes, rounded down: `3:52`."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"


def writing_of(programme: Programme, language: Language) -> Writing:
    """How a sheet of this edition is written.

    Digits are European, as on badges and at the kiosk, unless the office's own Arabic titles have
    Arabic-Indic ones.
    """
    titles = [programme.title, *programme.module_titles.values()]
    used = set("".join(title.get("ar", "") for title in titles))
    indic = language == "ar" and not used.isdisjoint("٠١٢٣٤٥٦٧٨٩")
    return Writing(language, ZoneInfo(programme.timezone), indic)
