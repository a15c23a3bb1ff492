"""The page of a room, for whoever has the link to it, and what it is made of."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path
from fastapi.responses import Response
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.links import read
from ijaza_runtime.references import References
from ijaza_runtime.web import public
from starlette.exceptions import HTTPException

from ijaza_attendance.api.kiosk_page import TYPES
from ijaza_attendance.api.room import STREAMED
from ijaza_attendance.api.room_stream import stream
from ijaza_attendance.domain.times import seconds_of
from ijaza_attendance.handlers import EDITIONS
from ijaza_attendance.passes.keys import PassKeys
from ijaza_attendance.passes.links import RoomLink
from ijaza_attendance.registry import Registry
from ijaza_attendance.rooms import Feed

POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect")),
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
"""The page loads from its own server alone, runs no inline script and is framed by nobody."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}

Code = Annotated[str, Path(max_length=2000, description="What the link to a room ends with.")]

_HTML = {"content": {"text/html": {"schema": {"type": "string"}}}}


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """Content and media type of each file of the page, by name."""
    return {
        entry.name: (entry.read_bytes(), TYPES[entry.name[entry.name.rfind(".") :]])
        for entry in resources.files("ijaza_attendance").joinpath("room").iterdir()
    }


def router(
    *,
    registry: Registry,
    references: References,
    feed: Feed,
    keys: PassKeys,
    clock: Callable[[], datetime],
) -> APIRouter:
    """`/room/CODE` for people, and what that page asks for."""
    routes = APIRouter(prefix="/room", tags=["room"])
    everybody = [Depends(public())]

    def shows(link: RoomLink) -> bool:
        return registry.shows_room(link.edition, link.session, link.number)

    async def linked(code: str) -> RoomLink | None:
        link = read(code, keys.room_links, seconds_of(clock()), RoomLink)
        if link is None:
            return None
        await references.refresh()
        programme = references.get(EDITIONS, link.edition)
        there = programme is not None and link.session in programme.sittings
        return link if there and shows(link) else None

    @routes.get("/page/{name}", include_in_schema=False, dependencies=everybody)
    def file(name: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
        if name not in files() or name.endswith(".html"):
            raise HTTPException(404)
        content, media_type = files()[name]
        tag = f'"{sha256(content).hexdigest()[:32]}"'
        headers = {**HEADERS, "Cache-Control": "no-cache", "ETag": tag}
        if if_none_match == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=media_type, headers=headers)

    @routes.get(
        "/{code}",
        summary="The page of a room",
        dependencies=everybody,
        response_class=Response,
        responses={
            200: {"description": "The page", **_HTML},
            404: {"description": "No such link, or it has expired or was taken back", **_HTML},
        },
    )
    async def page(code: Code) -> Response:
        """The room that a link names, live. Whatever is wrong with a link is answered alike."""
        name, status = ("room.html", 200) if await linked(code) else ("none.html", 404)
        content, media_type = files()[name]
        return Response(content, status_code=status, media_type=media_type, headers=HEADERS)

    @routes.get(
        "/{code}/events",
        summary="The room of a link, live",
        dependencies=everybody,
        response_class=Response,
        responses=STREAMED,
    )
    async def events(code: Code) -> Response:
        """The same stream as the office's, for no longer than the link is valid. It ends within
        seconds when the link is taken back.
        """
        link = await linked(code)
        if link is None:
            raise NotKnown(
                "no-such-link",
                "this link shows no room, has expired or was taken back: ask the programme office "
                "for a new one",
            )
        left = link.until - seconds_of(clock())
        place = (link.edition, link.session)
        return stream(feed, place, lasts=float(left), may=lambda: shows(link))

    return routes
