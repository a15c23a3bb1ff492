"""The PDF and the credential of a certificate, for staff: they name their holder."""

from fastapi import APIRouter, Request, Response
from ijaza_runtime.errors import NotKnown

from ijaza_credential.api.reading import Reader
from ijaza_credential.api.sending import CREDENTIAL, PDF, documented, send
from ijaza_credential.api.staff import FILE_READERS
from ijaza_credential.desk import DocumentDesk, Documents


def certificate_files(reader: Reader, desk: DocumentDesk) -> APIRouter:
    """The newest certificate of a serial, as files."""
    api = APIRouter(dependencies=FILE_READERS)

    async def newest(typed: str) -> tuple[str, Documents]:
        state = await reader.by_serial(typed)
        issued = state.issued[state.last_version]
        found = (await desk.find([issued.credential_id])).get(issued.credential_id)
        if found is None:
            raise NotKnown(
                "documents-not-made",
                f"the documents of {issued.serial} are not made yet: ask again in a moment",
            )
        return issued.serial, found

    @api.get(
        "/certificates/{serial}/pdf",
        summary="The PDF of the newest certificate of a serial",
        response_class=Response,
        responses=documented(PDF, "A tagged PDF with the credential attached."),
    )
    async def pdf(serial: str, request: Request) -> Response:
        canonical, found = await newest(serial)
        return send(request, _kept(canonical, found.pdf), PDF, _named(f"{canonical}.pdf"))

    @api.get(
        "/certificates/{serial}/credential",
        summary="The verifiable credential of the newest certificate of a serial",
        response_class=Response,
        responses=documented(CREDENTIAL, "A verifiable credential with its proof."),
    )
    async def credential(serial: str, request: Request) -> Response:
        canonical, found = await newest(serial)
        content = _kept(canonical, found.credential)
        return send(request, content, CREDENTIAL, _named(f"{canonical}.json"))

    return api


def _kept(serial: str, content: bytes | None) -> bytes:
    if content is None:
        raise NotKnown(
            "documents-erased",
            f"the documents of {serial} were removed when its holder was erased; the register "
            "keeps their hashes",
        )
    return content


def _named(file: str) -> dict[str, str]:
    # A serial is of letters, digits and hyphens alone: nothing in it needs escaping.
    return {"Content-Disposition": f'attachment; filename="{file}"'}
