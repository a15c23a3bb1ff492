"""An office with an edition, its people and its devices, for the tests of the door."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ijaza_attendance.main import Desk, assemble
from ijaza_attendance.signatures import HEADER
from ijaza_contracts.enrollment import ParticipantSelected, PersonRecorded
from ijaza_runtime.access import Role
from ijaza_runtime.base64url import encoded

from tests.unit.attendance.given import EDITION, PUBLISHED_AT, edition, session
from tests.unit.attendance.office import Office, opened

PEOPLE = ("p1", "p2", "p3")
UNTIL = {"expires_at": "2030-01-01T00:00:00Z"}
OF_EDITION = f"/v1/editions/{EDITION}"


def person(participant: str) -> str:
    return f"{OF_EDITION}/participants/{participant}"


def signed(body: bytes, device: str, key: Ed25519PrivateKey) -> str:
    """The header by which a device signs a body."""
    header = encoded(json.dumps({"alg": "Ed25519", "kid": device}).encode())
    return f"{header}..{encoded(key.sign(f'{header}.{encoded(body)}'.encode()))}"


@dataclass
class Tablet:
    """A device at a door, with its key and its token."""

    office: Office[Desk]
    code: str
    device: str = ""
    token: str = ""

    def __post_init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()

    @property
    def public_key(self) -> str:
        return encoded(self.key.public_key().public_bytes_raw())

    async def enrol(self, **other: Any) -> httpx.Response:
        body = {"code": self.code, "public_key": self.public_key, "user_agent": "T"} | other
        response = await self.office.http.post("/v1/kiosk/enrolment", json=body)
        if response.is_success:
            said = response.json()
            self.device, self.token = said["device"], said["token"]
        return response

    async def bundle(self, **headers: str) -> httpx.Response:
        return await self.get("/v1/kiosk/bundle", **headers)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self.token}"}
        return await self.office.http.get(path, headers=bearer | headers)

    async def send(self, body: bytes, *, signature: str = "") -> httpx.Response:
        """Send a batch, signed by this device unless it carries another one's."""
        headers = {
            HEADER: signature or signed(body, self.device, self.key),
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }
        return await self.office.http.post("/v1/kiosk/batches", content=body, headers=headers)

    def batch(self, number: int, *scans: dict[str, Any], **other: Any) -> bytes:
        """The bytes of a batch."""
        said = {
            "device": self.device,
            "batch": number,
            "edition": EDITION,
            "offset_ms": 0,
            "made_at": "2019-12-15T16:00:30.000Z",
            "scans": scans,
        }
        return json.dumps(said | other).encode()

    def scan(self, seq: int, **other: Any) -> dict[str, Any]:
        """A scan that the device accepted: p1 goes into s1 at four."""
        made = {
            "scan_id": f"{self.device}-{seq:08d}",
            "participant": "p1",
            "session": "s1",
            "direction": "in",
            "device_at": "2019-12-15T16:00:00.000Z",
            "seq": seq,
            "method": "search",
            "verdict": "accepted",
            "token_hash": "",
            "pass_serial": "",
            "key_id": "",
        }
        return made | other

    async def renew(
        self, at: datetime | None = None, signed_by: Ed25519PrivateKey | None = None
    ) -> httpx.Response:
        at = at or datetime.now(UTC)
        body = json.dumps({"device": self.device, "at": at.isoformat()}).encode()
        headers = {
            HEADER: signed(body, self.device, signed_by or self.key),
            "Content-Type": "application/json",
        }
        return await self.office.http.post("/v1/kiosk/token", content=body, headers=headers)


@asynccontextmanager
async def at_the_door(keys: Path) -> AsyncIterator[Office[Desk]]:
    """An edition of two sessions with three people, in Arabic and English."""
    async with opened(assemble, keys) as office:
        await office.tell(edition([session("s1"), session("s2", day=2)]))
        for number, participant in enumerate(PEOPLE, 1):
            await office.tell(
                ParticipantSelected(
                    edition=EDITION,
                    participant=participant,
                    at=PUBLISHED_AT,
                    number=number,
                    via="ranking",
                    rank=number,
                ),
                PersonRecorded(
                    edition=EDITION,
                    participant=participant,
                    at=PUBLISHED_AT,
                    version=1,
                    name_en=f"Mariam {number}",
                    name_ar="مريم",
                    email=f"m{number}@example.org",
                    attributes={"country": "EG"},
                ),
            )
        await office.drain()
        yield office


async def invited(office: Office[Desk], *sessions: str, hours: int = 24) -> Tablet:
    """A device that has a code, for all sessions or for these."""
    body = {
        "label": "Main door",
        "editions": [{"edition": EDITION, "sessions": sessions}],
        "hours": hours,
    }
    response = await office.post(Role.OFFICE, "/v1/devices", body)
    assert response.status_code == 200, response.text
    return Tablet(office, response.json()["code"], response.json()["device"])


async def enrolled(office: Office[Desk], *sessions: str) -> Tablet:
    """A device that has used its code."""
    tablet = await invited(office, *sessions)
    response = await tablet.enrol()
    assert response.status_code == 200, response.text
    return tablet
