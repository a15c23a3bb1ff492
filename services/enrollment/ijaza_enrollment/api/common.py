"""What the routes share: who may call them, times, ids, and where an edition is in an address."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path
from ijaza_runtime.web import Actor, Role, require
from pydantic import AfterValidator, AwareDatetime, Field

Clock = Callable[[], datetime]

Office = Annotated[Actor, Depends(require(Role.OFFICE))]
Reader = Depends(require(Role.OFFICE, Role.AUDITOR))

EditionId = Annotated[str, Path(description="The edition's id.", max_length=40)]
Participant = Annotated[str, Path(description="The participant's opaque id.", max_length=64)]

_YEARS = range(1900, 2200)


def _whole_second(time: datetime) -> datetime:
    if time.year not in _YEARS:
        raise ValueError(f"expected a time from {_YEARS[0]} to {_YEARS[-1]}")
    return time.astimezone(UTC).replace(microsecond=0)


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_whole_second),
    Field(description="A time with its offset; fractions of a second are dropped."),
]
CommandId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="The caller's own id of this command: sent again, it changes nothing.",
    ),
]
Text = Annotated[str, Field(max_length=2000)]
PrivateReason = Annotated[Text, Field(description="Why, in free words: kept with the person.")]
PublicReason = Annotated[
    Text, Field(description="Why: published with the edition, so without anybody's name.")
]
