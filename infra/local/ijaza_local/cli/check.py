"""`ijaza check`."""

from pathlib import Path
from typing import Annotated

import typer

from ijaza_local.cli.console import (
    Bars,
    Exit,
    faults_json,
    folder,
    out,
    print_json,
    show_faults,
)
from ijaza_local.files import read_edition


def check(
    edition: Annotated[Path, typer.Argument(help="Folder with edition.yaml and its CSV files.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the findings for a script.")
    ] = False,
) -> None:
    """Read an edition's files, name every fault, and warn of what cannot be met.

    Exits with 1 if there is a fault. Nothing is written.
    """
    with Bars() as progress:
        reading = read_edition(folder(edition), on_progress=lambda rows: progress("reading", rows))
    if as_json:
        print_json(
            {"faults": faults_json(reading.faults), "warnings": faults_json(reading.warnings)}
        )
    else:
        show_faults("Faults", "red", reading.faults)
        show_faults("Warnings", "yellow", reading.warnings)
    if reading.files is None:
        raise typer.Exit(Exit.NO)
    if not as_json:
        files = reading.files
        out.print(
            f"{files.edition.id}: {len(files.applicants)} applicants, {reading.scans} scans, "
            f"{len(files.results)} results, {len(files.corrections)} corrections: no fault."
        )
