"""The programme office invites devices and shuts them out, and changes the keys of passes."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from ijaza_contracts.door import DeviceId, DeviceInvited, DeviceScope, DoorEvent, KeyId
from ijaza_runtime.errors import Invalid, refusal
from ijaza_runtime.references import References
from ijaza_runtime.web import Actor, Role, require
from ijaza_runtime.web.fields import Body, EditionId, Label, Reason
from pydantic import BaseModel, ConfigDict, Field

from ijaza_attendance.domain.devices import Device, DeviceState, PassKey, retire, revoke
from ijaza_attendance.domain.refusals import NotAllowedError
from ijaza_attendance.domain.times import instant, seconds_of
from ijaza_attendance.handlers import EDITIONS
from ijaza_attendance.passes.office import PassOffice
from ijaza_attendance.registry import Registry

LONGEST_INVITATION = 72
"""Hours for which a code may be valid."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 8
_ID_LENGTH = 8

Office = Annotated[Actor, Depends(require(Role.OFFICE))]
_READING = [Depends(require(Role.OFFICE, Role.AUDITOR))]


class Keeping(Body):
    """An edition whose doors a device is to keep; without sessions all of them, later ones too."""

    edition: EditionId
    sessions: Annotated[tuple[Label, ...], Field(max_length=200)] = ()


class Invitation(Body):
    """A device to be. `label` is what the office calls it, such as the name of its door."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "label": "Main door, left",
                "editions": [{"edition": "mg-4", "sessions": []}],
                "hours": 24,
            }
        }
    )

    label: Label
    editions: Annotated[list[Keeping], Field(min_length=1, max_length=20)]
    hours: Annotated[int, Field(ge=1, le=LONGEST_INVITATION)] = 24


class Invited(BaseModel):
    """The code to type on the device. It is shown this once, works once, and not after
    `code_expires_at`.
    """

    device: str
    code: str
    code_expires_at: datetime


class Revoking(Body):
    """Why a device is shut out."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "stolen"}})

    reason: Reason = ""


class KeepingShown(BaseModel):
    """An edition whose doors a device keeps; no sessions: all of them."""

    edition: str
    sessions: list[str]


class DeviceShown(BaseModel):
    """A device, and what became of it."""

    device: str
    label: str
    state: DeviceState
    editions: list[KeepingShown]
    invited_at: datetime
    invited_by: str
    code_expires_at: datetime
    enrolled_at: datetime | None
    user_agent: str
    revoked_at: datetime | None
    revoked_by: str
    reason: str


class Devices(BaseModel):
    """Every device, the newest first."""

    devices: list[DeviceShown]


class PassKeyShown(BaseModel):
    """A key of passes. `here` is whether the process that answers can sign with it."""

    key_id: str
    public_key: str
    added_at: datetime
    added_by: str
    retired_at: datetime | None
    retired_by: str
    here: bool


class PassKeysShown(BaseModel):
    """Every key of passes, the newest first."""

    keys: list[PassKeyShown]


def router(
    *,
    registry: Registry,
    references: References,
    office: PassOffice,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The routes of devices and of keys of passes."""
    routes = APIRouter()

    @routes.post("/devices", summary="Invite a device", tags=["devices"])
    async def invite(body: Invitation, actor: Office) -> Invited:
        """Make a code with which one device enrols, for the editions and sessions named."""
        await references.refresh()
        scope = [_checked(each, references) for each in body.editions]
        if len({each.edition for each in scope}) < len(scope):
            raise Invalid(
                "edition-named-twice", "an edition is named twice: name its sessions once"
            )
        device = "door-" + _chosen(_ID_LENGTH).lower()
        code = _chosen(_CODE_LENGTH)
        at = clock()
        event = DeviceInvited(
            device=device,
            at=at,
            label=body.label,
            editions=tuple(scope),
            code_hash=office.keys.code_hash(code),
            expires_at=at + timedelta(hours=body.hours),
            actor=actor.id,
        )
        await registry.devices.change(device, lambda known: event if known is None else None)
        return Invited(device=device, code=code, code_expires_at=event.expires_at)

    @routes.get("/devices", summary="List devices", tags=["devices"], dependencies=_READING)
    async def devices() -> Devices:
        """Every device that was invited, and what became of it."""
        await registry.refresh()
        now = seconds_of(clock())
        return Devices(devices=[_device(each, now) for each in registry.all_devices()])

    @routes.post("/devices/{device}/revocation", summary="Shut a device out", tags=["devices"])
    async def revoke_device(
        device: Annotated[DeviceId, Path(description="The device's id.")],
        body: Revoking,
        actor: Office,
    ) -> DeviceShown:
        """Take nothing more from a device, from now on and for good."""

        def revoked(known: Device | None) -> DoorEvent | None:
            return _allowed(lambda: revoke(known, actor=actor.id, reason=body.reason, at=clock()))

        changed = await registry.devices.change(device, revoked)
        assert changed is not None, "a device that is not known is refused"
        return _device(changed, seconds_of(clock()))

    @routes.post("/pass-keys", summary="Add a key of passes", tags=["pass-keys"])
    async def add_key(actor: Office) -> PassKeyShown:
        """Sign passes with a new key from now on. Passes of older keys stay valid until those
        are retired. Kiosks know of it with their next bundle: let them sync before you issue.
        """
        return _key(await office.add_key(actor.id), office)

    @routes.get(
        "/pass-keys", summary="List keys of passes", tags=["pass-keys"], dependencies=_READING
    )
    async def pass_keys() -> PassKeysShown:
        """Every key that there ever was."""
        await registry.refresh()
        return PassKeysShown(keys=[_key(each, office) for each in registry.all_keys()])

    @routes.post(
        "/pass-keys/{key_id}/retirement", summary="Retire a key of passes", tags=["pass-keys"]
    )
    async def retire_key(
        key_id: Annotated[KeyId, Path(description="The key's id.")], actor: Office
    ) -> PassKeyShown:
        """End every pass of this key, for good: who has one needs another."""

        def retired(known: PassKey | None) -> DoorEvent | None:
            return _allowed(lambda: retire(known, actor=actor.id, at=clock()))

        changed = await registry.pass_keys.change(key_id, retired)
        assert changed is not None, "a key that is not known is refused"
        return _key(changed, office)

    return routes


def _checked(keeping: Keeping, references: References) -> DeviceScope:
    programme = references.get(EDITIONS, keeping.edition)
    if programme is None:
        raise Invalid(
            "edition-not-known",
            f"edition {keeping.edition!r} is not known here: check its id, or publish it first",
        )
    for session in keeping.sessions:
        if session not in programme.sittings:
            raise Invalid(
                "session-not-known",
                f"session {session!r} is not in edition {keeping.edition}: expected some of "
                f"{', '.join(programme.sittings)}, or none for all",
            )
    return DeviceScope(edition=keeping.edition, sessions=tuple(dict.fromkeys(keeping.sessions)))


def _allowed(decide: Callable[[], DoorEvent | None]) -> DoorEvent | None:
    try:
        return decide()
    except NotAllowedError as error:
        raise refusal(error.kind, error.code, error.detail) from None


def _chosen(length: int) -> str:
    return "".join(secrets.choice(_CROCKFORD) for _ in range(length))


def _device(device: Device, now: int) -> DeviceShown:
    return DeviceShown(
        device=device.device,
        label=device.label,
        state=device.state(now),
        editions=[
            KeepingShown(edition=edition, sessions=list(sessions))
            for edition, sessions in device.scope.items()
        ],
        invited_at=instant(device.invited_at),
        invited_by=device.invited_by,
        code_expires_at=instant(device.code_until),
        enrolled_at=_time(device.enrolled_at),
        user_agent=device.user_agent,
        revoked_at=_time(device.revoked_at),
        revoked_by=device.revoked_by,
        reason=device.reason,
    )


def _key(key: PassKey, office: PassOffice) -> PassKeyShown:
    return PassKeyShown(
        key_id=key.key_id,
        public_key=key.public_key,
        added_at=instant(key.added_at),
        added_by=key.added_by,
        retired_at=_time(key.retired_at),
        retired_by=key.retired_by,
        here=office.keys.public(key.key_id) == key.public_key,
    )


def _time(seconds: int) -> datetime | None:
    return instant(seconds) if seconds else None
