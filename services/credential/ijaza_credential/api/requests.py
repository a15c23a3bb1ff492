"""What the API is sent to change something, and what it answers then."""

from typing import Annotated, Literal

from ijaza_runtime.web.fields import Body
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

ParticipantId = Annotated[str, Field(min_length=1, max_length=64)]

AT = Field(default=None, description="When it was decided; left out, it is now.")


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

    reason: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9-]{1,60}$",
            description="A code of the office's own. It is published: no personal data.",
        ),
    ]
    at: AwareDatetime | None = AT


class Reinstatement(Body):
    """A new credential takes the place of the one that an officer revoked."""

    model_config = ConfigDict(json_schema_extra={"example": {"at": "2020-05-09T10:00:00Z"}})

    at: AwareDatetime | None = AT
