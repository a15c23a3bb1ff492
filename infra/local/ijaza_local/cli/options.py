"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Actor = Annotated[
    str, typer.Option(envvar="IJAZA_ACTOR", help="Who does it: a staff id, kept for ever.")
]
Out = Annotated[
    Path | None, typer.Option("--out", help="The OUT of `ijaza run`, instead of the settings.")
]
