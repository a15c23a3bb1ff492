"""Links by which whoever has one sees a room: the last one given shows it, until it is revoked.

When a link expires is part of the link itself. Here is which of them still counts. As those of
devices, the events are folded into the documents that commands are decided on, and into the table
that every process of the service reads in full.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from ijaza_contracts.door import RoomLinkGiven, RoomLinkRevoked


@dataclass(frozen=True, slots=True)
class RoomLinks:
    """The links to one room: the number of the last one, and up to which they were revoked."""

    room: str
    given: int = 0
    revoked: int = 0

    @property
    def stamp(self) -> str:
        """No decision on a participant rests on it."""
        return ""

    def show(self, number: int) -> bool:
        """Whether the link of this number still shows the room."""
        return number == self.given > self.revoked


def give(
    links: RoomLinks | None,
    *,
    edition: str,
    session: str,
    actor: str,
    at: datetime,
    expires_at: datetime,
) -> RoomLinkGiven:
    """The next link, in the place of every one before."""
    return RoomLinkGiven(
        edition=edition,
        session=session,
        at=at,
        number=links.given + 1 if links else 1,
        expires_at=expires_at,
        actor=actor,
    )


def revoke(
    links: RoomLinks | None, *, edition: str, session: str, actor: str, reason: str, at: datetime
) -> RoomLinkRevoked | None:
    """No link shows the room any longer; None if none did."""
    if links is None or not links.show(links.given):
        return None
    return RoomLinkRevoked(
        edition=edition, session=session, at=at, number=links.given, actor=actor, reason=reason
    )


def on_room_link_given(current: RoomLinks | None, event: RoomLinkGiven) -> RoomLinks:
    """A later link takes the place of those before it."""
    links = current or RoomLinks(event.key)
    return replace(links, given=max(links.given, event.number))


def on_room_link_revoked(current: RoomLinks | None, event: RoomLinkRevoked) -> RoomLinks:
    """Links end up to this one, whichever is heard of first."""
    links = current or RoomLinks(event.key)
    return replace(links, revoked=max(links.revoked, event.number))
