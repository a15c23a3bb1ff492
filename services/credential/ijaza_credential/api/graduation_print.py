"""All certificates of an edition as PDF for a printer, in the order of names, volume by volume."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from ijaza_runtime.errors import Conflicting, NotKnown
from ijaza_runtime.web import Role, require
from ijaza_runtime.web.fields import EditionPath

from ijaza_credential.api.paging import states_of
from ijaza_credential.api.reading import Reader
from ijaza_credential.api.sending import PDF, documented
from ijaza_credential.desk import DocumentDesk
from ijaza_credential.documents.print_run import bind
from ijaza_credential.domain.life import Stage, stage_of

STAFF = [Depends(require(Role.OFFICE, Role.AUDITOR))]
VOLUME = 100
"""Certificates of one volume: what is bound in a second or two, in some 50 MB."""
Language = Literal["en", "ar"]


class _Leaf(NamedTuple):
    """A certificate's place in the print run."""

    name: str
    serial: str
    credential_id: str


def graduation_print(reader: Reader, desk: DocumentDesk) -> APIRouter:
    """The print run of an edition."""
    api = APIRouter(dependencies=STAFF)

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
        leaves = await _leaves(reader, edition, by, certificate)
        bound = leaves[(volume - 1) * VOLUME : volume * VOLUME]
        if not bound:
            raise NotKnown(
                "no-such-volume",
                f"edition {edition} has {len(leaves)} certificates to print, in "
                f"{_volumes(leaves)} volumes: there is no volume {volume}",
            )
        rest = {"by": by, **({"certificate": certificate} if certificate else {})}
        content = await _bound(desk, edition, volume, bound)
        return Response(content, media_type=PDF, headers=_headers(edition, volume, leaves, rest))

    return api


async def _leaves(
    reader: Reader, edition: str, by: Language, certificate: str | None
) -> list[_Leaf]:
    """The certificates to print, in order. An erased person's has no name and no file any more."""
    found = []
    async for state in states_of(reader, edition):
        version = state.last_version
        stated = state.stated.get(version)
        if stage_of(state) is not Stage.VALID or stated is None:
            continue
        issued = state.issued[version]
        if certificate in (None, issued.certificate):
            name = stated.name_en if by == "en" else stated.name_ar
            found.append(_Leaf(name.casefold(), issued.serial, issued.credential_id))
    return sorted(found)


async def _bound(desk: DocumentDesk, edition: str, volume: int, leaves: list[_Leaf]) -> bytes:
    documents = await desk.find(leaf.credential_id for leaf in leaves)
    files = [documents[key].pdf for leaf in leaves if (key := leaf.credential_id) in documents]
    made = [file for file in files if file is not None]
    if len(made) < len(leaves):
        raise Conflicting(
            "documents-not-made",
            f"of {len(leaves)} certificates of this volume {len(made)} are made so far: ask again "
            "in a moment",
        )
    return await asyncio.to_thread(bind, f"{edition}, volume {volume}", made)


def _volumes(leaves: list[_Leaf]) -> int:
    return -(-len(leaves) // VOLUME)


def _headers(
    edition: str, volume: int, leaves: list[_Leaf], query: Mapping[str, str]
) -> dict[str, str]:
    name = f"{edition}-{volume:03d}.pdf"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    if volume < _volumes(leaves):
        following = urlencode({"volume": volume + 1, **query})
        headers["Link"] = f'<?{following}>; rel="next"'
    return headers
