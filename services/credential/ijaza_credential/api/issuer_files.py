"""The files by which anybody verifies certificates, at the addresses that credentials name."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.web import Role, public, require

from ijaza_credential.api.sending import (
    CREDENTIAL,
    JSON,
    PUBLIC,
    documented,
    send,
)
from ijaza_credential.site import IssuerSite

StatusListNumber = Annotated[
    int, Path(ge=1, lt=2**31, description="The list's number, as credentials name it.")
]


def issuer_files(site: IssuerSite) -> APIRouter:
    """DID document and status lists for everybody, registers for staff.

    A register lists every serial, and a serial's page names its holder: who could have both would
    have the list of all graduates.
    """
    api = APIRouter()
    everybody = [Depends(public())]

    @api.get(
        "/.well-known/did.json",
        dependencies=everybody,
        summary="The issuer's keys, as did:web resolves them",
        response_class=Response,
        responses=documented(JSON, "The DID document."),
    )
    async def did_document(request: Request) -> Response:
        """Where editions name several hosts, the header Host says whose document is meant."""
        content = await site.did_document(request.headers.get("host", ""))
        if content is None:
            raise NotKnown("issuer-not-known", "no edition here names this host as its issuer's")
        return send(request, content, JSON, PUBLIC)

    # Credentials name the address without /v1 (`status_list_url`): it outlives versions of APIs.
    @api.get("/editions/{edition}/status/{number}", dependencies=everybody, include_in_schema=False)
    @api.get(
        "/v1/editions/{edition}/status/{number}",
        dependencies=everybody,
        summary="A signed status list: which of its certificates no longer stand",
        response_class=Response,
        responses=documented(CREDENTIAL, "A status list credential with its proof."),
    )
    async def status_list(edition: str, number: StatusListNumber, request: Request) -> Response:
        content = await site.status_list(edition, number)
        if content is None:
            raise NotKnown(
                "status-list-not-known", f"edition {edition} has published no status list {number}"
            )
        return send(request, content, CREDENTIAL, PUBLIC)

    @api.get(
        "/v1/editions/{edition}/register",
        dependencies=[Depends(require(Role.OFFICE, Role.AUDITOR))],
        summary="The signed register: every certificate, its status, and its files' hashes",
        response_class=Response,
        responses=documented(JSON, "The register with its proof."),
    )
    async def register(edition: str, request: Request) -> Response:
        content = await site.register(edition)
        if content is None:
            raise NotKnown(
                "nothing-published", f"edition {edition} is not known here, or has issued nothing"
            )
        return send(request, content, JSON, {})

    return api
