"""A service's HTTP API, put together from its routers."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.middleware import Middleware

from ijaza_runtime.access import AccessKeys
from ijaza_runtime.meter import UNHEARD, Meter
from ijaza_runtime.web import problems
from ijaza_runtime.web.guards import check_guards, public
from ijaza_runtime.web.middleware import BodyLimit, Heads, PageOf, Pages, Surround
from ijaza_runtime.web.slowness import BodyTime

LARGEST_BODY = 2 * 1024 * 1024
SLOWEST_BODY = 60.0
"""Seconds in which a body has to be whole: a door's batch comes through at 35 kbit/s."""
API_VERSION = "1"

_PROBLEM = {
    "description": "The request was not carried out.",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Live(BaseModel):
    """The process runs; whether its bus and store answer is another question."""

    service: str
    status: str = "live"


class ServiceApp(FastAPI):
    """FastAPI whose OpenAPI document has the schema that every error response refers to."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            schema = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs") | {"Problem": schema}
        return document


def build_app(
    *,
    service: str,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    access: AccessKeys,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    largest_body: int = LARGEST_BODY,
    slowest_body: float = SLOWEST_BODY,
    operations: APIRouter | None = None,
    meter: Meter = UNHEARD,
    page: PageOf | None = None,
) -> FastAPI:
    """The HTTP API of a service: its routers, `/openapi.json`, and what it tells operators.

    Without `operations` that is a `/health/live` which says no more than that it answers.
    `clock` says when a token is looked at; `largest_body` is in bytes, `slowest_body` in seconds;
    `page` is what people are shown in place of problems. Raises `UnguardedRouteError` if a route
    does not say whom it serves.
    """
    app = ServiceApp(
        title=title,
        description=description,
        version=API_VERSION,
        # The pages of FastAPI load their scripts from a foreign host; the document is enough.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses={"default": _PROBLEM},
        middleware=[
            *([Middleware(Pages, page=page)] if page else []),
            Middleware(Surround, service=service, meter=meter),
            Middleware(Heads),
            Middleware(BodyTime, seconds=slowest_body),
            Middleware(BodyLimit, limit=largest_body),
        ],
    )
    app.state.access = access
    app.state.clock = clock
    problems.install(app)
    for router in (*routers, operations or _answering(service), _document(app)):
        app.include_router(router)
    check_guards(app)
    app.state.patterns = {
        id(each.original_route): each.path for each in iter_route_contexts(app.routes)
    }
    return app


def _answering(service: str) -> APIRouter:
    router = APIRouter(dependencies=[Depends(public())])

    @router.get("/health/live", tags=["health"], summary="Whether the process runs")
    async def live() -> Live:
        return Live(service=service)

    return router


def _document(app: FastAPI) -> APIRouter:
    router = APIRouter(dependencies=[Depends(public())])

    @router.get("/openapi.json", include_in_schema=False)
    async def document() -> JSONResponse:
        return JSONResponse(app.openapi())

    return router
