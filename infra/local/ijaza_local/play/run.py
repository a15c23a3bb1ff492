"""`ijaza run`: takes an edition's files into OUT, and writes what came of them."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from ijaza_contracts.edition import Edition
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.settings import RuntimeSettings

from ijaza_local.files import (
    closing_time,
    content_of,
    key_of,
    numbered,
    read_edition,
)
from ijaza_local.files.model import EditionFiles, Fault, Scan
from ijaza_local.play import fixed, phases
from ijaza_local.play.departures import taken_departures
from ijaza_local.play.ledger import Difference, Ledger, Row
from ijaza_local.play.outcome import HEADERS, Cells, Holder, Outcome, outcome_of
from ijaza_local.play.phases import PlayError, Progress, Stage
from ijaza_local.play.state import STATE, check_place, opened, services_of
from ijaza_local.play.summary import report_of
from ijaza_local.services import Services

_OFFERED = 5_000


class FilesRefusedError(Exception):
    """The files cannot be played; `faults` says everything that is wrong. Nothing was begun."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Taken:
    """The files as they were taken; `latest` is the latest time in them, approvals apart."""

    files: EditionFiles
    latest: datetime | None
    warnings: tuple[Fault, ...]
    seconds: float


class Laps:
    """How long each phase took, in seconds; the first is the reading of the files."""

    def __init__(self, reading: float) -> None:
        self.seconds = {"read": round(reading, 2)}
        self._since = perf_counter()

    def ends(self, phase: str) -> None:
        """A phase has ended, and the next one begins."""
        now = perf_counter()
        self.seconds[phase] = round(now - self._since, 2)
        self._since = now


@dataclass(frozen=True, slots=True)
class Played:
    """What a run came to. `edition` is as its newest revision has it; `seconds` are by phase."""

    edition: Edition
    outcome: Outcome
    warnings: tuple[Fault, ...]
    seconds: Mapping[str, float]

    @property
    def holders(self) -> list[Holder]:
        """Those who hold a valid certificate, by ref."""
        return self.outcome.holders


async def run_edition(
    directory: Path,
    out: Path,
    *,
    keys: Path,
    elsewhere: RuntimeSettings | None = None,
    revise: bool = False,
    progress: Progress = lambda what, count: None,
    step: Step = nowhere,
) -> Played:
    """Play an edition's files into `out`, going on where an earlier run stood.

    The services run in this process, or `elsewhere`: then they are those of the settings' bus and
    stores, and `out` has the ledger and what came of it only.

    Raises `FilesRefusedError` if the files are wrong, or differ from what was taken before, and
    `PlayError` if `out` cannot be used.
    """
    check_place(directory, out, keys)
    with opened(out) as ledger:
        taken = take(directory, ledger, revise=revise, progress=progress)
        async with services_of(
            out, ledger, keys, elsewhere=elsewhere, step=step, progress=progress
        ) as services:
            return await _play(services, ledger, taken, out, progress)


async def _play(
    services: Services, ledger: Ledger, taken: Taken, out: Path, progress: Progress
) -> Played:
    files = taken.files
    stage = Stage(services, ledger, files.edition, progress)
    lap = Laps(taken.seconds)
    for service in services.all:
        await service.recover()
    await phases.enrol(stage, at=published_at(ledger, taken))
    ledger.note("selected", "yes")
    lap.ends("enrol")
    await phases.record(stage)
    lap.ends("record")
    await phases.correct(stage)
    lap.ends("correct")
    edition = (await services.enrollment.desk.editions.get(files.edition.id)).definition
    await phases.close(stage, closing_time(edition, taken.latest))
    lap.ends("close")
    await phases.approve(stage)
    lap.ends("approve")

    def write(path: str, content: bytes) -> None:
        write_file(out / path, content, draft=out / STATE / "draft")
        progress("files", 1)

    outcome = await outcome_of(services, ledger, edition, write)
    for name, header in HEADERS.items():
        write(f"{name}.csv", csv_of(header, outcome.rows[name]))
    write("report.html", report_of(edition, files, outcome).encode())
    lap.ends("write")
    return Played(edition, outcome, taken.warnings, lap.seconds)


def published_at(ledger: Ledger, taken: Taken) -> datetime:
    """When the edition was defined: for lack of a better time before everything that is of it.

    A revision is dated by the latest fact that was known when it was made.
    """
    if ledger.fact("selected") and taken.latest is not None:
        return taken.latest
    modules, applicants = taken.files.edition.modules, taken.files.applicants
    starts = [session.start for module in modules for session in module.sessions]
    return min([*starts, *(applicant.applied_at for applicant in applicants)])


def take(directory: Path, ledger: Ledger, *, revise: bool, progress: Progress) -> Taken:
    """Read the files and take what is new, or refuse all of it: raises `FilesRefusedError`."""
    since = perf_counter()
    ledger.begin()
    try:
        offered: list[Row] = []
        known = fixed.noted(ledger)

        def on_scan(scan: Scan) -> None:
            offered.append(Row("scans", key_of(scan), content_of(scan)))
            if len(offered) >= _OFFERED:
                ledger.offer(offered)
                offered.clear()

        reading = read_edition(
            directory,
            on_scan=on_scan,
            earlier=taken_departures(ledger).earlier,
            considered=_considered(ledger),
            rules=known.rules if known else (),
            on_progress=lambda rows: progress("reading", rows),
        )
        if reading.files is None:
            raise FilesRefusedError(reading.faults)
        ledger.offer(offered)
        ledger.offer(_rows(reading.files))
        faults = [*_edition_faults(ledger, known, reading.files, revise=revise)]
        faults += [_fault(each) for each in ledger.differences()]
        if faults:
            raise FilesRefusedError(faults)
        ledger.note("edition", reading.files.edition.id)
        ledger.note("definition", _digest(reading.files.edition))
        fixed.note(ledger, known, reading.files.edition)
        ledger.take()
    except BaseException:
        ledger.refuse()
        raise
    return Taken(reading.files, reading.latest, reading.warnings, perf_counter() - since)


def _rows(files: EditionFiles) -> Iterator[Row]:
    for kind, rows in (
        ("applicants", files.applicants),
        ("decisions", files.decisions),
        ("results", files.results),
        ("approvals", files.approvals),
        ("partners", files.partners),
    ):
        for row in rows:
            yield Row(kind, key_of(row), content_of(row))
    for correction, nth in numbered(files.corrections):
        yield Row("corrections", key_of(correction), content_of(correction, nth))


def _considered(ledger: Ledger) -> set[str] | None:
    """The refs that the selection has dealt with; None before it."""
    if ledger.fact("selected") is None:
        return None
    return {row.key for row in ledger.taken("applicants")}


def _digest(edition: Edition) -> str:
    return sha256(edition.model_dump_json().encode()).hexdigest()


def _edition_faults(
    ledger: Ledger, earlier: fixed.Fixed | None, files: EditionFiles, *, revise: bool
) -> Iterator[Fault]:
    known = ledger.fact("edition")
    if known is not None and known != files.edition.id:
        yield Fault(
            "edition.yaml",
            0,
            "id",
            files.edition.id,
            f"this OUT belongs to edition {known}: give each edition an OUT of its own",
        )
        return
    definition = ledger.fact("definition")
    if definition is not None and definition != _digest(files.edition) and not revise:
        yield Fault(
            "edition.yaml",
            0,
            "",
            files.edition.id,
            "the definition differs from the one recorded: give --revise to take it as the next "
            "revision, or restore it; sessions are moved and cancelled in corrections.csv",
        )
    if earlier is not None:
        yield from fixed.changes(earlier, files.edition)


def _fault(difference: Difference) -> Fault:
    now = "is gone" if difference.now is None else f"is now {difference.now}"
    return Fault(
        f"{difference.kind}.csv",
        0,
        "",
        difference.key,
        f"the row {now}; recorded is {difference.recorded}. What is recorded stays: restore the "
        "row, and say in corrections.csv what was wrong with it",
    )


def csv_of(header: Cells, rows: Sequence[Cells]) -> bytes:
    """A CSV file as UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def write_file(path: Path, content: bytes, *, draft: Path) -> None:
    """Write a file whole or not at all; one that has the content already is left alone.

    `draft` is where it is written first, out of sight: a process that is killed leaves one there,
    which the next file written replaces. Raises `PlayError` if the file cannot be written.
    """
    try:
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):  # where it could not be made, it cannot be removed
            draft.unlink()
        raise PlayError(
            f"{path} cannot be written: {error.strerror}. Make room, or mend the permissions, and "
            "run again: the run goes on from here"
        ) from error
