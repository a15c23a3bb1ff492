"""Reading PDFs of strangers: whatever they ask for, it ends soon and takes nobody's time."""

import asyncio
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from time import monotonic

import pytest
from ijaza_credential.documents.extract import ExtractionError
from ijaza_credential.documents.pdf import render_pdf
from ijaza_credential.verification import pdf_reader
from ijaza_credential.verification.pdf_readers import (
    AT_ONCE,
    LIMITS,
    Limits,
    PdfReaders,
    ReadingStoppedError,
)

from tests.unit.credential.hostile_pdfs import HOSTILE, rows_without_end
from tests.unit.credential_documents.given import facts

pytestmark = pytest.mark.slow

CREDENTIAL = b'{"name": "a certificate"}'
GENUINE = render_pdf(facts(), CREDENTIAL)


@pytest.fixture
async def readers() -> AsyncIterator[PdfReaders]:
    """As the service has them."""
    readers = PdfReaders()
    yield readers
    readers.close()


async def started(readers: PdfReaders) -> subprocess.Popen[bytes]:
    """The process that has read one file and waits for the next."""
    await readers.credential_in(GENUINE)
    (reader,) = readers._idle
    return reader._process


def kernel_says(process: subprocess.Popen[bytes], what: str) -> str:
    """What the kernel tells of a process."""
    return Path(f"/proc/{process.pid}/{what}").read_text(encoding="ascii")


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_file_comes_to_an_end(
    readers: PdfReaders, make: Callable[[], bytes]
) -> None:
    """Within its deadline, and the next file is read as if nothing had been."""
    assert await readers.credential_in(GENUINE) == CREDENTIAL
    hostile = make()
    begun = monotonic()

    with pytest.raises((ExtractionError, ReadingStoppedError)):
        await readers.credential_in(hostile)

    assert monotonic() - begun < LIMITS.patience + 1
    assert await readers.credential_in(GENUINE) == CREDENTIAL


async def test_endless_work_is_ended_by_the_kernel() -> None:
    """After a second of CPU time the process that was at it is gone: nothing goes on."""
    readers = PdfReaders(Limits(patience=60))
    process = await started(readers)

    with pytest.raises(ReadingStoppedError):
        await readers.credential_in(rows_without_end())

    assert process.returncode == -signal.SIGXCPU


async def test_memory_is_bounded(readers: PdfReaders) -> None:
    """What needs more is a damaged file, and the process goes on with the next."""
    process = await started(readers)

    with pytest.raises(ExtractionError, match="MemoryError"):
        await readers.credential_in(rows_without_end(70 << 20))

    assert await readers.credential_in(GENUINE) == CREDENTIAL
    assert process.returncode is None


async def test_a_reader_has_no_network_and_writes_nothing(readers: PdfReaders) -> None:
    """By a filter of system calls and a limit, both of the kernel."""
    process = await started(readers)

    assert "Seccomp:\t2" in kernel_says(process, "status")
    assert re.search(r"Max file size +0 ", kernel_says(process, "limits"))


async def test_one_that_ended_while_it_waited_is_replaced(readers: PdfReaders) -> None:
    """As where memory ran out: the next file is not blamed for it."""
    process = await started(readers)
    process.kill()
    process.wait()

    assert await readers.credential_in(GENUINE) == CREDENTIAL


async def test_whoever_only_waits_is_stopped_by_the_clock() -> None:
    """As where the machine is so busy that a second of CPU time does not come."""
    patient = PdfReaders(Limits(seconds=60, patience=0.5))

    with pytest.raises(ReadingStoppedError):
        await patient.credential_in(rows_without_end())


async def test_others_are_answered_meanwhile(readers: PdfReaders) -> None:
    """More hostile files than there are readers: a genuine one waits for its turn, and gets it."""
    hostile = [
        asyncio.create_task(readers.credential_in(rows_without_end())) for _ in range(AT_ONCE)
    ]
    await asyncio.sleep(0)

    assert await readers.credential_in(GENUINE) == CREDENTIAL

    ended = await asyncio.gather(*hostile, return_exceptions=True)
    assert [type(each) for each in ended] == [ReadingStoppedError] * AT_ONCE


async def test_a_process_is_kept_for_the_next_file(readers: PdfReaders) -> None:
    """To start one takes longer than to read a file."""
    await readers.credential_in(GENUINE)
    before = list(readers._idle)
    await readers.credential_in(GENUINE)

    assert readers._idle == before
    assert len(before) == 1


async def test_a_closed_one_leaves_no_process(readers: PdfReaders) -> None:
    """Of those that are idle."""
    process = await started(readers)

    readers.close()

    assert process.returncode is not None


async def test_a_reader_that_does_not_start_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is told as what it is, with what to do."""
    module = "ijaza_credential.verification.pdf_readers._COMMAND"
    monkeypatch.setattr(module, ("/bin/false",))

    with pytest.raises(RuntimeError, match="before it was ready: run `/bin/false`"):
        await PdfReaders().credential_in(GENUINE)


def test_why_a_file_has_no_credential_can_always_be_told() -> None:
    """Also where the reason repeats something that is no text."""
    assert pdf_reader._answer(b"hello") == b"-the file is no PDF: it does not begin with %PDF-"
