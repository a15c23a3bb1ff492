"""Whom the doors' routes let in: devices by the tokens they were given, fleets by staff's."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.errors import Forbidden
from ijaza_runtime.web import Actor, Role, require

from ijaza_attendance.domain.devices import Device
from ijaza_attendance.registry import Registry

PREFIX = "device:"
"""An actor that begins so is a device; the rest is its id."""
TOKEN_LIFETIME = timedelta(days=7)

_AtDoor = Annotated[Actor, Depends(require(Role.DOOR))]


def device_token(access: AccessKeys, device: Device, now: datetime) -> str:
    """A token that proves a device for `TOKEN_LIFETIME`, unless it is revoked before."""
    return access.issue(PREFIX + device.device, [Role.DOOR], TOKEN_LIFETIME, now)


class Doorkeeper:
    """Dependencies of routes: `Depends(keeper.device)` is the device that asks."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def device(self, actor: _AtDoor) -> Device:
        """The enrolled device that asks. Raises `Forbidden`."""
        await self._registry.refresh()
        return self.admitted(actor.id.removeprefix(PREFIX) if actor.id.startswith(PREFIX) else "")

    async def fleet(self, actor: _AtDoor) -> Actor:
        """Who asks for a fleet of other makers; a device has routes of its own."""
        if actor.id.startswith(PREFIX):
            await self._registry.refresh()
            self.admitted(actor.id.removeprefix(PREFIX))
            raise Forbidden(
                "device-has-batches",
                "A device sends what it recorded signed, to /v1/kiosk/batches.",
            )
        return actor

    def admitted(self, device: str) -> Device:
        """The device of this id, if it is enrolled and not revoked. Raises `Forbidden`."""
        found = self._registry.device(device)
        if found is None or not found.enrolled:
            raise Forbidden(
                "device-not-known",
                "This is for enrolled devices: enrol with a code from the programme office.",
            )
        if found.revoked:
            raise Forbidden(
                "device-revoked",
                "This device was shut out by the programme office. Keep what it has not sent, "
                "export it to a file, and hand that to the office.",
            )
        return found
