"""Passes as staff see and ask for them."""

from datetime import datetime
from typing import Annotated

from ijaza_contracts.door import Serial
from ijaza_runtime.web.fields import Body, Instant, ParticipantId, Reason
from pydantic import BaseModel, ConfigDict, Field

from ijaza_attendance.domain.passes import PassState
from ijaza_attendance.domain.state import State
from ijaza_attendance.domain.times import instant
from ijaza_attendance.passes.office import PassOffice


class PassAsked(Body):
    """A pass for one person. With `replaces`, the serial of their newest pass, another one takes
    its place, valid or not; asked for again, that changes nothing more.
    """

    model_config = ConfigDict(json_schema_extra={"example": {"replaces": "7Q2MZ4T0XK"}})

    expires_at: Instant | None = None
    replaces: Serial | None = None


class PassesAsked(Body):
    """Passes for the people of an edition, so many of them, those after the one named."""

    model_config = ConfigDict(json_schema_extra={"example": {"participants": 200}})

    expires_at: Instant | None = None
    after: ParticipantId | None = Field(default=None)
    participants: Annotated[int, Field(ge=1, le=500)] = 200


class PassRevoking(Body):
    """Why a pass is to be valid no longer: a code; no names."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "lost"}})

    reason: Reason = ""


class LinkAsked(Body):
    """For how many hours a link is to show the pass."""

    model_config = ConfigDict(json_schema_extra={"example": {"hours": 720}})

    hours: Annotated[int, Field(ge=1, le=24 * 400)] = 720


class Revocation(BaseModel):
    """Who ended a pass, when and why."""

    at: datetime
    actor: str
    reason: str


class PassShown(BaseModel):
    """A pass and how it stands now."""

    serial: str
    ordinal: int
    key_id: str
    issued_at: datetime
    expires_at: datetime
    issued_by: str
    state: PassState
    revoked: Revocation | None


class Passes(BaseModel):
    """Every pass of a participant, the newest first."""

    edition: str
    participant: str
    number: int
    passes: list[PassShown]


class Skipped(BaseModel):
    """Somebody who got no pass, and why."""

    participant: str
    because: str


class Issued(BaseModel):
    """What became of a page of people; `next` is what to send as `after`, null at the end."""

    issued: int
    kept: int
    skipped: list[Skipped]
    next: str | None


class LinkGiven(BaseModel):
    """Where the participant finds the pass, on this host; who has the address sees it."""

    address: str
    expires_at: datetime


def passes_of(state: State, office: PassOffice) -> Passes:
    """All passes of a participant."""
    shown = []
    for serial, given in state.passes.items():
        revoked = state.passes_revoked.get(serial)
        shown.append(
            PassShown(
                serial=serial,
                ordinal=given.ordinal,
                key_id=given.key_id,
                issued_at=instant(given.issued_at),
                expires_at=instant(given.expires_at),
                issued_by=given.actor,
                state=office.state_of(serial, state),
                revoked=None
                if revoked is None
                else Revocation(at=instant(revoked.at), actor=revoked.actor, reason=revoked.reason),
            )
        )
    return Passes(
        edition=state.edition,
        participant=state.participant,
        number=state.number,
        passes=sorted(shown, key=lambda each: -each.ordinal),
    )
