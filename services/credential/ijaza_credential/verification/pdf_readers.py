"""Reads the PDFs of strangers in processes of their own, which are stopped where that takes long.

A PDF can ask its reader for endless work in more ways than any reader has limits for. So what reads
one has little memory, no network and a second of CPU time, given and taken by the kernel
(`templates/confine.py`); the process is kept for the next file, and one that was stopped is
replaced. Nothing of a file outlives its answer but in the memory of that process.
"""

import asyncio
import json
import os
import subprocess
import sys
import weakref
from contextlib import suppress
from dataclasses import asdict, dataclass
from time import monotonic

from ijaza_credential.conversation import Conversation
from ijaza_credential.documents.extract import ExtractionError
from ijaza_credential.verification.pdf_reader import FOUND

AT_ONCE = 2
"""Processes at the most: hostile files take a core each as long as they may, and no more."""
STARTING = 30.0
"""Seconds in which a process has to be ready."""
FILES = 1_000
"""Files after which a process is replaced."""
_COMMAND = (sys.executable, "-I", "-m", "ijaza_credential.verification.pdf_reader")


@dataclass(frozen=True, slots=True)
class Limits:
    """For one file: seconds of CPU, `patience` by the clock; bytes of memory for its process."""

    seconds: int = 1
    patience: float = 5.0
    memory: int = 160 << 20


LIMITS = Limits()


class ReadingStoppedError(Exception):
    """A file took its reader longer than any certificate's file does."""


class PdfReaders:
    """Reads PDFs, a few at a time. The processes are started when they are needed."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._room = asyncio.Semaphore(AT_ONCE)
        self._idle: list[_Reader] = []

    async def credential_in(self, pdf: bytes) -> bytes:
        """The credential that is attached to a PDF, byte for byte.

        Raises `ExtractionError` where there is none, and `ReadingStoppedError` where finding out
        was given up.
        """
        async with self._room:
            return await asyncio.to_thread(self._read, pdf)

    def close(self) -> None:
        """End the processes that are idle."""
        while self._idle:
            self._idle.pop().end()

    def _read(self, pdf: bytes) -> bytes:
        reader = self._taken()
        try:
            answer = reader.read(pdf)
        except BaseException as error:
            reader.end()  # what it would still say is the answer to nothing
            if isinstance(error, EOFError | BrokenPipeError):
                raise ReadingStoppedError from None
            raise
        if reader.files < FILES:
            self._idle.append(reader)
        else:
            reader.end()
        if not answer.startswith(FOUND):
            raise ExtractionError(answer[1:].decode())
        return answer[1:]

    def _taken(self) -> "_Reader":
        """One that waits, or a new one: what ended one while it waited is no fault of this file."""
        while True:
            try:
                reader = self._idle.pop()
            except IndexError:
                return _Reader(self._limits)
            if reader.waits:
                return reader
            reader.end()


class _Reader:
    """A process that reads one file after another."""

    def __init__(self, limits: Limits) -> None:
        self.files = 0
        self._limits = limits
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, on our own module
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where pypdf would say what it thinks of a stranger's file
            cwd="/",
            env={"HOME": os.devnull, "LANG": "C.UTF-8", "TZ": "UTC"},
        )
        self._process = process
        self.end = weakref.finalize(self, _end, process)
        self._worker = Conversation(process)
        try:
            self._worker.send(json.dumps(asdict(limits)).encode())
            self._worker.receive(monotonic() + STARTING)
        except (EOFError, BrokenPipeError):
            self.end()
            raise RuntimeError(
                f"the process that reads PDFs ended with {process.returncode} before it was ready: "
                f"run `{' '.join(_COMMAND)}` to see why"
            ) from None

    @property
    def waits(self) -> bool:
        """Whether the process is there still."""
        return self._process.poll() is None

    def read(self, pdf: bytes) -> bytes:
        """The answer. Raises `EOFError` or `BrokenPipeError` if it took too long."""
        self.files += 1
        self._worker.send(pdf)
        return self._worker.receive(monotonic() + self._limits.patience)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
