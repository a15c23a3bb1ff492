"""The files by which anybody verifies certificates, at the addresses that credentials name."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.web import public

from ijaza_credential.api.sending import (
    CREDENTIAL,
    JSON,
    PUBLIC,
    documented,
    send,
)
from ijaza_credential.publication import Publication
from ijaza_credential.site import IssuerSite

StatusListNumber = Annotated[
    int, Path(ge=1, lt=2**31, description="The list's number, as credentials name it.")
]


def issuer_files(site: IssuerSite) -> APIRouter:
    """DID document, status lists and registers."""
    api = APIRouter(dependencies=[Depends(public())])

    async def published(edition: str) -> Publication:
        publication = await site.publication(edition)
        if publication is None:
            raise NotKnown(
                "nothing-published", f"edition {edition} is not known here, or has issued nothing"
            )
        return publication

    @api.get(
        "/.well-known/did.json",
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
    @api.get("/editions/{edition}/status/{number}", include_in_schema=False)
    @api.get(
        "/v1/editions/{edition}/status/{number}",
        summary="A signed status list: which of its certificates no longer stand",
        response_class=Response,
        responses=documented(CREDENTIAL, "A status list credential with its proof."),
    )
    async def status_list(edition: str, number: StatusListNumber, request: Request) -> Response:
        content = (await published(edition)).status_lists.get(number)
        if content is None:
            raise NotKnown("status-list-not-known", f"edition {edition} has no list {number}")
        return send(request, content, CREDENTIAL, PUBLIC)

    @api.get(
        "/v1/editions/{edition}/register",
        summary="The signed register: every certificate, its status, and its files' hashes",
        response_class=Response,
        responses=documented(JSON, "The register with its proof."),
    )
    async def register(edition: str, request: Request) -> Response:
        return send(request, (await published(edition)).register, JSON, PUBLIC)

    return api
