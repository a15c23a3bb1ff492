"""The kiosk's page and its files, for anybody: there is no secret in them, and no person.

Each file is revalidated by its ETag, so that a browser without the service worker is never left
with files of two versions. The service worker is served with the list of files and their hashes
written into it: whatever file changes, the worker changes, and browsers fetch the new version.
"""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from ijaza_runtime.web import public
from ijaza_runtime.web.integrity import integrity
from starlette.exceptions import HTTPException
from starlette.responses import Response

PAGE = "index.html"
WORKER = "sw.js"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""What is served, by the end of its name; licences and notes stay in the package."""

POLICY = "; ".join(
    [
        "default-src 'none'",
        *(
            f"{kind}-src 'self'"
            for kind in ("script", "style", "img", "font", "connect", "worker", "manifest")
        ),
        "media-src 'self' mediastream:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
"""The page loads from its own server alone, runs no inline script and is framed by nobody."""

HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}

_PLACE = "/* shell */ null"


@dataclass(frozen=True, slots=True)
class File:
    """One file of the page as it is sent."""

    content: bytes
    media_type: str

    @property
    def etag(self) -> str:
        return f'"{sha256(self.content).hexdigest()[:32]}"'


def _ending(name: str) -> str:
    return name[name.rfind(".") :] if "." in name else ""


def _found(folder: Traversable, at: str = "") -> dict[str, File]:
    found: dict[str, File] = {}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        name = f"{at}{entry.name}"
        if entry.is_dir():
            found |= _found(entry, f"{name}/")
        elif media_type := TYPES.get(_ending(entry.name)):
            found[name] = File(entry.read_bytes(), media_type)
    return found


def path_of(name: str) -> str:
    """Where a file is served."""
    return "/kiosk" if name == PAGE else f"/kiosk/{name}"


@cache
def shell() -> dict[str, File]:
    """All files by name, the service worker with the list of the others in it."""
    files = _found(resources.files("ijaza_attendance").joinpath("kiosk"))
    worker = files.pop(WORKER).content.decode()
    listed = [
        {"path": path_of(name), "integrity": integrity(file.content)}
        for name, file in files.items()
    ]
    version = sha256(json.dumps([listed, worker]).encode()).hexdigest()[:16]
    written = json.dumps({"version": version, "files": listed})
    files[WORKER] = File(worker.replace(_PLACE, written).encode(), TYPES[".js"])
    return files


def router() -> APIRouter:
    """`GET /kiosk` and the files below it."""
    routes = APIRouter(prefix="/kiosk", include_in_schema=False, dependencies=[Depends(public())])

    def send(name: str, named: str | None) -> Response:
        file = shell().get(name)
        if file is None:
            raise HTTPException(404)
        headers = {**HEADERS, "ETag": file.etag}
        if name == WORKER:
            headers["Service-Worker-Allowed"] = "/kiosk"
        known = {each.strip().removeprefix("W/") for each in (named or "").split(",")}
        if file.etag in known:
            return Response(status_code=304, headers=headers)
        return Response(file.content, media_type=file.media_type, headers=headers)

    @routes.get("")
    def page(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        return send(PAGE, if_none_match)

    @routes.get("/{name:path}")
    def file(name: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
        return send(name, if_none_match)

    return routes
