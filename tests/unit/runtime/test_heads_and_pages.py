"""HEAD is answered wherever GET is, and people are shown pages where a service has them."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.responses import StreamingResponse
from ijaza_runtime.errors import NotKnown, TooMany
from ijaza_runtime.web import Role, build_app, public, require
from starlette.types import Scope
from structlog.testing import capture_logs

from tests.unit.runtime.test_web import ACCESS, NOW, bearer, client_of, problem_of

ENDED: list[str] = []
"""Which streams were ended."""


def router() -> APIRouter:
    """Files, a stream, and refusals."""
    api = APIRouter()
    everybody = [Depends(public())]

    @api.get("/file", dependencies=everybody)
    async def file() -> Response:
        return Response(b"content", headers={"ETag": '"1"'}, media_type="text/plain")

    @api.get("/staff", dependencies=[Depends(require(Role.OFFICE))])
    async def staff() -> str:
        return "staff"

    @api.post("/order", dependencies=everybody)
    async def order() -> str:
        return "done"

    @api.get("/stream", dependencies=everybody)
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"more"
                    await asyncio.sleep(0.01)
            finally:
                ENDED.append("stream")

        return StreamingResponse(parts(), media_type="text/plain")

    @api.get("/refused/{why}", dependencies=everybody)
    async def refused(why: str) -> str:
        if why == "busy":
            raise TooMany("too-many-requests", "Wait.", 7)
        if why == "broken":
            raise KeyError(why)
        raise NotKnown("not-known", "Unknown.")

    return api


def page(scope: Scope, status: int) -> Response | None:
    """A page for all that is refused, but of orders."""
    if scope["path"] == "/order":
        return None
    return Response(f"<p>{status}</p>", status, {"X-Page": "yes"}, "text/html")


def app(**more: object) -> FastAPI:
    """The example, with pages or without."""
    return build_app(
        service="example",
        title="Example",
        description="An example service.",
        routers=[router()],
        access=ACCESS,
        clock=lambda: NOW,
        largest_body=1000,
        **more,  # type: ignore[arg-type]  # the one argument there is
    )


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Of a service without pages."""
    async with client_of(app()) as client:
        yield client


async def test_head_is_get_without_its_body(client: httpx.AsyncClient) -> None:
    """The same status and headers, the length of what is not sent among them."""
    got, head = await client.get("/file"), await client.head("/file")

    assert (head.status_code, head.content) == (200, b"")
    drop = {"x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in drop} == {
        k: v for k, v in got.headers.items() if k not in drop
    }
    assert head.headers["content-length"] == "7"


async def test_head_needs_the_role_that_get_needs(client: httpx.AsyncClient) -> None:
    """And is refused without saying more."""
    refused = await client.head("/staff")

    assert (refused.status_code, refused.content) == (401, b"")
    assert (await client.head("/staff", headers=bearer(Role.OFFICE))).status_code == 200


async def test_head_is_not_taken_where_get_is_not(client: httpx.AsyncClient) -> None:
    """Nothing is done by it; other methods are told that it would be taken."""
    assert (await client.head("/order")).status_code == 405
    assert (await client.head("/nothing")).status_code == 404
    assert (await client.put("/file")).headers["allow"] == "GET, HEAD"


async def test_head_of_a_stream_ends_it(client: httpx.AsyncClient) -> None:
    """It is answered at once, and nothing goes on behind it."""
    ENDED.clear()

    answer = await asyncio.wait_for(client.head("/stream"), 10)

    assert (answer.status_code, answer.content) == (200, b"")
    assert ENDED == ["stream"]


async def test_head_is_logged_as_what_it_is(client: httpx.AsyncClient) -> None:
    """By its own method and the pattern of the route."""
    with capture_logs() as logged:
        await client.head("/refused/x")

    (said,) = [each for each in logged if each["event"] == "request"]
    assert (said["method"], said["route"], said["status"]) == ("HEAD", "/refused/{why}", 404)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/refused/x", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/file", 405),
        ("GET", "/refused/broken", 500),
        ("GET", "/staff", 401),
    ],
)
async def test_a_page_takes_the_place_of_a_problem(method: str, path: str, status: int) -> None:
    """With the status of the problem, and what its headers say beside."""
    async with client_of(app(page=page)) as client:
        answer = await client.request(method, path)

    assert (answer.status_code, answer.text) == (status, f"<p>{status}</p>")
    assert answer.headers["content-type"].startswith("text/html")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["x-request-id"]
    assert answer.headers["x-page"] == "yes"


async def test_a_page_keeps_what_a_problem_asks_for() -> None:
    """How long to wait, and which methods are taken; HEAD gets no page."""
    async with client_of(app(page=page)) as client:
        busy = await client.get("/refused/busy")
        head = await client.head("/refused/busy")
        wrong = await client.put("/file")

    assert busy.headers["retry-after"] == "7"
    assert (head.status_code, head.content) == (429, b"")
    assert wrong.headers["allow"] == "GET, HEAD"


async def test_a_body_that_is_too_large_is_refused_by_a_page() -> None:
    """Announced, or in chunks; a problem stays where the service has no page."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 500

    async with client_of(app(page=page)) as client:
        announced = await client.put("/file", content=b"x" * 1001)
        problem_of(await client.post("/order", content=b"x" * 1001), 413, "body-too-large")

    assert (announced.status_code, announced.text) == (413, "<p>413</p>")


async def test_what_is_no_problem_is_left_alone() -> None:
    """A page is for refusals."""
    async with client_of(app(page=page)) as client:
        assert (await client.get("/file")).text == "content"
