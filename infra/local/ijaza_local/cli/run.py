"""`ijaza run`."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
from ijaza_runtime.failpoints import from_environment
from rich.table import Table

from ijaza_local.cli.console import (
    Bars,
    Exit,
    err,
    faults_json,
    out,
    print_json,
    settings,
    show_faults,
    told,
)
from ijaza_local.play.run import FilesRefusedError, Played, run_edition

SHOWN = 60
"""Graduates that the table lists at the most."""


def run(
    edition: Annotated[Path, typer.Argument(help="Folder with edition.yaml and its CSV files.")],
    to: Annotated[Path, typer.Option("--out", help="Folder for what comes out, and its state.")],
    revise: Annotated[
        bool, typer.Option("--revise", help="Take a changed edition.yaml as the next revision.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for a script.")] = False,
) -> None:
    """Play an edition from its files, and issue its certificates.

    A later run over the same OUT takes what is new. Exits with 1 if the files are refused, and
    then nothing was begun.
    """
    configured = settings()
    with told():
        try:
            with Bars() as progress:
                played = asyncio.run(
                    run_edition(
                        edition,
                        to,
                        keys=configured.keys,
                        revise=revise,
                        progress=progress,
                        step=from_environment(os.environ.get("IJAZA_FAILPOINT", "")),
                    )
                )
        except FilesRefusedError as refused:
            if as_json:
                print_json({"refused": faults_json(refused.faults)})
            show_faults("The files cannot be played", "red", refused.faults)
            err.print("Nothing was begun. Mend these, and run again.")
            raise typer.Exit(Exit.NO) from None
    show_faults("Warnings", "yellow", played.warnings)
    if as_json:
        print_json(_summary(played, to))
    else:
        _print(played, to)


def _summary(played: Played, to: Path) -> dict[str, object]:
    rows = played.outcome.rows
    return {
        "edition": played.edition.id,
        "out": str(to),
        "applicants": len(rows["selection"]),
        "take_part": len(rows["eligibility"]),
        "eligible": sum(row[1] == "yes" for row in rows["eligibility"]),
        "certificates": [holder._asdict() for holder in played.holders],
        "review": len(rows["review"]),
        "warnings": faults_json(played.warnings),
    }


def _print(played: Played, to: Path) -> None:
    edition, rows = played.edition, played.outcome.rows
    title = next(iter(edition.title.values()))
    table = Table(title=edition.title.get("en", title), title_justify="left")
    for column in ("participant", "name", "الاسم", "certificate", "serial"):
        table.add_column(column, no_wrap=True)
    for holder in played.holders[:SHOWN]:
        table.add_row(
            holder.participant, holder.name_en, holder.name_ar, holder.certificate, holder.serial
        )
    if played.holders:
        out.print(table)
    if len(played.holders) > SHOWN:
        out.print(f"… and {len(played.holders) - SHOWN} more in certificates.csv")
    eligible = sum(row[1] == "yes" for row in rows["eligibility"])
    out.print(
        f"{len(rows['selection'])} applied, {len(rows['eligibility'])} take part, "
        f"{eligible} eligible, {len(played.holders)} hold a certificate, "
        f"{len(rows['review'])} items to review."
    )
    if played.holders:
        out.print(f"Certificates: {to / 'certificates'}", markup=False)
        out.print(f"Verify:       ijaza verify {to}/certificates/*.pdf", markup=False)
    out.print(f"Report:       {to / 'report.html'}", markup=False)
