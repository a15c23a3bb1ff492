"""Links by which holders get their own copy: the last one given opens, until an officer ends it.

When a link expires is part of the link itself. Here is which of them still counts.
"""

from dataclasses import dataclass
from datetime import datetime

from ijaza_contracts.credential import CopyLinkGiven, CopyLinkRevoked
from ijaza_contracts.envelope import Event

from ijaza_credential.domain.people import Person
from ijaza_credential.domain.refusals import NotAllowedError
from ijaza_credential.domain.state import State, changed


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveLink:
    """Give a holder a link to their own copy, in the place of every one before."""

    actor: str
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLinks:
    """End a holder's links. `reason` is a code of the office's own, or empty."""

    actor: str
    at: datetime
    reason: str = ""


def opens(state: State, number: int) -> bool:
    """Whether a link of this number still counts."""
    return number == state.link > state.link_ended


def give_link(command: GiveLink, state: State, person: Person | None) -> list[Event]:
    """The next link. Raises `NotAllowedError` where there is nobody, or nothing, to show."""
    if person is None:
        raise NotAllowedError(
            "conflicting",
            "nobody-to-show",
            f"nothing is known of who participant {state.participant} is: they were erased, or "
            "are not recorded yet",
        )
    if not state.issued:
        raise NotAllowedError(
            "conflicting",
            "no-certificate",
            f"participant {state.participant} has no certificate: give the link once there is one",
        )
    return [
        CopyLinkGiven(
            edition=state.edition,
            participant=state.participant,
            at=command.at,
            number=state.link + 1,
            expires_at=command.expires_at,
            actor=command.actor,
        )
    ]


def end_links(command: EndLinks, state: State) -> list[Event]:
    """No link opens any longer; nothing happens if none did."""
    if not opens(state, state.link):
        return []
    return [
        CopyLinkRevoked(
            edition=state.edition,
            participant=state.participant,
            at=command.at,
            number=state.link,
            actor=command.actor,
            because=command.reason,
        )
    ]


def on_copy_link_given(state: State, event: CopyLinkGiven) -> State:
    """A later link ends those before it."""
    return changed(state, link=event.number) if event.number > state.link else state


def on_copy_link_revoked(state: State, event: CopyLinkRevoked) -> State:
    """Links end up to this one, whichever is heard of first."""
    ended = event.number
    return changed(state, link_ended=ended) if ended > state.link_ended else state
