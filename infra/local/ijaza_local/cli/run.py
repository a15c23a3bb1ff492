"""`ijaza run`."""

import asyncio
import os
import shlex
from pathlib import Path

import typer
from ijaza_runtime.failpoints import from_environment
from rich.table import Table
from rich.text import Text

from ijaza_local.cli.console import (
    Bars,
    Exit,
    complain,
    faults_json,
    out,
    print_json,
    say,
    show_faults,
)
from ijaza_local.cli.failing import settings
from ijaza_local.play.run import FilesRefusedError, Played, run_edition

SHOWN = 60
"""Graduates that the table lists at the most."""


def play(edition: Path, to: Path, *, attach: bool, revise: bool, as_json: bool) -> None:
    """Play an edition from its files, and print what came of it."""
    configured = settings(logs=False)
    try:
        with Bars() as progress:
            played = asyncio.run(
                run_edition(
                    edition,
                    to,
                    keys=configured.keys,
                    elsewhere=configured if attach else None,
                    revise=revise,
                    progress=progress,
                    step=from_environment(os.environ.get("IJAZA_FAILPOINT", "")),
                )
            )
    except FilesRefusedError as refused:
        if as_json:
            print_json({"faults": faults_json(refused.faults)})
        show_faults("The files cannot be played", "red", refused.faults)
        complain("Nothing was begun. Mend these, and run again.")
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
        "seconds": dict(played.seconds),
        "warnings": faults_json(played.warnings),
    }


def _print(played: Played, to: Path) -> None:
    edition, rows = played.edition, played.outcome.rows
    if played.holders:
        title = edition.title.get("en") or next(iter(edition.title.values()))
        _print_holders(title, played)
    eligible = sum(row[1] == "yes" for row in rows["eligibility"])
    say(
        f"{len(rows['selection'])} applied, {len(rows['eligibility'])} take part, "
        f"{eligible} eligible, {len(played.holders)} hold a certificate, "
        f"{len(rows['review'])} items to review."
    )
    if played.holders:
        certificates = to / "certificates"
        say(f"Certificates: {certificates}")
        say(f"Verify:       ijaza verify {shlex.quote(str(certificates))}/*.pdf")
    say(f"Report:       {to / 'report.html'}")


def _print_holders(title: str, played: Played) -> None:
    table = Table(title=Text(title), title_justify="left")
    for column in ("participant", "serial", "certificate"):
        table.add_column(column, no_wrap=True)
    for column in ("name", "الاسم"):
        table.add_column(column)
    for holder in played.holders[:SHOWN]:
        cells = (
            holder.participant,
            holder.serial,
            holder.certificate,
            holder.name_en,
            holder.name_ar,
        )
        table.add_row(*map(Text, cells))
    out.print(table)
    if len(played.holders) > SHOWN:
        say(f"… and {len(played.holders) - SHOWN} more in certificates.csv")
