"""What cannot be used, and what was interrupted, said in a line instead of a traceback."""

import errno
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from ijaza_local.cli.console import Exit, complain

if TYPE_CHECKING:
    from types import FrameType

    from ijaza_attendance.settings import AttendanceSettings
    from ijaza_runtime.settings import RuntimeSettings, ServiceSettings

S = TypeVar("S", bound="ServiceSettings")

LEAD = ("cannot go on: ", "red")

_ADVICE = {
    errno.ENOSPC: "free space, and try again",
    errno.EDQUOT: "free space, and try again",
    errno.EFBIG: "lift the limit of a file's size (ulimit -f), and try again",
    errno.EACCES: "check the permissions of it and its folder",
    errno.EPERM: "check the permissions of it and its folder",
    errno.EROFS: "give a folder on a disk that can be written",
    errno.EISDIR: "give a file",
    errno.ENOTDIR: "a part of the path is a file; give another path",
    errno.ENOENT: "give a path whose folders are there",
    errno.EADDRINUSE: "another program listens there; give another --port",
    errno.EADDRNOTAVAIL: "this machine has no such address; give another --host",
}


@contextmanager
def told(interrupted: str = "") -> Iterator[None]:
    """Say in one line what could not be used, or that a signal ended the command.

    `interrupted` says what a person has to know after a Ctrl-C or a SIGTERM. A fault of the program
    itself is logged with the places that it passed, and without the data that it met there.
    """
    terminated = False

    def end(_number: int, _frame: "FrameType | None") -> None:
        """A SIGTERM goes the way of a Ctrl-C, on which everything open is closed."""
        nonlocal terminated
        terminated = True
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        complain(("interrupted. ", "red"), interrupted)
        number = signal.SIGTERM if terminated else signal.SIGINT
        raise typer.Exit(128 + number) from None
    except (typer.Exit, typer.BadParameter, BrokenPipeError):
        raise  # typer's own: an exit code, a wrong argument, a reader who has gone
    except Exception as error:
        reason = _reason(error)
        if reason is None:
            _report(error)
            raise typer.Exit(Exit.FAULT) from error
        complain(LEAD, " ".join(reason.splitlines()))
        raise typer.Exit(Exit.UNUSABLE) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def settings(*, logs: bool = True) -> "RuntimeSettings":
    """The settings from the environment, with logs configured by them.

    Without `logs` nothing is logged unless the environment asks for it: where a command ends by
    what goes wrong, its message says so.
    """
    from ijaza_runtime.garbage import collect_seldom
    from ijaza_runtime.observe import configure
    from ijaza_runtime.settings import RuntimeSettings

    found = _read(RuntimeSettings)
    level = found.log_level if logs or "log_level" in found.model_fields_set else "CRITICAL"
    configure("ijaza", level)
    collect_seldom()
    return found


def settings_of_attendance() -> "AttendanceSettings":
    """The settings that attendance alone has, from the environment."""
    from ijaza_attendance.settings import AttendanceSettings

    return _read(AttendanceSettings)


def _read(kind: type[S]) -> S:
    from ijaza_runtime.settings import faults_of
    from pydantic import ValidationError

    try:
        return kind()
    except ValidationError as error:
        for fault in faults_of(error):
            complain(LEAD, fault)
        raise typer.Exit(Exit.UNUSABLE) from None


def folder(path: Path) -> Path:
    """A folder that has to be there."""
    if not path.is_dir():
        found = "is a file" if path.exists() else "is not there"
        complain(LEAD, f"{path} {found}: give the folder that holds edition.yaml")
        raise typer.Exit(Exit.UNUSABLE)
    return path


def _report(error: Exception) -> None:
    from ijaza_runtime.observe import configure, log

    configure("ijaza", "ERROR")
    log.error("uncaught", exc_info=error)
    complain(LEAD, "this is a fault of Ijaza, and the line above says where. Please report it.")


def _reason(error: Exception) -> str | None:
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        advice = f"; {_ADVICE[error.errno]}" if error.errno in _ADVICE else ""
        return f"{place}{error.strerror or error}{advice}"

    from ijaza_runtime.bus import BusError
    from ijaza_runtime.errors import Refusal
    from ijaza_runtime.secrets import SecretError
    from ijaza_runtime.store import StoreError

    from ijaza_local.generate import GenerationError
    from ijaza_local.operate.backup_format import BackupError
    from ijaza_local.play.ledger import LedgerError
    from ijaza_local.play.phases import PlayError
    from ijaza_local.services import StandstillError

    known = PlayError | BusError | StoreError | SecretError | LedgerError | GenerationError
    more = Refusal | StandstillError | BackupError
    return str(error) if isinstance(error, known | more) else None
