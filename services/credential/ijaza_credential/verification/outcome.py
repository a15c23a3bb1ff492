"""What came of checking a file, told step by step in codes that have words in both languages."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from ijaza_credential.verification.words import WORDS, Language, day

Verdict = Literal["genuine", "ended", "wrapped", "unproven", "foreign", "false", "unreadable"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at. `code` has its sentence in `words.json`.

    `issuer` is the issuer's name, English and Arabic as one text; `did` and `on` fill the sentence
    where it asks for them.
    """

    code: str
    outcome: Literal["passed", "failed", "noted"]
    issuer: str = ""
    did: str = ""
    on: date | None = None

    def said(self, language: Language) -> str:
        """The sentence."""
        return WORDS[language][self.code].format(
            issuer=_isolated(parts(self.issuer, language)[0]),
            did=_isolated(self.did),
            day="" if self.on is None else day(self.on, language),
        )


def parts(text: str, language: Language) -> list[str]:
    """A text of a credential, "English | العربية" if both differ, the page's language first."""
    said = text.split(" | ", 1)
    return said[::-1] if language == "ar" else said


def _isolated(text: str) -> str:
    """A text of another direction in a sentence: it turns nothing around it."""
    return f"\u2068{text}\u2069"


@dataclass(frozen=True, slots=True)
class Says:
    """What a credential says whose signature holds."""

    names: tuple[str, ...]
    title: str
    achievement: str
    issued_on: date
    issuer: str
    serial: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on a file, and how it came to it; `page` leads to the certificate's own."""

    verdict: Verdict
    steps: tuple[Step, ...]
    says: Says | None = None
    page: str = field(default="")

    @property
    def stopped(self) -> bool:
        """Whether reading the file had to be given up."""
        return any(step.code == "file-stopped" for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "verdict": self.verdict,
            "steps": [
                {
                    "code": step.code,
                    "outcome": step.outcome,
                    "on": None if step.on is None else step.on.isoformat(),
                    "detail": step.said("en"),
                }
                for step in self.steps
            ],
            "page": self.page or None,
        }
