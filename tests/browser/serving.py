"""A door that plays its part, listening in a thread: stopped and started at one address."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from tests.browser.fake_door import FakeDoor


class Served:
    """A door that listens, can be stopped, and listens again at the same address."""

    def __init__(self, door: FakeDoor) -> None:
        self.door = door
        self.port = 0
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def invite(self) -> tuple[str, str]:
        """The next device, and a code that enrols it."""
        return f"door-{len(self.door.devices) + 1}", sorted(self.door.codes)[0]

    def start(self) -> None:
        config = uvicorn.Config(
            self.door.app(), host="127.0.0.1", port=self.port, log_level="critical", lifespan="off"
        )
        socket = config.bind_socket()
        self.port = socket.getsockname()[1]
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([socket],), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join()
            self._server = None


@contextmanager
def served(door: FakeDoor) -> Iterator[Served]:
    """A door that listens until the end."""
    server = Served(door)
    server.start()
    try:
        yield server
    finally:
        server.stop()
