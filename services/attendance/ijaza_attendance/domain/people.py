"""What a door shows of a person: the name, and nothing else."""

from dataclasses import dataclass

from ijaza_contracts.enrollment import PersonRecorded


@dataclass(frozen=True, slots=True)
class Person:
    """A participant's display names, as known since `version`."""

    name_en: str
    name_ar: str
    version: int

    @property
    def stamp(self) -> str:
        """Changes with the name; no decision of attendance rests on it."""
        return str(self.version)


def on_person_recorded(current: Person | None, event: PersonRecorded) -> Person:
    """The newest version stands, whatever the order of arrival."""
    if current is not None and current.version >= event.version:
        return current
    return Person(event.name_en, event.name_ar, event.version)
