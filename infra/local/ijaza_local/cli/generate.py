"""`ijaza generate`."""

import shlex
from pathlib import Path

import typer

from ijaza_local.cli.console import Bars, Exit, say, show_faults
from ijaza_local.cli.failing import folder
from ijaza_local.generate import GenerationError, generate


def write_cohort(edition: Path, participants: int, to: Path, seed: int) -> None:
    """Write a synthetic cohort for an edition, and say what to do with it."""
    source = folder(edition)
    try:
        with Bars() as progress:
            generate(
                source,
                to,
                participants,
                seed,
                on_progress=lambda rows: progress("generating", rows),
            )
    except GenerationError as error:
        if not error.faults:
            raise
        show_faults("The definition cannot be used", "red", error.faults)
        raise typer.Exit(Exit.NO) from None
    say(f"{participants} participants: {to}. Next: ijaza run {shlex.quote(str(to))} --out …")
