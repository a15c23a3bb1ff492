"""`ijaza verify`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer
from ijaza_credential.documents.verify import (
    MAX_REGISTER_BYTES,
    Check,
    Evidence,
    FileKind,
    Outcome,
    Verdict,
    gather_evidence,
    verify_file,
)

from ijaza_local.cli.console import Bars, Exit, complain, print_json, say
from ijaza_local.cli.failing import LEAD

MAX_FILE_BYTES = 32 << 20
"""A certificate is about 100 kB; nothing larger than this is read."""


class UnusableError(Exception):
    """A file cannot be verified at all; the message says why, but not which."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line names to hold files against; what it does not is looked for."""

    register: Path | None
    did: Path | None
    status: Sequence[Path]


def verify_files(
    files: Sequence[Path],
    register: Path | None,
    did: Path | None,
    status: Sequence[Path] | None,
    *,
    as_json: bool,
) -> None:
    """Verify each file, and print the verdicts; one that cannot be read hides no other."""
    given = Given(register, did, status or ())
    for path in (register, did, *given.status):
        if path is not None and not path.is_file():
            complain(LEAD, f"{path} is no file")
            raise typer.Exit(Exit.UNUSABLE)
    verdicts = _verdicts(files, given)
    if as_json:
        print_json([_view(file, verdict) for file, verdict in verdicts])
    else:
        _print(verdicts, given)
    if any(isinstance(verdict, UnusableError) for _, verdict in verdicts):
        raise typer.Exit(Exit.UNUSABLE)
    if not all(isinstance(verdict, Verdict) and verdict.accepted for _, verdict in verdicts):
        raise typer.Exit(Exit.NO)


def _verdicts(files: Sequence[Path], given: Given) -> list[tuple[Path, Verdict | UnusableError]]:
    now = datetime.now(UTC)
    evidence = _reader(given)
    verdicts: list[tuple[Path, Verdict | UnusableError]] = []
    with Bars() as progress:
        for file in files:
            try:
                verdicts.append((file, _verdict(file, evidence, now)))
            except UnusableError as error:
                verdicts.append((file, error))
            progress("verifying", 1)
    return verdicts


def _verdict(file: Path, evidence: Callable[[Path], Evidence], now: datetime) -> Verdict:
    try:
        content = _read(file, MAX_FILE_BYTES)
    except OSError as error:
        raise UnusableError(f"it cannot be read: {error.strerror}") from error
    if len(content) > MAX_FILE_BYTES:
        kind = FileKind.PDF if content.startswith(b"%PDF-") else FileKind.JSON
        large = f"larger than {MAX_FILE_BYTES >> 20} MiB: no certificate is"
        return Verdict(kind, (Check("file", Outcome.FAILED, large),), None)
    return verify_file(content, evidence(file), now)


def _reader(given: Given) -> Callable[[Path], Evidence]:
    """Gathers what a file is held against, once for all files of a folder."""
    seen: dict[Path, Evidence] = {}

    def evidence(file: Path) -> Evidence:
        beside = _beside(file)
        if beside not in seen:
            seen[beside] = _gather(beside, given)
        return seen[beside]

    return evidence


def _beside(file: Path) -> Path:
    """The folder that holds `issuer/` and `status/`: the file's own, or the one around it."""
    own = file.resolve().parent
    return own if (own / "issuer").is_dir() else own.parent


def _gather(beside: Path, given: Given) -> Evidence:
    did = given.did or beside / "issuer" / "did.json"
    if not did.is_file():
        raise UnusableError("no issuer/did.json is beside it: give the issuer's with --did")
    register = given.register or beside / "issuer" / "register.json"
    lists = given.status or sorted((beside / "status").glob("*.json"))
    return gather_evidence(
        _read(did, MAX_FILE_BYTES),
        _read(register, MAX_REGISTER_BYTES) if given.register or register.is_file() else None,
        [_read(path, MAX_FILE_BYTES) for path in lists],
    )


def _read(path: Path, most: int) -> bytes:
    """A file's bytes, up to one more than there may be."""
    with path.open("rb") as file:
        return file.read(most + 1)


def _view(file: Path, verdict: Verdict | UnusableError) -> dict[str, object]:
    checked = None if isinstance(verdict, UnusableError) else verdict
    credential = checked.credential if checked else None
    return {
        "file": str(file),
        "accepted": checked is not None and checked.accepted,
        "error": None if checked else str(verdict),
        "kind": checked.kind.value if checked else None,
        "serial": credential.serial if credential else None,
        "holder": list(credential.holder_names) if credential else [],
        "title": credential.title if credential else None,
        "issuer": credential.issuer if credential else None,
        "checks": [
            {"name": check.name, "outcome": check.outcome.value, "detail": check.detail}
            for check in (checked.checks if checked else ())
        ],
    }


def _print(verdicts: Sequence[tuple[Path, Verdict | UnusableError]], given: Given) -> None:
    for file, verdict in verdicts:
        if isinstance(verdict, UnusableError):
            complain(("UNUSABLE ", "red"), str(file))
            complain(f"         {verdict}")
        else:
            _print_verdict(file, verdict)
    read = [verdict for _, verdict in verdicts if isinstance(verdict, Verdict)]
    accepted = sum(verdict.accepted for verdict in read)
    if len(verdicts) > 1:
        say(f"{accepted} accepted, {len(read) - accepted} rejected.")
    if accepted and given.did is None:
        complain(
            ("note: ", "yellow"),
            "the keys are those of the did.json beside the files. To know that they are the "
            "issuer's, give with --did the one from the issuer's own site.",
        )


def _print_verdict(file: Path, verdict: Verdict) -> None:
    if verdict.accepted:
        say(("accepted ", "green"), str(file))
    else:
        say(("REJECTED ", "red"), str(file))
    credential = verdict.credential
    if credential is not None and verdict.accepted:
        say(f"         {credential.serial}  {' | '.join(credential.holder_names)}")
        say(f"         {credential.title}  ({credential.issuer_name})")
    for reason in verdict.reasons:
        say(f"         {reason}")
    for note in verdict.notes:
        say(f"         note: {note}")
