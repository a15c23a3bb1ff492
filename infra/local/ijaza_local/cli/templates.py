"""`ijaza templates`: what certificates look like."""

from pathlib import Path
from typing import Annotated

import typer

from ijaza_local.cli.failing import told
from ijaza_local.cli.options import Actor, Out

PackPath = Annotated[
    Path, typer.Argument(metavar="PACK", help="A zip, a tar, or the folder of a template's files.")
]
Edition = Annotated[str, typer.Option(help="The edition's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print it for a script.")]

app = typer.Typer(
    help="What certificates look like: try a template of one's own, add it, print with it.\n\n"
    "Bus, store and keys are where the settings say (docs/settings.md).",
    no_args_is_help=True,
)


@app.command()
def check(pack: PackPath, as_json: AsJson = False) -> None:
    """Try a template with samples, and say all that is wrong with it.

    Exits with 1 if certificates cannot be printed with it.
    """
    with told():
        from ijaza_local.cli import template_packs

        template_packs.try_out(pack, as_json=as_json)


@app.command()
def preview(
    pack: PackPath,
    to: Annotated[Path, typer.Option("--to", help="The PDF to write.")],
    sample: Annotated[str, typer.Option(help="usual, long or bare.")] = "usual",
) -> None:
    """Print a sample with a template, marked as a preview."""
    with told():
        from ijaza_local.cli import template_packs

        template_packs.show(pack, sample, to)


@app.command()
def add(
    pack: PackPath, edition: Edition, actor: Actor, out: Out = None, as_json: AsJson = False
) -> None:
    """Check a template and give it to an edition. Nothing is printed with it before `activate`.

    Exits with 1 if certificates cannot be printed with it.
    """
    with told("The same command goes on where this one stood."):
        from ijaza_local.cli import template_packs

        template_packs.add(pack, edition, actor, out, as_json=as_json)


@app.command()
def activate(
    template: Annotated[
        str, typer.Argument(help="The template's id and version, as `list` names it, or built-in.")
    ],
    edition: Edition,
    actor: Actor,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Print an edition with a template from now on. Documents that were made stay as they are."""
    with told("The same command goes on where this one stood."):
        from ijaza_local.cli import template_packs

        template_packs.activate(template, edition, actor, out, as_json=as_json)


@app.command("list")
def list_templates(edition: Edition, out: Out = None, as_json: AsJson = False) -> None:
    """List the templates of an edition, and which one it is printed with."""
    with told():
        from ijaza_local.cli import template_packs

        template_packs.list_all(edition, out, as_json=as_json)
