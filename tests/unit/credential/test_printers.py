"""Printing beside the event loop: in a thread, and in workers that may end at any time."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ijaza_credential import printers as module
from ijaza_credential.documents.credential import serialise_credential
from ijaza_credential.documents.pdf import Page, RenderError
from ijaza_credential.making import Files, Wanted, make
from ijaza_credential.printers import PrinterError, Printers
from ijaza_credential.templates.press import Press

from tests.deadline import eventually
from tests.unit.credential_documents.given import facts, key, signed

FEW = 3
WORKER = "ijaza_credential.printing_worker"
ENDING_AT_FIRST = """
import os, pathlib, sys
from ijaza_credential.documents import pdf
from ijaza_credential.printing_worker import main
made, before = pdf.render_pdf, pathlib.Path({before!r})
def ending(*page):
    if page[0].holder_name_en == "Victim" and ({always} or not before.exists()):
        before.touch()
        os._exit(9)
    return made(*page)
pdf.render_pdf = ending
main()
"""
"""A worker that ends while it prints a certain page: always, or the first time."""
ABANDONED = """
import asyncio, os, signal
from ijaza_credential.making import Wanted, make
from ijaza_credential import printers
from ijaza_credential.templates.press import Press
from tests.unit.credential.test_printers import workers_of
from tests.unit.credential_documents.given import facts, key
async def main():
    printers.FEW = 0
    await make([Wanted(facts(), key())] * 4, printers.Printers(), Press())
    print(*workers_of(os.getpid()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


@pytest.fixture
def printers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Printers]:
    """Printers that have workers for more than a few, and are closed in the end."""
    monkeypatch.setattr(module, "FEW", FEW)
    printers = Printers()
    yield printers
    printers.close()


def wanted(*names: str, count: int = 4 * FEW) -> list[Wanted]:
    """Certificates of these holders, and of others."""
    others = [f"Graduate {number}" for number in range(count - len(names))]
    return [Wanted(facts(holder_name_en=name), key()) for name in (*names, *others)]


def workers_of(process: int) -> list[int]:
    """The workers that a process has started, by their ids."""
    return [worker for worker, parent in running().items() if parent == process]


def running() -> dict[int, int]:
    """Every worker that runs on this machine, and who started it."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:  # it has ended meanwhile
            continue
        if WORKER in command:
            found[int(folder.name)] = parent
    return found


def ends(monkeypatch: pytest.MonkeyPatch, folder: Path, *, always: bool) -> None:
    """Have workers end while they print the page of "Victim"."""
    program = ENDING_AT_FIRST.format(before=str(folder / "before"), always=always)
    monkeypatch.setattr(module, "_COMMAND", (sys.executable, "-c", program))


@pytest.mark.slow
async def test_workers_print_the_same_bytes_as_a_thread(printers: Printers) -> None:
    """In the order that was asked for; a few are printed without any worker."""
    many = wanted("Mona Abdel-Rahman")

    few = await make(many[:FEW], printers, Press())
    assert workers_of(os.getpid()) == []
    made = await make(many, printers, Press())

    assert len(workers_of(os.getpid())) > 0
    assert made[:FEW] == few
    assert len({each.pdf for each in made if isinstance(each, Files)}) == len(many)


@pytest.mark.slow
async def test_a_page_whose_worker_ended_is_printed_by_another(
    printers: Printers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Killed for want of memory, say: nothing is lost."""
    ends(monkeypatch, tmp_path, always=False)

    made = await make(wanted(*["Someone"] * FEW, "Victim"), printers, Press())

    assert (tmp_path / "before").exists()
    assert all(isinstance(each, Files) for each in made)


@pytest.mark.slow
async def test_a_page_that_ends_every_worker_is_told_and_the_others_are_made(
    printers: Printers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By its serial, never by a name."""
    ends(monkeypatch, tmp_path, always=True)

    made = await make(wanted(*["Someone"] * FEW, "Victim"), printers, Press())

    victim = made.pop(FEW)
    assert isinstance(victim, PrinterError)
    assert facts().serial in str(victim)
    assert "Victim" not in str(victim)
    assert all(isinstance(each, Files) for each in made)


@pytest.mark.slow
async def test_a_name_that_no_font_can_draw_keeps_nobody_waiting(printers: Printers) -> None:
    """The worker goes on with the next page."""
    made = await make(wanted(*["Someone"] * FEW, "Mona 👩‍🎓"), printers, Press())

    assert isinstance(made.pop(FEW), RenderError)
    assert all(isinstance(each, Files) for each in made)


@pytest.mark.slow
async def test_workers_leave_signals_to_who_started_them(printers: Printers) -> None:
    """Ctrl-C on a terminal reaches all: what is in hand is finished all the same."""
    await make(wanted(), printers, Press())
    workers = workers_of(os.getpid())

    for worker in workers:
        os.kill(worker, signal.SIGINT)
        os.kill(worker, signal.SIGTERM)

    assert all(isinstance(each, Files) for each in await make(wanted(), printers, Press()))
    assert set(workers_of(os.getpid())) >= set(workers)


@pytest.mark.slow
async def test_workers_end_when_nothing_is_printed(
    printers: Printers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their memory is given back; they come again with the next pages."""
    monkeypatch.setattr(module, "IDLE", 0.05)
    await make(wanted(), printers, Press())

    async def gone() -> bool:
        return not workers_of(os.getpid())

    await eventually(gone)
    assert all(isinstance(each, Files) for each in await make(wanted(), printers, Press()))


@pytest.mark.slow
async def test_workers_end_with_the_process_that_started_them() -> None:
    """Also where it is killed, and can tell nobody."""
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ABANDONED, stdout=subprocess.PIPE
    )
    told, _ = await killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    workers = {int(each) for each in told.split()}
    assert workers

    async def gone() -> bool:
        return workers.isdisjoint(running())

    await eventually(gone)


@pytest.mark.slow
def test_a_page_that_nobody_waits_for_any_more_is_no_fault() -> None:
    """Whoever sent it was ended while it was printed: the worker ends without a word."""
    page = Page(facts(), serialise_credential(signed(facts())))
    command = [sys.executable, "-m", WORKER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as worker:
        assert worker.stdout is not None
        worker.stdout.close()
        _, said = worker.communicate(pickle.dumps(page), timeout=30)

    assert (worker.returncode, said) == (0, b"")


@pytest.mark.slow
async def test_the_event_loop_turns_while_pages_are_printed(printers: Printers) -> None:
    """Requests and health are answered meanwhile: there are many turns to a page."""
    turns = 0

    async def turning() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    for count in (FEW, 8 * FEW):
        turns = 0
        task = asyncio.create_task(turning())
        await make(wanted(count=count), printers, Press())
        task.cancel()
        assert turns > 20 * count
