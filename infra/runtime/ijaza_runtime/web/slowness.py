"""How long a request's body may take to come in."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyTime:
    """Refuses with 408 a body that is not whole `seconds` after it was first asked for.

    The connection is closed then: what still came on it would be taken for the next request.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds
        self.detail = (
            f"The body was not whole within {seconds:g} seconds: send it again over a better "
            "network, or in several smaller requests."
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inner = self._in_time(receive) if scope["type"] == "http" else receive
        await self.app(scope, inner, send)

    def _in_time(self, receive: Receive) -> Receive:
        until: float | None = None
        whole = False

        async def in_time() -> Message:
            nonlocal until, whole
            if whole:  # what is awaited now is that the client goes
                return await receive()
            until = until or asyncio.get_running_loop().time() + self.seconds
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, self.detail, {"Connection": "close"}) from None
            whole = not message.get("more_body", False)
            return message

        return in_time
