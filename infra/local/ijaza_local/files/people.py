"""The files about people: applicants.csv, partners.csv, decisions.csv, approvals.csv."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from .faults import Faults
from .model import Applicant, Approval, Decision, Partner
from .scalars import (
    Parser,
    country,
    email,
    identifier,
    known_as,
    moment,
    one_of,
    or_nothing,
    text,
)
from .table import Row, Table

APPLICANTS_CSV = "applicants.csv"
PARTNERS_CSV = "partners.csv"
DECISIONS_CSV = "decisions.csv"
APPROVALS_CSV = "approvals.csv"

NAMED = ("ref", "name_en", "name_ar", "email", "applied_at", "nominated_by")
"""The columns of applicants.csv that are no attributes."""

REQUIRED_ATTRIBUTES = ("organisation", "organisation_type", "country", "seniority", "field_related")
LONGEST_NAME = 200
LONGEST_REASON = 10_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class People:
    """What applicants.csv says. `refs` are all refs in it, None where they cannot be told."""

    applicants: tuple[Applicant, ...] = ()
    refs: frozenset[str] | None = None
    columns: tuple[str, ...] = ()


class Once:
    """Finds rows whose key stands in the file already."""

    def __init__(self, table: Table, column: str, what: str) -> None:
        self._table = table
        self._column = column
        self._what = what
        self._rows: dict[str, tuple[int, object]] = {}

    def is_new(self, row: Row, key: str, content: object) -> bool:
        """Whether the key is new; an identical row is one, and another with the key a fault."""
        line, known = self._rows.setdefault(key, (row.line, content))
        if line != row.line and known != content:
            expected = f"each {self._what} in one row; line {line} has this one with other cells"
            self._table.refuse(row, self._column, expected)
        return line == row.line


TOO_LATE = (
    "somebody who applied before the selection has been made; nobody can apply any more: remove "
    "the row"
)


def read_applicants(
    path: Path,
    zone: ZoneInfo,
    partners: Collection[str] | None,
    faults: Faults,
    warnings: Faults,
    *,
    considered: Collection[str] | None = None,
) -> People:
    """Read applicants.csv. `nominated_by` must be a partner, if `partners` are known.

    `considered` are the refs that a selection has dealt with: then nobody else can apply.
    """
    if not path.exists():
        faults.add(path.name, 0, "", "", "the edition's applicants; there is no such file")
        return People()
    required = (*NAMED[:4], *REQUIRED_ATTRIBUTES, "applied_at")
    table = Table(
        path,
        faults,
        warnings,
        required=required,
        optional=("nominated_by",),
        further=True,
        prose=lambda column: column not in NAMED and column != "country",
    )
    if not table.columns:
        return People()
    attributes = [name for name in table.columns if name not in NAMED]
    parsers = {
        **_named_parsers(zone, partners),
        **{name: country if name == "country" else text() for name in attributes},
    }
    once = Once(table, "ref", "ref")
    refs: set[str] = set()
    is_known = True
    found: list[Applicant] = []
    for row in table.rows(parsers):
        ref = row.values[0]
        if ref is None:
            is_known = False
            continue
        refs.add(ref)
        if considered is not None and ref not in considered:
            faults.add(path.name, row.line, "ref", ref, TOO_LATE)
        texts = dict(zip(attributes, row.values[len(NAMED) :], strict=True))
        _, name_en, name_ar, address, applied_at, nominated_by = row.values[: len(NAMED)]
        person = Applicant(ref, name_en, name_ar, address, applied_at, nominated_by, texts)
        if once.is_new(row, ref, person) and row.good:
            found.append(person)
            _warn_of_spaces(table.file, row, list(parsers), warnings)
    is_known = is_known and not table.has_lost_rows
    return People(tuple(found), frozenset(refs) if is_known else None, table.columns)


def read_partners(path: Path, faults: Faults, warnings: Faults) -> tuple[Partner, ...] | None:
    """Read partners.csv; None if there is none, or its ids cannot be told."""
    if not path.exists():
        return None
    parsers: dict[str, Parser] = {
        "id": identifier,
        "name_en": text(LONGEST_NAME),
        "name_ar": text(LONGEST_NAME),
        "kind": one_of("organisation", "government", "donor"),
        "country": or_nothing(country),
    }
    table = Table(path, faults, warnings, required=tuple(parsers))
    once = Once(table, "id", "partner")
    found = []
    is_known = True
    for row in table.rows(parsers):
        if row.values[0] is None:
            is_known = False
            continue
        partner = Partner(*row.values)
        if once.is_new(row, partner.id, partner):
            found.append(partner)
    return tuple(found) if is_known and not table.has_lost_rows else None


def read_decisions(
    path: Path, zone: ZoneInfo, refs: Collection[str] | None, faults: Faults, warnings: Faults
) -> tuple[Decision, ...]:
    """Read decisions.csv."""
    parsers: dict[str, Parser] = {
        "participant": member(refs),
        "decision": one_of("accept", "decline", "withdraw"),
        "at": moment(zone),
        "actor": identifier,
        "reason": or_nothing(text(LONGEST_REASON)),
    }
    return distinct(Decision(*row) for row in good_rows(path, parsers, faults, warnings))


def read_approvals(
    path: Path, zone: ZoneInfo, refs: Collection[str] | None, faults: Faults, warnings: Faults
) -> tuple[Approval, ...]:
    """Read approvals.csv."""
    parsers: dict[str, Parser] = {
        "participant": member(refs),
        "actor": identifier,
        "at": moment(zone),
    }
    return distinct(Approval(*row) for row in good_rows(path, parsers, faults, warnings))


def good_rows(
    path: Path, parsers: dict[str, Parser], faults: Faults, warnings: Faults
) -> Iterator[list[Any]]:
    """The values of every good row of a file that may be missing."""
    if path.exists():
        table = Table(path, faults, warnings, required=tuple(parsers), prose="reason".__eq__)
        yield from (row.values for row in table.rows(parsers) if row.good)


def distinct(rows: Iterable[T]) -> tuple[T, ...]:
    """Identical rows once, in the order of the file."""
    return tuple(dict.fromkeys(rows))


def member(refs: Collection[str] | None) -> Parser:
    """A parser of refs: of any, where it cannot be told whom applicants.csv has."""
    if refs is None:
        return identifier
    return known_as("the ref of somebody in applicants.csv", refs)


def _named_parsers(zone: ZoneInfo, partners: Collection[str] | None) -> dict[str, Parser]:
    expected = "the id of a partner in partners.csv, or nothing"
    partner = text() if partners is None else known_as(expected, partners)
    return {
        "ref": identifier,
        "name_en": text(LONGEST_NAME),
        "name_ar": text(LONGEST_NAME),
        "email": email,
        "applied_at": moment(zone),
        "nominated_by": or_nothing(partner),
    }


def _warn_of_spaces(file: str, row: Row, columns: list[str], warnings: Faults) -> None:
    for column, value in zip(columns, row.values, strict=True):
        if isinstance(value, str) and value != value.strip():
            expected = "a text without spaces around it; here they belong to the value"
            warnings.add(file, row.line, column, value, expected)
