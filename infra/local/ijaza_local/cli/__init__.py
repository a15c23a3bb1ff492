"""The `ijaza` command line. `docs/commands.md` lists its commands and exit codes."""

import os
import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Names are Arabic, and not every terminal can write them.
            stream.reconfigure(errors="backslashreplace")
    try:
        # Here and not above, for what it imports looks at the streams.
        from ijaza_local.cli.commands import app

        app()
    except KeyboardInterrupt:  # before a command has begun; commands tell their own
        sys.stderr.write("interrupted. Nothing was begun.\n")
        raise SystemExit(130) from None
    except OSError as error:  # a help that cannot be printed
        sys.stderr.write(f"cannot go on: {error.strerror or error}\n")
        raise SystemExit(3) from None


def _open_streams() -> None:
    """Open the streams that whoever called has closed, as `>&-` does, on nothing.

    Python has None for them, and their numbers would go to the next files that are opened.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, number)
            os.set_inheritable(number, True)
            if nothing != number:
                os.close(nothing)
            setattr(sys, name, os.fdopen(number, "w" if number else "r"))
