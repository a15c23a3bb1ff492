"""The words of the pages, in English and Arabic: one file, which the pages' scripts read too."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from ijaza_credential.documents.wording import ARABIC_INDIC, EUROPEAN, Digits, dated, period

Language = Literal["ar", "en"]
LANGUAGES: tuple[Language, ...] = ("ar", "en")

WORDS: Mapping[str, Mapping[str, str]] = json.loads(
    (Path(__file__).parent / "static" / "words.json").read_text(encoding="utf-8")
)


def other(language: Language) -> Language:
    """The other language."""
    return "en" if language == "ar" else "ar"


def digits(language: Language) -> Digits:
    """How our own numbers are written."""
    return ARABIC_INDIC if language == "ar" else EUROPEAN


def day(moment: date, language: Language) -> str:
    """A day in words."""
    said = dated(moment, digits(language))
    return said.ar if language == "ar" else said.en


def days(start: date, end: date, language: Language) -> str:
    """A span of days in words."""
    said = period(start, end, digits(language))
    return said.ar if language == "ar" else said.en


def number(value: int, language: Language) -> str:
    """A number in the language's digits."""
    return str(value).translate(digits(language))
