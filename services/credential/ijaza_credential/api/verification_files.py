"""What the pages of verification load: scripts, style, words, and the contexts of credentials."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Depends, Request, Response
from ijaza_runtime.web import public
from starlette.exceptions import HTTPException

from ijaza_credential.api.sending import sent_as
from ijaza_credential.verification.pages import HEADERS

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
}
"""What is served, by the end of its name; licences and notes stay in the package."""


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent."""

    content: bytes
    media_type: str
    etag: str


@cache
def files() -> dict[str, File]:
    """All files by their names below `/verify/static/`."""
    package = resources.files("ijaza_credential")
    return {
        **_found(package.joinpath("verification", "static"), ""),
        **_found(package.joinpath("documents", "contexts"), "contexts/"),
    }


def _found(folder: Traversable, at: str) -> dict[str, File]:
    found: dict[str, File] = {}
    for entry in folder.iterdir():
        name = f"{at}{entry.name}"
        ending = entry.name[entry.name.rfind(".") :]
        if entry.is_dir():
            found |= _found(entry, f"{name}/")
        elif ending in TYPES:
            content = entry.read_bytes()
            found[name] = File(content, TYPES[ending], f'"{sha256(content).hexdigest()[:32]}"')
    return found


def verification_files() -> APIRouter:
    """`GET /verify/static/NAME`, revalidated by its ETag."""
    api = APIRouter(include_in_schema=False, dependencies=[Depends(public())])

    @api.get("/verify/static/{name:path}")
    def file(name: str, request: Request) -> Response:
        found = files().get(name)
        if found is None:
            raise HTTPException(404)
        headers = {**HEADERS, "Cache-Control": "no-cache"}
        return sent_as(request, found.content, found.etag, found.media_type, headers)

    return api
