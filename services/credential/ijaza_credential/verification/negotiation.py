"""Which form and language of a page somebody asks for (RFC 9110, 12.5)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from ijaza_credential.verification.words import Language

Form = Literal["html", "credential", "pdf", "jwt"]

FORMS: Mapping[str, Form] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/vc": "credential",
    "application/vc+ld+json": "credential",
    "application/ld+json": "credential",
    "application/json": "credential",
    "application/pdf": "pdf",
    "application/vc+jwt": "jwt",
}
"""What is asked for by which type; a credential is sent under the name it was asked by."""
VARY = "Accept, Accept-Language"
MOST = 20
"""Preferences that are read of a header."""


def media_type(accept: str) -> str:
    """The type that is preferred of those there are; a page where nothing else is asked for."""
    for asked in _preferred(accept):
        if asked in FORMS:
            return asked
        if asked in ("*/*", "text/*"):
            break
        if asked == "application/*":
            return "application/vc"
    return "text/html"


def language(chosen: str, accept: str) -> Language:
    """The language that was chosen, or else the one preferred; English if neither is known."""
    for asked in (chosen, *_preferred(accept)):
        match asked.partition("-")[0]:
            case "ar":
                return "ar"
            case "en":
                return "en"
    return "en"


def _preferred(header: str) -> Sequence[str]:
    """What a header lists, what is liked best first; what is refused is left out."""
    weighed = sorted(_weighed(header.lower()), key=lambda each: -each[0])
    return [name for weight, name in weighed if weight > 0]


def _weighed(header: str) -> Iterator[tuple[float, str]]:
    for part in header.split(",", MOST)[:MOST]:
        name, *parameters = (each.strip() for each in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = min(max(float(parameter[2:]), 0.0), 1.0)
                except ValueError:
                    weight = 0.0
        yield weight, name
