"""The `ijaza` command line. `docs/commands.md` lists its commands and exit codes."""

import sys
from io import TextIOWrapper

from ijaza_local.cli.commands import app


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Names are Arabic, and not every terminal can write them.
            stream.reconfigure(errors="backslashreplace")
    app()
