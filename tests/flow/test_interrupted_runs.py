"""Runs that end early: the message says so, the next run goes on, and comes to the same bytes."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from ijaza_local.play.run import write_file

from tests.flow.commandline import Answer, Call, by_process, started
from tests.flow.conftest import EXAMPLES, Play
from tests.flow.test_sameness import content

GOVERNANCE = EXAMPLES / "mg-4"
ALWAYS_BY_WORKERS = """
from ijaza_credential import printers
from ijaza_local.cli.commands import app
printers.FEW = 0
app()
"""
INTERRUPTED = "interrupted. Nothing is lost: the same command goes on where this run stood.\n"


def interrupted(process: "subprocess.Popen[str]", number: int, sign: Path) -> Answer:
    """What becomes of a run that gets a signal as soon as a file is there."""
    deadline = time.monotonic() + 30
    while not sign.exists() and time.monotonic() < deadline:
        assert process.poll() is None, "the run ended before the signal"
        time.sleep(0.005)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return Answer(process.returncode, out, err)


@pytest.mark.slow
def test_signals_interrupt_and_the_next_run_goes_on(
    governance: Path, keys: Path, tmp_path: Path
) -> None:
    """A Ctrl-C while facts are handled, a SIGTERM while files are written, then the whole rest."""
    out = tmp_path / "out"
    for number, sign in (
        (signal.SIGINT, ".ijaza/stores/credential.db"),
        (signal.SIGTERM, "certificates"),
    ):
        process = started("run", GOVERNANCE, "--out", out, keys=keys)
        answer = interrupted(process, number, out / sign)
        assert answer == Answer(128 + number, "", INTERRUPTED)

    assert by_process("run", GOVERNANCE, "--out", out, keys=keys).code == 0
    assert content(out) == content(governance)


def at_most(size: int) -> Callable[[], None]:
    """Let a process write no file beyond a size in bytes, as on a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.slow
def test_a_full_disk_ends_a_run_and_the_next_goes_on(
    small: Path, small_out: Path, play: Play, keys: Path, tmp_path: Path
) -> None:
    """In the ledger and in the stores: what cannot be written is named."""
    out = tmp_path / "out"
    for size in (30_000, 300_000):
        full = by_process("run", small, "--out", out, keys=keys, before=at_most(size))
        assert (full.code, full.out) == (3, "")
        assert full.err.startswith(f"cannot go on: {out}")
        assert full.err.count("\n") == 1

    play(small, out)
    assert content(out) == content(small_out)


@pytest.mark.slow
def test_a_file_of_out_that_cannot_be_written_is_made_by_the_next_run(
    small: Path, small_out: Path, tmp_path: Path, ijaza: Call
) -> None:
    """Something stands in its place: nothing half written is left, and the rest is not lost."""
    out = Path(shutil.copytree(small_out, tmp_path / "out"))
    obstacle = out / "report.html" / "mine.txt"
    (out / "report.html").unlink()
    obstacle.parent.mkdir()
    obstacle.write_text("mine")
    refused = ijaza("run", small, "--out", out)

    assert refused.code == 3
    assert f"{out / 'report.html'} cannot be written" in refused.err
    assert obstacle.read_text() == "mine"
    assert list(out.glob(".*.part")) == []

    obstacle.unlink()
    obstacle.parent.rmdir()
    assert ijaza("run", small, "--out", out).code == 0
    assert content(out) == content(small_out)


@pytest.mark.slow
def test_a_run_without_its_documents_does_not_end_well(
    small: Path, small_out: Path, play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no PDF can be made the run fails, instead of a register of certificates without one."""

    class NoFontsError(Exception):
        """The maker of PDFs cannot work."""

    def broken(*_: object, **__: object) -> bytes:
        raise NoFontsError

    with monkeypatch.context() as patched:
        patched.setattr("ijaza_credential.documents.pdf.render_pdf", broken)
        patched.setattr("ijaza_local.services.PATIENCE", 2)
        patched.setattr("ijaza_runtime.projector.log", Mock())
        with pytest.raises(NoFontsError):
            play(small, tmp_path / "out")
    assert not (tmp_path / "out" / "issuer").exists()

    play(small, tmp_path / "out")
    assert content(tmp_path / "out") == content(small_out)


@pytest.mark.slow
def test_a_run_that_is_killed_while_workers_print_goes_on(
    governance: Path, keys: Path, tmp_path: Path, play: Play
) -> None:
    """After the documents of a partition are kept, twice: none is missing, none is made anew."""
    out = tmp_path / "out"
    for arrival in (2, 3):
        killed = subprocess.run(
            [sys.executable, "-c", ALWAYS_BY_WORKERS, "run", GOVERNANCE, "--out", out],
            env={**os.environ, "IJAZA_KEYS": str(keys), "IJAZA_FAILPOINT": f"projected:{arrival}"},
            check=False,
            timeout=60,
        )
        assert killed.returncode == -signal.SIGKILL

    play(GOVERNANCE, out)
    assert content(out) == content(governance)


def test_a_draft_that_a_killed_run_left_is_not_in_the_way(governance: Path, tmp_path: Path) -> None:
    """Files are written out of sight first: what a killed process left there disturbs nobody."""
    out = Path(shutil.copytree(governance, tmp_path / "out"))
    (out / ".ijaza" / "draft").write_bytes(b"half a page")
    page = out / "report.html"
    page.unlink()
    write_file(page, b"whole", draft=out / ".ijaza" / "draft")
    assert page.read_bytes() == b"whole"
    assert not (out / ".ijaza" / "draft").exists()
