"""What every service's HTTP API does before and after its routes: whom it lets in, what it says."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.responses import StreamingResponse
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.errors import Conflicting, Invalid, NotKnown
from ijaza_runtime.web import (
    Actor,
    Role,
    UnguardedRouteError,
    build_app,
    check_guards,
    public,
    require,
)
from pydantic import BaseModel, Field
from starlette.types import Message
from structlog.testing import capture_logs

NOW = datetime(2020, 4, 16, 10, 0, tzinfo=UTC)
ACCESS = AccessKeys(Ed25519PrivateKey.generate())
NAME = "Amina Said"


class Score(BaseModel):
    """A result as an examiner sends it."""

    participant: Annotated[str, Field(max_length=8)]
    score: int


class Broken(BaseModel):
    """An answer that does not fit what its route promises."""

    count: int


Office = Annotated[Actor, Depends(require(Role.OFFICE))]
Examiner = Annotated[Actor, Depends(require(Role.EXAMINER, Role.OFFICE))]


def example_router() -> APIRouter:
    """Routes that succeed, refuse and fail in each way there is."""
    router = APIRouter(prefix="/v1")

    @router.get("/me")
    async def me(actor: Office) -> str:
        return actor.id

    @router.post("/scores", status_code=201)
    async def scores(actor: Examiner, score: Score) -> str:
        return f"{actor.id} {score.score}"

    @router.get("/editions/{edition}", dependencies=[Depends(public())])
    async def edition(edition: str) -> str:
        raise {
            "closed": Conflicting("edition-closed", "Edition mg-4 is closed."),
            "unknown": NotKnown("edition-unknown", "No such edition is published."),
            "wrong": Invalid("session-unknown", "The edition has no such session."),
        }.get(edition, KeyError(NAME))

    @router.get("/broken", dependencies=[Depends(public())], response_model=Broken)
    async def broken() -> dict[str, str]:
        return {"count": NAME}

    @router.get("/half", dependencies=[Depends(public())])
    async def half() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"half"
            raise ValueError(NAME)

        return StreamingResponse(parts())

    @router.get("/cached", dependencies=[Depends(public())])
    async def cached(response: Response) -> str:
        response.headers["Cache-Control"] = "public, max-age=60"
        return "kept"

    return router


def app_of(*routers: APIRouter, largest_body: int = 1000) -> FastAPI:
    return build_app(
        service="example",
        title="Example",
        description="An example service.",
        routers=routers,
        access=ACCESS,
        clock=lambda: NOW,
        largest_body=largest_body,
    )


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://example")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app_of(example_router())) as client:
        yield client


def bearer(*roles: Role, actor: str = "staff-7", now: datetime = NOW) -> dict[str, str]:
    token = ACCESS.issue(actor, roles, timedelta(hours=1), now)
    return {"Authorization": f"Bearer {token}"}


def problem_of(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem in a response, which must be one of this status and code."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"urn:ijaza:problem:{code}"
    assert problem["title"]
    return problem


class TestWhoMayCall:
    """Tokens and roles."""

    async def test_whoever_has_a_role_is_known_by_id(self, client: httpx.AsyncClient) -> None:
        """The route is given the actor that the token proves."""
        assert (await client.get("/v1/me", headers=bearer(Role.OFFICE))).json() == "staff-7"

    async def test_one_of_several_roles_is_enough(self, client: httpx.AsyncClient) -> None:
        """`require(a, b)` asks for a or b."""
        body = {"participant": "p1", "score": 61}

        assert (
            await client.post("/v1/scores", json=body, headers=bearer(Role.EXAMINER))
        ).is_success
        assert (await client.post("/v1/scores", json=body, headers=bearer(Role.OFFICE))).is_success

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer not-a-token"},
            {"Authorization": "Basic c3RhZmY6c2VjcmV0"},
            bearer(Role.OFFICE, now=NOW - timedelta(days=1)),
        ],
    )
    async def test_without_a_proof_the_answer_is_401(
        self, client: httpx.AsyncClient, headers: dict[str, str]
    ) -> None:
        """No token, none of ours, or an expired one: a problem, and how to authenticate."""
        response = await client.get("/v1/me", headers=headers)

        problem_of(response, 401, "not-authenticated")
        assert response.headers["www-authenticate"] == "Bearer"

    async def test_without_the_role_the_answer_is_403(self, client: httpx.AsyncClient) -> None:
        """The problem names the roles that would do and those that the token gives."""
        response = await client.get("/v1/me", headers=bearer(Role.DOOR, Role.EXAMINER))

        problem = problem_of(response, 403, "role-missing")
        assert "one of the roles office; the token gives door, examiner" in problem["detail"]

    async def test_a_stranger_learns_nothing_of_the_form(self, client: httpx.AsyncClient) -> None:
        """Whoever may not call a route is told so before anything about the body."""
        problem_of(await client.post("/v1/scores", json={}), 401, "not-authenticated")


class TestEveryRouteHasARole:
    """An app that leaves a route open by mistake does not start."""

    def test_a_route_that_says_nothing_is_refused_by_name(self) -> None:
        """The error names method and address of the route."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/open", lambda: "open", methods=["PUT"])

        with pytest.raises(UnguardedRouteError, match="PUT /v1/open: neither"):
            app_of(router)

    def test_a_route_that_says_both_is_refused(self) -> None:
        """Public and for a role at once is a mistake, whichever was meant."""
        router = APIRouter(dependencies=[Depends(require(Role.OFFICE))])
        router.add_api_route("/v1/both", lambda: "both", dependencies=[Depends(public())])

        with pytest.raises(UnguardedRouteError, match="GET /v1/both: both"):
            app_of(router)

    async def test_a_guard_of_the_router_counts(self) -> None:
        """A router included in another keeps what the outer one requires."""
        inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/v1")
        inner.add_api_route("/route", lambda: "guarded")
        outer.include_router(inner, dependencies=[Depends(require(Role.AUDITOR))])
        client = client_of(app_of(outer))

        assert (await client.get("/v1/inner/route")).status_code == 401
        assert (await client.get("/v1/inner/route", headers=bearer(Role.AUDITOR))).is_success

    def test_a_mount_added_later_is_found(self) -> None:
        """What has no dependencies at all, such as a mounted app, says nothing."""
        app = app_of()
        app.mount("/files", FastAPI())

        with pytest.raises(UnguardedRouteError, match="any method /files: neither"):
            check_guards(app)

    def test_require_must_name_a_role(self) -> None:
        """`require()` would let nobody in, and reads as if it let everybody in."""
        with pytest.raises(ValueError, match="say public"):
            require()


class TestProblems:
    """Every error is `application/problem+json` that says what to do and repeats no value."""

    @pytest.mark.parametrize(
        ("edition", "status", "code"),
        [
            ("closed", 409, "edition-closed"),
            ("unknown", 404, "edition-unknown"),
            ("wrong", 422, "session-unknown"),
        ],
    )
    async def test_a_refusal_of_the_domain(
        self, client: httpx.AsyncClient, edition: str, status: int, code: str
    ) -> None:
        """Its status, code and detail are those of the refusal."""
        problem = problem_of(await client.get(f"/v1/editions/{edition}"), status, code)

        assert problem["detail"].endswith(".")

    async def test_a_malformed_request_lists_each_fault_without_its_value(
        self, client: httpx.AsyncClient
    ) -> None:
        """Where and what was expected, for all faults at once; never what was sent."""
        response = await client.post(
            "/v1/scores",
            json={"participant": NAME, "score": NAME},
            headers=bearer(Role.EXAMINER),
        )

        problem = problem_of(response, 422, "invalid-request")
        assert [fault["loc"] for fault in problem["errors"]] == [
            ["body", "participant"],
            ["body", "score"],
        ]
        assert all(set(fault) == {"loc", "msg"} for fault in problem["errors"])
        assert NAME not in response.text

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"{", 422),
            (b'"\xff"', 400),
            (b'{"participant": "p", "score": ' + b"9" * 600 + b"}", 201),
            (b'{"participant": "\\ud800", "score": 1}', 422),
            (b"[" * 990 + b"]" * 10, 400),
        ],
    )
    async def test_strange_bodies_fail_in_order(
        self, client: httpx.AsyncClient, body: bytes, status: int
    ) -> None:
        """Broken JSON, broken text and deep nesting are the sender's fault, never a 500."""
        headers = bearer(Role.EXAMINER) | {"Content-Type": "application/json"}

        response = await client.post("/v1/scores", content=body, headers=headers)

        assert response.status_code == status
        if status != 201:
            assert response.headers["content-type"] == "application/problem+json"

    async def test_an_unknown_address(self, client: httpx.AsyncClient) -> None:
        """404 does not repeat the address."""
        response = await client.get("/v1/amina")

        problem_of(response, 404, "not-found")
        assert "amina" not in response.text

    async def test_a_method_that_is_not_taken(self, client: httpx.AsyncClient) -> None:
        """405 says which methods are."""
        response = await client.delete("/v1/me")

        problem_of(response, 405, "method-not-allowed")
        assert response.headers["allow"] == "GET, HEAD"

    @pytest.mark.parametrize("path", ["/v1/editions/other", "/v1/broken"])
    async def test_an_unknown_failure_shows_no_internals(
        self, client: httpx.AsyncClient, path: str
    ) -> None:
        """The caller gets 500 and an id; the log gets the exception under the same id."""
        with capture_logs() as logged:
            response = await client.get(path)

        problem_of(response, 500, "internal-error")
        assert NAME not in response.text
        assert "Traceback" not in response.text
        assert [line["event"] for line in logged] == ["request failed", "request"]

    async def test_a_failure_in_the_middle_of_an_answer_goes_to_the_log_alone(self) -> None:
        """Once an answer has begun nothing can be put in its place, and it stays unfinished."""
        sent: list[Message] = []

        async def receive() -> Message:
            await asyncio.Event().wait()  # the caller neither sends anything nor leaves
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/v1/half",
            "query_string": b"",
            "headers": [],
        }
        with capture_logs() as logged:
            await app_of(example_router())(scope, receive, send)

        assert [message["type"] for message in sent] == [
            "http.response.start",
            "http.response.body",
        ]
        assert sent[1]["more_body"]
        assert [line["event"] for line in logged] == ["request failed", "request"]


class TestBodySize:
    """Bodies above the limit are refused, announced or not."""

    @pytest.mark.parametrize("path", ["/v1/scores", "/v1/me", "/nowhere"])
    async def test_an_announced_body_is_refused_unread(
        self, client: httpx.AsyncClient, path: str
    ) -> None:
        """Content-Length alone is enough, whatever the address and without a token."""
        problem = problem_of(await client.post(path, content=b"x" * 1001), 413, "body-too-large")

        assert "1000 bytes" in problem["detail"]

    async def test_a_body_in_chunks_is_counted(self, client: httpx.AsyncClient) -> None:
        """Without a Content-Length the bytes are counted as they come."""

        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(11):
                yield b" " * 100

        response = await client.post("/v1/scores", content=chunks(), headers=bearer(Role.EXAMINER))

        problem_of(response, 413, "body-too-large")

    async def test_the_limit_itself_is_allowed(self, client: httpx.AsyncClient) -> None:
        """A body of exactly as many bytes is read."""
        body = json.dumps({"participant": "p1", "score": 61}).encode().ljust(1000)
        headers = bearer(Role.EXAMINER) | {"Content-Type": "application/json"}

        assert (await client.post("/v1/scores", content=body, headers=headers)).status_code == 201


class TestHeaders:
    """What every answer carries."""

    @pytest.mark.slow
    @pytest.mark.parametrize("path", ["/health/live", "/v1/me", "/nowhere", "/v1/editions/other"])
    async def test_security_headers_are_on_every_answer(
        self, client: httpx.AsyncClient, path: str
    ) -> None:
        """Successes, refusals and failures alike."""
        headers = (await client.get(path)).headers

        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"

    async def test_a_route_may_set_its_own(self, client: httpx.AsyncClient) -> None:
        """What a route says of caching stands."""
        assert (await client.get("/v1/cached")).headers["cache-control"] == "public, max-age=60"

    async def test_a_request_id_is_kept_or_made(self, client: httpx.AsyncClient) -> None:
        """A plain id that the caller sends comes back; anything else is replaced."""
        given = await client.get("/health/live", headers={"X-Request-ID": "kiosk-3.17"})
        strange = await client.get("/health/live", headers={"X-Request-ID": "a b\tc"})
        made = await client.get("/health/live")

        assert given.headers["x-request-id"] == "kiosk-3.17"
        assert len(strange.headers["x-request-id"]) == 32
        assert len(made.headers["x-request-id"]) == 32
        assert made.headers["x-request-id"] != strange.headers["x-request-id"]

    async def test_the_log_has_the_route_and_not_the_address(
        self, client: httpx.AsyncClient
    ) -> None:
        """One line a request, with the route's pattern and no query."""
        with capture_logs() as logged:
            await client.get("/v1/editions/closed?name_en=Amina")

        (line,) = logged
        assert (line["method"], line["route"], line["status"]) == (
            "GET",
            "/v1/editions/{edition}",
            409,
        )
        assert "Amina" not in json.dumps(line)


class TestDescription:
    """What the service says of itself."""

    async def test_it_is_live(self, client: httpx.AsyncClient) -> None:
        """Everybody may ask."""
        assert (await client.get("/health/live")).json() == {"service": "example", "status": "live"}

    async def test_the_document_has_the_problem_as_default_error(
        self, client: httpx.AsyncClient
    ) -> None:
        """Every operation refers to the schema of problems, and the schema is there."""
        document = (await client.get("/openapi.json")).json()

        default = document["paths"]["/v1/scores"]["post"]["responses"]["default"]
        assert default["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
        assert {"Problem", "Fault"} <= document["components"]["schemas"].keys()
        assert "422" not in document["paths"]["/v1/scores"]["post"]["responses"]

    async def test_the_document_says_which_routes_need_a_token(
        self, client: httpx.AsyncClient
    ) -> None:
        """A bearer scheme on what requires a role, none on what is public."""
        document = (await client.get("/openapi.json")).json()

        assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
        assert document["paths"]["/v1/me"]["get"]["security"] == [{"bearer": []}]
        assert "security" not in document["paths"]["/health/live"]["get"]

    async def test_there_is_no_page_that_loads_foreign_scripts(
        self, client: httpx.AsyncClient
    ) -> None:
        """FastAPI's own documentation pages are off."""
        assert (await client.get("/docs")).status_code == 404
        assert (await client.get("/redoc")).status_code == 404
