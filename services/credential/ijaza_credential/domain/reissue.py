"""An officer's order to issue a valid certificate anew: the next version says what the last says.

So when the key that signed it was stolen, its template had a fault, or its file was lost.
"""

from dataclasses import dataclass
from datetime import datetime

from ijaza_contracts.envelope import Event

from ijaza_credential.domain.change import Naming
from ijaza_credential.domain.gate import proposal
from ijaza_credential.domain.issue import Occasion, issue_anew
from ijaza_credential.domain.life import Act, moved
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import BEGINNING, Programme
from ijaza_credential.domain.refusals import NotAllowedError
from ijaza_credential.domain.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Reissue:
    """Let a new version take the place of a valid one, and state exactly what that states.

    `reason` is a code of the office's own, without personal data. `version` is what somebody was
    looking at: where another one is the last by now, nothing is done; 0 for whichever is the last.
    """

    actor: str
    reason: str
    at: datetime
    version: int = 0


def reissue(
    command: Reissue, state: State, programme: Programme, person: Person | None, naming: Naming
) -> list[Event]:
    """The next version; none if this order was carried out before.

    It waits for nobody's approval, and so it lets no change pass: with one that waits it is
    refused. Where one was declined, what the last version states still stands.

    Raises `NotAllowedError`.
    """
    version = state.last_version
    if _carried_out(command, state, programme) or command.version not in (0, version):
        return []
    moved(state, Act.OFFICER_REISSUES)
    serial = state.issued[version].serial
    if person is None:
        raise NotAllowedError(
            "conflicting",
            "nobody-to-name",
            f"certificate {serial} cannot be issued anew: its holder was erased, and nobody knows "
            "any more whom it would name",
        )
    proposed = proposal(state, programme, person)
    if proposed is not None and proposed.waits:
        raise NotAllowedError(
            "conflicting",
            "change-waits",
            f"a change of certificate {serial} is proposed and waits: confirm or decline it first",
        )
    stated = state.stated.get(version)
    if stated is None or state.number is None:
        raise NotAllowedError(
            "conflicting",
            "statement-not-known",
            f"what version {version} of certificate {serial} states is not known here: rebuild the "
            "store with its journal (`ijaza replay credential`)",
        )
    occasion = Occasion(state, programme, naming, command.at, command.actor)
    return issue_anew(command.reason, occasion, state.number, stated)


def _carried_out(command: Reissue, state: State, programme: Programme) -> bool:
    """Whether this very order ended a version: by the same officer, at the time it would have."""
    not_before = max(command.at, programme.closed_at or BEGINNING)
    return any(
        ended.status == "superseded"
        and ended.actor == command.actor
        and version in state.issued
        and ended.at == max(not_before, state.issued[version].at)
        for version, ended in state.ended.items()
    )
