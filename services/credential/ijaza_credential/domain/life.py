"""The life of a participant's certificate: what may happen to it at which stage.

A certificate is one serial. Its versions 1, 2, … are credentials of their own, each of which names
the one before; at most the last is valid, and none is ever deleted. Facts act as the edition's
policy says (`domain/gate.py`); officers act by commands.

    none ──▶ awaiting approval ──issue──▶ valid ──supersede, officer reissues──▶ valid, next version
                                            │
                          revoke ◀──────────┴──────────▶ officer revokes
                             │                                 │
                          reinstate                   officer reinstates
                             └──────▶ valid, in the next version ◀──┘
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ijaza_credential.domain.refusals import NotAllowedError
from ijaza_credential.domain.state import State


class Stage(StrEnum):
    """Where a certificate is in its life.

    It awaits approval if nothing was issued and only somebody's word is missing. It is superseded
    while its next version, which was issued with the same word, has not been heard of yet.
    """

    NONE = "none"
    AWAITING_APPROVAL = "awaiting approval"
    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    REVOKED_BY_OFFICER = "revoked by an officer"


class Act(StrEnum):
    """What can be done to a certificate: the first four by the facts, the others by officers."""

    ISSUE = "issue"
    SUPERSEDE = "supersede"
    REVOKE = "revoke"
    REINSTATE = "reinstate"
    OFFICER_REVOKES = "officer revokes"
    OFFICER_REINSTATES = "officer reinstates"
    OFFICER_REISSUES = "officer reissues"


class Began(StrEnum):
    """How a version came to be valid."""

    ISSUED = "issued"
    SUPERSEDING = "superseding"
    REISSUED = "reissued"
    REINSTATED = "reinstated"


@dataclass(frozen=True, slots=True)
class Illegal:
    """An act that a stage does not allow; `code` is for programs, `why` says what to do."""

    code: str
    why: str


_NOTHING_THERE = Illegal("no-certificate", "there is no certificate yet, so nothing is to change")
_NOTHING_TO_REVOKE = Illegal("no-certificate", "there is no certificate: nothing is to revoke")
_NOTHING_TO_REISSUE = Illegal(
    "no-certificate", "there is no certificate yet: nothing is to be issued anew"
)
_THERE_ALREADY = Illegal("issued-already", "a certificate was issued: later ones follow upon it")
_STILL_VALID = Illegal("still-valid", "the certificate is valid: only a revoked one comes back")
_NOT_VALID = Illegal("not-valid", "the certificate is revoked: only a valid one can be changed")
_REVOKED_BY_FACTS = Illegal(
    "not-valid",
    "the facts no longer earn the certificate and have revoked it: only a valid one can be revoked",
)
_REVOKED_NOT_REISSUED = Illegal(
    "not-valid", "the certificate is revoked: only a valid one is issued anew"
)
_NOT_BY_OFFICER = Illegal(
    "not-revoked-by-officer",
    "no officer has revoked the certificate: what the facts revoke, they bring back when they "
    "earn it again",
)
_OFFICERS_WORD = Illegal(
    "revoked-by-officer", "an officer revoked the certificate: only an officer reinstates it"
)
_NEXT_NOT_HEARD_OF = Illegal(
    "superseded", "the next version of the certificate is on its way: try again in a moment"
)

_BEFORE_THE_FIRST: Mapping[Act, Stage | Illegal] = {
    Act.ISSUE: Stage.VALID,
    Act.SUPERSEDE: _NOTHING_THERE,
    Act.REVOKE: _NOTHING_THERE,
    Act.REINSTATE: _NOTHING_THERE,
    Act.OFFICER_REVOKES: _NOTHING_TO_REVOKE,
    Act.OFFICER_REINSTATES: _NOT_BY_OFFICER,
    Act.OFFICER_REISSUES: _NOTHING_TO_REISSUE,
}

LIFE: Mapping[Stage, Mapping[Act, Stage | Illegal]] = {
    Stage.NONE: _BEFORE_THE_FIRST,
    Stage.AWAITING_APPROVAL: _BEFORE_THE_FIRST,
    Stage.VALID: {
        Act.ISSUE: _THERE_ALREADY,
        Act.SUPERSEDE: Stage.VALID,
        Act.REVOKE: Stage.REVOKED,
        Act.REINSTATE: _STILL_VALID,
        Act.OFFICER_REVOKES: Stage.REVOKED_BY_OFFICER,
        Act.OFFICER_REINSTATES: _NOT_BY_OFFICER,
        Act.OFFICER_REISSUES: Stage.VALID,
    },
    Stage.SUPERSEDED: dict.fromkeys(Act, _NEXT_NOT_HEARD_OF),
    Stage.REVOKED: {
        Act.ISSUE: _THERE_ALREADY,
        Act.SUPERSEDE: _NOT_VALID,
        Act.REVOKE: _NOT_VALID,
        Act.REINSTATE: Stage.VALID,
        Act.OFFICER_REVOKES: _REVOKED_BY_FACTS,
        Act.OFFICER_REINSTATES: _NOT_BY_OFFICER,
        Act.OFFICER_REISSUES: _REVOKED_NOT_REISSUED,
    },
    Stage.REVOKED_BY_OFFICER: {
        Act.ISSUE: _THERE_ALREADY,
        Act.SUPERSEDE: _NOT_VALID,
        Act.REVOKE: _NOT_VALID,
        Act.REINSTATE: _OFFICERS_WORD,
        Act.OFFICER_REVOKES: Stage.REVOKED_BY_OFFICER,
        Act.OFFICER_REINSTATES: Stage.VALID,
        Act.OFFICER_REISSUES: _OFFICERS_WORD,
    },
}
"""Stage and act → the stage that follows, or why it may not be."""


def stage_of(state: State, *, waits: bool = False) -> Stage:
    """Where a participant's certificate is; `waits` if its first issue asks for approval."""
    version = state.last_version
    if not version:
        return Stage.AWAITING_APPROVAL if waits else Stage.NONE
    match state.status(version):
        case "valid":
            return Stage.VALID
        case "superseded":
            return Stage.SUPERSEDED
        case "revoked":
            by_officer = bool(state.ended[version].actor)
            return Stage.REVOKED_BY_OFFICER if by_officer else Stage.REVOKED


def allows(stage: Stage, act: Act) -> bool:
    """Whether an act may be done at a stage."""
    return isinstance(LIFE[stage][act], Stage)


def moved(state: State, act: Act) -> Stage:
    """The stage that an act leads to.

    Raises `NotAllowedError` if the certificate's stage does not allow it.
    """
    follows = LIFE[stage_of(state)][act]
    if isinstance(follows, Illegal):
        raise NotAllowedError("conflicting", follows.code, f"{_certificate(state)}: {follows.why}")
    return follows


def began(state: State, version: int) -> Began:
    """How a version of a certificate began."""
    if version - 1 not in state.issued:
        return Began.ISSUED
    if state.status(version - 1) == "revoked":
        return Began.REINSTATED
    before = state.ended.get(version - 1)
    return Began.REISSUED if before is not None and before.actor else Began.SUPERSEDING


def successor(state: State, version: int) -> str:
    """The id of the credential that followed a version under its serial, or empty."""
    follows = state.issued.get(version + 1)
    return follows.credential_id if follows else ""


def _certificate(state: State) -> str:
    last = state.issued.get(state.last_version)
    return f"certificate {last.serial}" if last else f"participant {state.participant}"
