"""The programme office gives passes, takes them back, and prints them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from ijaza_contracts.door import Serial
from ijaza_runtime.commands import Commands, Done, Work
from ijaza_runtime.errors import Invalid, Refusal
from ijaza_runtime.links import write
from ijaza_runtime.references import References
from ijaza_runtime.store import Store
from ijaza_runtime.web import Actor, Role, require
from ijaza_runtime.web.fields import EditionPath, ParticipantPath
from ijaza_runtime.web.known import document_of, programme_of

from ijaza_attendance.api.passes_shown import (
    Issued,
    LinkAsked,
    LinkGiven,
    PassAsked,
    Passes,
    PassesAsked,
    PassRevoking,
    Skipped,
    passes_of,
)
from ijaza_attendance.domain.passes import RevokePass, standing
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import State
from ijaza_attendance.domain.times import seconds_of
from ijaza_attendance.handlers import EDITIONS, PEOPLE, deciding
from ijaza_attendance.passes import badges, qr
from ijaza_attendance.passes.links import Link
from ijaza_attendance.passes.office import PassOffice, no_valid_pass
from ijaza_attendance.press import Press
from ijaza_attendance.storage import COLLECTION, decode

MOST_BADGES = 400
"""Badges of one file: 50 pages."""

Office = Annotated[Actor, Depends(require(Role.OFFICE))]
_OFFICE_ALONE = [Depends(require(Role.OFFICE))]
_IMAGE = {"schema": {"type": "string", "format": "binary"}}


def router(
    *,
    commands: Commands[State, Programme, Person],
    references: References,
    store: Store,
    office: PassOffice,
    clock: Callable[[], datetime],
    press: Press,
) -> APIRouter:
    """The routes of passes."""
    routes = APIRouter(prefix="/editions/{edition}", tags=["passes"])

    async def state_of(edition: str, participant: str) -> State:
        await programme_of(edition, references, EDITIONS)
        return decode((await document_of(participant, edition, store, COLLECTION)).body)

    @routes.post("/passes", summary="Give everybody a pass")
    async def issue_all(edition: EditionPath, body: PassesAsked, actor: Office) -> Issued:
        """A pass for each who takes part and has none that is valid, page by page.

        Asked for again, whoever has a valid pass keeps it. Whose last pass was revoked gets none
        here: give them one by name.
        """
        await programme_of(edition, references, EDITIONS)
        command = await office.issuing(
            edition, occasion="batch", actor=actor.id, expires_at=body.expires_at
        )
        page = await commands.page(edition, body.after or "", body.participants)
        work: list[Work[State, Programme, Person]] = [
            Work(edition, participant, deciding(command(participant)))
            for participant, state in page
            if state.takes_part and not state.withdrawn
        ]
        done = await commands.perform_many(work)
        return _issued(
            work, done, office, next_=page[-1][0] if len(page) == body.participants else None
        )

    @routes.get(
        "/badges",
        summary="Badges to print",
        dependencies=_OFFICE_ALONE,
        response_class=Response,
        responses={
            200: {"description": "A4 pages of 8 badges", "content": {"application/pdf": _IMAGE}}
        },
    )
    async def print_badges(
        edition: EditionPath,
        after: Annotated[str, Query(max_length=64)] = "",
        participants: Annotated[int, Query(ge=1, le=MOST_BADGES)] = 200,
    ) -> Response:
        """A badge for each of so many people who has a valid pass, those after the one named.

        The header `Ijaza-Next` is what to send as `after` for what follows; it is missing at the
        end. In the order of their ids.
        """
        programme = await programme_of(edition, references, EDITIONS)
        page = await commands.page(edition, after, participants)
        printed = {
            participant: badges.Badge(
                number=state.number,
                name_en=person.name_en if person else "",
                name_ar=person.name_ar if person else "",
                token=token,
            )
            for participant, state in page
            if (token := _token_or_none(state, office)) is not None
            for person in [references.get(PEOPLE, participant)]
        }
        pdf = await press.print(
            lambda: badges.sheet(programme.title, list(printed.values())),
            lambda: {key: (each.name_en, each.name_ar) for key, each in printed.items()},
        )
        headers = {"Content-Disposition": f'inline; filename="badges-{edition}.pdf"'}
        if len(page) == participants:
            headers["Ijaza-Next"] = page[-1][0]
        return Response(pdf, media_type="application/pdf", headers=headers)

    of_person = "/participants/{participant}"

    @routes.post(of_person + "/passes", summary="Give a pass, or another one")
    async def issue_one(
        edition: EditionPath, participant: ParticipantPath, body: PassAsked, actor: Office
    ) -> Passes:
        """A pass for one person, if they have none that is valid; with `replaces` another one."""
        command = await office.issuing(
            edition,
            occasion="anew",
            actor=actor.id,
            expires_at=body.expires_at,
            replaces=body.replaces or "",
        )
        done = await commands.perform(edition, participant, deciding(command(participant)))
        return passes_of(done.state, office)

    @routes.post(of_person + "/passes/{pass_serial}/revocation", summary="Revoke a pass")
    async def revoke(
        edition: EditionPath,
        participant: ParticipantPath,
        pass_serial: Annotated[Serial, Path(description="The pass's serial.")],
        body: PassRevoking,
        actor: Office,
    ) -> Passes:
        """End a pass for good. Kiosks know of it with their next bundle."""
        command = RevokePass(serial=pass_serial, actor=actor.id, reason=body.reason, at=clock())
        done = await commands.perform(edition, participant, deciding(command))
        return passes_of(done.state, office)

    @routes.get(
        of_person + "/passes",
        summary="A person's passes",
        dependencies=[Depends(require(Role.OFFICE, Role.AUDITOR))],
    )
    async def passes(edition: EditionPath, participant: ParticipantPath) -> Passes:
        """Every pass that was given, and how it stands."""
        return passes_of(await state_of(edition, participant), office)

    @routes.get(
        of_person + "/pass.png",
        summary="A pass as PNG",
        dependencies=_OFFICE_ALONE,
        response_class=Response,
        responses={200: {"description": "The QR code", "content": {"image/png": _IMAGE}}},
    )
    async def as_png(
        edition: EditionPath,
        participant: ParticipantPath,
        scale: Annotated[int, Query(ge=1, le=20)] = 8,
    ) -> Response:
        """The QR code of the person's valid pass, `scale` pixels a module."""
        token = office.token(await state_of(edition, participant))
        return Response(qr.png(token, scale), media_type="image/png")

    @routes.get(
        of_person + "/pass.svg",
        summary="A pass as SVG",
        dependencies=_OFFICE_ALONE,
        response_class=Response,
        responses={200: {"description": "The QR code", "content": {"image/svg+xml": _IMAGE}}},
    )
    async def as_svg(edition: EditionPath, participant: ParticipantPath) -> Response:
        """The QR code of the person's valid pass."""
        token = office.token(await state_of(edition, participant))
        return Response(qr.svg(token), media_type="image/svg+xml")

    @routes.post(of_person + "/pass-link", summary="A link to a pass", dependencies=_OFFICE_ALONE)
    async def link(
        edition: EditionPath, participant: ParticipantPath, body: LinkAsked
    ) -> LinkGiven:
        """An address under which the participant sees the pass that is valid now, and no other:
        a pass that takes its place needs a link of its own.
        """
        state = await state_of(edition, participant)
        office.token(state)
        newest = standing(state)
        if newest is None:
            raise no_valid_pass("they were given none")
        until = clock() + timedelta(hours=body.hours)
        code = write(Link(edition, participant, newest[0], seconds_of(until)), office.keys.links)
        return LinkGiven(address=f"/p/{code}", expires_at=until)

    return routes


def _issued(
    work: list[Work[State, Programme, Person]],
    done: list[Done[State] | Refusal],
    office: PassOffice,
    next_: str | None,
) -> Issued:
    issued = kept = 0
    skipped = []
    for asked, result in zip(work, done, strict=True):
        if isinstance(result, Invalid):
            raise result
        if isinstance(result, Refusal):
            skipped.append(Skipped(participant=asked.key, because=result.code))
        elif result.events:
            issued += 1
        elif not office.is_valid(result.state):
            skipped.append(Skipped(participant=asked.key, because="revoked"))
        else:
            kept += 1
    return Issued(issued=issued, kept=kept, skipped=skipped, next=next_)


def _token_or_none(state: State, office: PassOffice) -> str | None:
    """The token of a person's valid pass, or None if they have none."""
    return office.token(state) if office.is_valid(state) else None
