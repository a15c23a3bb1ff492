"""What credential publishes so that a changed log shows: seals over what stands on it."""

from typing import Annotated, ClassVar

from pydantic import Field

from ijaza_contracts.credential import Sha256
from ijaza_contracts.envelope import ParticipantEvent
from ijaza_contracts.issuer import Multibase
from ijaza_contracts.topics import CREDENTIAL, Topic

Leaf = Annotated[str, Field(pattern=r"^[ENATC]:[0-9a-f]{32}:[0-9a-f]{16}$")]


class HistorySealed(ParticipantEvent):
    """The `number`-th seal over a participant's events, made after their certificates changed.

    `leaves` are the events that no earlier seal has, in the order in which they stand, topic by
    topic: the topic's letter, the event's id, and the first 64 bits of its SHA-256. `head`
    is the chain over all of them, from `previous`, the head of the seal before (empty for the
    first). `changes` counts the changes to certificates that are under this seal. `at` is the time
    of the latest event in it. `signature` is `public_key`'s, in base64url, over what the seal says.
    """

    TYPE: ClassVar[str] = "credential.HistorySealed.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL

    number: Annotated[int, Field(ge=1)]
    changes: Annotated[int, Field(ge=1)]
    leaves: tuple[Leaf, ...]
    previous: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    head: Sha256
    public_key: Multibase
    signature: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{86}$")]

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.number,)
