"""What anybody may see of a certificate: its page, its files, its status, and a check of a file."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.web import public
from ijaza_runtime.web.problems import MEDIA_TYPE

from ijaza_credential.api.jwts import Jwts, check_valid
from ijaza_credential.api.looks import STOPPED_COST, WORK_COST, Gate, too_many
from ijaza_credential.api.public_views import PublicCertificate, public_certificate
from ijaza_credential.api.sending import CREDENTIAL, JSON, PDF, send, sent_as
from ijaza_credential.desk import Documents
from ijaza_credential.documents.jwt import MEDIA_TYPE as JWT
from ijaza_credential.verification.finding import Finder, Found
from ijaza_credential.verification.judging import Judge
from ijaza_credential.verification.negotiation import FORMS, VARY, language, media_type
from ijaza_credential.verification.pages import (
    HEADERS,
    busy_page,
    certificate_page,
    nothing_page,
    verify_page,
)
from ijaza_credential.verification.uploads import uploaded
from ijaza_credential.verification.words import Language

HTML = "text/html"

Serial = Annotated[str, Path(max_length=200, description="As printed, however it is typed.")]
Version = Annotated[str, Path(max_length=20, description="1 for the first certificate.")]
Lang = Annotated[str, Query(max_length=20, description="`ar` or `en`; else as the browser asks.")]

PERSONAL = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow",
}
"""For what names somebody: whoever has the address may read it, and no cache keeps it from
being erased or revoked."""
NOT_KNOWN = "no certificate is shown under this serial and version: check how they are spelled"


_ENDINGS = {PDF: "pdf", JWT: "jwt"}
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_REFUSED = {HTML: _TEXT, MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_ANY_REFUSED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "It was not carried out: a page, or by `Accept` a problem.",
        "content": _REFUSED,
    }
}
_BUSY: dict[int | str, dict[str, Any]] = {
    429: {"description": "Asked too often; `Retry-After` says how long.", "content": _REFUSED}
}


def _documented(*types: str) -> dict[int | str, dict[str, Any]]:
    forms = {each: _content(each) for each in types}
    return {
        200: {"description": "In the form that is asked for.", "content": forms},
        304: {"description": "It is still what `If-None-Match` names."},
        404: {"description": "Unknown, misspelt or erased: the same answer.", "content": _REFUSED},
        **_BUSY,
    }


def _content(media: str) -> dict[str, Any]:
    if media == PDF:
        return _BINARY
    return _TEXT if media.endswith(("html", "xml", "jwt")) else {}


def verification(*, finder: Finder, judge: Judge, jwts: Jwts) -> APIRouter:
    """The pages for everybody, and what they are made from for programs."""
    api = APIRouter(dependencies=[Depends(public())], tags=["verification"])
    desk = _Desk(finder, Gate(), judge, jwts)
    forms = _documented(*FORMS)

    @api.get("/v/{serial}", summary="A certificate", response_class=Response, responses=forms)
    async def newest(serial: Serial, request: Request, lang: Lang = "") -> Response:
        """The newest certificate of a serial by `Accept`: a page, its credential, PDF or JWT."""
        return await desk.shown(request, serial, "", lang)

    @api.get(
        "/v/{serial}/{version}",
        summary="One version of a certificate",
        response_class=Response,
        responses=forms,
    )
    async def one(serial: Serial, version: Version, request: Request, lang: Lang = "") -> Response:
        """Each version keeps its address; one that was replaced says by which."""
        return await desk.shown(request, serial, version, lang)

    @api.get(
        "/v/{serial}/{version}/certificate.pdf",
        summary="The PDF of a certificate",
        response_class=Response,
        responses=_documented(PDF),
    )
    async def pdf(serial: Serial, version: Version, request: Request) -> Response:
        return await desk.sent(request, serial, version, PDF)

    @api.get(
        "/v/{serial}/{version}/credential.json",
        summary="The verifiable credential of a certificate",
        response_class=Response,
        responses=_documented(CREDENTIAL),
    )
    async def credential(serial: Serial, version: Version, request: Request) -> Response:
        return await desk.sent(request, serial, version, CREDENTIAL)

    @api.get(
        "/v/{serial}/{version}/credential.jwt",
        summary="The valid certificate as a verifiable credential secured as a JWT",
        response_class=Response,
        responses=_documented(JWT),
    )
    async def jwt(serial: Serial, version: Version, request: Request) -> Response:
        """Signed when it is asked for, with the issuer's key of now; only what is valid is."""
        return await desk.sent(request, serial, version, JWT)

    @api.get("/v1/certificates/{serial}", summary="Whether a serial holds")
    async def status(serial: Serial, request: Request, response: Response) -> PublicCertificate:
        response.headers.update(PERSONAL)
        return await desk.status(request, serial)

    @api.get(
        "/verify",
        summary="The page to check a file on",
        response_class=Response,
        responses={200: {"description": "The page.", "content": {HTML: _TEXT}}, **_ANY_REFUSED},
    )
    async def form(request: Request, lang: Lang = "") -> Response:
        chosen = language(lang, request.headers.get("accept-language", ""))
        headers = {**HEADERS, "Vary": "Accept-Language", "Cache-Control": "no-cache"}
        return send(request, verify_page(chosen), f"{HTML}; charset=utf-8", headers)

    @api.post(
        "/verify",
        summary="Check a file",
        response_class=Response,
        responses={
            200: {
                "description": "What came of it, as a page or as JSON by `Accept`.",
                "content": {HTML: _TEXT, JSON: {}},
            },
            **_BUSY,
            **_ANY_REFUSED,
        },
    )
    async def check(request: Request, lang: Lang = "") -> Response:
        """A certificate's PDF, JSON or JWT in the field `file` of a form, or as the body itself."""
        return await desk.checked(request, lang)

    return api


class _Desk:
    """Answers the questions of everybody."""

    def __init__(self, finder: Finder, gate: Gate, judge: Judge, jwts: Jwts) -> None:
        self._finder = finder
        self._gate = gate
        self._judge = judge
        self._jwts = jwts

    async def shown(self, request: Request, serial: str, version: str, lang: str) -> Response:
        """A certificate in the form that is asked for."""
        wanted = media_type(request.headers.get("accept", ""))
        if FORMS[wanted] != "html":
            return await self.sent(request, serial, version, wanted)
        chosen = language(lang, request.headers.get("accept-language", ""))
        if wait := self._gate.wait(request):
            return _busy(chosen, wait)
        found = await self._finder.find(serial, version)
        if found is None:
            self._gate.missed(request)
            return _page(nothing_page(chosen), 404)
        pages, key = found.kept.pages, (found.version, chosen)
        if key not in pages:
            content = certificate_page(await self._finder.told(found), chosen)
            pages[key] = (content, f'"{sha256(content).hexdigest()}"')
        content, etag = pages[key]
        headers = {**HEADERS, "Vary": VARY, "Cache-Control": "private, no-cache"}
        return sent_as(request, content, etag, f"{HTML}; charset=utf-8", headers)

    async def sent(self, request: Request, serial: str, version: str, wanted: str) -> Response:
        """A file of a certificate. Raises `NotKnown`, `TooMany`; `Conflicting` for some JWTs."""
        found = await self._found(request, serial, version)
        if wanted == JWT:
            self._gate.charge(request, WORK_COST)
            check_valid(found.state, found.version)
        documents = await self._finder.documents(found.issued.credential_id)
        if documents is None:
            raise NotKnown(
                "documents-not-made",
                "the files of this certificate are not made yet: ask again in a moment",
            )
        content, etag = _file(documents, wanted)
        if content is None:
            raise NotKnown("serial-not-known", NOT_KNOWN)
        if wanted == JWT:
            content = await self._jwts.signed(found.state, found.version, content)
            etag = sha256(content).hexdigest()
        ending = _ENDINGS.get(wanted, "json")
        name = f'attachment; filename="{found.issued.serial}-{found.version}.{ending}"'
        headers = {**PERSONAL, "Vary": VARY, "Content-Disposition": name}
        return sent_as(request, content, f'"{etag}"', wanted, headers)

    async def status(self, request: Request, serial: str) -> PublicCertificate:
        """Whether a serial holds. Raises `NotKnown`, `TooMany`."""
        found = await self._found(request, serial, "")
        state = found.state
        made = {
            version: documents
            for version, issued in state.issued.items()
            if (documents := await self._finder.documents(issued.credential_id)) is not None
        }
        return public_certificate(state, await self._finder.told(found), made)

    async def checked(self, request: Request, lang: str) -> Response:
        """What came of checking a file. Raises `TooMany`."""
        as_json = media_type(request.headers.get("accept", "")) == JSON
        chosen = language(lang, request.headers.get("accept-language", ""))
        if wait := self._gate.wait(request, WORK_COST):
            if as_json:
                raise too_many(wait)
            return _busy(chosen, wait)
        outcome = await self._judge.judge(await uploaded(request))
        if outcome.stopped:
            self._gate.charge(request, STOPPED_COST)
        if as_json:
            return JSONResponse(outcome.as_json(), headers={"Access-Control-Allow-Origin": "*"})
        return _page(verify_page(chosen, outcome), 200)

    async def _found(self, request: Request, serial: str, version: str) -> Found:
        if wait := self._gate.wait(request):
            raise too_many(wait)
        found = await self._finder.find(serial, version)
        if found is None:
            self._gate.missed(request)
            raise NotKnown("serial-not-known", NOT_KNOWN)
        return found


def _busy(chosen: Language, wait: float) -> Response:
    return _page(busy_page(chosen), 429, {"Retry-After": str(too_many(wait).seconds)})


def _page(content: bytes, status: int, more: Mapping[str, str] | None = None) -> Response:
    headers = {**HEADERS, "Vary": VARY, **(more or {})}
    return Response(content, status, headers, media_type=f"{HTML}; charset=utf-8")


def _file(documents: Documents, wanted: str) -> tuple[bytes | None, str]:
    if wanted == PDF:
        return documents.pdf, documents.pdf_sha256
    return documents.credential, documents.credential_sha256
