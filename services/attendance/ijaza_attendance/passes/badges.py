"""Badges to print: A4, eight a page, with names in Arabic and English and the pass to scan."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import typst

from ijaza_attendance.passes import qr

_TEMPLATE = Path(__file__).parent / "template"
_FONTS = Path(__file__).parents[1] / "fonts"
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Controls, and what would turn the direction of the text that follows a name."""
_LONG_WORD = re.compile(r"\S{24}(?=\S)")
_ZERO_WIDTH_SPACE = "\u200b"


class UnprintableError(Exception):
    """Badges cannot be printed; the message says why, without a name."""


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
        "title": _plain(title.get("en") or title.get("ar", "")),
        "title_ar": _plain(title.get("ar", "")),
        "badges": [
            {
                "number": str(badge.number) if badge.number else "–",
                "en": _plain(badge.name_en),
                "ar": _plain(badge.name_ar),
                "qr": qr.svg(badge.token),
            }
            for badge in badges
        ],
    }
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[_FONTS])
    try:
        pdf = typst.compile(
            _TEMPLATE / "badges.typ",
            root=_TEMPLATE,
            font_paths=fonts,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            format="pdf",
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        # The error can quote what was to be set.
        raise UnprintableError("a name has a character that no font here can draw") from error
    if not isinstance(pdf, bytes):
        raise UnprintableError("typst returned no single document")
    return pdf


def _plain(text: str) -> str:
    """A text on one line, in its own direction, with words that no line can hold made breakable."""
    return _LONG_WORD.sub(
        lambda word: word.group() + _ZERO_WIDTH_SPACE, " ".join(_UNPRINTED.sub(" ", text).split())
    )
