"""The room of a session, for the office: once, and as a stream."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.references import References
from ijaza_runtime.web import Role, require
from ijaza_runtime.web.fields import EditionPath
from ijaza_runtime.web.known import programme_of

from ijaza_attendance.api.room_shown import RoomShown, shown
from ijaza_attendance.api.room_stream import EVENT_STREAM, stream
from ijaza_attendance.handlers import EDITIONS
from ijaza_attendance.rooms import Feed, Place, RoomReader

SessionPath = Annotated[str, Path(description="The session's id.", max_length=200)]

STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `snapshot` (a RoomShown) first, then for each change "
        "`change` (at, counts, person) or `gone` (at, counts, participant), and `beat` every 15 "
        "seconds without one",
        "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
    }
}


async def place_of(edition: str, session: str, references: References) -> Place:
    """The room of a session. Raises `NotKnown` naming the sessions that there are."""
    programme = await programme_of(edition, references, EDITIONS)
    if session not in programme.sittings:
        raise NotKnown(
            "session-not-known",
            f"session {session!r} is not in edition {edition}: expected one of "
            f"{', '.join(programme.sittings)}",
        )
    return (edition, session)


def router(*, references: References, reader: RoomReader, feed: Feed) -> APIRouter:
    """The routes of one session's room."""
    routes = APIRouter(prefix="/editions/{edition}/sessions/{session}", tags=["room"])
    readers = [Depends(require(Role.OFFICE, Role.AUDITOR))]

    @routes.get(
        "/room", summary="The room of a session", dependencies=readers, response_model=RoomShown
    )
    async def room(edition: EditionPath, session: SessionPath) -> Response:
        """Who is inside, late, absent, and whoever else takes part; counts first."""
        place = await place_of(edition, session, references)
        sight = await reader.look(place)
        assert sight is not None, "the session was just found"
        return Response(shown(sight.room).model_dump_json(), media_type="application/json")

    @routes.get(
        "/room/events",
        summary="The room of a session, live",
        dependencies=readers,
        response_class=Response,
        responses=STREAMED,
    )
    async def events(edition: EditionPath, session: SessionPath) -> Response:
        """The room as it is, then each change within about a second. Whoever comes again is told
        the whole room first, whatever `Last-Event-ID` says. A stream ends after half an hour.
        """
        return stream(feed, await place_of(edition, session, references))

    return routes
