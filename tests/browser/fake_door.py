"""A server that plays the door's part, for faults that a real one cannot be made to have.

It keeps to the shapes of the real routes and no more of its rules than the page can see. What it
accepted is in `scans`, in the order it came; what it does to answers is set from outside.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from fastapi import FastAPI, Request
from ijaza_attendance.api import kiosk_page
from starlette.responses import JSONResponse, Response

EDITION = "mg-4"
KEY_ID = "k1"


def b64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _problem(status: int, code: str, **more: object) -> JSONResponse:
    body = {"type": f"urn:ijaza:problem:{code}", "title": code, "status": status, **more}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def person(number: int) -> dict[str, Any]:
    """Somebody on the roster."""
    return {
        "participant": sha256(f"person {number}".encode()).hexdigest()[:32],
        "number": number,
        "name_en": _NAMES[number % len(_NAMES)][0] + f" {number}",
        "name_ar": _NAMES[number % len(_NAMES)][1],
        "withdrawn": False,
    }


_NAMES = [
    ("Mona Abdel-Rahman El-Sayed", "منى عبد الرحمن السيد"),
    ("Youssef Hassan", "يوسف حسن"),
    ("Dr. Amina Al-Khatib", "د. أمينة الخطيب"),
    ("Omar Farouk Nasser El-Din Mohamed", "عمر فاروق ناصر الدين محمد"),
    ("Layla Ibrahim", "ليلى إبراهيم"),
]


@dataclass
class FakeDoor:
    """What the office has set up, and what came in."""

    people: int = 30
    signer: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    codes: set[str] = field(default_factory=lambda: {f"C0DE000{i}" for i in range(10)})
    devices: dict[str, str] = field(default_factory=dict)
    revoked_devices: set[str] = field(default_factory=set)
    revoked: list[str] = field(default_factory=list)
    withdrawn: set[int] = field(default_factory=set)
    no_pass_list: bool = False
    batches: dict[tuple[str, int], tuple[bytes, bytes]] = field(default_factory=dict)
    sendings: list[tuple[str, int, bytes]] = field(default_factory=list)
    scans: list[dict[str, Any]] = field(default_factory=list)
    cut_replies: int = 0
    counts_nothing: bool = False
    cancelled: set[str] = field(default_factory=lambda: {"m2-d1"})
    merged: dict[str, str] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    inside: dict[int, str] = field(default_factory=dict)
    slow: float = 0.0
    fail_with: int = 0
    bundle_kept_back: bool = False
    starts: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=5))
    expired_tokens: set[str] = field(default_factory=set)

    def token(
        self,
        number: int,
        *,
        edition: str = EDITION,
        serial: str = "",
        days: int = 30,
        signer: Ed25519PrivateKey | None = None,
        kid: str = KEY_ID,
    ) -> str:
        """A pass."""
        claims = {
            "e": edition,
            "p": person(number)["participant"],
            "s": serial or self.serial(number),
            "x": int((datetime.now(UTC) + timedelta(days=days)).timestamp()),
        }
        parts = [{"alg": "Ed25519", "kid": kid}, claims]
        signed = ".".join(
            b64url(json.dumps(each, separators=(",", ":")).encode()) for each in parts
        )
        return f"{signed}.{b64url((signer or self.signer).sign(signed.encode()))}"

    def serial(self, number: int) -> str:
        return f"S{number:09d}"

    def _bundle(self, device: str) -> dict[str, Any]:
        people = [person(number) for number in range(1, self.people + 1)]
        for each in people:
            each["withdrawn"] = each["number"] in self.withdrawn
        sessions = [
            {
                "session": name,
                "counts_for": self.merged.get(name, name),
                "module": f"m{index}",
                "title": {"en": title, "ar": arabic},
                "start": (self.starts + timedelta(days=index)).isoformat(),
                "end": (self.starts + timedelta(days=index, hours=3)).isoformat(),
                "cancelled": name in self.cancelled or name in self.merged,
            }
            for index, (name, title, arabic) in enumerate(
                [
                    ("m1-d1", "Migration governance", "حوكمة الهجرة"),
                    ("m1-d2", "International law of migration", "القانون الدولي للهجرة"),
                    ("m2-d1", "Labour migration", "هجرة العمالة"),
                    ("m2-d2", "Data and evidence", "البيانات والأدلة"),
                ]
            )
            if name not in self.dropped
        ]
        public_key = b64url(self.signer.public_key().public_bytes_raw())
        return {
            "device": device,
            "label": "Main hall",
            "keys": [{"key_id": KEY_ID, "public_key": public_key}],
            "editions": [
                {
                    "edition": EDITION,
                    "title": {"en": "Migration governance 4", "ar": "حوكمة الهجرة 4"},
                    "timezone": "Africa/Cairo",
                    "record": "in-out",
                    "revision": 1,
                    "sessions": sessions,
                    "roster": people,
                    "passes": {
                        each["participant"]: [self.serial(each["number"])] for each in people
                    },
                    "revoked": self.revoked,
                }
            ],
            "attendance": [
                {
                    "edition": EDITION,
                    "participant": person(number)["participant"],
                    "session": session,
                    "inside": True,
                    "since": self.starts.isoformat(),
                }
                for number, session in self.inside.items()
            ],
        }

    def app(self) -> FastAPI:
        """The routes that the page asks."""
        app = FastAPI()
        app.include_router(kiosk_page.router())
        self._for_anybody(app)
        self._for_devices(app)
        return app

    def _refusal(self, request: Request) -> Response | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        device = token.removeprefix("token-").split(".")[0]
        if token in self.expired_tokens or device not in self.devices:
            return _problem(401, "token-invalid")
        if device in self.revoked_devices:
            return _problem(403, "device-revoked")
        return None

    def _for_anybody(self, app: FastAPI) -> None:

        @app.get("/v1/kiosk/time")
        def time() -> dict[str, str]:
            return {"server_time": _now()}

        @app.post("/v1/kiosk/enrolment")
        def enrolment(body: dict[str, str]) -> Any:
            if body["code"] not in self.codes:
                return _problem(403, "code-not-valid")
            self.codes.remove(body["code"])
            device = f"door-{len(self.devices) + 1}"
            self.devices[device] = body["public_key"]
            return {"device": device, "label": "Main hall", "token": f"token-{device}"}

        @app.post("/v1/kiosk/token")
        async def renewal(request: Request) -> Any:
            body = await request.body()
            device = json.loads(body)["device"]
            if not self._signed(device, body, request.headers["ijaza-signature"]):
                return _problem(401, "not-signed")
            return {"token": f"token-{device}.2", "server_time": _now()}

    def _for_devices(self, app: FastAPI) -> None:
        @app.get("/v1/kiosk/bundle")
        def bundle(request: Request) -> Any:
            if refused := self._refusal(request):
                return refused
            if self.bundle_kept_back:
                return _problem(503, "unavailable")
            device = request.headers["authorization"].removeprefix("Bearer token-").split(".")[0]
            contents = self._bundle(device)
            etag = 'W/"' + sha256(json.dumps(contents).encode()).hexdigest()[:16] + '"'
            if request.headers.get("if-none-match") == etag:
                return Response(status_code=304, headers={"ETag": etag})
            return JSONResponse({"server_time": _now(), **contents}, headers={"ETag": etag})

        @app.post("/v1/kiosk/batches")
        async def batches(request: Request) -> Any:
            body = await request.body()
            if refused := self._refusal(request):
                return refused
            if self.fail_with:
                return _problem(self.fail_with, "unavailable")
            return self._take(body, request.headers["ijaza-signature"])

    def _take(self, body: bytes, signature: str) -> Response:
        batch = json.loads(body)
        device, number = batch["device"], batch["batch"]
        self.sendings.append((device, number, body))
        if not self._signed(device, body, signature):
            return _problem(401, "not-signed")
        known = self.batches.get((device, number))
        if known is None:
            expected = 1 + max((n for d, n in self.batches if d == device), default=0)
            if number != expected:
                return _problem(409, "batch-out-of-order", expected=expected)
            if any(
                self._is_ahead(scan["device_at"], batch["offset_ms"]) for scan in batch["scans"]
            ):
                return _problem(422, "future-dated")
            self.scans += batch["scans"]
            outcome = "kept" if self.counts_nothing else "recorded"
            outcomes = [
                {"scan_id": each["scan_id"], "outcome": outcome, "code": "", "detail": ""}
                for each in batch["scans"]
            ]
            answer = json.dumps({"batch": number, "outcomes": outcomes}).encode()
            self.batches[device, number] = known = (body, answer)
        elif known[0] != body:
            return _problem(409, "batch-reused")
        if self.cut_replies:
            self.cut_replies -= 1
            # Longer than promised is shorter than awaited: the browser sees a cut connection.
            return Response(known[1][:10], headers={"Content-Length": str(len(known[1]))})
        return Response(known[1], media_type="application/json")

    @staticmethod
    def _is_ahead(device_at: str, offset_ms: int) -> bool:
        at = datetime.fromisoformat(device_at) + timedelta(milliseconds=offset_ms)
        return at > datetime.now(UTC) + timedelta(seconds=120)

    def _signed(self, device: str, body: bytes, signature: str) -> bool:
        header, nothing, sign = signature.split(".")
        key = Ed25519PublicKey.from_public_bytes(unb64url(self.devices[device]))
        try:
            key.verify(unb64url(sign), f"{header}.{b64url(body)}".encode())
        except InvalidSignature:
            return False
        return nothing == "" and json.loads(unb64url(header)) == {"alg": "Ed25519", "kid": device}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
