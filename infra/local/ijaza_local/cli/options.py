"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

LONGEST_ACTOR = 200


def actor_id(given: str) -> str:
    """An actor's id as contracts have it. An empty one would say that the facts did it."""
    if not given.strip() or len(given) > LONGEST_ACTOR:
        raise typer.BadParameter(f"expected an id of 1 to {LONGEST_ACTOR} characters")
    return given


Actor = Annotated[
    str,
    typer.Option(
        envvar="IJAZA_ACTOR", callback=actor_id, help="Who does it: a staff id, kept for ever."
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", help="The OUT of `ijaza run`, instead of the settings.")
]
