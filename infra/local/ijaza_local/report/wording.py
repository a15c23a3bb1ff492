"""The report's words, in English and in Arabic.

What the office wrote stays as written; only values that many offices use are translated. The
Arabic says whom a number counts in forms that fit women and men alike.
"""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from ijaza_contracts.edition import Certificate, Text

from .tally import asks_for_attendance


@dataclass(frozen=True, slots=True)
class Wording:
    """The same words for both sides of the page; an empty side has nothing to say.

    `lang` is the language of the left side: English, the one that the office wrote instead, or
    "" where that is not known.
    """

    en: str
    ar: str = ""
    lang: str = "en"


SECTIONS = {
    "way": Wording("From application to certificate", "من التقديم إلى الشهادة"),
    "certificates": Wording("Certificates", "الشهادات"),
    "modules": Wording("Module by module", "الوحدات واحدةً واحدة"),
    "people": Wording("Who they are", "من هم"),
    "partners": Wording("Partners", "الشركاء"),
    "reviews": Wording("Left to review", "ما يحتاج إلى مراجعة"),
    "calendar": Wording("Calendar", "الجدول الزمني"),
    "events": Wording("Events", "الفعاليات"),
    "resources": Wording("Resources", "الموارد"),
    "glossary": Wording("Glossary", "مسرد المصطلحات"),
    "themes": Wording("Themes and goals", "المحاور والأهداف"),
}

COLUMNS = {
    "country": Wording("Country", "البلد"),
    "organisation": Wording("Organisation", "الجهة"),
    "organisation_type": Wording("Type of organisation", "نوع الجهة"),
    "seniority": Wording("Seniority", "المستوى الوظيفي"),
    "field_related": Wording("Works in a related field", "العمل في مجال ذي صلة"),
    "gender": Wording("Gender", "النوع"),
    "port_kind": Wording("Kind of port", "نوع المنفذ"),
}

_VALUES = {
    "government": Wording("Government", "جهة حكومية"),
    "ngo": Wording("Non-governmental organisation", "منظمة غير حكومية"),
    "regional": Wording("Regional organisation", "منظمة إقليمية"),
    "international": Wording("International organisation", "منظمة دولية"),
    "academia": Wording("Academia", "جهة أكاديمية"),
    "media": Wording("Media", "إعلام"),
    "private": Wording("Private sector", "قطاع خاص"),
    "junior": Wording("Junior", "مبتدئ"),
    "mid": Wording("Mid-level", "متوسط"),
    "senior": Wording("Senior", "رفيع"),
    "yes": Wording("Yes", "نعم"),
    "no": Wording("No", "لا"),
    "female": Wording("Women", "نساء"),
    "male": Wording("Men", "رجال"),
    "airport": Wording("Airport", "مطار"),
    "land port": Wording("Land port", "منفذ بري"),
    "seaport": Wording("Seaport", "ميناء بحري"),
    "desk": Wording("Desk", "عمل مكتبي"),
    "institute": Wording("Institute", "معهد"),
}

OUTCOMES = {
    "selected": Wording("Selected", "مقبولون"),
    "waitlisted": Wording("On the waiting list", "على قائمة الانتظار"),
    "declined": Wording("Did not meet the conditions", "غير مستوفين لشروط القبول"),
    "withdrawn": Wording("Gave up the place or left", "معتذرون أو منسحبون"),
}

PARTNER_KINDS = {
    "organisation": Wording("Organisation", "منظمة"),
    "government": Wording("Government", "حكومة"),
    "donor": Wording("Donor", "جهة مانحة"),
}

CERTIFICATE_KINDS = {
    "completion": Wording("Completion", "إتمام"),
    "participation": Wording("Participation", "مشاركة"),
    "attendance": Wording("Attendance", "حضور"),
}

REVIEWS = {
    "in-while-inside": Wording("Entering, though already inside", "دخول مع الوجود بالداخل"),
    "out-while-outside": Wording("Leaving, though already outside", "خروج مع الوجود بالخارج"),
    "missing-out": Wording("No scan on leaving", "لا تسجيل عند الخروج"),
    "no-session": Wording("A scan when there was no session", "تسجيل في غير وقت جلسة"),
    "not-taking-part": Wording("A scan of somebody not taking part", "تسجيل لغير مشارك"),
    "scan-id-reused": Wording("One scan with several contents", "تسجيل واحد بمضامين مختلفة"),
    "attempt-over-limit": Wording("A test attempt too many", "محاولة اختبار فوق العدد المسموح"),
}

_LANGUAGES = {
    "ar": Wording("Arabic", "العربية"),
    "en": Wording("English", "الإنجليزية"),
    "es": Wording("Spanish", "الإسبانية"),
    "fr": Wording("French", "الفرنسية"),
}

NOT_STATED = Wording("Not stated", "غير مذكور")


def bilingual(text: Text) -> Wording:
    """An edition's own text: Arabic on its side, English or else another language on the left."""
    arabic = text.get("ar", "")
    others = sorted(code for code in text if code != "ar")
    lang = "en" if "en" in text else next(iter(others), "")
    left = text.get(lang, "")
    return Wording(left, "" if arabic == left else arabic, lang)


def further_languages(text: Text) -> list[tuple[str, str]]:
    """(code, wording) of what a text says in languages that have no side of the page."""
    shown = {"ar", bilingual(text).lang}
    return sorted((code, wording) for code, wording in text.items() if code not in shown)


def as_written(value: str) -> Wording:
    """An office's own word: on the side of its script, in a language that is not known."""
    if any(unicodedata.bidirectional(character) == "AL" for character in value):
        return Wording("", value)
    return Wording(value, lang="")


def column(name: str) -> Wording:
    """A column of applicants.csv as a heading."""
    return COLUMNS.get(name) or as_written(name.replace("_", " ").strip().capitalize() or name)


def value(text: str) -> Wording:
    """A cell of applicants.csv: translated where it is a common one, otherwise as written."""
    if not text:
        return NOT_STATED
    return _VALUES.get(text.strip().lower().replace("_", " ")) or as_written(text)


def review(kind: str) -> Wording:
    """A kind of review item."""
    return REVIEWS.get(kind) or as_written(kind)


def language(code: str) -> Wording:
    """A language by its ISO 639-1 code; the code itself, if its name is not known here."""
    return _LANGUAGES.get(code) or Wording(code)


def requirements(certificate: Certificate) -> Wording:
    """What a certificate asks for, in a sentence."""
    english: list[str] = []
    arabic: list[str] = []
    bounds = certificate.requires.attendance
    if bounds is not None and asks_for_attendance(certificate):
        shares, portions = [], []
        if bounds.min_percent is not None:
            shares.append(f"{plain(bounds.min_percent)} %")
            portions.append(f"{plain(bounds.min_percent)}%")
        if bounds.min_hours is not None:
            shares.append(f"{plain(bounds.min_hours)} h")
            portions.append(_arabic_hours(bounds.min_hours))
        english.append(f"At least {' and '.join(shares)} of every module attended")
        arabic.append(f"حضور {' و'.join(portions)} على الأقل من كل وحدة")
    if certificate.requires.tests == "all_passed":
        english.append("every test passed")
        arabic.append("اجتياز جميع الاختبارات")
    if not english:
        return Wording("Taking part at the end", "المشاركة حتى النهاية")
    sentence = ", ".join(english)
    return Wording(sentence[0].upper() + sentence[1:], "، ".join(arabic))


def _arabic_hours(hours: Decimal) -> str:
    match plain(hours):
        case "1":
            return "ساعة واحدة"
        case "2":
            return "ساعتين"
        case number:
            few = hours == int(hours) and 3 <= int(hours) % 100 <= 10
            return f"{number} {'ساعات' if few else 'ساعة'}"


def plain(number: Decimal) -> str:
    """A decimal without trailing zeros or exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(part: int, whole: int) -> str:
    """A share in whole percent, halves rounded up; a dash of nothing."""
    return f"{(200 * part + whole) // (2 * whole)} %" if whole else "–"
