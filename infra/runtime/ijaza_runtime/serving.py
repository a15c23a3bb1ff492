"""uvicorn with signals left to whoever runs it: its own way ends the process before the loops."""

from collections.abc import Generator
from contextlib import contextmanager

import uvicorn


class Server(uvicorn.Server):
    """A server that is told when to end."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    def end(self) -> None:
        """Finish the requests that are under way, then stop; at the second call, stop at once."""
        self.force_exit = self.should_exit
        self.should_exit = True
