"""Pieces that requests of several services are made of."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


class Body(BaseModel):
    """What a request says. An unknown field is a mistake and refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _whole_second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(3000, 1, 1, tzinfo=UTC)),
    AfterValidator(_whole_second),
]
"""A time with its offset from UTC; fractions of a second are dropped, as files have none."""

Label = Annotated[str, Field(min_length=1, max_length=200)]
LabelOrEmpty = Annotated[str, Field(max_length=200)]
Reason = Annotated[str, Field(max_length=2000)]

EditionId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", examples=["mg-4"])]
ParticipantId = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._~-]{1,64}$", examples=["5f3c9a61d2e84b07a1c6e0f4b8d97325"]),
]

EditionPath = Annotated[EditionId, Path(description="The edition's id.")]
ParticipantPath = Annotated[ParticipantId, Path(description="The participant's opaque id.")]
