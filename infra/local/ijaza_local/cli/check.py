"""`ijaza check`."""

from pathlib import Path

import typer

from ijaza_local.cli.console import Bars, Exit, faults_json, print_json, say, show_faults
from ijaza_local.cli.failing import folder
from ijaza_local.files import EditionFiles, Reading, read_edition


def check_files(edition: Path, *, as_json: bool) -> None:
    """Read an edition's files, and print what is wrong with them."""
    with Bars() as progress:
        reading = read_edition(folder(edition), on_progress=lambda rows: progress("reading", rows))
    if as_json:
        print_json(_findings(reading))
    else:
        show_faults("Faults", "red", reading.faults)
        show_faults("Warnings", "yellow", reading.warnings)
    if reading.files is None:
        raise typer.Exit(Exit.NO)
    if not as_json:
        counts = ", ".join(f"{count} {name}" for name, count in _rows(reading.files, reading))
        say(f"{reading.files.edition.id}: {counts}: no fault.")


def _findings(reading: Reading) -> dict[str, object]:
    files = reading.files
    return {
        "edition": files.edition.id if files else None,
        "rows": dict(_rows(files, reading)) if files else {},
        "faults": faults_json(reading.faults),
        "warnings": faults_json(reading.warnings),
    }


def _rows(files: EditionFiles, reading: Reading) -> list[tuple[str, int]]:
    return [
        ("applicants", len(files.applicants)),
        ("scans", reading.scans),
        ("results", len(files.results)),
        ("corrections", len(files.corrections)),
    ]
