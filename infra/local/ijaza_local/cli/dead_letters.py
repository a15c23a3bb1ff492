"""`ijaza dead-letters`: what services could not handle, and what staff make of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from ijaza_local.cli.failing import settings, told
from ijaza_local.cli.options import Actor

if TYPE_CHECKING:
    from ijaza_runtime.bus import Bus

T = TypeVar("T")


class StateName(StrEnum):
    """The states of `ijaza_local.operate.dead_letters`, which would load the bus."""

    OPEN = "open"
    BEGUN = "begun"
    RETRIED = "retried"
    DROPPED = "dropped"


Ids = Annotated[list[str], typer.Argument(metavar="ID", help="Letters, as `list` names them.")]

app = typer.Typer(
    help="What services could not handle: look at it, publish it again, or let it be.\n\n"
    "The bus is where the settings say (docs/settings.md).",
    no_args_is_help=True,
)


@app.command("list")
def list_letters(
    service: Annotated[
        str | None, typer.Argument(metavar="[SERVICE]", help="Only what this service laid aside.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only what was laid aside since (UTC)."
        ),
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Only what stood on this topic.")] = None,
    state: Annotated[StateName | None, typer.Option(help="Only letters in this state.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print them for a script.")] = False,
) -> None:
    """List dead letters: id, state, when, what stood where, and why it could not be handled.

    A letter is open, begun (somebody's retry did not come to its end), retried or dropped.
    """
    with told():
        from ijaza_local.cli.letters import Wanted, print_letters

        wanted = Wanted(service=service, since=since, topic=topic, state=state and state.value)
        on_bus(lambda bus: print_letters(bus, wanted, as_json=as_json))


@app.command()
def show(
    letter: Annotated[str, typer.Argument(metavar="ID", help="A letter, as `list` names it.")],
    body: Annotated[
        bool,
        typer.Option(
            "--body", help="Show the body too. It can be personal data: who looks is recorded."
        ),
    ] = False,
    actor: Annotated[
        str, typer.Option(envvar="IJAZA_ACTOR", help="Who looks at the body: a staff id.")
    ] = "",
) -> None:
    """Show one letter: its headers, its error, and what was done to it by whom."""
    if body and not actor:
        raise typer.BadParameter("--body needs --actor: who looks at personal data is recorded")
    with told():
        from ijaza_local.cli.letters import show_letter

        on_bus(lambda bus: show_letter(bus, letter, actor if body else ""))


@app.command()
def retry(
    actor: Actor,
    letters: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Letters, as `list` names them."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every letter of --service that is open or begun.")
    ] = False,
    service: Annotated[
        str | None, typer.Option(help="The service whose letters are meant.")
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why, kept for ever: write no name of a participant in it.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Publish the originals again where they stood, once what was wrong is mended.

    Key, bytes and headers are the same, and so is the event's id: who handled it before knows it.
    What fails again becomes a new letter, which names the one before it.
    """
    if every == bool(letters) or every != (service is not None):
        raise typer.BadParameter("give either ids, or --all with --service")
    with told("What was published stays so; the same command goes on with the rest."):
        from ijaza_local.cli.letters import retry_all, retry_some

        if service is not None:
            wanted = service
            on_bus(lambda bus: retry_all(bus, wanted, actor, reason, ask=not yes))
        else:
            on_bus(lambda bus: retry_some(bus, letters or [], actor, reason, ask=not yes))


@app.command()
def drop(
    letters: Ids,
    actor: Actor,
    reason: Annotated[
        str, typer.Option(help="Why, kept for ever: write no name of a participant in it.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Say that nobody is to handle these. They stay where they stand, marked as dropped."""
    if not reason.strip():
        raise typer.BadParameter("--reason must say why")
    with told():
        from ijaza_local.cli.letters import drop_some

        on_bus(lambda bus: drop_some(bus, letters, actor, reason, ask=not yes))


def on_bus(work: "Callable[[Bus], Awaitable[T]]") -> T:
    """Do something on the bus that the settings name."""

    async def opened() -> T:
        from ijaza_runtime.addresses import open_bus

        configured = settings(logs=False)
        bus = open_bus(configured.bus_url, kafka=configured.kafka)
        try:
            return await work(bus)
        finally:
            await bus.close()

    return asyncio.run(opened())
