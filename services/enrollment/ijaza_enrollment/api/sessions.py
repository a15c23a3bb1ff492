"""Routes: what an officer does to one session of the calendar, each a revision of the edition."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from ijaza_contracts.edition import Identifier, Interval, Session
from ijaza_runtime.web.fields import Body
from pydantic import ConfigDict, Field

from ijaza_enrollment.api.common import Clock, CommandId, EditionId, Instant, Office
from ijaza_enrollment.api.editions import EditionView
from ijaza_enrollment.domain.commands import (
    AddSession,
    CancelSession,
    ChangeCalendar,
    MergeSessions,
    MoveSession,
    OfficeChange,
)
from ijaza_enrollment.handlers import Enrollment

MOST = 50
"""Sessions that become part of one at once, and breaks of a session."""

SessionId = Annotated[Identifier, Path(description="The session's id.", examples=["m1-d1"])]
Why = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description="Why: published with the edition, so without anybody's name.",
    ),
]
_COMMON: dict[str, Any] = {"correction": "2020-01-03/1", "revision": 3, "reason": "strike"}
_TIMES = {"start": "2020-01-05T15:00:00Z", "end": "2020-01-05T19:00:00Z"}


class Pause(Body):
    """A stretch without attendance."""

    start: Instant
    end: Instant


class Times(Body):
    """When a session takes place, and its breaks."""

    start: Instant
    end: Instant
    breaks: Annotated[tuple[Pause, ...], Field(max_length=MOST)] = ()

    def session(self, name: str) -> Session:
        """A session in these times."""
        breaks = tuple(Interval(start=each.start, end=each.end) for each in self.breaks)
        return Session(id=name, start=self.start, end=self.end, breaks=breaks)


class _Order(Body):
    """`revision` is the one that the officer has looked at."""

    correction: CommandId
    revision: Annotated[int, Field(ge=1, lt=2**31)]
    reason: Why


class Cancelling(_Order):
    """The session does not take place."""

    model_config = ConfigDict(json_schema_extra={"example": _COMMON})


class Scheduling(_Order):
    """The session takes place at another time; its breaks move with its start."""

    model_config = ConfigDict(json_schema_extra={"example": _COMMON | _TIMES})

    start: Instant
    end: Instant


class Adding(_Order):
    """A further session of a module, after the others of it."""

    model_config = ConfigDict(
        json_schema_extra={"example": _COMMON | {"module": "m1", "times": _TIMES}}
    )

    module: Identifier
    times: Times


class Merging(_Order):
    """Other sessions of its module become part of the session, in `times` if they are given."""

    model_config = ConfigDict(
        json_schema_extra={"example": _COMMON | {"sessions": ["m1-d2"], "times": _TIMES}}
    )

    sessions: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=MOST)]
    times: Times | None = None


def router(desk: Enrollment, clock: Clock) -> APIRouter:
    """The routes of one session. `clock` gives the time of the change."""
    routes = APIRouter(prefix="/editions/{edition}/sessions/{session}", tags=["editions"])

    async def changed(edition: str, revision: int, change: OfficeChange) -> EditionView:
        command = ChangeCalendar(edition=edition, revision=revision, change=change)
        return EditionView.of(await desk.editions.change_calendar(command))

    @routes.post("/schedule", summary="Hold a session at another time")
    async def reschedule(
        edition: EditionId, session: SessionId, body: Scheduling, actor: Office
    ) -> EditionView:
        """A time that is over is taken too: a clock, or a calendar, may have been wrong."""
        common = _common(body, actor.id, clock())
        change = MoveSession(session=session, start=body.start, end=body.end, **common)
        return await changed(edition, body.revision, change)

    @routes.post("/cancellation", summary="Cancel a session, for good")
    async def cancel(
        edition: EditionId, session: SessionId, body: Cancelling, actor: Office
    ) -> EditionView:
        change = CancelSession(session=session, **_common(body, actor.id, clock()))
        return await changed(edition, body.revision, change)

    @routes.post("/addition", summary="Add a session to a module")
    async def add(
        edition: EditionId, session: SessionId, body: Adding, actor: Office
    ) -> EditionView:
        added, common = body.times.session(session), _common(body, actor.id, clock())
        change = AddSession(module=body.module, added=added, **common)
        return await changed(edition, body.revision, change)

    @routes.post("/merger", summary="Make several sessions of a module one")
    async def merge(
        edition: EditionId, session: SessionId, body: Merging, actor: Office
    ) -> EditionView:
        """The others are cancelled, and what was scanned at them counts for this one."""
        held = body.times.session(session) if body.times else None
        common = _common(body, actor.id, clock())
        change = MergeSessions(session=session, merged=body.sessions, held=held, **common)
        return await changed(edition, body.revision, change)

    return routes


def _common(order: _Order, actor: str, at: datetime) -> dict[str, Any]:
    return {
        "correction": order.correction,
        "at": at,
        "actor": actor,
        "reason": order.reason,
    }
