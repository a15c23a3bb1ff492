"""The `ijaza` command line. `docs/commands.md` lists its commands and exit codes."""

import typer

from ijaza_local.cli.check import check
from ijaza_local.cli.explain import explain
from ijaza_local.cli.generate import generate
from ijaza_local.cli.run import run
from ijaza_local.cli.serve import serve, token
from ijaza_local.cli.verify import verify

app = typer.Typer(
    name="ijaza",
    help="Certificate programmes, from the applications to certificates that anybody can verify.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (run, check, explain, verify, generate, serve, token):
    app.command()(command)


def main() -> None:
    """Run the command line."""
    app()
