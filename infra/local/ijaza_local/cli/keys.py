"""`ijaza keys`: the keys that certificates are signed with."""

import re
from pathlib import Path
from typing import Annotated

import typer

from ijaza_local.cli.failing import told
from ijaza_local.cli.options import Actor, Out

AsJson = Annotated[bool, typer.Option("--json", help="Print the keys for a script.")]

app = typer.Typer(
    help="The keys that certificates are signed with: look at them, add the next, end one.\n\n"
    "Bus and keys are where the settings say (docs/settings.md).",
    no_args_is_help=True,
)


@app.command("list")
def list_keys(out: Out = None, as_json: AsJson = False) -> None:
    """List the issuer's keys: which signs, which are here, which are ended."""
    with told():
        from ijaza_local.cli.signing_keys import list_all

        list_all(out, as_json=as_json)


@app.command()
def rotate(
    actor: Actor,
    reference: Annotated[
        str,
        typer.Option(
            help="Where the new key is, if not in a file: env:NAME, file:/path or pkcs11:token=…"
        ),
    ] = "",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Announce the next key, which is made if it does not lie ready in the folder of keys.

    Certificates, status lists and registers are signed with it from now on, wherever a process has
    it. What was signed before stays valid: nothing is signed again.
    """
    with told("The same command goes on where this one stood."):
        from ijaza_local.cli import signing_keys

        signing_keys.rotate(out, actor, reference, as_json=as_json)


def _code(reason: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,60}", reason):
        raise typer.BadParameter("give a code of at most 60 of a-z, 0-9 and -: key-stolen")
    return reason


@app.command()
def reissue(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="A key that no longer signs.")],
    actor: Actor,
    reason: Annotated[str, typer.Option(callback=_code, help="Why, as a code: key-stolen.")],
    out: Annotated[Path, typer.Option("--out", help="The OUT of `ijaza run`.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the numbers for a script.")
    ] = False,
) -> None:
    """Issue anew every valid certificate that a key signed, with the key that signs now.

    Each states what it states now, in its next version. Sent again it goes on where it stood.
    Services that run elsewhere are asked by HTTP instead: POST /v1/editions/EDITION/reissues.
    """
    with told("The same command goes on where this one stood."):
        from ijaza_local.cli import signing_keys

        order = signing_keys.order_of(actor, reason)
        signing_keys.reissue(out, key_id, order, as_json=as_json)


@app.command()
def retire(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="A key, as `list` names it.")],
    actor: Actor,
    reason: Annotated[str, typer.Option(help="Why, without names.")] = "",
    compromised: Annotated[
        bool,
        typer.Option(
            "--compromised",
            help="Somebody else has had it: nothing that it ever signed is accepted any more.",
        ),
    ] = False,
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Though valid certificates are signed by it."),
    ] = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """End a key: it signs nothing more, and stays listed for what it signed.

    With --compromised it leaves did.json, and every certificate that it signed is rejected: that
    is never taken back. While valid ones are signed by it that is refused, but with --anyway.
    """
    with told():
        from ijaza_local.cli import signing_keys

        signing_keys.retire(
            out,
            key_id,
            signing_keys.deed_of(actor, reason),
            compromised=compromised,
            anyway=anyway,
            as_json=as_json,
        )
