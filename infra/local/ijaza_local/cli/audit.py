"""`ijaza audit` and `ijaza audit-export`."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO, TypeVar

import typer
from ijaza_credential.audit.chain import Kind
from ijaza_credential.audit.views import COLUMNS, AuditView, audit_view, cells, decisions
from ijaza_runtime.settings import RuntimeSettings

from ijaza_local.cli.console import Bars, Exit, complain, print_json, say
from ijaza_local.cli.places import bus_of, place, store_of
from ijaza_local.operate.auditing import Auditor

T = TypeVar("T")
Row = Mapping[str, object]

_MEANING = {
    Kind.MISSING: "is on the log no more",
    Kind.ALTERED: "says something else than when it was sealed",
    Kind.MOVED: "stands in another place than when it was sealed",
    Kind.INSERTED: "is under no seal and stands before one that is: it was put there",
    Kind.CONTRADICTED: "stands there twice, saying different things",
    Kind.UNTRUE: "does not say what its id says, or can be read no more",
    Kind.SEAL_MISSING: "a seal is gone",
    Kind.SEAL_ALTERED: "a seal was altered, or was not made by the issuer",
}


def audit_certificate(
    wanted: str, out: Path | None, register: Path | None, *, as_json: bool
) -> None:
    """Print the audit of a certificate."""
    before = register.read_bytes() if register else None

    async def asked(auditor: Auditor) -> AuditView:
        earlier = await auditor.earlier(before)
        return audit_view(await auditor.certificate(wanted, earlier))

    view = _on(out, asked)
    if as_json:
        print_json(view.model_dump(mode="json"))
    else:
        _print(view)
    if not view.unchanged:
        raise typer.Exit(Exit.NO)


def export_edition(edition: str, to: Path, out: Path | None, register: Path | None) -> None:
    """Write the decisions of an edition; the file is whole or not there."""
    if to.suffix not in (".csv", ".jsonl"):
        raise typer.BadParameter("give a file that ends in .csv or .jsonl", param_hint="--to")
    before = register.read_bytes() if register else None
    draft = to.with_name(f".{to.name}.draft")

    async def written(auditor: Auditor) -> list[AuditView]:
        earlier = await auditor.earlier(before)
        changed = []
        with to.open("x"), draft.open("w", newline="", encoding="utf-8") as file, Bars() as shown:
            write = _rows(file) if to.suffix == ".csv" else _lines(file)
            async for audit in auditor.edition(edition, earlier):
                for row in decisions(audit):
                    write(row)
                shown("certificates", 1)
                if not audit.unchanged:
                    changed.append(audit_view(audit))
        draft.replace(to)
        return changed

    try:
        changed = _on(out, written)
    except BaseException:
        if draft.exists():
            draft.unlink()
            to.unlink(missing_ok=True)
        raise
    for view in changed:
        _print_faults(view)
    if changed:
        raise typer.Exit(Exit.NO)


def _rows(file: TextIO) -> Callable[[Row], object]:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    return lambda row: writer.writerow(cells(row))


def _lines(file: TextIO) -> Callable[[Row], object]:
    return lambda row: file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _on(out: Path | None, work: Callable[[Auditor], Awaitable[T]]) -> T:
    async def opened(configured: RuntimeSettings) -> T:
        async with _auditor(configured) as auditor:
            return await work(auditor)

    with place(out) as configured:
        return asyncio.run(opened(configured))


@asynccontextmanager
async def _auditor(configured: RuntimeSettings) -> AsyncIterator[Auditor]:
    async with bus_of(configured) as bus, store_of(configured) as store:
        auditor = Auditor(bus, store, configured.keys)
        try:
            yield auditor
        finally:
            await auditor.close()


def _print(view: AuditView) -> None:
    say((view.serial, "bold"), f"  {view.edition}  participant {view.participant or 'not known'}")
    for step in view.steps:
        who = f"  by {step.actor}" if step.actor else ""
        why = f"  ({step.reason})" if step.reason else ""
        at = step.at.strftime("%Y-%m-%d %H:%M:%S") if step.at else "no time" + " " * 12
        say(f"{at}  ", (step.type, "bold" if step.decision else ""), f"{who}{why}")
        say(f"    {step.event}  seal {step.seal or '–'}")
        if step.approved_by:
            say(f"    approved by {', '.join(step.approved_by)}")
        for change in step.changed:
            say(f"    {change}")
    for letter in view.dead_letters:
        say((f"dead letter {letter.letter}", "yellow"), f"  stood at {letter.stood_at}")
        say(f"    {letter.error}")
    _print_faults(view)
    if view.unsealed:
        complain(
            ("note: ", "yellow"),
            f"{view.unsealed} changes to the certificate are under no seal yet: a service makes it "
            "when it runs. What they rest on is held to nothing until then.",
        )
    if view.unchanged:
        sealed = sum(bool(step.seal) for step in view.steps)
        say(("unchanged: ", "green"), f"{sealed} events are as the seals say ({view.seals}).")


def _print_faults(view: AuditView) -> None:
    for fault in view.faults:
        where = f" of {fault.topic}" if fault.topic else ""
        number = f" (seal {fault.seal})" if fault.seal else ""
        complain(
            (f"{view.serial} CHANGED ", "red"),
            f"{fault.event}{where}{number}: {_MEANING[Kind(fault.kind)]}",
        )
