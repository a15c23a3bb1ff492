"""The commands and their options, each with the module that does its work.

That module is imported when its command runs: otherwise `ijaza --help` and `ijaza check` would
wait for the HTTP stack and the makers of PDFs.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ijaza_local.cli import dead_letters, keys, operating, templates
from ijaza_local.cli.failing import told
from ijaza_local.cli.options import Out

EditionFolder = Annotated[
    Path, typer.Argument(metavar="EDITION", help="Folder with edition.yaml and its CSV files.")
]
Register = Annotated[
    Path | None,
    typer.Option(help="A register that was handed out before: nothing of it may be missing."),
]


app = typer.Typer(
    name="ijaza",
    help="Certificate programmes, from the applications to certificates that anybody can verify.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(operating.app)
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(keys.app, name="keys")
app.add_typer(templates.app, name="templates")


@app.command()
def run(
    edition: EditionFolder,
    to: Annotated[Path, typer.Option("--out", help="Folder for what comes out, and its state.")],
    attach: Annotated[
        bool,
        typer.Option(
            "--attach", help="Play it on services that run elsewhere, on the settings' bus."
        ),
    ] = False,
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

        play(edition, to, attach=attach, revise=revise, as_json=as_json)


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
def audit(
    certificate: Annotated[
        str,
        typer.Argument(
            metavar="CERTIFICATE", help="A serial, a credential's id, or a certificate's file."
        ),
    ],
    out: Out = None,
    register: Register = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the audit for a script.")] = False,
) -> None:
    """Every event that led to a certificate, each decision since, and whether the log was changed.

    It is told from the log, and held to the seals on it, to the store, and to a register of before.
    Exits with 1 if something was changed.
    """
    with told():
        from ijaza_local.cli.audit import audit_certificate

        audit_certificate(certificate, out, register, as_json=as_json)


@app.command("audit-export")
def audit_export(
    edition: Annotated[str, typer.Argument(metavar="EDITION", help="The edition's id.")],
    to: Annotated[
        Path, typer.Option("--to", help="The file to make, .csv or .jsonl; none is replaced.")
    ],
    out: Out = None,
    register: Register = None,
) -> None:
    """Write every decision of an edition with its evidence, for an auditor, without names.

    Exits with 1 if the log of one of its certificates was changed.
    """
    with told("Nothing was written."):
        from ijaza_local.cli.audit import export_edition

        export_edition(edition, to, out, register)


@app.command("print")
def print_run(
    edition: Annotated[str, typer.Argument(metavar="EDITION", help="The edition's id.")],
    to: Annotated[Path, typer.Option("--to", help="Folder for the files; it may hold others.")],
    volumes: Annotated[
        bool, typer.Option("--volumes", help="Files of 100 certificates, print-001.pdf and so on.")
    ] = False,
    by: Annotated[
        Literal["en", "ar"], typer.Option(help="Whose alphabet the order of names follows.")
    ] = "en",
    certificate: Annotated[
        str | None, typer.Option(help="Only those of this certificate of the edition.")
    ] = None,
    out: Out = None,
) -> None:
    """Write the valid certificates of an edition into print.pdf, in the order of names.

    It is for paper, and proves nothing as a file. Called again it writes what is missing, or
    another one since.
    """
    with told("The same command goes on where this one stood."):
        from ijaza_local.cli.print_run import print_certificates
        from ijaza_local.operate.print_run import Wish

        wish = Wish(edition=edition, to=to, by=by, certificate=certificate, in_volumes=volumes)
        print_certificates(wish, out)
