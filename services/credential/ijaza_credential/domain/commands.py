"""What staff may say of a participant's certificates, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from ijaza_contracts.credential import CertificateApproved, ChangeDeclined
from ijaza_contracts.envelope import Event

from ijaza_credential.domain.change import Naming, reinstatement
from ijaza_credential.domain.copy_link import EndLinks, GiveLink, end_links, give_link
from ijaza_credential.domain.gate import Proposal, proposal
from ijaza_credential.domain.issue import Occasion, carry_out, revoke
from ijaza_credential.domain.life import Act, Stage, moved, stage_of
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.refusals import NotAllowedError
from ijaza_credential.domain.reissue import Reissue, reissue
from ijaza_credential.domain.rules import assess
from ijaza_credential.domain.state import State


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody was looking at: a step, and the mark of the facts if that is known."""

    step: int
    facts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Let a participant's certificate be issued, or changed as is proposed now.

    With `seen`, only if it is still what was seen. With `first_only`, no later change: whoever
    holds a certificate, or held one, needs no approval of the first.
    """

    actor: str
    at: datetime
    reason: str = ""
    seen: Seen | None = None
    first_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """Let a proposed change not happen while the facts stand that it follows from.

    `reason` is a code of the office's own, without personal data.
    """

    actor: str
    reason: str
    at: datetime
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke:
    """Take a valid certificate back, whatever the facts say, until an officer reinstates it.

    `reason` is a code of the office's own, without personal data: it is published.
    """

    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinstate:
    """Give a new credential for one that an officer revoked, if the facts still earn it."""

    actor: str
    at: datetime
    reason: str = ""


Command = Approve | Decline | Revoke | Reinstate | Reissue | GiveLink | EndLinks


def decide(
    command: Command,
    state: State,
    programme: Programme | None,
    person: Person | None,
    naming: Naming,
) -> list[Event]:
    """The events that a command gives; none if it was carried out before.

    Raises `NotAllowedError` for an edition or a participant that is not known, and where what is
    recorded does not allow the command.
    """
    if programme is None or not programme.revision:
        raise NotAllowedError(
            "not-known",
            "edition-not-known",
            f"edition {state.edition} is not known here: check its id, or publish it first",
        )
    if state.number is None and person is None:
        raise NotAllowedError(
            "not-known",
            "participant-not-known",
            f"nobody of edition {state.edition} has the id {state.participant}: check it",
        )
    match command:
        case Approve():
            return _approve(command, state, programme, person)
        case Decline():
            return _decline(command, state, programme, person)
        case Revoke():
            return _revoke(command, state, programme, naming)
        case Reinstate():
            return _reinstate(command, state, programme, person, naming)
        case Reissue():
            return reissue(command, state, programme, person, naming)
        case GiveLink():
            return give_link(command, state, person)
        case EndLinks():
            return end_links(command, state)
        case _:
            assert_never(command)


def _approve(
    command: Approve, state: State, programme: Programme, person: Person | None
) -> list[Event]:
    """An approval is for the first issue, whenever it is given, or for the change proposed now.

    Given while nothing waits for one it is kept with the change made last, where it has no
    effect: it must not let the next change pass, of which nobody knows yet.
    """
    approvals = state.approvals
    if any(of_step.get(command.actor) == command.at for of_step in approvals.values()):
        return []
    if command.seen and command.actor in approvals.get(command.seen.step, {}):
        return []
    if command.first_only and state.issued:
        return []
    proposed = proposal(state, programme, person)
    if proposed and proposed.declined:
        raise NotAllowedError(
            "conflicting",
            "declined",
            f"what is proposed for participant {state.participant} was declined on "
            f"{proposed.declined.at:%Y-%m-%d}: it is proposed again when the facts change",
        )
    waits = not state.issued or proposed is not None
    if command.seen:
        _check_seen(command.seen, state, proposed, waits=waits)
    step = state.step if waits else state.step - 1
    if command.actor in approvals.get(step, {}):
        return []
    return [
        CertificateApproved(
            edition=state.edition,
            participant=state.participant,
            at=command.at,
            version=step,
            actor=command.actor,
            because=command.reason,
        )
    ]


def _decline(
    command: Decline, state: State, programme: Programme, person: Person | None
) -> list[Event]:
    if command.seen.step in state.declined:
        return []
    proposed = proposal(state, programme, person)
    _check_seen(command.seen, state, proposed, waits=proposed is not None and proposed.waits)
    if proposed is None:
        return []
    return [
        ChangeDeclined(
            edition=state.edition,
            participant=state.participant,
            at=command.at,
            version=proposed.change.step,
            change=proposed.change.kind,
            facts=proposed.facts,
            actor=command.actor,
            because=command.reason,
        )
    ]


def _check_seen(seen: Seen, state: State, proposed: Proposal | None, *, waits: bool) -> None:
    """Refuse a word on something else than what waits now."""
    if not waits:
        raise NotAllowedError(
            "conflicting",
            "nothing-waits",
            f"nothing waits for approval of participant {state.participant}: read what is so now",
        )
    facts = proposed.facts if proposed else ""
    if seen.step != state.step or (seen.facts and seen.facts != facts):
        raise NotAllowedError(
            "conflicting",
            "changed-since",
            f"what waits for participant {state.participant} is not what was seen: expected step "
            f"{state.step}, and the facts as they are now. Read it again",
        )


def _revoke(command: Revoke, state: State, programme: Programme, naming: Naming) -> list[Event]:
    moved(state, Act.OFFICER_REVOKES)
    if stage_of(state) is Stage.REVOKED_BY_OFFICER:
        return []
    return revoke(command.reason, Occasion(state, programme, naming, command.at, command.actor))


def _reinstate(
    command: Reinstate,
    state: State,
    programme: Programme,
    person: Person | None,
    naming: Naming,
) -> list[Event]:
    version = state.last_version
    before = state.ended.get(version - 1)
    reinstated = before is not None and before.status == "revoked" and before.actor
    if stage_of(state) is Stage.VALID and reinstated:
        return []
    moved(state, Act.OFFICER_REINSTATES)
    assessment = assess(state, programme)
    change = None
    if person is not None:
        change = reinstatement(state, person, assessment, Act.OFFICER_REINSTATES, command.reason)
    if person is None or change is None:
        lacking = ", ".join(assessment.missing) if person else "the holder's profile"
        raise NotAllowedError(
            "conflicting",
            "not-earned",
            f"certificate {state.issued[version].serial} cannot be reinstated, for this is "
            f"missing: {lacking}. Correct the facts first",
        )
    at = max(command.at, change.caused_at)
    return carry_out(change, person, Occasion(state, programme, naming, at, command.actor))
