"""The page on which a participant finds the pass: both languages, no script, no foreign host."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ijaza_runtime.web.integrity import integrity
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ijaza_attendance.passes import qr

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "page.css").read_text(encoding="utf-8")

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src '{integrity(_STYLE.encode())}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex, nofollow",
}

_WORDS = {
    "ar": {
        "title": "بطاقة الدخول",
        "code": "رمز بطاقة الدخول",
        "number": "رقم المشارك",
        "show": "أبرز هذا الرمز عند الدخول وعند الخروج.",
        "until": "صالح حتى",
        "nothing": "لا توجد بطاقة دخول صالحة في هذا الرابط",
        "ask": "يُرجى طلب رابط جديد من مكتب البرنامج.",
    },
    "en": {
        "title": "Pass",
        "code": "QR code of the pass",
        "number": "Number",
        "show": "Show this code at the door when you come in and when you go out.",
        "until": "Valid until",
        "nothing": "This link shows no valid pass",
        "ask": "Ask the programme office for a new link.",
    },
}

_MONTHS = {
    "ar": [
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}

_pages = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, auto_reload=False
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of a valid pass; `until` is the last day on which it is valid (UTC)."""

    title: Mapping[str, str]
    number: int
    name_en: str
    name_ar: str
    until: str
    token: str


def page(shown: Shown | None) -> str:
    """The page of a pass, or the one that says that there is none to show."""
    return _pages.get_template("page.html").render(
        words=_WORDS,
        style=Markup(_STYLE),  # noqa: S704 - our own file
        shown=_of(shown) if shown else None,
    )


def _day(date: str, language: str) -> str:
    """A date as it is said; digits are those of the badge in both languages."""
    year, month, day = map(int, date.split("-"))
    return f"{day} {_MONTHS[language][month - 1]} {year}"


def _of(shown: Shown) -> dict[str, Any]:
    return {
        "title": {"en": shown.title.get("en", ""), "ar": shown.title.get("ar", "")},
        "number": shown.number or "",
        "name_en": shown.name_en,
        "name_ar": shown.name_ar,
        "until": shown.until,
        "until_in": {language: _day(shown.until, language) for language in _MONTHS},
        "code": Markup(qr.svg(shown.token)),  # noqa: S704 - made of modules, not of words
    }
