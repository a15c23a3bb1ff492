"""The commands and their options, each with the module that does its work.

That module is imported when its command runs: otherwise `ijaza --help` and `ijaza check` would
wait for the HTTP stack and the makers of PDFs.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ijaza_local.cli import dead_letters, keys, templates
from ijaza_local.cli.failing import told
from ijaza_local.cli.options import Out

EditionFolder = Annotated[
    Path, typer.Argument(metavar="EDITION", help="Folder with edition.yaml and its CSV files.")
]
Register = Annotated[
    Path | None,
    typer.Option(help="A register that was handed out before: nothing of it may be missing."),
]


class RoleName(StrEnum):
    """The names of `ijaza_runtime.access.Role`, which would load the makers of tokens."""

    OFFICE = "office"
    DOOR = "door"
    EXAMINER = "examiner"
    APPROVER = "approver"
    AUDITOR = "auditor"
    PARTNER = "partner"


class ServiceName(StrEnum):
    """The services of `ijaza_local.operate.replay`, which would load them all."""

    ENROLLMENT = "enrollment"
    ATTENDANCE = "attendance"
    ASSESSMENT = "assessment"
    CREDENTIAL = "credential"


app = typer.Typer(
    name="ijaza",
    help="Certificate programmes, from the applications to certificates that anybody can verify.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
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
def provision(
    kafka: Annotated[
        Path, typer.Option("--kafka", help="Folder with topics.yaml and acls.yaml.")
    ] = Path("infra/kafka"),
    check: Annotated[
        bool, typer.Option("--check", help="Make nothing; exit with 1 if anything differs.")
    ] = False,
    topics: Annotated[
        bool, typer.Option("--topics/--no-topics", help="Whether the bus is seen to at all.")
    ] = True,
    acls: Annotated[
        bool, typer.Option("--acls/--no-acls", help="Whether Kafka's permissions are wanted too.")
    ] = True,
    replication: Annotated[
        int | None,
        typer.Option(min=1, help="Copies of each topic, where the cluster has fewer brokers."),
    ] = None,
    partner: Annotated[
        list[str] | None,
        typer.Option(help="A partner whose user may read; may be given several times."),
    ] = None,
    fleet: Annotated[
        list[str] | None,
        typer.Option(help="A fleet of kiosks whose user may emit scans; may be given several."),
    ] = None,
) -> None:
    """Make the topics, permissions and indexes that the services need, where they are missing.

    Bus and stores are where the settings say (docs/settings.md). Nothing is ever deleted; a topic
    with another number of partitions is refused, and then nothing is made.
    """
    with told("The same command goes on where this one stood."):
        from ijaza_local.cli.provision import Asked
        from ijaza_local.cli.provision import provision as provision_all

        provision_all(
            Asked(
                folder=kafka,
                check=check,
                topics=topics,
                acls=acls,
                replication=replication,
                partners=partner or [],
                fleets=fleet or [],
            )
        )


@app.command()
def replay(
    service: Annotated[
        ServiceName, typer.Argument(metavar="SERVICE", help="Whose store is rebuilt.")
    ],
    since: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="beginning|TIME",
            help="From the first event on, or from about a time (2020-03-31T09:00Z) on.",
        ),
    ] = "beginning",
    to: Annotated[
        str | None, typer.Option("--to", help="Keep the rebuilt store at this address.")
    ] = None,
    switch: Annotated[
        bool, typer.Option("--switch", help="Put it in the live store's place, which is kept.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="The OUT of `ijaza run`, instead of the settings.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the findings for a script.")
    ] = False,
) -> None:
    """Rebuild a service's store from its events, and compare it with the live one.

    Nothing is published, issued or committed. Exits with 1 if a document differs. With a TIME a
    copy of the live store is folded on: for one that was restored from an older backup.
    """
    with told("The live store is as it was."):
        from ijaza_local.cli.replay import Wanted, replay_service

        replay_service(service, Wanted(since, to, out, switch), as_json=as_json)


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(metavar="TO", help="The file to make; none is replaced.")],
    keys: Annotated[
        bool,
        typer.Option(
            "--keys/--no-keys", help="Whether the keys go in, sealed by IJAZA_BACKUP_PASSPHRASE."
        ),
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what is in it for a script.")
    ] = False,
) -> None:
    """Put bus, stores and keys into one file, while the services run.

    It holds personal data, in clear but for the keys. The file is whole or not there.
    """
    with told("No backup was made."):
        from ijaza_local.cli.backup import back_up

        back_up(to, keys=keys, as_json=as_json)


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(metavar="FROM", help="What `ijaza backup` made.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what is there for a script.")
    ] = False,
) -> None:
    """Put a backup into an empty place, while no service runs.

    Bus, stores and keys go where the settings say (docs/settings.md). All of the file is checked
    before anything is written.
    """
    with told("Nothing is lost: the same command goes on where this one stood."):
        from ijaza_local.cli.backup import restore_from

        restore_from(archive, as_json=as_json)


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
