"""Examples of what attendance publishes of the door; see `examples`."""

from ijaza_contracts import door
from ijaza_contracts.envelope import CloudEvent
from ijaza_contracts.example_edition import DEFINITION, utc

_EDITION = DEFINITION.id
_PARTICIPANT = "5f0c7a1be94d4a0f8f3c2d61b7a9e058"
_SERIAL = "7Q2MZ4T0XK"
_DEVICE = "door-4t9k2m"

DOOR: tuple[CloudEvent, ...] = (
    door.PassIssued(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2019-12-03T09:00"),
        serial=_SERIAL,
        ordinal=1,
        key_id="k1",
        expires_at=utc("2020-05-15T18:00"),
        actor="office-1",
    ),
    door.PassRevoked(
        edition=_EDITION,
        participant=_PARTICIPANT,
        at=utc("2020-01-12T08:20"),
        serial=_SERIAL,
        actor="office-1",
        reason="lost",
    ),
    door.DeviceInvited(
        device=_DEVICE,
        at=utc("2019-12-14T09:00"),
        label="Main door, left",
        editions=(door.DeviceScope(edition=_EDITION, sessions=("m1-d1", "m1-d2")),),
        code_hash="5be1f0c27a9d4836e0b7c215fa98d364",
        expires_at=utc("2019-12-15T09:00"),
        actor="office-1",
    ),
    door.DeviceEnrolled(
        device=_DEVICE,
        at=utc("2019-12-14T09:05"),
        public_key="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        user_agent="Mozilla/5.0 (Linux; Android 14)",
    ),
    door.DeviceRevoked(
        device=_DEVICE, at=utc("2020-02-02T07:30"), actor="office-1", reason="stolen"
    ),
    door.PassKeyAdded(
        key_id="k1",
        at=utc("2019-12-03T08:59"),
        public_key="PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw",
        actor="office-1",
    ),
    door.PassKeyRetired(key_id="k1", at=utc("2020-05-20T08:00"), actor="office-1"),
    door.RoomLinkGiven(
        edition=_EDITION,
        session="m1-d1",
        at=utc("2019-12-15T13:30"),
        number=1,
        expires_at=utc("2019-12-15T21:30"),
        actor="office-1",
    ),
    door.RoomLinkRevoked(
        edition=_EDITION,
        session="m1-d1",
        at=utc("2019-12-15T15:00"),
        number=1,
        actor="office-1",
        reason="sent-to-somebody-else",
    ),
    door.ScanAttempted(
        device=_DEVICE,
        at=utc("2019-12-15T13:52:07"),
        attempt_id="door-4t9k2m-00000012",
        edition=_EDITION,
        session="m1-d1",
        seq=12,
        device_at=utc("2019-12-15T13:51:55"),
        offset_ms=12_250,
        method="camera",
        device_verdict="revoked",
        pass_serial=_SERIAL,
        key_id="k1",
        token_hash="9d7c1e35b0a84f622b6e0c1f87d5a943",  # noqa: S106 - a hash, invented
    ),
    door.BatchTaken(
        device=_DEVICE,
        at=utc("2019-12-15T13:53"),
        batch=3,
        body_hash="5be1f0c27a9d4836e0b7c215fa98d3645be1f0c27a9d4836e0b7c215fa98d364",
        answer=(
            '{"batch":3,"outcomes":[{"scan_id":"door-4t9k2m-00000012","outcome":"kept",'
            '"code":"revoked","detail":""}]}'
        ),
    ),
)
