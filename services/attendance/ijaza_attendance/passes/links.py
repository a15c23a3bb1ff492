"""What links for those who have no account lead to; the runtime writes and reads them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Whose pass a link shows, and until when (seconds since 1970).

    It names the pass, not the person: once the pass is replaced or revoked, it shows no other.
    """

    edition: str
    participant: str
    serial: str
    until: int


@dataclass(frozen=True, slots=True)
class RoomLink:
    """Which session's room a link shows, and until when (seconds since 1970).

    `number` is the link's place among those of the room: only the last one given shows it.
    """

    edition: str
    session: str
    number: int
    until: int
