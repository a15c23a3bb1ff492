"""Prints certificates beside the event loop, many of them in processes of their own.

A page takes some 20 ms. Compilers in threads of one process wait for each other's
memory of layouts, so many pages go to workers, `python -m ijaza_credential.printing_worker`. They
are started when they are needed, and ended when nothing was printed for a while. A few pages are
printed in a thread here, so that a small run starts no process.
"""

import asyncio
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from ijaza_runtime.observe import log

from ijaza_credential.documents.pdf import Page, RenderError

WORKERS = 2
"""Processes at the most; each takes some 95 MiB."""
FEW = 30
"""Pages that are printed without workers: to start these costs as much as to print as many."""
IDLE = 60.0
"""Seconds without a page after which workers are ended."""
PATIENCE = 5.0
"""Seconds in which a worker ends by itself when nothing more comes."""
_TRIES = 2

_COMMAND = (sys.executable, "-P", "-m", "ijaza_credential.printing_worker")


class PrinterError(Exception):
    """A page made the worker that printed it end, again and again."""


class Printers:
    """Prints pages; belongs to one event loop, and is to be closed in it."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="printers")
        self._workers: list[_Worker] = []
        self._pages = 0
        self._under_way = 0
        self._resting: asyncio.TimerHandle | None = None

    def print(self, page: Page) -> asyncio.Future[bytes]:
        """Begin with a page; its PDF comes when it is printed.

        The future raises `RenderError` if the page cannot be printed, and `PrinterError` if its
        worker ends each time.
        """
        self._pages += 1
        return self.beside(partial(self._by_worker, page) if self._pages > FEW else page.printed)

    def beside(self, make: Callable[[], bytes]) -> asyncio.Future[bytes]:
        """Begin to make something in a thread, where no more is made at once than there is room."""
        if self._resting is not None:
            self._resting.cancel()
        self._under_way += 1
        making = asyncio.get_running_loop().run_in_executor(self._threads, make)
        making.add_done_callback(self._done)
        return making

    def close(self) -> None:
        """Finish the pages in hand, drop those that wait, and end the workers."""
        if self._resting is not None:
            self._resting.cancel()
        self._threads.shutdown(cancel_futures=True)
        self._end_workers()

    def _done(self, making: asyncio.Future[bytes]) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._resting = making.get_loop().call_later(IDLE, self._rest)

    def _rest(self) -> None:
        self._pages = 0
        with suppress(RuntimeError):  # closed meanwhile, and so they have ended
            self._threads.submit(self._end_workers)

    def _end_workers(self) -> None:
        while self._workers:
            self._workers.pop().end()

    def _by_worker(self, page: Page) -> bytes:
        """Print in a worker, in a new one if it ends meanwhile: it has kept nothing of the page."""
        for _ in range(_TRIES):
            try:
                worker = self._workers.pop()
            except IndexError:
                worker = _Worker()
            try:
                answer = worker.print(page)
            except BaseException as error:
                code = worker.end()
                if not isinstance(error, EOFError | OSError | pickle.UnpicklingError):
                    raise
                log.warning("printing worker ended", code=code, certificate=page.facts.serial)
                continue
            self._workers.append(worker)
            if isinstance(answer, RenderError):
                raise answer
            return answer
        raise PrinterError(
            f"certificate {page.facts.serial}: the worker that prints it ended {_TRIES} times; "
            "see what it wrote to standard error, and whether memory ran out"
        )


class _Worker:
    """A process that prints one page after another."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, on our own module
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def print(self, page: Page) -> bytes | RenderError:
        """Raises `EOFError`, `OSError` or `UnpicklingError` if the process ends."""
        pages, printed = self._pipes()
        pickle.dump(page, pages)
        pages.flush()
        answer: bytes | RenderError = pickle.load(printed)  # noqa: S301 - of a process that is ours
        return answer

    def end(self) -> int:
        """Give it no more pages, and wait until it is gone. Its exit code."""
        pages, printed = self._pipes()
        with suppress(OSError):  # what it did not read any more
            pages.close()
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        printed.close()
        return code

    def _pipes(self) -> tuple[Any, Any]:
        return self._process.stdin, self._process.stdout
