"""A server as a process that a test can stop, kill, pause and start again."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

KEEPER = Path(__file__).with_name("keeper.py")
START_SECONDS = 120.0
STOP_SECONDS = 30.0
PORTS = range(20_000, 32_000)
"""Below the ports that systems give to clients: a client that tries again and again to reach a
stopped server must not be given its port, or connect to itself."""


_keepers: list["subprocess.Popen[str]"] = []
"""Kept until this process ends, since a server may outlive the object that started it."""


class NotAvailable(Exception):
    """A server cannot be had on this machine; the message says why."""


class ServerError(Exception):
    """A server did not start or stop; the message has the end of its log."""


class Server:
    """A process that listens on a fixed port and keeps its data in a folder.

    It ends at the latest with its owner (by default the process that starts it). `answers` says
    whether a client gets an answer; it may take a second or so.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        folder: Path,
        answers: Callable[[], bool],
        owner: int | None = None,
    ) -> None:
        self.folder = folder
        self._command = command
        self._answers = answers
        self._owner = owner or os.getpid()
        self._keeper: subprocess.Popen[str] | None = None
        self._pid = 0

    @property
    def pid(self) -> int:
        """The process id of the server itself; 0 while none runs."""
        return self._pid if self.running else 0

    @property
    def running(self) -> bool:
        """Whether there is a process, paused or not."""
        return self._keeper is not None and self._keeper.poll() is None

    @property
    def log(self) -> str:
        """What the server wrote, over all of its starts."""
        return (self.folder / "server.log").read_text(errors="replace")

    def launch(self) -> None:
        """Start the process, without waiting until it answers."""
        assert not self.running, "it runs already"
        with (self.folder / "server.log").open("a") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-S", "-E", KEEPER, str(self._owner), *self._command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # an interrupted test run ends it in its own order
            )
        _keepers.append(self._keeper)
        assert self._keeper.stdout is not None
        with self._keeper.stdout as first_line:
            self._pid = int(first_line.readline() or 0)

    def wait_until_it_answers(self, seconds: float = START_SECONDS) -> None:
        """Return once a client is answered; `ServerError` if the process ends or takes too long."""
        deadline = time.monotonic() + seconds
        while not self._answers():
            if not self.running or time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"{self.folder.name} did not start: {self.log[-2000:]}")
            time.sleep(0.05)

    def start(self, seconds: float = START_SECONDS) -> None:
        """Start the process, also anew on the same port and data, and wait until it answers."""
        self.launch()
        self.wait_until_it_answers(seconds)

    def stop(self) -> None:
        """End it in good order (SIGTERM), and wait until it has ended."""
        self._signal(signal.SIGTERM)
        self._wait()

    def kill(self) -> None:
        """End it at once (SIGKILL), paused or not."""
        self._signal(signal.SIGKILL)
        self._wait()

    def pause(self) -> None:
        """Stop it where it stands (SIGSTOP): connections stay open, and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self.running:
            os.kill(self._pid, number)

    def _wait(self) -> None:
        if self._keeper is None:
            return
        try:
            self._keeper.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.kill(self._pid, signal.SIGKILL)
            raise ServerError(f"{self.folder.name} did not stop: {self.log[-2000:]}") from None


def free_port() -> int:
    """A port that nobody listens on."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
