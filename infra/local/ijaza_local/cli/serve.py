"""`ijaza serve` and `ijaza token`: the HTTP APIs on one machine."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.settings import RuntimeSettings
from ijaza_runtime.web import Role

from ijaza_local.cli.console import out, settings, told
from ijaza_local.services import Services, running


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
            uvicorn.Config(application(services), host=host, port=port, log_config=None)
        )
        out.print(f"http://{host}:{port}/enrollment/docs and so on; Ctrl-C ends it", markup=False)
        stopping = asyncio.Event()
        loops = [asyncio.create_task(each.run(stopping)) for each in services.all]
        try:
            await server.serve()
        finally:
            stopping.set()
            await asyncio.gather(*loops)


def application(services: Services) -> FastAPI:
    """Every service's application under its name."""
    app = FastAPI(title="Ijaza", docs_url=None, redoc_url=None, openapi_url=None)
    for service in services.all:
        app.mount(f"/{service.name}", service.app())
    return app


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
