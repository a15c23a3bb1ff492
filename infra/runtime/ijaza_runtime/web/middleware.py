"""What surrounds every request: its id, its log line, its method, the form and size of it all."""

import re
from collections.abc import Callable, Mapping
from time import perf_counter
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from ijaza_runtime import tracing
from ijaza_runtime.meter import UNHEARD, Meter
from ijaza_runtime.observe import log
from ijaza_runtime.web.operations import LIVE, METRICS, READY
from ijaza_runtime.web.problems import MEDIA_TYPE, TOO_LARGE, problem, unknown_error

REQUEST_ID = "X-Request-ID"
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Sent with every answer, unless its route sets another value."""

UNTRACED = frozenset({LIVE, READY, METRICS})
"""What is asked for every few seconds by machines, and leads to nothing."""

PageOf = Callable[[Scope, int], Response | None]
"""The page that a person is shown in place of a problem with this status; None for the problem."""

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Surround:
    """Gives each request an id, each answer its headers, and an unknown error its answer.

    The error goes to the log without values and no further: a server would print its message.
    """

    def __init__(self, app: ASGIApp, service: str, meter: Meter = UNHEARD) -> None:
        self.app = app
        self.service = service
        self.meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        request_id = given if _GIVEN_ID.fullmatch(given) else uuid4().hex
        with bound_contextvars(service=self.service, request_id=request_id):
            if scope["path"] in UNTRACED:
                await self._handle(scope, receive, send, request_id)
                return
            with tracing.request(scope["method"], headers.get(tracing.HEADER, "")) as span:
                status = await self._handle(scope, receive, send, request_id)
                span.update_name(f"{scope['method']} {_route(scope)}")
                span.set_attribute("http.route", _route(scope))
                span.set_attribute("http.response.status_code", status)

    async def _handle(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> int:
        """Answer, and return the status of the answer."""
        begun = perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            log.exception("request failed", method=scope["method"], route=_route(scope))
            if not status:
                await unknown_error()(scope, receive, send_with_headers)
        seconds = perf_counter() - begun
        self.meter.requested(scope["method"], _route(scope), status, seconds)
        log.info(
            "request",
            method=scope["method"],
            route=_route(scope),
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )
        return status


class Heads:
    """Answers HEAD wherever GET is answered: as GET is, without the body (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        asked = {**scope, "method": "GET"}

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                # The answer is whole with this: a stream hears that nobody is there any more.
                await send({"type": "http.response.body", "body": b""})

        try:
            await self.app(asked, receive, send_head)
        finally:
            scope["route"] = asked.get("route")


class Pages:
    """Shows a person a page in place of a problem, where the service has one."""

    def __init__(self, app: ASGIApp, page: PageOf) -> None:
        self.app = app
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        page: Response | None = None

        async def send_page(message: Message) -> None:
            nonlocal page
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type") == MEDIA_TYPE:
                    page = self.page(scope, message["status"])
                if page is not None:
                    # What else a problem says, such as Retry-After, holds of its page as well.
                    headers.update(page.headers)
            elif page is not None:
                body = b"" if scope["method"] == "HEAD" else page.body
                message = {"type": "http.response.body", "body": body}
            await send(message)

        await self.app(scope, receive, send_page)


class BodyLimit:
    """Refuses a body of more than `limit` bytes with 413, announced or in chunks."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit
        self.detail = f"The body is larger than {limit} bytes: send it in several requests."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self.limit:
            await problem(413, TOO_LARGE, self.detail)(scope, receive, send)
            return
        await self.app(scope, self._counting(receive), send)

    def _counting(self, receive: Receive) -> Receive:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                raise HTTPException(413, self.detail)
            return message

        return counted


def _route(scope: Scope) -> str:
    """The route's pattern: an address itself can hold what is in nobody's log."""
    patterns: Mapping[int, str] = scope["app"].state.patterns if "app" in scope else {}
    return patterns.get(id(scope.get("route")), "none")
