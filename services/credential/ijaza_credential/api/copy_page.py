"""The graduate's copy: the page of a link, and the files that it offers. No account is needed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.web import public

from ijaza_credential.api.jwts import Jwts, check_valid
from ijaza_credential.api.looks import WORK_COST, Gate, too_many
from ijaza_credential.api.sending import CREDENTIAL, PDF
from ijaza_credential.copy.opening import Copies, Copy
from ijaza_credential.copy.page import HEADERS, busy_copy_page, copy_page, no_copy_page
from ijaza_credential.desk import Documents
from ijaza_credential.documents.jwt import MEDIA_TYPE as JWT
from ijaza_credential.verification.negotiation import language

HTML = "text/html"

Code = Annotated[str, Path(max_length=2000, description="What the link ends with.")]
Version = Annotated[int, Path(ge=1, lt=2**31, description="1 for the first certificate.")]
Lang = Annotated[str, Query(max_length=20, description="`ar` or `en`; else as the browser asks.")]

_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


def _documented(media_type: str, content: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "The file.", "content": {media_type: content}}}


def copy_page_routes(copies: Copies, jwts: Jwts) -> APIRouter:
    """`/c/CODE` and its files."""
    api = APIRouter(prefix="/c/{code}", tags=["copy"], dependencies=[Depends(public())])
    desk = _Desk(copies, jwts, Gate())

    @api.get(
        "",
        summary="The graduate's own copy",
        response_class=Response,
        responses={
            200: {"description": "The page.", "content": {HTML: _TEXT}},
            404: {
                "description": "No link, or one that opens nothing any more: the same answer.",
                "content": {HTML: _TEXT},
            },
            429: {
                "description": "Asked too often; `Retry-After` says how long.",
                "content": {HTML: _TEXT},
            },
        },
    )
    async def page(code: Code, request: Request, lang: Lang = "") -> Response:
        """Whatever is wrong with a link is answered alike."""
        return await desk.page(request, code, lang)

    @api.get(
        "/certificate.pdf",
        summary="The newest certificate as PDF",
        response_class=Response,
        responses=_documented(PDF, _BINARY),
    )
    async def pdf(code: Code, request: Request) -> Response:
        return await desk.pdf(request, code)

    @api.get(
        "/credential.json",
        summary="The newest certificate as a verifiable credential",
        response_class=Response,
        responses=_documented(CREDENTIAL, {}),
    )
    async def credential(code: Code, request: Request) -> Response:
        return await desk.credential(request, code)

    @api.get(
        "/credential.jwt",
        summary="The valid certificate as a verifiable credential secured as a JWT",
        response_class=Response,
        responses=_documented(JWT, _TEXT),
    )
    async def jwt(code: Code, request: Request) -> Response:
        """Signed when it is asked for, with the issuer's key of now."""
        return await desk.jwt(request, code)

    @api.get(
        "/{version}/certificate.pdf",
        summary="One version of the certificate as PDF",
        response_class=Response,
        responses=_documented(PDF, _BINARY),
    )
    async def pdf_of(code: Code, version: Version, request: Request) -> Response:
        """As it was issued; the name of the file says if it no longer holds."""
        return await desk.pdf(request, code, version)

    @api.get(
        "/{version}/credential.json",
        summary="One version of the certificate as a verifiable credential",
        response_class=Response,
        responses=_documented(CREDENTIAL, {}),
    )
    async def credential_of(code: Code, version: Version, request: Request) -> Response:
        """As it was issued; the name of the file says if it no longer holds."""
        return await desk.credential(request, code, version)

    return api


class _Desk:
    """Answers whoever has a link."""

    def __init__(self, copies: Copies, jwts: Jwts, gate: Gate) -> None:
        self._copies = copies
        self._jwts = jwts
        self._gate = gate

    async def page(self, request: Request, code: str, lang: str) -> Response:
        """The page, or the one that says that there is none."""
        chosen = language(lang, request.headers.get("accept-language", ""))
        if wait := self._gate.wait(request):
            busy = {"Retry-After": str(too_many(wait).seconds)}
            return _page(busy_copy_page(chosen), 429, busy)
        copy = await self._copies.open(code)
        if copy is None:
            self._gate.missed(request)
            return _page(no_copy_page(chosen), 404, {})
        return _page(copy_page(copy, code, chosen), 200, {})

    async def pdf(self, request: Request, code: str, version: int = 0) -> Response:
        """The PDF of a version, or of the newest. Raises `NotKnown`, `TooMany`."""
        copy = await self._opened(request, code)
        documents = _documents(copy, version or copy.newest)
        return _file(copy, version or copy.newest, documents.pdf, PDF, "pdf")

    async def credential(self, request: Request, code: str, version: int = 0) -> Response:
        """The credential of a version, or of the newest. Raises `NotKnown`, `TooMany`."""
        copy = await self._opened(request, code)
        documents = _documents(copy, version or copy.newest)
        return _file(copy, version or copy.newest, documents.credential, CREDENTIAL, "json")

    async def jwt(self, request: Request, code: str) -> Response:
        """The newest credential, signed anew. Raises `Conflicting` if it is not valid."""
        copy = await self._opened(request, code)
        self._gate.charge(request, WORK_COST)
        check_valid(copy.state, copy.newest)
        content = _documents(copy, copy.newest).credential
        if content is None:
            raise _nothing()
        token = await self._jwts.signed(copy.state, copy.newest, content)
        return _file(copy, copy.newest, token, JWT, "jwt")

    async def _opened(self, request: Request, code: str) -> Copy:
        if wait := self._gate.wait(request):
            raise too_many(wait)
        copy = await self._copies.open(code)
        if copy is None:
            self._gate.missed(request)
            raise _nothing()
        return copy


def _documents(copy: Copy, version: int) -> Documents:
    if version not in copy.state.issued:
        raise _nothing()
    documents = copy.files.get(version)
    if documents is None:
        raise NotKnown(
            "documents-not-made",
            "the files of this certificate are not made yet: ask again in a moment",
        )
    return documents


def _nothing() -> NotKnown:
    return NotKnown(
        "no-such-link",
        "this link shows nothing of this kind, or no longer: ask the programme office for another",
    )


def _page(content: bytes, status: int, more: dict[str, str]) -> Response:
    headers = {**HEADERS, "Vary": "Accept-Language", **more}
    return Response(content, status, headers, media_type=f"{HTML}; charset=utf-8")


def _file(
    copy: Copy, version: int, content: bytes | None, media_type: str, ending: str
) -> Response:
    if content is None:
        raise _nothing()
    status = copy.state.status(version)
    marked = "" if status == "valid" else f"-{status}"
    # A serial is of letters, digits and hyphens alone: nothing in it needs escaping.
    name = f"{copy.state.issued[version].serial}-{version}{marked}.{ending}"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=media_type)
