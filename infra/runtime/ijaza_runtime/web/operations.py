"""What a process of its own tells its operators: whether it lives, is ready, and its metrics."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from pydantic import BaseModel

from ijaza_runtime.web.guards import public

LIVE, READY, METRICS = "/health/live", "/health/ready", "/metrics"
OK = "ok"


class Readiness(BaseModel):
    """Whether the service can do its work now: each part says `ok`, or why it is not ready."""

    service: str
    status: str
    parts: dict[str, str]


class Liveness(BaseModel):
    """Whether the process lives: `ok`, or why it should be ended."""

    service: str
    status: str


def operations(
    service: str,
    *,
    live: Callable[[], str],
    ready: Callable[[], Mapping[str, str]],
    metrics: Callable[[], bytes],
) -> APIRouter:
    """The routes of operators: public, and without a word about anybody."""
    router = APIRouter(dependencies=[Depends(public())], tags=["health"])

    @router.get(LIVE, summary="Whether the loop makes progress", response_model=Liveness)
    async def is_live() -> JSONResponse:
        state = live()
        said = Liveness(service=service, status=state)
        return JSONResponse(said.model_dump(), 200 if state == OK else 503)

    @router.get(READY, summary="Whether bus and store answer", response_model=Readiness)
    async def is_ready() -> JSONResponse:
        parts = dict(ready())
        well = all(state == OK for state in parts.values())
        said = Readiness(service=service, status=OK if well else "not ready", parts=parts)
        return JSONResponse(said.model_dump(), 200 if well else 503)

    @router.get(METRICS, summary="Metrics for Prometheus", response_class=Response)
    async def numbers() -> Response:
        return Response(metrics(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router
