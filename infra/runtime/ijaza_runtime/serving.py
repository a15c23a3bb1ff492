"""uvicorn with signals left to whoever runs it: its own way ends the process before the loops."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


class Server(uvicorn.Server):
    """A server that is told when to end."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    def end(self) -> None:
        """Finish the requests that are under way, then stop; at the second call, stop at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def configured(app: ASGIApp, proxies: Sequence[str]) -> uvicorn.Config:
    """How an application is served. `proxies` are addresses and networks of those before it.

    Only what these say of where a request came from is believed; by itself uvicorn believes
    whoever asks from this machine.
    """
    return uvicorn.Config(
        app,
        log_config=None,
        server_header=False,
        lifespan="off",
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
    )
