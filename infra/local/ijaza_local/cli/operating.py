"""The commands of whoever runs services, each with the module that does its work.

That module is imported when its command runs, as in `commands.py`.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ijaza_local.cli.failing import told
from ijaza_local.cli.options import Out, actor_id


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


app = typer.Typer()


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
    out: Out = None,
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
def token(
    actor: Annotated[
        str,
        typer.Argument(
            metavar="ACTOR", callback=actor_id, help="Who will be named as the actor: a staff id."
        ),
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
