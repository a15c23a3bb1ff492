"""What kiosks ask: to be enrolled, what time it is, a new token, and their bundle."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from ijaza_contracts.door import DeviceId
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.errors import Forbidden, Invalid, Refusal, TooMany
from ijaza_runtime.web import public
from ijaza_runtime.web.fields import Body, EditionId
from ijaza_runtime.web.throttle import Throttle, caller
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ijaza_attendance.api.bundle_shown import Bundle
from ijaza_attendance.api.door import TOKEN_LIFETIME, Doorkeeper, device_token
from ijaza_attendance.bundle import Bundles, tag
from ijaza_attendance.domain.devices import Device, enrol
from ijaza_attendance.domain.refusals import NotAllowedError
from ijaza_attendance.passes.keys import PassKeys
from ijaza_attendance.registry import Registry
from ijaza_attendance.signatures import HEADER, LONGEST, is_public_key, is_signed

RENEWAL_WINDOW = timedelta(seconds=120)
"""How far the corrected clock of a device that asks for a new token may be off."""

_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


class Enrolment(Body):
    """A device shows its code, and the public half (base64url) of the Ed25519 key it made."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "code": "7Q2M-Z4T0",
                "public_key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "user_agent": "Mozilla/5.0 (Linux; Android 14)",
            }
        }
    )

    code: Annotated[str, Field(max_length=40)]
    public_key: Annotated[str, Field(max_length=64)]
    user_agent: Annotated[str, Field(max_length=1000)] = ""


class Renewal(Body):
    """A device asks for a new token; `at` is now, by its clock as corrected."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"device": "door-4t9k2m", "at": "2019-12-15T13:52:07Z"}}
    )

    device: DeviceId
    at: AwareDatetime


class ServerTime(BaseModel):
    """The server's clock, to the millisecond."""

    server_time: datetime


class Renewed(ServerTime):
    """A token; it proves the device until `expires_at`, unless it is revoked."""

    token: str
    expires_at: datetime


class Enrolled(Renewed):
    """The device as it is from now on."""

    device: str
    label: str


def router(
    *,
    registry: Registry,
    keeper: Doorkeeper,
    bundles: Bundles,
    keys: PassKeys,
    access: AccessKeys,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The routes of kiosks but that which takes their scans."""
    routes = APIRouter(prefix="/kiosk", tags=["kiosk"])
    gate = Gate()

    @routes.post("/enrolment", summary="Enrol a device", dependencies=[Depends(public())])
    async def enrolment(body: Enrolment, request: Request) -> Enrolled:
        """Use a one-time code. The same code with the same key again has the same effect: a
        device that heard no answer tries again. Every other failure is answered alike.
        """
        gate.check(request)
        if not is_public_key(body.public_key):
            raise Invalid(
                "public-key-invalid",
                "public_key is no Ed25519 public key: expected its 32 bytes in base64url, 43 "
                "characters without padding",
            )
        await registry.refresh()
        device = _by_code(keys.code_hash(_typed(body.code)), registry.all_devices())
        try:
            enrolled = await registry.devices.change(
                device,
                lambda known: enrol(
                    known,
                    public_key=body.public_key,
                    user_agent=body.user_agent[:200],
                    at=clock(),
                ),
            )
        except NotAllowedError as error:
            raise Forbidden(error.code, error.detail) from None
        assert enrolled is not None, "what was not invited is refused"
        now = request.app.state.clock()
        return Enrolled(
            device=enrolled.device,
            label=enrolled.label,
            token=device_token(access, enrolled, now),
            expires_at=now + TOKEN_LIFETIME,
            server_time=_milliseconds(now),
        )

    @routes.post("/token", summary="Renew a device's token", dependencies=[Depends(public())])
    async def renewal(
        body: Renewal,
        request: Request,
        signature: Annotated[str, Header(alias=HEADER, max_length=LONGEST)] = "",
    ) -> Renewed:
        """Whoever signs the body with the device's key is the device, however long it was away.

        `Ijaza-Signature` is a detached JWS over the very bytes of the body.
        """
        gate.check(request)
        await registry.refresh()
        now = request.app.state.clock()
        device = registry.device(body.device)
        if device is None or not is_signed(
            signature, await request.body(), device=body.device, public_key=device.public_key
        ):
            raise NotSigned(
                "This is not signed by the device that it names: sign the bytes of the body with "
                "the key that it enrolled with."
            )
        keeper.admitted(device.device)
        if abs(body.at - now) > RENEWAL_WINDOW:
            raise Invalid(
                "clock-off",
                f"`at` is more than {RENEWAL_WINDOW.seconds} seconds from the server's time: "
                "correct it by the offset that /v1/kiosk/time gives",
            )
        return Renewed(
            token=device_token(access, device, now),
            expires_at=now + TOKEN_LIFETIME,
            server_time=_milliseconds(now),
        )

    @routes.get("/time", summary="The server's time", dependencies=[Depends(public())])
    async def time(request: Request) -> ServerTime:
        """What a device corrects its clock by: the offset is `server_time` + half of the time
        that the request took − the device's clock; the median of five.
        """
        return ServerTime(server_time=_milliseconds(request.app.state.clock()))

    @routes.get(
        "/bundle",
        summary="What a device works with",
        response_model=Bundle,
        responses={304: {"description": "Nothing of it changed."}},
    )
    async def bundle(
        request: Request,
        device: Annotated[Device, Depends(keeper.device)],
        edition: Annotated[EditionId | None, Query()] = None,
        if_none_match: Annotated[str, Header(max_length=1000)] = "",
    ) -> Response:
        """Sessions, people, and what proves a pass, as far as this device keeps the doors.

        `edition` asks for that one alone. With `If-None-Match` it is answered 304 while nothing
        but the time changed.
        """
        if edition is not None:
            device = _for_one(device, edition)
        contents = await bundles.contents(device)
        etag = tag(contents)
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if etag in (each.strip() for each in if_none_match.split(",")):
            return Response(status_code=304, headers=headers)
        time = _milliseconds(request.app.state.clock()).isoformat(timespec="milliseconds")
        whole = b'{"server_time":"%s",%s' % (time.replace("+00:00", "Z").encode(), contents[1:])
        return Response(whole, media_type="application/json", headers=headers)

    return routes


class Gate:
    """How often strangers may try: guessing one of 2^40 codes is hopeless at hundreds a minute."""

    def __init__(self) -> None:
        self._by_address = Throttle(burst=30, per_minute=30)
        self._by_all = Throttle(burst=100, per_minute=600, most=1)

    def check(self, request: Request) -> None:
        """Count a try. Raises `TooMany`."""
        if wait := self._by_address.wait(caller(request)) or self._by_all.wait(""):
            raise TooMany(
                "too-many-tries",
                "Too many tries from here or from everywhere: the header Retry-After says how "
                "many seconds to wait.",
                wait,
            )


class NotSigned(Refusal):
    """A request that its device did not sign."""

    status = 401

    def __init__(self, detail: str) -> None:
        super().__init__("not-signed", detail)


def _typed(code: str) -> str:
    """A code as it was given, however it was typed."""
    return code.upper().translate(_LOOKALIKES)


def _by_code(code_hash: str, devices: list[Device]) -> str:
    """The device that was invited with a code, or an id that no device has.

    Every hash is compared, each in constant time: how long it takes tells nothing.
    """
    found = ""
    for device in devices:
        if compare_digest(device.code_hash, code_hash):
            found = device.device
    return found


def _for_one(device: Device, edition: str) -> Device:
    if edition not in device.scope:
        raise Forbidden(
            "edition-not-kept",
            "This device keeps no door of that edition: ask for what it keeps, or have the "
            "programme office invite it anew.",
        )
    return replace(device, scope={edition: device.scope[edition]})


def _milliseconds(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
