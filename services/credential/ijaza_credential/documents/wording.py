"""The printed page's words, in English and in Arabic.

The Arabic speaks of the holder in verbal nouns ("for completing …"), which fit women and men
alike. Dates are Gregorian with the month names of Egypt. Our own Arabic text has the digits that
the office's Arabic titles have, so that one page does not mix two kinds; where those have none, it
has Arabic-Indic ones, as official print in Egypt does. What the office wrote stays as written.
"""

from dataclasses import dataclass
from datetime import date

from .subject import CertificateFacts, CertificateKind, Text, in_language

# fmt: off
_MONTHS_EN = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]
_MONTHS_AR = [
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
    "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
]
# fmt: on
_ASCII_DIGITS = frozenset("0123456789")

Digits = dict[int, int]
"""How the ASCII digits of our own Arabic text are written, as `str.translate` takes it."""

ARABIC_INDIC: Digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
EUROPEAN: Digits = {}


@dataclass(frozen=True, slots=True)
class Pair:
    """One wording in both languages."""

    en: str
    ar: str


_REASONS = {
    CertificateKind.COMPLETION: Pair("for completing the requirements of", "لإتمام متطلبات"),
    CertificateKind.PARTICIPATION: Pair("for participating in", "للمشاركة في"),
    CertificateKind.ATTENDANCE: Pair("for attending", "لحضور"),
}
_THE_PROGRAMME = Pair("the programme", "البرنامج")

AWARDED_TO = Pair("This certificate is awarded to", "تُمنح هذه الشهادة إلى")
MODULES = Pair("Modules", "الوحدات")
HOURS = Pair("Hours attended", "ساعات الحضور")
VERIFY = Pair(
    "Verify by the code or the address. This file carries the signed credential.",
    "للتحقق: امسح الرمز أو افتح العنوان. ويحمل هذا الملف الشهادة الرقمية الموقَّعة.",
)


def both(text: Text) -> Pair:
    """Return a programme's own text in both languages, as its office wrote it."""
    return Pair(in_language(text, "en"), in_language(text, "ar"))


def digits_of(facts: CertificateFacts) -> Digits:
    """Return the digits that the Arabic texts of a programme's office use."""
    texts = [facts.certificate_title, facts.edition_title, *(m.title for m in facts.modules)]
    if facts.edition_subtitle:
        texts.append(facts.edition_subtitle)
    used = set().union(*(text.get("ar", "") for text in texts))
    return EUROPEAN if used & _ASCII_DIGITS else ARABIC_INDIC


def dated(day: date, digits: Digits) -> Pair:
    """Return a day in words: `16 April 2020`, `١٦ أبريل ٢٠٢٠`."""
    return Pair(
        f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}",
        f"{day.day} {_MONTHS_AR[day.month - 1]} {day.year}".translate(digits),
    )


def period(start: date, end: date, digits: Digits) -> Pair:
    """Return a span of days, without saying a month or a year twice."""
    first, last = dated(start, digits), dated(end, digits)
    if start == end:
        return first
    if start.year == end.year and start.month == end.month:
        return Pair(f"{start.day}–{last.en}", f"{str(start.day).translate(digits)}–{last.ar}")
    if start.year == end.year:
        first = Pair(first.en.removesuffix(f" {start.year}"), first.ar.rpartition(" ")[0])
    return Pair(f"{first.en} – {last.en}", f"{first.ar} – {last.ar}")


def hours(seconds: int, digits: Digits) -> Pair:
    """Return a duration in hours and whole minutes, rounded down: `15 h 30`, `١٥ س ٣٠ د`."""
    whole, minutes = divmod(max(seconds, 0) // 60, 60)
    if not minutes:
        return Pair(f"{whole} h", f"{whole} س".translate(digits))
    return Pair(f"{whole} h {minutes:02d}", f"{whole} س {minutes:02d} د".translate(digits))


def reason(facts: CertificateFacts) -> Pair:
    """Return what the certificate is awarded for, up to the programme's title.

    Where that title is the certificate's own, which stands above already, it is not said twice.
    """
    stem = _REASONS[facts.kind]
    if is_titled_as_edition(facts):
        return Pair(f"{stem.en} {_THE_PROGRAMME.en}", f"{stem.ar} {_THE_PROGRAMME.ar}")
    return stem


def is_titled_as_edition(facts: CertificateFacts) -> bool:
    """Tell whether the certificate is called what its edition is called."""
    return both(facts.certificate_title) == both(facts.edition_title)


def held(facts: CertificateFacts) -> Pair:
    """Return where and when the programme was held."""
    place = both(facts.place)
    city = both(facts.city) if facts.city else Pair("", "")
    days = period(facts.activity_start, facts.activity_end, digits_of(facts))
    where_en = place.en if city.en in place.en else f"{place.en}, {city.en}"
    where_ar = place.ar if city.ar in place.ar else f"{place.ar}، {city.ar}"
    return Pair(f"{where_en} · {days.en}", f"{where_ar} · {days.ar}")


def particulars(facts: CertificateFacts) -> list[Pair]:
    """Return the lines at the foot: the ceremony, the issue, what it replaces, who paid."""
    digits = digits_of(facts)
    issue = dated(facts.issued_on, digits)
    lines = [Pair(f"Issued on {issue.en}", f"صدرت في {issue.ar}")]
    if facts.ceremony is not None:
        ceremony = dated(facts.ceremony, digits)
        lines.insert(0, Pair(f"Awarded on {ceremony.en}", f"مُنحت في {ceremony.ar}"))
    if facts.predecessor_credential_id is not None:
        version = str(facts.version)
        replaced = f"الإصدار {version.translate(digits)}، ويحل محل الشهادة السابقة"
        lines.append(Pair(f"Version {version}, in place of the earlier certificate", replaced))
    if facts.funders:
        names = [both(funder) for funder in facts.funders]
        payers = f"بتمويل من {'، '.join(name.ar for name in names)}"
        lines.append(Pair(f"Funded by {', '.join(name.en for name in names)}", payers))
    return lines
