"""`ijaza serve` and `ijaza token`: the HTTP APIs on one machine."""

import asyncio
import signal
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ijaza_runtime.access import AccessKeys, Role
from ijaza_runtime.serving import Server, configured
from ijaza_runtime.settings import RuntimeSettings
from starlette.applications import Starlette
from starlette.routing import Mount

from ijaza_local.cli.console import say
from ijaza_local.cli.failing import settings, settings_of_attendance
from ijaza_local.services import NAMES, Services, running


def serve_all(host: str, port: int) -> None:
    """Serve all services until a signal ends it."""
    given = settings()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        asyncio.run(_serve(host, listening, given))


async def _serve(host: str, listening: socket.socket, given: RuntimeSettings) -> None:
    async with running(
        bus_url=given.bus_url,
        store_url=given.store_url,
        keys=given.keys,
        partitions=given.partitions,
        of_attendance=settings_of_attendance(),
    ) as services:
        server = Server(configured(application(services), given.proxies))

        def end() -> None:
            server.end()
            for each in services.all:
                each.hang_up()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, end)
        shown = f"[{host}]" if ":" in host else host
        for name in NAMES:
            say(f"http://{shown}:{listening.getsockname()[1]}/{name}/openapi.json")
        say("Ctrl-C ends it.")
        stopping = asyncio.Event()
        loops = [asyncio.create_task(each.run(stopping)) for each in services.all]
        try:
            await server.serve(sockets=[listening])
        finally:
            stopping.set()
            await asyncio.gather(*loops)


def application(services: Services) -> Starlette:
    """Every service's application under its name."""
    return Starlette(routes=[Mount(f"/{service.name}", service.app()) for service in services.all])


def print_token(actor: str, roles: Sequence[str], hours: int) -> None:
    """Print an access token."""
    keys = AccessKeys.load_or_create(settings().keys)
    given = [Role(role) for role in roles]
    say(keys.issue(actor, given, timedelta(hours=hours), datetime.now(UTC)))
