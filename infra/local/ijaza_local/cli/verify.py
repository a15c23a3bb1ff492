"""`ijaza verify`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from ijaza_credential.documents.verify import Evidence, Verdict, gather_evidence, verify_file

from ijaza_local.cli.console import Bars, Exit, err, out, print_json

MAX_FILE_BYTES = 32 << 20
"""A certificate is about 100 kB; nothing larger than this is read."""


def verify(
    files: Annotated[list[Path], typer.Argument(help="Certificates, PDF or JSON.")],
    register: Annotated[Path | None, typer.Option(help="The signed register.json.")] = None,
    did: Annotated[
        Path | None, typer.Option(help="The issuer's did.json, from the issuer's own site.")
    ] = None,
    status: Annotated[
        list[Path] | None, typer.Option(help="Status lists; may be given several times.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the verdicts for a script.")
    ] = False,
) -> None:
    """Verify certificates offline.

    A lone JSON proves its signed values, a lone PDF the credential attached to it; the register
    proves every byte of either. What is not given is taken from `issuer/` and `status/` beside
    the file's folder. Exits with 1 if any file is rejected.
    """
    now = datetime.now(UTC)
    seen: dict[Path, Evidence] = {}
    verdicts = []
    with Bars() as progress:
        for file in files:
            beside = file.resolve().parent.parent
            if beside not in seen:
                seen[beside] = _evidence(beside, register, did, status)
            verdicts.append((file, verify_file(_read(file), seen[beside], now)))
            progress("verifying", 1)
    if as_json:
        print_json([_view(file, verdict) for file, verdict in verdicts])
    else:
        for file, verdict in verdicts:
            _print(file, verdict)
    if not all(verdict.accepted for _, verdict in verdicts):
        raise typer.Exit(Exit.NO)


def _evidence(
    beside: Path, register: Path | None, did: Path | None, status: Sequence[Path] | None
) -> Evidence:
    issuer = did or beside / "issuer" / "did.json"
    if not issuer.is_file():
        err.print(f"{issuer} is not there: give the issuer's DID document with --did", markup=False)
        raise typer.Exit(Exit.UNUSABLE)
    listed = register or beside / "issuer" / "register.json"
    lists = status or sorted((beside / "status").glob("*.json"))
    return gather_evidence(
        _read(issuer),
        _read(listed, limit=None) if register is not None or listed.is_file() else None,
        [_read(path) for path in lists],
    )


def _read(path: Path, limit: int | None = MAX_FILE_BYTES) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(-1 if limit is None else limit + 1)
    except OSError as error:
        err.print(f"{path} cannot be read: {error.strerror}", markup=False)
        raise typer.Exit(Exit.UNUSABLE) from None
    if limit is not None and len(content) > limit:
        err.print(f"{path} is larger than {limit >> 20} MiB: no certificate is", markup=False)
        raise typer.Exit(Exit.UNUSABLE)
    return content


def _view(file: Path, verdict: Verdict) -> dict[str, object]:
    credential = verdict.credential
    return {
        "file": str(file),
        "accepted": verdict.accepted,
        "kind": verdict.kind.value,
        "serial": credential.serial if credential else None,
        "holder": list(credential.holder_names) if credential else [],
        "title": credential.title if credential else None,
        "issuer": credential.issuer if credential else None,
        "checks": [
            {"name": check.name, "outcome": check.outcome.value, "detail": check.detail}
            for check in verdict.checks
        ],
    }


def _print(file: Path, verdict: Verdict) -> None:
    mark = "[green]accepted[/]" if verdict.accepted else "[red]REJECTED[/]"
    out.print(f"{mark} ", end="")
    out.print(str(file), markup=False)
    credential = verdict.credential
    if credential is not None and verdict.accepted:
        holder = " | ".join(credential.holder_names)
        out.print(f"         {credential.serial}  {holder}", markup=False)
        out.print(f"         {credential.title}  ({credential.issuer_name})", markup=False)
    for reason in verdict.reasons:
        out.print(f"         {reason}", markup=False)
    for note in verdict.notes:
        out.print(f"         note: {note}", markup=False)
