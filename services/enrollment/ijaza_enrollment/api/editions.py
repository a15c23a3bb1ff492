"""Routes: editions, their revisions, corrections of their sessions, and closing."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter
from ijaza_contracts.edition import Edition, Identifier, Session
from ijaza_runtime.errors import Invalid
from ijaza_runtime.web.fields import Body
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from ijaza_enrollment.api.common import (
    Clock,
    CommandId,
    EditionId,
    Instant,
    Office,
    PublicReason,
    Reader,
)
from ijaza_enrollment.domain.commands import (
    AddSession,
    CancelSession,
    ChangeSessions,
    CloseEdition,
    MoveSession,
    PublishEdition,
    SessionChange,
)
from ijaza_enrollment.domain.editions import EditionState
from ijaza_enrollment.handlers import Enrollment

_EXAMPLE: JsonDict = {
    "definition": {
        "id": "mg-4",
        "title": {"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"},
        "timezone": "Africa/Cairo",
        "languages": ["ar", "en"],
        "issuer": {"did_host": "certificates.example.org", "name": {"en": "Programme office"}},
        "organisers": [{"id": "iom-egypt", "name": {"en": "IOM Egypt"}}],
        "place": {"name": {"en": "AUC Downtown campus"}, "country": "EG"},
        "selection": {"capacity": 30, "promote_until": "2019-12-15T14:00:00Z"},
        "modules": [
            {
                "id": "m1",
                "title": {"en": "Introduction to Migration"},
                "sessions": [
                    {
                        "id": "m1-d1",
                        "start": "2019-12-15T14:00:00Z",
                        "end": "2019-12-15T18:00:00Z",
                    }
                ],
                "test": {"pass_mark": "60", "max_score": "100", "attempts": 2},
            }
        ],
        "certificates": [
            {"id": "certificate", "kind": "completion", "title": {"en": "Certificate"}}
        ],
    }
}


class Definition(Body):
    """An edition's whole definition: edition.yaml as JSON, every time in UTC."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    definition: Edition
    at: Instant | None = None
    reason: PublicReason = ""


class _Change(Body):
    correction: CommandId
    at: Instant | None = None
    reason: PublicReason = ""


class Cancellation(_Change):
    """The session does not take place."""

    kind: Literal["cancel"]
    session: Identifier


class Move(_Change):
    """The session takes place at another time; its breaks move with its start."""

    kind: Literal["move"]
    session: Identifier
    start: Instant
    end: Instant


class Addition(_Change):
    """A further session of a module."""

    kind: Literal["add"]
    module: Identifier
    session: Session


class SessionChanges(Body):
    """Corrections of sessions, which make one revision together."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "changes": [
                    {
                        "kind": "move",
                        "correction": "2020-01-03/1",
                        "session": "m2-d1",
                        "start": "2020-01-05T15:00:00Z",
                        "end": "2020-01-05T19:00:00Z",
                    }
                ]
            }
        }
    )

    changes: Annotated[
        tuple[Annotated[Cancellation | Move | Addition, Field(discriminator="kind")], ...],
        Field(min_length=1, max_length=500),
    ]


class Closing(Body):
    """When the edition is over."""

    model_config = ConfigDict(json_schema_extra={"example": {"at": "2020-04-16T18:00:00Z"}})

    at: Instant | None = None


class EditionView(BaseModel):
    """An edition as it is now: `definition` with every correction of its sessions."""

    edition: str
    revision: int
    revised_at: datetime
    closed_at: datetime | None
    definition: Edition

    @classmethod
    def of(cls, state: EditionState) -> Self:
        """The view of a state."""
        return cls(
            edition=state.id,
            revision=state.revision,
            revised_at=state.revised_at,
            closed_at=state.closed_at,
            definition=state.definition,
        )


def router(desk: Enrollment, clock: Clock) -> APIRouter:
    """The routes of editions."""
    routes = APIRouter(tags=["editions"])

    @routes.post("/editions", summary="Publish an edition; the same again changes nothing")
    async def publish(body: Definition, actor: Office) -> EditionView:
        return await _publish(body, actor.id, revise=False)

    @routes.post("/editions/{edition}/revisions", summary="Publish another definition")
    async def revise(edition: EditionId, body: Definition, actor: Office) -> EditionView:
        await desk.editions.get(edition)
        if body.definition.id != edition:
            raise Invalid(
                "edition-differs",
                f"the address names edition {edition}, the definition has another id: the id "
                f"of an edition does not change",
            )
        return await _publish(body, actor.id, revise=True)

    @routes.post("/editions/{edition}/sessions", summary="Cancel, move or add sessions")
    async def change_sessions(
        edition: EditionId, body: SessionChanges, actor: Office
    ) -> EditionView:
        changes = tuple(_change(change, actor.id, change.at or clock()) for change in body.changes)
        return EditionView.of(
            await desk.editions.change_sessions(ChangeSessions(edition=edition, changes=changes))
        )

    @routes.post("/editions/{edition}/close", summary="Close an edition, once")
    async def close(edition: EditionId, body: Closing, actor: Office) -> EditionView:
        command = CloseEdition(edition=edition, at=body.at or clock(), actor=actor.id)
        return EditionView.of(await desk.editions.close(command))

    @routes.get("/editions/{edition}", summary="An edition as it is now", dependencies=[Reader])
    async def get(edition: EditionId) -> EditionView:
        return EditionView.of(await desk.editions.get(edition))

    async def _publish(body: Definition, actor: str, *, revise: bool) -> EditionView:
        command = PublishEdition(
            definition=body.definition,
            at=body.at or clock(),
            actor=actor,
            reason=body.reason,
            revise=revise,
        )
        return EditionView.of(await desk.editions.publish(command))

    return routes


def _change(change: Cancellation | Move | Addition, actor: str, at: datetime) -> SessionChange:
    match change:
        case Cancellation():
            return CancelSession(
                correction=change.correction,
                session=change.session,
                at=at,
                actor=actor,
                reason=change.reason,
            )
        case Move():
            return MoveSession(
                correction=change.correction,
                session=change.session,
                start=change.start,
                end=change.end,
                at=at,
                actor=actor,
                reason=change.reason,
            )
        case Addition():
            return AddSession(
                correction=change.correction,
                module=change.module,
                added=change.session,
                at=at,
                actor=actor,
                reason=change.reason,
            )
