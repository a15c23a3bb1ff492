"""Calling the command line as a person would: in a process of its own, or in this one."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ijaza_local.cli.commands import app
from typer.testing import CliRunner

IJAZA = Path(sys.executable).with_name("ijaza")

Argument = str | int | Path


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    code: int
    out: str
    err: str

    def __post_init__(self) -> None:
        for text in (self.out, self.err):
            assert "Traceback" not in text, text
            assert "fault of Ijaza" not in text, text


Call = Callable[..., Answer]
"""Call the command line in this process: arguments as a shell would pass them."""


def in_process(*arguments: Argument) -> Answer:
    """The command line in this process; the environment is this one's."""
    result = CliRunner().invoke(app, [str(each) for each in arguments], prog_name="ijaza")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)


def by_process(
    *arguments: Argument,
    keys: Path,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> Answer:
    """The command line in a process of its own; `before` is called in it."""
    process = started(*arguments, keys=keys, environment=environment, before=before)
    out, err = process.communicate(timeout=60)
    return Answer(process.returncode, out, err)


def started(
    *arguments: Argument,
    keys: Path,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> "subprocess.Popen[str]":
    """A process of the command line, under way."""
    given: dict[str, Any] = {"preexec_fn": before} if before is not None else {}
    return subprocess.Popen(
        [IJAZA, *(str(each) for each in arguments)],
        env={**os.environ, "IJAZA_KEYS": str(keys), **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        **given,
    )
