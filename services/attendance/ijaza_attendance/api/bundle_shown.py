"""The form of a bundle, for the document of the API; `bundle` makes the answer itself."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field


class TitlesShown(BaseModel):
    """The same words in English and Arabic; empty where there are none."""

    en: str
    ar: str


class KeyShown(BaseModel):
    """A key that proves a pass: Ed25519, its public half in base64url."""

    key_id: str
    public_key: str


class SessionCarriedShown(BaseModel):
    """A session that the device keeps; its title is its module's.

    Its scans count for `counts_for`: itself, or what it was merged into.
    """

    session: str
    counts_for: str
    module: str
    title: TitlesShown
    start: datetime
    end: datetime
    cancelled: bool


class PersonShown(BaseModel):
    """Somebody who takes part. `number` is on their badge, 0 if it is not known."""

    participant: str
    number: Annotated[int, Field(ge=0)]
    name_en: str
    name_ar: str
    withdrawn: bool


class EditionShown(BaseModel):
    """An edition. A pass is good if its serial is under its participant in `passes`; one in
    `revoked` was revoked, any other one replaced.
    """

    edition: str
    title: TitlesShown
    timezone: str
    record: Literal["in-out", "in-only"]
    revision: int
    sessions: list[SessionCarriedShown]
    roster: list[PersonShown]
    passes: dict[str, list[str]]
    revoked: list[str]


class InsideShown(BaseModel):
    """Somebody who is inside a session as far as the server knows."""

    edition: str
    participant: str
    session: str
    inside: Literal[True]
    since: datetime


class Bundle(BaseModel):
    """What a device works with while it hears nothing from the server."""

    server_time: datetime
    device: str
    label: str
    keys: list[KeyShown]
    editions: list[EditionShown]
    attendance: list[InsideShown]
