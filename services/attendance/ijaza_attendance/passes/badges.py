"""Badges to print: A4, eight a page, with names in Arabic and English and the pass to scan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ijaza_attendance.passes import qr
from ijaza_attendance.printing import pdf, plain

_TEMPLATE = Path(__file__).parent / "template" / "badges.typ"


@dataclass(frozen=True, slots=True)
class Badge:
    """What stands on one badge. `number` is 0 where it is not known."""

    number: int
    name_en: str
    name_ar: str
    token: str


def sheet(title: Mapping[str, str], badges: Sequence[Badge]) -> bytes:
    """A PDF (PDF/UA-1) with these badges; a page that says so if there are none.

    Raises `UnprintableError`. Takes some 40 ms a badge: not for the thread that serves requests.
    """
    data = {
        "title": plain(title.get("en") or title.get("ar", "")),
        "title_ar": plain(title.get("ar", "")),
        "badges": [
            {
                "number": str(badge.number) if badge.number else "–",
                "en": plain(badge.name_en),
                "ar": plain(badge.name_ar),
                "qr": qr.svg(badge.token),
            }
            for badge in badges
        ],
    }
    return pdf(_TEMPLATE, data)
