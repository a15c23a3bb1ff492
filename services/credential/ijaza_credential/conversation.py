"""What a process and a worker that it started say to each other, over the worker's pipes.

Each message is its length in four bytes, and as many bytes. Of the two sides the one that started
the worker waits for no answer longer than it wants to: what a worker does with what strangers sent
may never end.
"""

import os
import select
import subprocess
from time import monotonic
from typing import IO


class Conversation:
    """The side of whoever started the worker, with both pipes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._to, self._from = process.stdin, process.stdout
        self._heard = select.poll()
        self._heard.register(self._from, select.POLLIN)

    def send(self, message: bytes) -> None:
        """Send a message. Raises `BrokenPipeError` if the worker is gone."""
        send(self._to, message)

    def receive(self, until: float) -> bytes:
        """The next message. Raises `EOFError` if it has not come by then (`monotonic`)."""
        return self._read(int.from_bytes(self._read(4, until)), until)

    def _read(self, count: int, until: float) -> bytes:
        parts = []
        while count:
            ready = self._heard.poll(max(0.0, until - monotonic()) * 1000)
            part = os.read(self._from.fileno(), count) if ready else b""
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


def receive(stream: IO[bytes]) -> bytes:
    """The next message; empty if there is none."""
    length = int.from_bytes(stream.read(4))
    return stream.read(length)


def send(stream: IO[bytes], message: bytes) -> None:
    """Send a message."""
    stream.write(len(message).to_bytes(4) + message)
    stream.flush()
