"""A kiosk of one's own: enrols, keeps scans on disk, and sends them in signed batches.

Nothing of Ijaza's is needed: `pip install cryptography httpx`.

    python kiosk.py https://attendance.example.org FOLDER enrol CODE
    python kiosk.py https://attendance.example.org FOLDER scan EDITION SESSION PARTICIPANT in
    python kiosk.py https://attendance.example.org FOLDER sync

FOLDER holds the key, what was not sent yet, and the numbers that were used: keep it.
"""

import json
import os
import sys
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MOST = 200


def b64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def written(path: Path, data: bytes) -> None:
    """Write a file as a whole: it is on disk, or what was there before is."""
    draft = path.with_name(path.name + ".draft")
    with draft.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


class Kiosk:
    """A device at a door. Its state is one file, changed as a whole."""

    def __init__(self, folder: Path, http: httpx.Client) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "kiosk.json"
        self._http = http
        self._state: dict[str, Any] = (
            json.loads(self._path.read_text())
            if self._path.exists()
            else {"key": "", "seq": 0, "batch": 0, "waiting": [], "sealed": None}
        )

    def enrol(self, code: str) -> str:
        """Use the office's code; the device's id."""
        # The key is stored first: if the answer is lost, the same code with the same key works.
        if not self._state["key"]:
            self._save(key=Ed25519PrivateKey.generate().private_bytes_raw().hex())
        public_key = b64url(self._key().public_key().public_bytes_raw())
        answer = self._http.post(
            "/v1/kiosk/enrolment",
            json={"code": code, "public_key": public_key, "user_agent": "kiosk.py"},
        )
        said = answer.raise_for_status().json()
        self._save(device=said["device"], token=said["token"])
        return str(said["device"])

    def scan(self, edition: str, session: str, participant: str, direction: str) -> str:
        """Record that somebody came or went; the scan's id. Works without a network.

        A device that reads passes sends their serial, key id and hash, and `method` "camera" or
        "scanner"; what it refuses it sends too, with the reason as `verdict`.
        """
        seq = self._state["seq"] + 1
        scan = {
            "scan_id": f"{self._state['device']}-{seq:08d}",
            "participant": participant,
            "session": session,
            "direction": direction,
            "device_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "seq": seq,
            "method": "search",
            "verdict": "accepted",
        }
        waiting = [*self._state["waiting"], {"edition": edition, "scan": scan}]
        self._save(seq=seq, waiting=waiting)
        return str(scan["scan_id"])

    def sync(self) -> list[dict[str, Any]]:
        """Send all that waits; what became of each scan. Raises `httpx.HTTPError`."""
        outcomes: list[dict[str, Any]] = []
        while self._state["sealed"] or self._state["waiting"]:
            if not self._state["sealed"]:
                self._seal()
            outcomes += self._send()
        return outcomes

    def _seal(self) -> None:
        """Sign the next batch and store its bytes, before anything of it is sent."""
        waiting = self._state["waiting"]
        edition = waiting[0]["edition"]
        scans = []
        for each in waiting[:MOST]:
            if each["edition"] != edition:
                break
            scans.append(each["scan"])
        batch = self._state["batch"] + 1
        body = json.dumps(
            {
                "device": self._state["device"],
                "batch": batch,
                "edition": edition,
                "offset_ms": self._offset_ms(),
                "made_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "scans": scans,
            }
        )
        self._save(batch=batch, sealed=body, waiting=waiting[len(scans) :])

    def _send(self) -> list[dict[str, Any]]:
        """Send the sealed batch, the very same bytes until they are acknowledged."""
        body = self._state["sealed"].encode()
        while True:
            answer = self._http.post(
                "/v1/kiosk/batches",
                content=body,
                headers={
                    "Authorization": f"Bearer {self._state['token']}",
                    "Content-Type": "application/json",
                    "Ijaza-Signature": self._signature(body),
                },
            )
            if answer.status_code == httpx.codes.UNAUTHORIZED and self._is_old_token(answer):
                self._renew()
            elif answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                sleep(int(answer.headers["Retry-After"]))
            elif answer.is_success:
                self._save(sealed=None)
                return list(answer.json()["outcomes"])
            elif answer.json().get("code") == "future-dated":
                self._reopen()
                answer.raise_for_status()
            else:
                answer.raise_for_status()

    def _reopen(self) -> None:
        """Take a batch apart that was refused for a wrong offset: nothing of it was taken."""
        sealed = json.loads(self._state["sealed"])
        again = [{"edition": sealed["edition"], "scan": scan} for scan in sealed["scans"]]
        waiting = again + self._state["waiting"]
        self._save(sealed=None, batch=sealed["batch"] - 1, waiting=waiting)

    def _renew(self) -> None:
        at = datetime.fromtimestamp(datetime.now(UTC).timestamp() + self._offset_ms() / 1000, UTC)
        body = json.dumps({"device": self._state["device"], "at": at.isoformat()}).encode()
        headers = {"Content-Type": "application/json", "Ijaza-Signature": self._signature(body)}
        answer = self._http.post("/v1/kiosk/token", content=body, headers=headers)
        self._save(token=answer.raise_for_status().json()["token"])

    def _offset_ms(self) -> int:
        """How far this clock is behind the server's; the median of five."""
        offsets = []
        for _ in range(5):
            before = datetime.now(UTC)
            answer = self._http.get("/v1/kiosk/time").raise_for_status().json()
            after = datetime.now(UTC)
            served = datetime.fromisoformat(answer["server_time"])
            offsets.append(served - (before + (after - before) / 2))
        return round(sorted(offsets)[2].total_seconds() * 1000)

    def _signature(self, body: bytes) -> str:
        """A detached JWS (RFC 7515, appendix F) over the bytes of a body."""
        header = b64url(json.dumps({"alg": "Ed25519", "kid": self._state["device"]}).encode())
        return f"{header}..{b64url(self._key().sign(f'{header}.{b64url(body)}'.encode()))}"

    @staticmethod
    def _is_old_token(answer: httpx.Response) -> bool:
        return bool(answer.json().get("code") == "not-authenticated")

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self._state["key"]))

    def _save(self, **changes: object) -> None:
        self._state |= changes
        written(self._path, json.dumps(self._state).encode())


def main(address: str, folder: str, command: str, *words: str) -> None:
    """Carry out one command."""
    with httpx.Client(base_url=address, timeout=30) as http:
        kiosk = Kiosk(Path(folder), http)
        if command == "enrol":
            lines = [kiosk.enrol(*words)]
        elif command == "scan":
            lines = [kiosk.scan(*words)]
        else:
            lines = [f"{each['scan_id']} {each['outcome']} {each['code']}" for each in kiosk.sync()]
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
