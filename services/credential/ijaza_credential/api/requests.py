"""What the API is sent to change something, and what it answers then."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Literal

from ijaza_runtime.web.fields import Body, Instant
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

ParticipantId = Annotated[str, Field(min_length=1, max_length=64)]

ReasonCode = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9-]{1,60}$",
        description="A code of the office's own. It is published: no personal data.",
    ),
]
ReasonCodeOrEmpty = Annotated[
    str,
    Field(pattern=r"^[a-z0-9-]{0,60}$", description="A code of the office's own, or empty."),
]

AT = Field(default=None, description="When it was decided; left out, it is now.")


def decided_at(given: datetime | None, clock: Callable[[], datetime]) -> datetime:
    """When something was decided: in UTC and whole seconds, as events carry times."""
    return (given or clock()).astimezone(UTC).replace(microsecond=0)


class Approval(Body):
    """One participant's certificate, or the change to it that is proposed, is approved."""

    participant: ParticipantId
    at: AwareDatetime | None = AT


class Approvals(Body):
    """Approvals of the actor whose token is sent; they are taken in the order of their times."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "approvals": [
                    {
                        "participant": "6f0b8a51f0c94f0e9a3f4a1be0a3f6d2",
                        "at": "2020-04-18T09:00:00Z",
                    }
                ]
            }
        }
    )

    approvals: Annotated[tuple[Approval, ...], Field(min_length=1, max_length=1000)]


class ApprovalAnswer(BaseModel):
    """What came of one approval, in the order sent.

    `recorded` is new, `known` was recorded before and changes nothing, `refused` says why.
    """

    participant: str
    outcome: Literal["recorded", "known", "refused"]
    serial: str | None = None
    code: str | None = None
    detail: str | None = None


class ApprovalAnswers(BaseModel):
    """What came of each approval; those refused hinder no other."""

    answers: tuple[ApprovalAnswer, ...]


class Revocation(Body):
    """The certificate is taken back, whatever the facts say, until it is reinstated."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "identity-in-doubt", "at": "2020-05-02T10:00:00Z"}}
    )

    reason: ReasonCode
    at: AwareDatetime | None = AT


class Reinstatement(Body):
    """A new credential takes the place of the one that an officer revoked."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "identity-proven", "at": "2020-05-09T10:00:00Z"}}
    )

    reason: ReasonCodeOrEmpty = ""
    at: AwareDatetime | None = AT


class Word(Body):
    """A confirmation or a refusal of what is proposed, as it was seen.

    `step` and `facts` are those of the proposal: where another one waits by now, it is refused.
    `facts` may be left out, and then only the step is looked at.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "reason": "checked-with-the-register",
                "step": 2,
                "facts": "8c1f02b6d97e43a5b0aa61f27d3c9e48",
                "at": "2020-05-04T10:00:00Z",
            }
        }
    )

    reason: ReasonCode
    step: Annotated[int, Field(ge=1, lt=2**31)]
    facts: Annotated[str, Field(pattern=r"^[0-9a-f]{0,32}$")] = ""
    at: Instant | None = AT
