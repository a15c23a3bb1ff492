"""The programme office gives holders links to their own copy, and ends them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from ijaza_runtime.links import write
from ijaza_runtime.web.fields import Body, EditionPath, ParticipantPath
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ijaza_credential.api.reading import Reader
from ijaza_credential.api.requests import ReasonCodeOrEmpty, decided_at
from ijaza_credential.api.staff import Officer
from ijaza_credential.copy.links import CopyLink, link_secret
from ijaza_credential.desk import DocumentDesk
from ijaza_credential.domain.copy_link import EndLinks, GiveLink
from ijaza_credential.handlers import deciding

LONGEST_DAYS = 366
USUAL = timedelta(days=90)


class CopyLinkAsked(Body):
    """For how long a link is to open: hours or days, at most 366 days; 90 days if nothing is said.

    Whoever needs it later gets another one.
    """

    model_config = ConfigDict(json_schema_extra={"example": {"days": 90}})

    hours: Annotated[int, Field(ge=1, le=24 * LONGEST_DAYS)] | None = None
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "CopyLinkAsked":
        if self.hours is not None and self.days is not None:
            raise ValueError("say hours or days, not both")
        return self

    @property
    def lasts(self) -> timedelta:
        """How long it opens."""
        if self.hours is None and self.days is None:
            return USUAL
        return timedelta(hours=self.hours or 0, days=self.days or 0)


class CopyLinkGivenAnswer(BaseModel):
    """The address to send to its holder. It is a key to their certificate: keep it nowhere else."""

    address: str
    expires_at: datetime


class CopyLinksEnding(Body):
    """Why links end."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "sent-to-somebody-else"}})

    reason: ReasonCodeOrEmpty = ""


class CopyLinksEnded(BaseModel):
    """Whether a link was ended; false if there was none to end."""

    ended: bool


def copy_links(
    reader: Reader, desk: DocumentDesk, secret: bytes, clock: Callable[[], datetime]
) -> APIRouter:
    """Links are made by the office alone; `secret` is the issuer's."""
    api = APIRouter(prefix="/editions/{edition}/participants/{participant}/copy-link")

    @api.post("", summary="A link to the holder's own copy of a certificate")
    async def give(
        edition: EditionPath, participant: ParticipantPath, body: CopyLinkAsked, actor: Officer
    ) -> CopyLinkGivenAnswer:
        """The address of a page without an account, in place of every address given before."""
        await reader.programme(edition)
        await reader.participant(edition, participant)
        at = decided_at(None, clock)
        until = at + body.lasts
        command = GiveLink(actor=actor.id, at=at, expires_at=until)
        done = await reader.commands.perform(edition, participant, deciding(command, secret))
        link = CopyLink(participant, done.state.link, int(until.timestamp()))
        host = (await desk.definitions())[edition].newest.issuer.did_host
        code = write(link, link_secret(secret))
        return CopyLinkGivenAnswer(address=f"https://{host}/c/{code}", expires_at=until)

    @api.post("/revocation", summary="End the links to the holder's own copy")
    async def end(
        edition: EditionPath, participant: ParticipantPath, body: CopyLinksEnding, actor: Officer
    ) -> CopyLinksEnded:
        """No link that was given opens any longer; a new one can be given."""
        await reader.programme(edition)
        await reader.participant(edition, participant)
        command = EndLinks(actor=actor.id, at=decided_at(None, clock), reason=body.reason)
        done = await reader.commands.perform(edition, participant, deciding(command, secret))
        return CopyLinksEnded(ended=bool(done.events))

    return api
