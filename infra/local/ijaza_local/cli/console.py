"""What every command shares: exit codes, output, progress."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from enum import IntEnum
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ijaza_local.files.model import Fault

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 140)
err = Console(stderr=True, highlight=False, soft_wrap=True)


PATIENCE = 1.0
"""Seconds after which a person wants to see that something is going on."""


class Exit(IntEnum):
    """How a command ends."""

    DONE = 0
    NO = 1
    USAGE = 2
    UNUSABLE = 3
    FAULT = 4


def print_json(value: Any) -> None:
    """Print a value as JSON for a script."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


Part = str | tuple[str, str]
"""A piece of a line: as it stands, or with a style. Nothing in it is markup."""


def say(*parts: Part) -> None:
    """Print a line."""
    out.print(Text.assemble(*parts))


def complain(*parts: Part) -> None:
    """Print a line to stderr."""
    err.print(Text.assemble(*parts))


def show_faults(title: str, style: str, faults: "Sequence[Fault]") -> None:
    """Print faults or warnings to stderr, a line each."""
    if not faults:
        return
    complain((f"{title} ({len(faults)}):", style))
    for fault in faults:
        complain(f"  {fault}")


def faults_json(faults: "Sequence[Fault]") -> list[dict[str, Any]]:
    """Faults for a script."""
    return [asdict(fault) for fault in faults]


class Bars:
    """A line for each thing that is under way, with its count, on a terminal.

    They come after a second: what is done by then needs none.
    """

    def __init__(self) -> None:
        self._progress = _progress() if err.is_terminal else None
        self._tasks: dict[str, TaskID] = {}
        self._since = monotonic()

    def __enter__(self) -> Callable[[str, int], None]:
        return self.advance

    def __exit__(self, *_: object) -> None:
        if self._progress is not None and self._progress.live.is_started:
            self._progress.stop()

    def advance(self, what: str, count: int) -> None:
        """So many more of something are done."""
        if self._progress is None or not count:
            return
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=None)
        self._progress.advance(self._tasks[what], count)
        if not self._progress.live.is_started and monotonic() - self._since > PATIENCE:
            self._progress.start()


def _progress() -> "Progress":
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<14}"),
        BarColumn(bar_width=30),
        TextColumn("{task.completed:>10,.0f}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )
