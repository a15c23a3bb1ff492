"""A small disk of its own: memory, mounted."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.thirdparty.conftest import not_available


@dataclass(frozen=True)
class Disk:
    """`folder` is where it is mounted."""

    folder: Path

    def resize(self, mebibytes: int) -> None:
        """Make it larger, with what it holds."""
        done = _mount("-o", f"remount,size={mebibytes}m", str(self.folder))
        assert done.returncode == 0, done.stderr


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Disk]:
    """A disk that is full after so many mebibytes.

    Only who administers a machine may mount one: elsewhere the test is left out, by name.
    """
    folder.mkdir()
    done = _mount("-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder))
    if done.returncode != 0:
        not_available(f"no small disk can be mounted ({done.stderr.strip()})")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _mount(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["mount", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
