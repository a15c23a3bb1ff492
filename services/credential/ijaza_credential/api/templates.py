"""The routes of templates: adding one that holds, looking at it, and printing with it."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from ijaza_runtime.errors import Invalid
from ijaza_runtime.web.fields import Body, EditionPath, Instant, ParticipantId
from pydantic import BaseModel, ConfigDict

from ijaza_credential.api.reading import Reader
from ijaza_credential.api.requests import AT, decided_at
from ijaza_credential.api.sending import PDF, documented
from ijaza_credential.api.staff import READERS, Officer
from ijaza_credential.templates.archive import PackError
from ijaza_credential.templates.check import check
from ijaza_credential.templates.pack import read_pack
from ijaza_credential.templates.preview import Previews
from ijaza_credential.templates.sandbox import TemplateError
from ijaza_credential.templates.shelf import BUILT_IN, Shelf, Templates
from ijaza_credential.verification.uploads import uploaded

TemplateName = Annotated[
    str,
    Path(
        pattern=r"^[a-z0-9-]{1,45}$",
        description="`built-in`, or the id and the version of `template.yaml`: `cairo-2`.",
    ),
]


class TemplateView(BaseModel):
    """A template. `digest` is the SHA-256 of what is in its pack, empty for our own."""

    name: str
    digest: str
    title: dict[str, str]
    pages: int
    active: bool
    added_at: datetime | None = None
    added_by: str = ""


class ActivationView(BaseModel):
    """Documents made from then on are printed with this template."""

    name: str
    digest: str
    at: datetime
    actor: str


class TemplatesView(BaseModel):
    """The templates of an edition, and when it began to be printed with which."""

    edition: str
    templates: tuple[TemplateView, ...]
    activations: tuple[ActivationView, ...]


class ActivationRequest(Body):
    """From now on documents are printed with this template; those that exist stay."""

    model_config = ConfigDict(json_schema_extra={"example": {"at": "2020-04-01T09:00:00Z"}})

    at: Instant | None = AT


_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The pack: a zip, a tar or a tar.gz, in the field `file` of a form or as "
        "the body itself.",
        "content": {
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
        },
    }
}


def templates(
    reader: Reader, shelf: Shelf, previews: Previews, clock: Callable[[], datetime]
) -> APIRouter:
    """What an edition's certificates look like."""
    api = APIRouter(prefix="/editions/{edition}/templates")
    checking = asyncio.Semaphore(1)

    @api.get("", dependencies=READERS, summary="The templates of an edition")
    async def listed(edition: EditionPath) -> TemplatesView:
        await reader.programme(edition)
        return _view(await shelf.templates(edition))

    @api.post(
        "",
        status_code=201,
        summary="Add a template, if it holds",
        openapi_extra=_UPLOAD,
    )
    async def add(edition: EditionPath, actor: Officer, request: Request) -> TemplatesView:
        """It is tried with samples first: some seconds. Nothing is printed with it before it is
        activated. The same pack again changes nothing.
        """
        await reader.programme(edition)
        try:
            pack = await asyncio.to_thread(read_pack, await uploaded(request))
        except PackError as error:
            raise Invalid("no-template-pack", str(error)) from None
        async with checking:
            report = await asyncio.to_thread(check, pack)
        if report.faults:
            raise Invalid(
                "template-fails",
                "Nobody’s certificate can be printed so. " + " · ".join(report.faults),
            )
        return _view(await shelf.add(edition, pack, actor.id, decided_at(None, clock)))

    @api.get(
        "/{template}/preview.pdf",
        dependencies=READERS,
        summary="What a certificate would look like",
        response_class=Response,
        responses=documented(PDF, "A page that is no certificate and says so."),
    )
    async def preview(
        edition: EditionPath,
        template: TemplateName,
        sample: Annotated[Literal["usual", "long", "bare"], Query()] = "usual",
        participant: Annotated[
            ParticipantId | None, Query(description="Whose names and results to show instead.")
        ] = None,
    ) -> Response:
        """With a sample of nobody, or with what is known of a participant of this edition."""
        await reader.programme(edition)
        digest = (await shelf.templates(edition)).digest_of(template)
        facts = await previews.facts(edition, sample, participant)
        try:
            content = await previews.printed(digest, facts)
        except TemplateError as error:
            raise Invalid("template-fails", str(error)) from None
        headers = {
            "Content-Disposition": f'inline; filename="preview-{template}.pdf"',
            "Cache-Control": "private, no-store",
        }
        return Response(content, media_type=PDF, headers=headers)

    @api.post("/{template}/activation", summary="Print with a template from now on")
    async def activation(
        edition: EditionPath, template: TemplateName, actor: Officer, asked: ActivationRequest
    ) -> TemplatesView:
        """Documents that were made stay as they are, and are never made again for it."""
        await reader.programme(edition)
        at = decided_at(asked.at, clock)
        return _view(await shelf.activate(edition, template, actor.id, at))

    return api


def _view(found: Templates) -> TemplatesView:
    names = {"": BUILT_IN, **{each.digest: each.template for each in found.added}}
    own = TemplateView(
        name=BUILT_IN,
        digest="",
        title={"en": "Built-in", "ar": "القالب المدمج"},
        pages=1,
        active=not found.active,
    )
    added = [
        TemplateView(
            name=each.template,
            digest=each.digest,
            title={"en": each.title_en, "ar": each.title_ar},
            pages=each.pages,
            active=found.active == each.digest,
            added_at=each.at,
            added_by=each.actor,
        )
        for each in found.added
    ]
    return TemplatesView(
        edition=found.edition,
        templates=(own, *added),
        activations=tuple(
            ActivationView(
                name=names[each.digest], digest=each.digest, at=each.at, actor=each.actor
            )
            for each in found.activations
        ),
    )
