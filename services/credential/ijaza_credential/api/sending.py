"""Sending a file: its type and name, its ETag, and nothing to whoever has it already."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from fastapi import Request, Response

PDF = "application/pdf"
CREDENTIAL = "application/vc"
"""What a credential is served as (VC Data Model 2.0, media types)."""
JSON = "application/json"

PUBLIC = {
    "Access-Control-Allow-Origin": "*",
    # A revocation shall be seen soon, and a verifier's storm shall end at the nearest cache.
    "Cache-Control": "public, max-age=60",
}
"""Headers of what anybody may have: verifiers run in browsers, on pages of any site."""


def documented(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    """How a route that sends a file of this type says so in the OpenAPI document."""
    binary = media_type == PDF
    schema = {"type": "string", "format": "binary"} if binary else {"type": "object"}
    return {
        200: {"description": description, "content": {media_type: {"schema": schema}}},
        304: {"description": "The file is still the one that `If-None-Match` names."},
    }


def send(request: Request, content: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """The file, or 304 if the request names it by its ETag, which is the file's SHA-256."""
    return sent_as(request, content, f'"{sha256(content).hexdigest()}"', media_type, headers)


def sent_as(
    request: Request, content: bytes, etag: str, media_type: str, headers: Mapping[str, str]
) -> Response:
    """The content under an ETag that is known, or 304 if the request names it."""
    known = request.headers.get("if-none-match", "").split(",")
    named = {each.strip().removeprefix("W/") for each in known}
    if named & {etag, "*"}:
        return Response(status_code=304, headers={**headers, "ETag": etag})
    return Response(content, media_type=media_type, headers={**headers, "ETag": etag})
