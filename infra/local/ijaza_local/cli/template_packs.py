"""What `ijaza templates` does."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import typer
from ijaza_credential.templates.archive import PackError
from ijaza_credential.templates.check import check
from ijaza_credential.templates.pack import Pack, read_pack_at
from ijaza_credential.templates.preview import preview
from ijaza_credential.templates.samples import SAMPLES
from ijaza_credential.templates.sandbox import TemplateError
from ijaza_credential.templates.shelf import BUILT_IN, Shelf, Templates
from ijaza_runtime.addresses import is_embedded
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.rebuild import partitions_of
from ijaza_runtime.service import provision
from ijaza_runtime.settings import RuntimeSettings

from ijaza_local.cli.console import Exit, complain, print_json, say
from ijaza_local.cli.places import bus_of, place, store_of
from ijaza_local.services import NAMES

T = TypeVar("T")
Work = Callable[[Shelf], Awaitable[T]]


def try_out(path: Path, *, as_json: bool) -> None:
    """Say what is wrong with a pack. Exits with 1 if anything is."""
    pack = _read(path)
    faults = check(pack).faults
    if as_json:
        said = {"name": pack.manifest.name, "digest": pack.digest, "faults": faults}
        print_json(said)
    elif not faults:
        say((pack.manifest.name, "bold"), f"  holds  {pack.digest}")
    if faults:
        _complain_of(faults, quiet=as_json)


def show(path: Path, sample: str, to: Path) -> None:
    """Write the preview of a sample."""
    if sample not in SAMPLES:
        raise typer.BadParameter(f"there are the samples {', '.join(SAMPLES)}")
    try:
        to.write_bytes(preview(_read(path), SAMPLES[sample]))
    except TemplateError as error:
        _complain_of(error.faults)
    say(str(to))


def add(path: Path, edition: str, actor: str, out: Path | None, *, as_json: bool) -> None:
    """Add a pack that holds, and print the edition's templates."""
    pack = _read(path)
    if faults := check(pack).faults:
        _complain_of(faults)
    _print(_on(out, lambda shelf: shelf.add(edition, pack, actor, _now())), as_json=as_json)


def activate(name: str, edition: str, actor: str, out: Path | None, *, as_json: bool) -> None:
    """Print with a template from now on, and print the edition's templates."""
    _print(_on(out, lambda shelf: shelf.activate(edition, name, actor, _now())), as_json=as_json)


def list_all(edition: str, out: Path | None, *, as_json: bool) -> None:
    """Print the edition's templates."""
    _print(_on(out, lambda shelf: shelf.templates(edition)), as_json=as_json)


def _read(path: Path) -> Pack:
    try:
        return read_pack_at(path)
    except PackError as error:
        complain(("not a template: ", "red"), str(error))
        raise typer.Exit(Exit.NO) from None


def _complain_of(faults: tuple[str, ...], *, quiet: bool = False) -> None:
    for fault in () if quiet else faults:
        complain(("fails: ", "red"), fault)
    raise typer.Exit(Exit.NO)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _on(out: Path | None, work: Work[T]) -> T:
    with place(out) as configured:
        return asyncio.run(_opened(configured, work))


async def _opened(configured: RuntimeSettings, work: Work[T]) -> T:
    async with bus_of(configured) as bus, store_of(configured) as store:
        if is_embedded(configured.bus_url):
            await provision(bus, NAMES, configured.partitions)
        return await work(Shelf(store, Outbox(bus, store), await partitions_of(bus)))


def _print(found: Templates, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(found) | {"active": found.active})
        return
    rows = [(BUILT_IN, ""), *((each.template, each.digest) for each in found.added)]
    for name, digest in rows:
        active = "  prints now" if digest == found.active else ""
        say((name, "bold"), f"  {digest}{active}")
