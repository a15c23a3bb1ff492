"""What staff may say of a participant's certificates, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from ijaza_contracts.credential import CertificateApproved
from ijaza_contracts.envelope import Event

from ijaza_credential.domain.change import Naming, proposal, reinstatement
from ijaza_credential.domain.issue import Occasion, carry_out, revoke
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.refusals import NotAllowedError
from ijaza_credential.domain.rules import assess
from ijaza_credential.domain.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Let a participant's certificate be issued, or changed as is proposed now."""

    actor: str
    at: datetime


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


Command = Approve | Revoke | Reinstate


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
        case Revoke():
            return _revoke(command, state, programme, naming)
        case Reinstate():
            return _reinstate(command, state, programme, person, naming)
        case _:
            assert_never(command)


def _approve(
    command: Approve, state: State, programme: Programme, person: Person | None
) -> list[Event]:
    """An approval is for the first issue, whenever it is given, or for the change proposed now.

    Given while nothing waits for one it is kept with the change made last, where it has no
    effect: it must not let the next change pass, of which nobody knows yet.
    """
    given = any(of_step.get(command.actor) == command.at for of_step in state.approvals.values())
    waits = not state.issued or proposal(state, programme, person) is not None
    step = state.step if waits else state.step - 1
    if given or command.actor in state.approvals.get(step, {}):
        return []
    return [
        CertificateApproved(
            edition=state.edition,
            participant=state.participant,
            at=command.at,
            version=step,
            actor=command.actor,
        )
    ]


def _revoke(command: Revoke, state: State, programme: Programme, naming: Naming) -> list[Event]:
    version = state.last_version
    if not version:
        raise NotAllowedError(
            "conflicting",
            "no-certificate",
            f"participant {state.participant} has no certificate: there is nothing to revoke",
        )
    ended = state.ended.get(version)
    if ended is None:
        return revoke(command.reason, Occasion(state, programme, naming, command.at, command.actor))
    if ended.actor:
        return []
    raise NotAllowedError(
        "conflicting",
        "not-valid",
        f"certificate {state.issued[version].serial} was revoked on {ended.at:%Y-%m-%d}, because "
        f"the facts no longer earn it ({ended.because}): only a valid one can be revoked",
    )


def _reinstate(
    command: Reinstate,
    state: State,
    programme: Programme,
    person: Person | None,
    naming: Naming,
) -> list[Event]:
    version = state.last_version
    ended, before = state.ended.get(version), state.ended.get(version - 1)
    if version and ended is None and before is not None and before.actor:
        return []
    if ended is None or not ended.actor:
        raise NotAllowedError(
            "conflicting",
            "not-revoked-by-officer",
            f"participant {state.participant} has no certificate that an officer revoked: what "
            "the facts revoke, they bring back when they earn it again",
        )
    assessment = assess(state, programme)
    change = reinstatement(state, person, assessment) if person else None
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
