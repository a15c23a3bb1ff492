"""What the doors of the bench are: an edition, its people, a hundred kiosks, and their scans."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ijaza_attendance.api.door import PREFIX
from ijaza_attendance.signatures import HEADER
from ijaza_contracts.door import DeviceEnrolled, DeviceInvited, DeviceScope
from ijaza_contracts.edition import (
    Certificate,
    Edition,
    Issuer,
    Module,
    Place,
    Session,
)
from ijaza_contracts.enrollment import EditionPublished, ParticipantSelected
from ijaza_contracts.envelope import CloudEvent
from ijaza_runtime.access import AccessKeys, Role
from ijaza_runtime.base64url import encoded

EDITION = "mg-4"
KIOSKS = 100
"""As many connections, each of a kiosk that sends one batch at a time."""
BATCH = 50
SESSIONS = 5
GROUP_SCANS = BATCH * SESSIONS * 2
"""A kiosk sees fifty people into and out of each session, and then fifty others."""
_OPENED = datetime(2019, 11, 1, tzinfo=UTC)
_FIRST = datetime(2019, 12, 15, 16, tzinfo=UTC)
_YEAR = timedelta(days=365)


def people_needed(scans: int) -> int:
    """How many people the scans of all kiosks are of."""
    groups = -(-scans // (KIOSKS * GROUP_SCANS))
    return KIOSKS * BATCH * groups


def participant(number: int) -> str:
    return blake2b(b"%d" % number, digest_size=16).hexdigest()


def session(number: int) -> str:
    return f"m1-d{number + 1}"


def edition() -> EditionPublished:
    """One module with a session of three hours on each of five days."""
    sessions = tuple(
        Session(
            id=session(day),
            start=_FIRST + timedelta(days=day),
            end=_FIRST + timedelta(days=day, hours=3),
        )
        for day in range(SESSIONS)
    )
    return EditionPublished(
        edition=EDITION,
        at=_OPENED,
        revision=1,
        definition=Edition(
            id=EDITION,
            title={"en": "Migration governance"},
            timezone="UTC",
            languages=("en",),
            issuer=Issuer(did_host="certificates.example.org", name={"en": "Office"}),
            organisers=(),
            place=Place(name={"en": "Campus"}),
            modules=(Module(id="m1", title={"en": "Module"}, sessions=sessions),),
            certificates=(Certificate(id="c", kind="attendance", title={"en": "Certificate"}),),
        ),
    )


def selected(people: int) -> Iterator[CloudEvent]:
    """Who takes part."""
    for number in range(people):
        yield ParticipantSelected(
            edition=EDITION,
            participant=participant(number),
            at=_OPENED,
            number=number + 1,
            via="ranking",
            rank=number + 1,
        )


class Kiosk:
    """One kiosk: its requests, as many as are asked for."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.device = f"door-{number:04}"
        seed = blake2b(self.device.encode(), digest_size=32).digest()
        self.key = Ed25519PrivateKey.from_private_bytes(seed)

    def enrolled(self) -> Sequence[CloudEvent]:
        """The events of its enrolment."""
        return (
            DeviceInvited(
                device=self.device,
                at=_OPENED,
                label=self.device,
                editions=(DeviceScope(edition=EDITION),),
                code_hash=f"{self.number:032x}",
                expires_at=_OPENED + _YEAR,
                actor="office-1",
            ),
            DeviceEnrolled(
                device=self.device,
                at=_OPENED,
                public_key=encoded(self.key.public_key().public_bytes_raw()),
            ),
        )

    def token(self, access: AccessKeys, *, own: bool) -> str:
        """Its own token, or that of the one account that its fleet has."""
        actor = f"{PREFIX}{self.device}" if own else "fleet-1"
        return access.issue(actor, [Role.DOOR], timedelta(days=1), datetime.now(UTC))

    def batches(self) -> Iterator[Iterator[dict[str, Any]]]:
        """What it sees, batch by batch: everybody in, everybody out, session by session."""
        seq = count(1)
        for group in count():
            first = (group * KIOSKS + self.number) * BATCH
            for day in range(SESSIONS):
                for direction, hours in (("in", 0.1), ("out", 2.9)):
                    at = _FIRST + timedelta(days=day, hours=hours)
                    yield (
                        {
                            "scan_id": f"{self.device}-{next(seq):08}",
                            "participant": participant(first + each),
                            "session": session(day),
                            "direction": direction,
                            "at": at + timedelta(seconds=each, milliseconds=340),
                        }
                        for each in range(BATCH)
                    )

    def fleet_requests(self) -> Iterator[bytes]:
        """Requests of `POST /v1/scans`: bodies alone."""
        for batch in self.batches():
            scans = [
                each
                | {
                    "device": self.device.replace("door", "gate"),  # an office's own is refused
                    "at": each["at"].isoformat(),
                    "seq": int(each["scan_id"][-8:]),
                    "pass_serial": "7Q2MZ4T0XK",
                    "key_id": "k1",
                    "token_hash": "9d7c1e35b0a84f622b6e0c1f87d5a943",
                }
                for each in batch
            ]
            yield json.dumps({"edition": EDITION, "scans": scans}).encode()

    def signed_requests(self) -> Iterator[bytes]:
        """Requests of `POST /v1/kiosk/batches`: bodies alone, one after the other."""
        for number, batch in enumerate(self.batches(), 1):
            scans = []
            for each in batch:
                at = each.pop("at")
                scans.append(
                    each
                    | {
                        "device_at": at.isoformat(timespec="milliseconds"),
                        "seq": int(each["scan_id"][-8:]),
                        "method": "camera",
                        "verdict": "accepted",
                        "pass_serial": "7Q2MZ4T0XK",
                        "key_id": "k1",
                        "token_hash": "9d7c1e35b0a84f622b6e0c1f87d5a943",
                    }
                )
            said = {
                "device": self.device,
                "batch": number,
                "edition": EDITION,
                "offset_ms": -340,
                "made_at": "2019-12-20T20:00:00.000Z",
                "scans": scans,
            }
            yield json.dumps(said).encode()

    def signature(self, body: bytes) -> str:
        """The header line by which it signs a body."""
        header = encoded(json.dumps({"alg": "Ed25519", "kid": self.device}).encode())
        proof = encoded(self.key.sign(f"{header}.{encoded(body)}".encode()))
        return f"{HEADER}: {header}..{proof}\r\n"
