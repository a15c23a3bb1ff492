"""Counting: from one line a person to the numbers of the report.

Nothing depends on the order of the people, for the files' rows may stand in any order.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ijaza_contracts.edition import Certificate, Edition

NAMED_COLUMNS = ("country", "organisation", "organisation_type", "seniority", "field_related")
"""The attributes that every applicants.csv has, in the order of the report."""

OUTCOMES = ("selected", "waitlisted", "declined", "withdrawn")

MANY_VALUES = 8
"""Above so many values, a column in which most people stand alone describes persons, not groups."""
DIGITS_OF_A_NUMBER = 6
"""A value with so many digits looks like a telephone, a passport or a day of birth."""


@dataclass(frozen=True, slots=True)
class Person:
    """What the report knows of one applicant: no name, no ref.

    `missing` is of the first certificate, as in eligibility.csv (`attendance:m1`, `test:m5`);
    `award` and `certificate` are ids of certificates or empty: what is earned, what is validly
    held.
    """

    attributes: Mapping[str, str]
    nominated_by: str
    outcome: str
    took_part: bool
    award: str
    missing: tuple[str, ...]
    certificate: str

    @property
    def eligible(self) -> bool:
        """Rule: "takes part at the end and meets every requirement of the first certificate"."""
        return self.took_part and not self.missing


@dataclass(frozen=True, slots=True)
class Count:
    """What became of a group of applicants. All count people."""

    applied: int
    took_part: int
    eligible: int
    certificates: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group by the value that its people share."""

    value: str
    count: Count


@dataclass(frozen=True, slots=True)
class ModuleCount:
    """Of those who took part at the end; None where the first certificate does not ask for it."""

    attendance: int | None
    test: int | None


@dataclass(frozen=True, slots=True)
class CertificateCount:
    """How many earned a certificate, and how many hold it."""

    id: str
    earned: int
    held: int


def count(people: Iterable[Person]) -> Count:
    """What became of these people."""
    everybody = list(people)
    return Count(
        applied=len(everybody),
        took_part=sum(person.took_part for person in everybody),
        eligible=sum(person.eligible for person in everybody),
        certificates=sum(person.certificate != "" for person in everybody),
    )


def by_attribute(people: Iterable[Person], column: str) -> list[Group]:
    """The groups of a column, the largest first; who states nothing is in the group of ""."""
    return _grouped(people, lambda person: person.attributes.get(column, ""))


def by_nominator(people: Iterable[Person]) -> dict[str, Count]:
    """What became of those whom each partner nominated, by the partner's id."""
    nominated = (person for person in people if person.nominated_by)
    return {group.value: group.count for group in _grouped(nominated, lambda p: p.nominated_by)}


def _grouped(people: Iterable[Person], key: Callable[[Person], str]) -> list[Group]:
    members: defaultdict[str, list[Person]] = defaultdict(list)
    for person in people:
        members[key(person)].append(person)
    groups = [Group(value, count(group)) for value, group in members.items()]
    return sorted(groups, key=lambda g: (-g.count.applied, -g.count.took_part, g.value))


def columns(people: Iterable[Person]) -> list[str]:
    """The attributes that the applicants have: those of every file, then the further ones."""
    found = {column for person in people for column in person.attributes}
    further = sorted(found.difference(NAMED_COLUMNS))
    return [column for column in NAMED_COLUMNS if column in found] + further


def tells_persons_apart(column: str, groups: Sequence[Group]) -> bool:
    """Whether listing a further column would list people: telephones, birthdays, letters.

    So it is where most stand alone with their value, and the values are many, or look like an
    address or a number that somebody bears.
    """
    if column in NAMED_COLUMNS:
        return False
    stated = [group for group in groups if group.value]
    alone = sum(group.count.applied == 1 for group in stated)
    most_alone = 2 * alone > sum(group.count.applied for group in stated)
    return most_alone and (
        len(stated) > MANY_VALUES or any(_looks_personal(group.value) for group in stated)
    )


def _looks_personal(value: str) -> bool:
    return "@" in value or sum(character.isdigit() for character in value) >= DIGITS_OF_A_NUMBER


def by_outcome(people: Iterable[Person]) -> dict[str, int]:
    """How many have each outcome of the selection, in the order of `OUTCOMES`."""
    found = Counter(person.outcome for person in people)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def asks_for_attendance(certificate: Certificate) -> bool:
    """Whether the certificate sets a bound of attendance."""
    bounds = certificate.requires.attendance
    return bounds is not None and (bounds.min_percent, bounds.min_hours) != (None, None)


def by_module(edition: Edition, people: Iterable[Person]) -> list[ModuleCount]:
    """Who met the attendance and passed the test of each module, in the edition's order."""
    taking_part = [person for person in people if person.took_part]
    missed = Counter(item for person in taking_part for item in set(person.missing))
    first = edition.certificates[0]
    attendance = asks_for_attendance(first)
    tests = first.requires.tests == "all_passed"
    return [
        ModuleCount(
            attendance=len(taking_part) - missed[f"attendance:{module.id}"] if attendance else None,
            test=len(taking_part) - missed[f"test:{module.id}"] if tests and module.test else None,
        )
        for module in edition.modules
    ]


def by_certificate(edition: Edition, people: Sequence[Person]) -> list[CertificateCount]:
    """Each certificate in the edition's order; then those of an earlier revision still held."""
    earned = Counter(person.award for person in people if person.award)
    held = Counter(person.certificate for person in people if person.certificate)
    known = [certificate.id for certificate in edition.certificates]
    former = sorted((earned.keys() | held.keys()).difference(known))
    return [CertificateCount(id_, earned[id_], held[id_]) for id_ in (*known, *former)]
