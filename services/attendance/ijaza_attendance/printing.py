"""Pages set by typst: badges and sheets. Words are data of a template, never source."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

_FONTS = Path(__file__).parent / "fonts"
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Controls, and what would turn the direction of the text that follows a name."""
_ZERO_WIDTH_SPACE = "\u200b"
_LARGE = 100_000
"""Characters of data from which on what the compiler remembers is worth being forgotten."""
_REMEMBERED = 10
"""Compilations for which the compiler keeps what it set, in case it comes again."""
_NO_GLYPH = re.compile(r'the text `"(.+)"` could not be displayed with font', re.DOTALL)


class UnprintableError(Exception):
    """A page cannot be printed, for no font here can draw `character`."""

    def __init__(self, character: str) -> None:
        super().__init__(f"no font here can draw {code_points(character)}")
        self.character = character


def code_points(text: str) -> str:
    """How the characters of a text are named: `U+12000`."""
    return " ".join(f"U+{ord(character):04X}" for character in text)


def pdf(template: Path, data: Mapping[str, Any], made_at: datetime | None = None) -> bytes:
    """A PDF/UA-1 of a template with these data; the same ones and time give the same bytes.

    Raises `UnprintableError`. It takes long and lets go of the interpreter: not for the thread
    that serves requests.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        done = typst.compile(
            template,
            root=template.parent,
            font_paths=_fonts(),
            sys_inputs=inputs,
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=made_at,
        )
    except typst.TypstError as error:
        if missing := _NO_GLYPH.search(error.message):
            # The error quotes what was to be set, which may be more than the character.
            raise UnprintableError(missing.group(1)) from None
        raise
    finally:
        if len(inputs["data"]) > _LARGE:
            _forget()
    return done


def plain(text: str, longest: int = 24) -> str:
    """A text on one line, in its own direction; words of more characters can be broken."""
    return re.sub(
        rf"\S{{{longest}}}(?=\S)",
        lambda word: word.group() + _ZERO_WIDTH_SPACE,
        " ".join(_UNPRINTED.sub(" ", text).split()),
    )


def _forget() -> None:
    """Have the compiler let go of a large document, some 100 kB a row, by compiling nothing."""
    for _ in range(_REMEMBERED + 1):
        typst.compile(b"", font_paths=_fonts(), format="svg")


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[_FONTS])
