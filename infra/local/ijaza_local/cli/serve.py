"""`ijaza serve` and `ijaza token`: the HTTP APIs on one machine."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
import uvicorn
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.settings import RuntimeSettings
from ijaza_runtime.web import Role
from starlette.applications import Starlette
from starlette.routing import Mount

from ijaza_local.cli.console import out, settings, told
from ijaza_local.services import NAMES, Services, running


def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port.")] = 8080,
) -> None:
    """Serve all services over HTTP in one process: /enrollment, /attendance, and so on.

    Bus, stores and keys are where the settings say (docs/settings.md).
    """
    configured = settings()
    with told():
        asyncio.run(_serve(host, port, configured))


async def _serve(host: str, port: int, configured: RuntimeSettings) -> None:
    async with running(
        bus_url=configured.bus_url,
        store_url=configured.store_url,
        keys=configured.keys,
        partitions=configured.partitions,
    ) as services:
        server = uvicorn.Server(
            uvicorn.Config(
                application(services),
                host=host,
                port=port,
                log_config=None,
                server_header=False,
            )
        )
        for name in NAMES:
            out.print(f"http://{host}:{port}/{name}/openapi.json", markup=False)
        out.print("Ctrl-C ends it.")
        stopping = asyncio.Event()
        loops = [asyncio.create_task(each.run(stopping)) for each in services.all]
        try:
            await server.serve()
        finally:
            stopping.set()
            await asyncio.gather(*loops)


def application(services: Services) -> Starlette:
    """Every service's application under its name."""
    return Starlette(routes=[Mount(f"/{service.name}", service.app()) for service in services.all])


def token(
    actor: Annotated[str, typer.Argument(help="Who will be named as the actor: a staff id.")],
    role: Annotated[list[Role], typer.Option(help="What they may do; may be given several times.")],
    hours: Annotated[int, typer.Option(min=1, max=24 * 31, help="How long it holds.")] = 8,
) -> None:
    """Print an access token for the HTTP APIs, signed with the key in IJAZA_KEYS."""
    with told():
        keys = AccessKeys.load_or_create(settings().keys)
        now = datetime.now(UTC)
        out.print(keys.issue(actor, role, timedelta(hours=hours), now), markup=False)
