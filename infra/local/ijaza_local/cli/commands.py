"""The commands and their options, each with the module that does its work.

That module is imported when its command runs: otherwise `ijaza --help` and `ijaza check` would
wait for the HTTP stack and the makers of PDFs.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ijaza_local.cli.failing import told

EditionFolder = Annotated[
    Path, typer.Argument(metavar="EDITION", help="Folder with edition.yaml and its CSV files.")
]


class RoleName(StrEnum):
    """The names of `ijaza_runtime.access.Role`, which would load the makers of tokens."""

    OFFICE = "office"
    DOOR = "door"
    EXAMINER = "examiner"
    APPROVER = "approver"
    AUDITOR = "auditor"
    PARTNER = "partner"


app = typer.Typer(
    name="ijaza",
    help="Certificate programmes, from the applications to certificates that anybody can verify.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def run(
    edition: EditionFolder,
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
    with told("Nothing is lost: the same command goes on where this run stood."):
        from ijaza_local.cli.run import play

        play(edition, to, revise=revise, as_json=as_json)


@app.command()
def check(
    edition: EditionFolder,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the findings for a script.")
    ] = False,
) -> None:
    """Read an edition's files, name every fault, and warn of what cannot be met.

    Exits with 1 if there is a fault. Nothing is written.
    """
    with told():
        from ijaza_local.cli.check import check_files

        check_files(edition, as_json=as_json)


@app.command()
def explain(
    to: Annotated[Path, typer.Argument(metavar="OUT", help="What `ijaza run` left behind.")],
    participant: Annotated[str, typer.Argument(metavar="PARTICIPANT", help="Somebody's ref.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the decision for a script.")
    ] = False,
) -> None:
    """Why somebody holds a certificate or not: criteria, numbers, rules, evidence, what is left."""
    with told():
        from ijaza_local.cli.explain import explain_decision

        explain_decision(to, participant, as_json=as_json)


@app.command()
def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Certificates, PDF or JSON.")],
    register: Annotated[Path | None, typer.Option(help="The signed register.json.")] = None,
    did: Annotated[
        Path | None, typer.Option(help="The issuer's did.json, from the issuer's own site.")
    ] = None,
    status: Annotated[
        list[Path] | None, typer.Option(help="A status list; may be given several times.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the verdicts for a script.")
    ] = False,
) -> None:
    """Verify certificates offline.

    A lone JSON proves its signed values, a lone PDF the credential attached to it; the register
    proves every byte of either. What is not given is taken from `issuer/` and `status/` beside
    the file or its folder. Exits with 1 if any file is rejected.
    """
    with told():
        from ijaza_local.cli.verify import verify_files

        verify_files(files, register, did, status, as_json=as_json)


@app.command()
def generate(
    edition: EditionFolder,
    participants: Annotated[int, typer.Option(min=1, max=200_000, help="How many take part.")],
    to: Annotated[Path, typer.Option("--out", help="A new folder for the files.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
) -> None:
    """Write a plausible synthetic cohort for an edition, of any size.

    Only edition.yaml is taken from the folder, with its capacity raised so that all take part.
    """
    with told("Nothing was written."):
        from ijaza_local.cli.generate import write_cohort

        write_cohort(edition, participants, to, seed)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 takes one that is free.")
    ] = 8080,
) -> None:
    """Serve all services over HTTP in one process: /enrollment, /attendance, and so on.

    Bus, stores and keys are where the settings say (docs/settings.md). Ctrl-C or a SIGTERM ends
    it, once what was begun is finished.
    """
    with told():
        from ijaza_local.cli.serve import serve_all

        serve_all(host, port)


@app.command()
def token(
    actor: Annotated[
        str, typer.Argument(metavar="ACTOR", help="Who will be named as the actor: a staff id.")
    ],
    role: Annotated[
        list[RoleName], typer.Option(help="What they may do; may be given several times.")
    ],
    hours: Annotated[int, typer.Option(min=1, max=24 * 31, help="How long it holds.")] = 8,
) -> None:
    """Print an access token for the HTTP APIs, signed with the key in `IJAZA_KEYS`."""
    with told():
        from ijaza_local.cli.serve import print_token

        print_token(actor, role, hours)
