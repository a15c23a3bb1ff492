"""Passes of a participant: who gets one, which of them stands, and why another is refused."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ijaza_contracts.door import PassIssued, PassRevoked

from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.refusals import NotAllowedError
from ijaza_attendance.domain.state import Pass, State
from ijaza_attendance.domain.times import instant, seconds_of

VALID_AFTER_THE_END = timedelta(days=30)
"""How long after an edition's last session its passes are valid, unless the office says when."""

PassState = Literal["valid", "expired", "revoked", "replaced", "wrong-key", "withdrawn"]
"""How a pass stands; all but the first are what a door says when it refuses one."""

Occasion = Literal["batch", "anew"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePass:
    """Give a participant a pass, if none stands.

    `occasion` is what for: "batch" leaves alone whose last pass was revoked, for somebody meant
    that; "anew" gives a new one, and one in the place of the pass `replaces` even if it is valid.
    `serial_of` derives the serial of a participant's n-th pass, so that doing it again gives the
    same pass. `keys` are those that prove a pass now, `key_id` the one to sign with.
    """

    occasion: Occasion
    key_id: str
    keys: Collection[str]
    serial_of: Callable[[int], str]
    actor: str
    at: datetime
    expires_at: datetime | None = None
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokePass:
    """End a pass for good."""

    serial: str
    actor: str
    reason: str
    at: datetime


def standing(state: State) -> tuple[str, Pass] | None:
    """The serial and the newest of a participant's passes, whether it is valid or not."""
    return max(state.passes.items(), key=lambda each: each[1].ordinal, default=None)


def state_of(serial: str, state: State, keys: Collection[str], now: int) -> PassState:
    """How one of a participant's passes stands; `keys` are those that prove a pass now."""
    given = state.passes[serial]
    newest = standing(state)
    if state.withdrawn:
        return "withdrawn"
    if serial in state.passes_revoked:
        return "revoked"
    if newest is not None and newest[0] != serial:
        return "replaced"
    if given.key_id not in keys:
        return "wrong-key"
    return "expired" if now >= given.expires_at else "valid"


def issue(command: IssuePass, state: State, programme: Programme) -> list[PassIssued]:
    """The pass, or nothing if one stands. Raises `NotAllowedError`."""
    _check_takes_part(state)
    newest = standing(state)
    if newest is not None and not _makes_way(newest[0], command, state):
        return []
    at = command.at
    expires_at = command.expires_at or instant(programme.latest_end) + VALID_AFTER_THE_END
    if expires_at <= at:
        raise NotAllowedError(
            "invalid",
            "pass-expires-before-issue",
            f"a pass that expires at {expires_at.isoformat()} would be expired by now: give a "
            "later expires_at; without one it is 30 days after the edition's last session",
        )
    ordinal = newest[1].ordinal + 1 if newest else 1
    return [
        PassIssued(
            edition=state.edition,
            participant=state.participant,
            at=at,
            serial=command.serial_of(ordinal),
            ordinal=ordinal,
            key_id=command.key_id,
            expires_at=expires_at,
            actor=command.actor,
        )
    ]


def revoke(command: RevokePass, state: State) -> list[PassRevoked]:
    """The revocation, or nothing if it is revoked. Raises `NotAllowedError`."""
    if command.serial not in state.passes:
        raise _no_such_pass(command.serial)
    if command.serial in state.passes_revoked:
        return []
    return [
        PassRevoked(
            edition=state.edition,
            participant=state.participant,
            at=command.at,
            serial=command.serial,
            actor=command.actor,
            reason=command.reason,
        )
    ]


def _makes_way(serial: str, command: IssuePass, state: State) -> bool:
    """Whether a participant's newest pass is to be followed by another one."""
    if command.replaces:
        if command.replaces not in state.passes:
            raise _no_such_pass(command.replaces)
        # An older one was replaced before: the request is a repeat.
        return command.replaces == serial
    match state_of(serial, state, command.keys, seconds_of(command.at)):
        case "valid":
            return False
        case "revoked":
            return command.occasion == "anew"
        case _:
            return True


def _check_takes_part(state: State) -> None:
    if not state.takes_part:
        raise NotAllowedError(
            "conflicting",
            "not-taking-part",
            f"participant {state.participant} was not selected: select them first",
        )
    if state.withdrawn:
        raise NotAllowedError(
            "conflicting",
            "withdrawn",
            f"participant {state.participant} has withdrawn: who left gets no pass",
        )


def _no_such_pass(serial: str) -> NotAllowedError:
    return NotAllowedError(
        "not-known",
        "pass-not-known",
        f"this participant was given no pass {serial!r}: take the serial from the list of their "
        "passes",
    )
