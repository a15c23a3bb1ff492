"""Links to the page of a room, which the office gives and takes back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from ijaza_contracts.door import DoorEvent
from ijaza_runtime.links import write
from ijaza_runtime.references import References
from ijaza_runtime.web import Actor, Role, require
from ijaza_runtime.web.fields import Body, EditionPath, Reason
from pydantic import BaseModel, ConfigDict, Field

from ijaza_attendance.api.room import SessionPath, place_of
from ijaza_attendance.domain.room_links import RoomLinks, give, revoke
from ijaza_attendance.domain.times import seconds_of
from ijaza_attendance.passes.keys import PassKeys
from ijaza_attendance.passes.links import RoomLink
from ijaza_attendance.registry import Registry

Office = Annotated[Actor, Depends(require(Role.OFFICE))]


class RoomLinkAsked(Body):
    """A link to the page of a room, valid for `hours`."""

    model_config = ConfigDict(json_schema_extra={"example": {"hours": 8}})

    hours: Annotated[int, Field(ge=1, le=24)] = 8


class RoomLinkAnswer(BaseModel):
    """The address of the page, to be put after the service's own: who has it sees the room."""

    address: str
    expires_at: datetime


class RoomLinkEnding(Body):
    """Why a link to a room ends."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "sent-to-somebody-else"}})

    reason: Reason = ""


class RoomLinkEnded(BaseModel):
    """Whether a link was ended; false if there was none to end."""

    ended: bool


def router(
    *,
    registry: Registry,
    references: References,
    keys: PassKeys,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The routes of the links to one session's room."""
    routes = APIRouter(prefix="/editions/{edition}/sessions/{session}/room-link", tags=["room"])

    @routes.post("", summary="A link to the page of a room")
    async def link(
        edition: EditionPath, session: SessionPath, body: RoomLinkAsked, actor: Office
    ) -> RoomLinkAnswer:
        """An address under which a browser shows the room live, without an account, in place of
        every address given for this room before.
        """
        await place_of(edition, session, references)
        at = clock()
        until = at + timedelta(hours=body.hours)

        def given(known: RoomLinks | None) -> DoorEvent:
            return give(
                known, edition=edition, session=session, actor=actor.id, at=at, expires_at=until
            )

        links = await registry.room_links.change(f"{edition}/{session}", given)
        assert links is not None, "a link was given"
        code = write(RoomLink(edition, session, links.given, seconds_of(until)), keys.room_links)
        return RoomLinkAnswer(address=f"/room/{code}", expires_at=until)

    @routes.post("/revocation", summary="Take the link to a room back")
    async def end(
        edition: EditionPath, session: SessionPath, body: RoomLinkEnding, actor: Office
    ) -> RoomLinkEnded:
        """No link to the room shows it any longer, and whoever watches by one sees it end within
        seconds. Another link can be given.
        """
        await place_of(edition, session, references)
        ended: list[DoorEvent] = []

        def revoked(known: RoomLinks | None) -> DoorEvent | None:
            event = revoke(
                known,
                edition=edition,
                session=session,
                actor=actor.id,
                reason=body.reason,
                at=clock(),
            )
            ended[:] = [event] if event else []
            return event

        await registry.room_links.change(f"{edition}/{session}", revoked)
        return RoomLinkEnded(ended=bool(ended))

    return routes
