"""CloudEvents 1.0 in Kafka's binary mode: `ce_*` headers, the body is the data as JSON.

An event's id is derived from what it says of whom, never from the clock or from chance, so that
a second sending is recognised for what it is.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Annotated, ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from ijaza_contracts.topics import Topic

Version = tuple[int, int]
"""(edition revision, number of distinct facts that bear on the slot), compared in that order."""

Name = Annotated[str, Field(max_length=200)]


class Undecodable(ValueError):
    """A record that is no event of a known contract; the message says what was expected."""


class Event(BaseModel):
    """A fact that a service publishes. `at` is when it became so, never when it was sent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    TOPIC: ClassVar[Topic]

    edition: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    at: AwareDatetime

    @property
    def key(self) -> str:
        """What the record is keyed and partitioned by: the edition, unless a person owns it."""
        return self.edition

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells this event from every other of its type, beside edition and key."""
        return ()

    @property
    def id(self) -> str:
        """The `ce_id`: 32 hexadecimal digits derived from type, edition, key and identity."""
        parts = [self.TYPE, self.edition, self.key, *[str(part) for part in self.identity]]
        # With its length before it, no part can be taken for the end of another and a new one.
        whole = "\x1f".join([f"{len(part)}:{part}" for part in parts])
        return blake2b(whole.encode(), digest_size=16).hexdigest()

    def headers(self, traceparent: str = "") -> dict[str, str]:
        """The CloudEvents attributes as Kafka headers of binary mode."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": self.id,
            "ce_type": self.TYPE,
            "ce_source": f"/ijaza/{self.TOPIC.owner}",
            "ce_time": self.at.isoformat().replace("+00:00", "Z"),
            "ce_partitionkey": self.key,
            "content-type": "application/json",
        }
        if traceparent:
            headers["traceparent"] = traceparent
        return headers

    def body(self) -> bytes:
        """The data as JSON."""
        return self.model_dump_json().encode()

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Read the data of an event of this type.

        Raises `Undecodable` naming each field that is wrong, without repeating its value:
        values can be personal data, and the message goes to logs.
        """
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}"
                for fault in error.errors(include_input=False, include_url=False)
            )
            raise Undecodable(f"{cls.TYPE} does not fit its contract: {faults}") from None


class ParticipantEvent(Event):
    """A fact about one participant: one person in one edition, known by an opaque id."""

    participant: Annotated[str, Field(min_length=1, max_length=64)]

    @property
    def key(self) -> str:
        return self.participant


def decode(
    headers: Mapping[str, str], body: bytes, known: Mapping[str, type[Event]]
) -> Event | None:
    """The event that a record carries, or None if its type is not among `known`.

    Raises `Undecodable` if the record is not a CloudEvent, or does not fit its type's contract.
    """
    kind = headers.get("ce_type")
    if kind is None or "ce_id" not in headers:
        raise Undecodable("no ce_type or ce_id header: expected a CloudEvent in binary mode")
    model = known.get(kind)
    if model is None:
        return None
    return model.from_body(body)
