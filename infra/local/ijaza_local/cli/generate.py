"""`ijaza generate`."""

from pathlib import Path
from typing import Annotated

import typer

from ijaza_local.cli.console import Bars, Exit, err, folder, out
from ijaza_local.generate import GenerationError
from ijaza_local.generate import generate as write_cohort


def generate(
    edition: Annotated[Path, typer.Argument(help="Folder with an edition.yaml to take as it is.")],
    participants: Annotated[int, typer.Option(min=1, max=200_000, help="How many take part.")],
    to: Annotated[Path, typer.Option("--out", help="A new folder for the files.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
) -> None:
    """Write a plausible synthetic cohort for an edition, of any size."""
    try:
        with Bars() as progress:
            write_cohort(
                folder(edition),
                to,
                participants,
                seed,
                on_progress=lambda rows: progress("generating", rows),
            )
    except GenerationError as error:
        err.print(f"cannot go on: {error}", markup=False)
        raise typer.Exit(Exit.UNUSABLE) from None
    out.print(f"{participants} participants: {to}. Next: ijaza run {to} --out …", markup=False)
