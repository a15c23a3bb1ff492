"""Whom a certificate names."""

from dataclasses import dataclass
from datetime import datetime

from ijaza_contracts.enrollment import PersonRecorded


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """A participant's names as documents print them: on one line. `at` is when they became so."""

    version: int
    at: datetime
    name_en: str
    name_ar: str

    @property
    def stamp(self) -> str:
        """Changes with whatever is recorded of the person."""
        return str(self.version)


def on_person_recorded(current: Person | None, event: PersonRecorded) -> Person:
    """The newest version stands, whatever the order of arrival."""
    said = Person(event.version, event.at, _on_one_line(event.name_en), _on_one_line(event.name_ar))
    return said if current is None else max(current, said)


def _on_one_line(name: str) -> str:
    return " ".join(name.split())
