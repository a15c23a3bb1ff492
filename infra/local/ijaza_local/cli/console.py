"""What every command shares: output, progress, errors, exit codes."""

import gc
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from enum import IntEnum
from pathlib import Path
from typing import Any

import typer
from ijaza_credential.documents.keys import KeyFileError
from ijaza_runtime.bus import BusError
from ijaza_runtime.observe import configure
from ijaza_runtime.secrets import SecretError
from ijaza_runtime.settings import RuntimeSettings
from ijaza_runtime.store import StoreError
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ijaza_local.files.model import Fault
from ijaza_local.play.ledger import LedgerError
from ijaza_local.play.phases import PlayError
from ijaza_local.play.phases import Progress as Progressed

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 140)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Exit(IntEnum):
    """How a command ends."""

    DONE = 0
    NO = 1
    USAGE = 2
    UNUSABLE = 3


@contextmanager
def told() -> Iterator[None]:
    """Say what could not be used in one line, instead of a traceback."""
    try:
        yield
    except (PlayError, BusError, StoreError, SecretError, KeyFileError, LedgerError) as error:
        err.print(f"[red]cannot go on:[/] {error}", markup=True)
        raise typer.Exit(Exit.UNUSABLE) from None


def settings() -> RuntimeSettings:
    """The settings from the environment, with logs configured by them."""
    found = RuntimeSettings()
    configure("ijaza", found.log_level)
    # States and events live long: the collector would go through all of them again and again.
    gc.set_threshold(100_000, 50, 100)
    return found


def print_json(value: Any) -> None:
    """Print a value as JSON for a script."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def show_faults(title: str, style: str, faults: Sequence[Fault]) -> None:
    """Print faults or warnings, a line each."""
    if not faults:
        return
    err.print(f"[{style}]{title} ({len(faults)}):[/]")
    for fault in faults:
        err.print(f"  {fault}", markup=False)


def faults_json(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Faults for a script."""
    return [asdict(fault) for fault in faults]


class Bars:
    """A line for each thing that is under way, with its count; only on a terminal."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<14}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed:>10,.0f}"),
            TimeElapsedColumn(),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Progressed:
        self._progress.start()
        return self.advance

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self, what: str, count: int) -> None:
        """So many more of something are done."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=None)
        self._progress.advance(self._tasks[what], count)


def folder(path: Path) -> Path:
    """A folder that has to be there."""
    if not path.is_dir():
        err.print(f"{path} is no folder", markup=False)
        raise typer.Exit(Exit.UNUSABLE)
    return path
