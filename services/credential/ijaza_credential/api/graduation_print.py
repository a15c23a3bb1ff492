"""All certificates of an edition as PDF for a printer, in the order of names, volume by volume."""

import asyncio
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.web.fields import EditionPath

from ijaza_credential.api.reading import Reader
from ijaza_credential.api.sending import PDF, documented
from ijaza_credential.api.staff import FILE_READERS
from ijaza_credential.documents.print_run import bind
from ijaza_credential.volumes import Language, files_of, leaves_of, volumes_of


def graduation_print(reader: Reader) -> APIRouter:
    """The print run of an edition."""
    api = APIRouter(dependencies=FILE_READERS)

    @api.get(
        "/editions/{edition}/graduation/print",
        summary="The valid certificates of an edition, to be printed, in the order of names",
        response_class=Response,
        responses=documented(PDF, "A volume of pages; `Link` names the next one."),
    )
    async def volume_of(
        edition: EditionPath,
        volume: Annotated[int, Query(ge=1, le=100_000)] = 1,
        by: Annotated[Language, Query(description="Whose alphabet the order follows.")] = "en",
        certificate: Annotated[str | None, Query(max_length=200)] = None,
    ) -> Response:
        """A volume has up to 100 certificates. It is for paper: files that prove something are
        those of each certificate.
        """
        await reader.programme(edition)
        leaves = await leaves_of(reader.store, edition, by, certificate)
        volumes = list(volumes_of(edition, leaves))
        if volume > len(volumes):
            raise NotKnown(
                "no-such-volume",
                f"edition {edition} has {len(leaves)} certificates to print, in {len(volumes)} "
                f"volumes: there is no volume {volume}",
            )
        chosen = volumes[volume - 1]
        files = await files_of(reader.store, chosen)
        content = await asyncio.to_thread(bind, chosen.title, files)
        headers = {
            "Content-Disposition": f'attachment; filename="{edition}-{volume:03d}.pdf"',
            "Cache-Control": "private, no-store",
        }
        if volume < len(volumes):
            rest = {"by": by, **({"certificate": certificate} if certificate else {})}
            headers["Link"] = f'<?{urlencode({"volume": volume + 1, **rest})}>; rel="next"'
        return Response(content, media_type=PDF, headers=headers)

    return api
