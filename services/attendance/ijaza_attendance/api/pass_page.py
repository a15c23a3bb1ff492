"""A participant's own pass, for whoever has the link to it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse
from ijaza_runtime.links import read
from ijaza_runtime.references import References
from ijaza_runtime.store import Store
from ijaza_runtime.web import public

from ijaza_attendance.domain.state import State
from ijaza_attendance.domain.times import instant, seconds_of
from ijaza_attendance.handlers import EDITIONS, PEOPLE
from ijaza_attendance.passes.links import Link
from ijaza_attendance.passes.office import PassOffice
from ijaza_attendance.passes.page import HEADERS, Shown, page
from ijaza_attendance.registry import Registry
from ijaza_attendance.storage import COLLECTION, decode

_HTML = {"content": {"text/html": {"schema": {"type": "string"}}}}


def router(
    *,
    references: References,
    registry: Registry,
    store: Store,
    office: PassOffice,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The one route outside `/v1`: its address is for people."""
    routes = APIRouter(tags=["passes"])

    @routes.get(
        "/p/{code}",
        summary="A participant's own pass",
        dependencies=[Depends(public())],
        response_class=HTMLResponse,
        responses={
            200: {"description": "The pass", **_HTML},
            404: {
                "description": "No such link, or it has expired, or its pass is not valid",
                **_HTML,
            },
        },
    )
    async def own_pass(code: Annotated[str, Path(max_length=1000)]) -> HTMLResponse:
        """The pass that a link names. Whatever is wrong with a link is answered alike."""
        link = read(code, office.keys.links, seconds_of(clock()), Link)
        shown = await _shown(link) if link else None
        return HTMLResponse(page(shown), status_code=200 if shown else 404, headers=HEADERS)

    async def _shown(link: Link) -> Shown | None:
        await registry.refresh()
        programme = references.get(EDITIONS, link.edition)
        document = (await store.load(COLLECTION, [link.participant])).get(link.participant)
        if programme is None or document is None:
            return None
        state: State = decode(document.body)
        if link.serial not in state.passes or office.state_of(link.serial, state) != "valid":
            return None
        person = references.get(PEOPLE, link.participant)
        return Shown(
            title=programme.title,
            number=state.number,
            name_en=person.name_en if person else "",
            name_ar=person.name_ar if person else "",
            until=instant(state.passes[link.serial].expires_at).date().isoformat(),
            token=office.token(state, link.serial),
        )

    return routes
