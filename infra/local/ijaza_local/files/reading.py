"""An edition's folder read whole: every file, every fault, nothing begun."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ijaza_contracts.edition import Selection

from .corrections import CORRECTIONS_CSV, Recorded, read_corrections
from .crosschecks import check_columns, check_takers
from .definition import EDITION_YAML, Definition, read_definition
from .facts import RESULTS_CSV, SCANS_CSV, Results, read_results, read_scans
from .faults import Faults
from .hints import warn_of_bounds, warn_of_files, warn_of_selection
from .model import Approval, Correction, Decision, EditionFiles, Partner, Reading, Scan
from .people import (
    APPLICANTS_CSV,
    APPROVALS_CSV,
    DECISIONS_CSV,
    PARTNERS_CSV,
    People,
    read_applicants,
    read_approvals,
    read_decisions,
    read_partners,
)


class _Rows(NamedTuple):
    """The rows of every file but scans.csv, as far as they are good."""

    partners: tuple[Partner, ...] | None
    people: People
    decisions: tuple[Decision, ...]
    results: Results
    corrections: tuple[Correction, ...]
    approvals: tuple[Approval, ...]


def read_edition(
    directory: Path,
    *,
    on_scan: Callable[[Scan], None] | None = None,
    earlier: Mapping[str, int] | None = None,
    considered: Collection[str] | None = None,
    rules: Collection[Selection | None] = (),
    on_progress: Callable[[int], None] | None = None,
) -> Reading:
    """Read all files of an edition, and note every fault in them.

    scans.csv is not kept: `on_scan` is called with each good row, in the order of the file. Faults
    may follow, so whoever takes rows must be able to take them back. `on_progress` is called with
    how many more scans are read. `earlier` are the departures that earlier runs took, as
    `departures_in_order` wants them: they decide who ever takes part. `considered` are the refs
    that the selection has dealt with, once it has been made: after it nobody can apply any more.
    `rules` are those that the selection and departures since went by: whoever has a place by one
    of them takes part.

    `latest` is that of the rows' own times: `applied_at`, `at` and `taken_at`. The times of
    edition.yaml and of moved sessions are plans; what of them takes place, `closing_time` counts.
    """
    faults, warnings = Faults(), Faults()
    if not directory.is_dir():
        faults.add("", 0, "", str(directory), "the folder of an edition")
        return Reading(None, faults.listed(), ())
    definition = read_definition(directory, faults, warnings)
    rows = _read_rows(directory, definition, considered, faults, warnings)
    check_columns(definition, rows.people.columns, faults)
    _check_takers(definition, rows, rules, earlier or {}, faults)
    scans, latest = read_scans(
        directory / SCANS_CSV,
        definition.zone,
        definition.sessions,
        faults,
        warnings,
        on_scan=on_scan,
        on_progress=on_progress,
    )
    found = faults.listed()
    files = None if found else _files(directory, definition, rows)
    if files:
        _warn(files, definition, rows, warnings)
    return Reading(
        files=files,
        faults=found,
        warnings=warnings.listed(),
        latest=max([*_times(rows), *([latest] if latest else [])], default=None),
        scans=scans,
        unlisted=faults.unlisted,
    )


def _read_rows(
    directory: Path,
    definition: Definition,
    considered: Collection[str] | None,
    faults: Faults,
    warnings: Faults,
) -> _Rows:
    """Every file in the order in which one names the rows of another."""
    zone, notes = definition.zone, (faults, warnings)
    partners = read_partners(directory / PARTNERS_CSV, *notes)
    partner_ids = None if partners is None else frozenset(one.id for one in partners)
    is_roster = definition.edition is not None and definition.edition.selection is None
    people = read_applicants(
        directory / APPLICANTS_CSV,
        zone,
        partner_ids,
        *notes,
        considered=None if is_roster else considered,
    )
    refs = people.refs
    results = read_results(directory / RESULTS_CSV, zone, refs, definition.max_scores, *notes)
    recorded = Recorded(
        zone=zone,
        refs=refs,
        sessions=definition.sessions,
        max_scores=definition.max_scores,
        attempts=results.attempts if results.is_whole else None,
    )
    return _Rows(
        partners=partners,
        people=people,
        decisions=read_decisions(directory / DECISIONS_CSV, zone, refs, *notes),
        results=results,
        corrections=read_corrections(directory / CORRECTIONS_CSV, recorded, *notes),
        approvals=read_approvals(directory / APPROVALS_CSV, zone, refs, *notes),
    )


def _check_takers(
    definition: Definition,
    rows: _Rows,
    rules: Collection[Selection | None],
    earlier: Mapping[str, int],
    faults: Faults,
) -> None:
    """Only where the selection can be told: otherwise one fault would become many."""
    deciding = (EDITION_YAML, APPLICANTS_CSV, DECISIONS_CSV, CORRECTIONS_CSV)
    if definition.edition and not faults.any_in(*deciding):
        check_takers(
            (*rules, definition.edition.selection),
            rows.people.applicants,
            rows.decisions,
            rows.corrections,
            earlier,
            rows.results.attempts,
            faults,
        )


def _files(directory: Path, definition: Definition, rows: _Rows) -> EditionFiles | None:
    if definition.edition is None:
        return None
    return EditionFiles(
        directory=directory,
        edition=definition.edition,
        applicants=rows.people.applicants,
        decisions=rows.decisions,
        results=rows.results.results,
        corrections=rows.corrections,
        approvals=rows.approvals,
        partners=rows.partners or (),
    )


def _warn(files: EditionFiles, definition: Definition, rows: _Rows, warnings: Faults) -> None:
    warn_of_files(files.directory, warnings)
    warn_of_selection(files, definition.lines, warnings)
    warn_of_bounds(files, definition.lines, warnings)
    nominations = [one for one in files.applicants if one.nominated_by]
    if rows.partners is None and nominations:
        expected = f"a partner's id; there is no {PARTNERS_CSV} that could have it"
        warnings.add(APPLICANTS_CSV, 0, "nominated_by", nominations[0].nominated_by, expected)


def _times(rows: _Rows) -> Iterator[datetime]:
    yield from (row.applied_at for row in rows.people.applicants)
    yield from (row.at for row in rows.decisions)
    yield from (row.taken_at for row in rows.results.results)
    yield from (row.at for row in rows.corrections)
