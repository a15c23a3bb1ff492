"""What cannot be met, or cannot be meant: named in warnings, for the files are valid."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ijaza_attendance.domain.programme import Sitting, on_edition_published
from ijaza_contracts.edition import Edition
from ijaza_contracts.enrollment import EditionPublished

from .closing import corrected_edition
from .definition import EDITION_YAML
from .faults import FILES, Faults
from .model import Correction, EditionFiles
from .nodes import label
from .people import APPLICANTS_CSV
from .scalars import did_you_mean, spelled

CSV_FILES = tuple(file for file in FILES if file.endswith(".csv"))
MOST_NAMED = 5


def warn_of_files(directory: Path, warnings: Faults) -> None:
    """Warn of CSV files that nobody reads, for a name may be misspelt."""
    for path in sorted(directory.glob("*.[cC][sS][vV]")):
        if path.name not in CSV_FILES:
            hint = did_you_mean(path.name, CSV_FILES)
            expected = f"one of the files {spelled(CSV_FILES)}; this one is ignored{hint}"
            warnings.add(path.name, 0, "", "", expected)


def warn_of_selection(files: EditionFiles, lines: Mapping[str, int], warnings: Faults) -> None:
    """Warn of more places than applicants, and of accepted values that no applicant has."""
    rule, applicants = files.edition.selection, files.applicants
    if not applicants:
        warnings.add(APPLICANTS_CSV, 0, "", "", "at least one applicant; there is none")
    if rule is None or not applicants:
        return
    if rule.capacity > len(applicants):
        path, expected = "selection.capacity", f"no more than the {len(applicants)} applicants"
        warnings.add(EDITION_YAML, lines.get(path, 0), path, str(rule.capacity), expected)
    for column, accepted in rule.require.items():
        path = f"selection.require.{column}"
        for value in accepted:
            if not any(one.attributes.get(column, value) == value for one in applicants):
                expected = f"a value that an applicant has as {column}; nobody has this one"
                warnings.add(EDITION_YAML, lines.get(path, 0), path, value, expected)


def warn_of_bounds(files: EditionFiles, lines: Mapping[str, int], warnings: Faults) -> None:
    """Warn of hours that are more than what is scheduled, of a module or for a person."""
    for path, hours, expected in _shortfalls(files.edition, files.corrections):
        warnings.add(EDITION_YAML, lines.get(path, 0), path, hours, expected)


class _Shortfall(NamedTuple):
    path: str
    hours: str
    expected: str


def _shortfalls(edition: Edition, corrections: Sequence[Correction]) -> Iterator[_Shortfall]:
    """formats.md: "`ijaza check` and `run` warn where a bound is above what is scheduled"."""
    sittings = _sittings(corrected_edition(edition, corrections))
    excused = _excused(corrections, sittings)
    scheduled: Counter[str] = Counter({module.id: 0 for module in edition.modules})
    for sitting in sittings.values():
        scheduled[sitting.module] += _counted(sitting)
    for place, certificate in enumerate(edition.certificates, start=1):
        bounds = certificate.requires.attendance
        hours = bounds.min_hours if bounds else None
        if hours is None:
            continue
        path = f"certificates[{label(certificate.id, place)}].requires.attendance.min_hours"
        for module, seconds in scheduled.items():
            expected = f"at most the hours that module {module} has"
            if hours * 3600 > seconds:
                has = f"{_hours(seconds)} without cancelled sessions, so nobody gets there"
                yield _Shortfall(path, str(hours), f"{expected}: {has}")
                continue
            short = [
                person
                for person, sessions in excused[module].items()
                if hours * 3600 > seconds - sum(_counted(sittings[one]) for one in sessions)
            ]
            if short:
                has = f"fewer are left for those excused, {_some(short)}"
                yield _Shortfall(path, str(hours), f"{expected}: {has}")


def _sittings(edition: Edition) -> Mapping[str, Sitting]:
    """The sessions as attendance counts them."""
    first = edition.modules[0].sessions[0].start
    published = EditionPublished(edition=edition.id, at=first, revision=1, definition=edition)
    return on_edition_published(None, published).sittings


def _excused(
    corrections: Sequence[Correction], sittings: Mapping[str, Sitting]
) -> Mapping[str, Mapping[str, set[str]]]:
    """The sessions that each person is excused from, by module and person."""
    excused: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for row in corrections:
        if row.kind == "excuse":
            of_module = excused[sittings[row.target].module]
            of_module.setdefault(row.participant, set()).add(row.target)
    return excused


def _counted(sitting: Sitting) -> int:
    return 0 if sitting.cancelled else sitting.scheduled


def _hours(seconds: int) -> str:
    whole, minutes = divmod(seconds // 60, 60)
    return f"{whole} h {minutes:02d}" if minutes else f"{whole} h"


def _some(people: Sequence[str]) -> str:
    named = ", ".join(people[:MOST_NAMED])
    others = len(people) - MOST_NAMED
    return f"{named} and {others} more" if others > 0 else named
