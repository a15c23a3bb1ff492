"""What staff may say of a participant's attendance, and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Literal, assert_never

from ijaza_contracts.attendance import (
    AbsenceExcused,
    AttendanceCorrected,
    ReviewKind,
    ReviewResolved,
)
from ijaza_contracts.envelope import Event

from ijaza_attendance.domain import passes
from ijaza_attendance.domain.passes import IssuePass, RevokePass
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.refusals import NotAllowedError
from ijaza_attendance.domain.review import ReviewItem, worklist
from ijaza_attendance.domain.state import State
from ijaza_attendance.domain.times import seconds_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectAttendance:
    """Credit whole `minutes` for a session, as given, instead of what the scans say.

    `correction` is the command's own id: the same one again changes nothing.
    """

    session: str
    minutes: int
    actor: str
    reason: str
    at: datetime
    correction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcuseAbsence:
    """Take a session out of this person's scheduled and attended sums."""

    session: str
    actor: str
    reason: str
    at: datetime
    correction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveReview:
    """Give a verdict on a review item, named by its key. The item stays listed with it.

    With it can come what follows for the item's session: `minutes` to credit, or an excuse. The
    actor and `at` tell verdicts on one item apart: the same command again changes nothing.
    """

    kind: ReviewKind
    session: str
    scan_id: str
    detail: str
    verdict: Literal["accepted", "dismissed"]
    actor: str
    reason: str
    at: datetime
    minutes: int | None = None
    excuse: bool = False


Command = CorrectAttendance | ExcuseAbsence | ResolveReview | IssuePass | RevokePass


def decide(command: Command, state: State, programme: Programme | None) -> Sequence[Event]:
    """The events that a command gives; none if it was carried out before.

    Raises `NotAllowedError`: "not-known" for an edition, a participant of it or a review item
    that is not known, "invalid" for a session that the edition does not have, "conflicting" where
    the id of a correction was used for another one.
    """
    if programme is None or programme.edition != state.edition:
        raise NotAllowedError(
            "not-known",
            "edition-not-known",
            f"participant {state.participant}: the edition named is not known here, or this "
            "participant belongs to another one; check both, or publish the edition first",
        )
    match command:
        case CorrectAttendance():
            return _correct(command, state, programme)
        case ExcuseAbsence():
            return _excuse(command, state, programme)
        case ResolveReview():
            return _resolve(command, state, programme)
        case IssuePass():
            return passes.issue(command, state, programme)
        case RevokePass():
            return passes.revoke(command, state)
        case _:
            assert_never(command)


def _correct(command: CorrectAttendance, state: State, programme: Programme) -> list[Event]:
    of_session = state.corrections.get(command.session, {})
    known = of_session.get(command.correction)
    if known is not None and known.minutes == command.minutes:
        return []
    _check_unused(command.correction, state.corrections)
    _check_session(command.session, programme)
    if command.minutes < 0:
        raise NotAllowedError(
            "invalid",
            "minutes-negative",
            f"minutes {command.minutes} for session {command.session}: expected 0 or more",
        )
    return [
        AttendanceCorrected(
            edition=state.edition,
            participant=state.participant,
            at=command.at,
            session=command.session,
            minutes=command.minutes,
            correction=command.correction,
            ordinal=1 + max((each.ordinal for each in of_session.values()), default=0),
            actor=command.actor,
            reason=command.reason,
        )
    ]


def _excuse(command: ExcuseAbsence, state: State, programme: Programme) -> list[Event]:
    if command.correction in state.excuses.get(command.session, {}):
        return []
    _check_unused(command.correction, state.excuses)
    _check_session(command.session, programme)
    return [
        AbsenceExcused(
            edition=state.edition,
            participant=state.participant,
            at=command.at,
            session=command.session,
            correction=command.correction,
            actor=command.actor,
            reason=command.reason,
        )
    ]


def _resolve(command: ResolveReview, state: State, programme: Programme) -> list[Event]:
    return [*_verdict(command, state, programme), *_remedy(command, state, programme)]


def _verdict(command: ResolveReview, state: State, programme: Programme) -> list[Event]:
    item = _item_of(command)
    given = [
        each
        for each in state.verdicts
        if (each.kind, each.session, each.scan_id, each.detail) == item
        and (each.actor, each.at) == (command.actor, seconds_of(command.at))
    ]
    if given:
        if given[0].verdict == command.verdict:
            return []
        raise _said_otherwise(command, given[0].verdict)
    if item not in worklist(state, programme):
        raise NotAllowedError(
            "not-known",
            "review-item-not-known",
            f"no review item {command.kind} for session {command.session!r}, scan "
            f"{command.scan_id!r}, detail {command.detail!r}: take its key from the review list",
        )
    return [
        ReviewResolved(
            edition=state.edition,
            participant=state.participant,
            at=command.at,
            kind=command.kind,
            session=command.session,
            scan_id=command.scan_id,
            detail=command.detail,
            verdict=command.verdict,
            actor=command.actor,
            reason=command.reason,
        )
    ]


def _remedy(command: ResolveReview, state: State, programme: Programme) -> list[Event]:
    """What a verdict does to the seconds of its item's session."""
    correction = _remedy_id(command)
    if command.minutes is not None:
        known = state.corrections.get(command.session, {}).get(correction)
        if known is not None and known.minutes != command.minutes:
            raise _said_otherwise(command, f"{known.minutes} minutes")
        credit = CorrectAttendance(
            session=command.session,
            minutes=command.minutes,
            actor=command.actor,
            reason=command.reason,
            at=command.at,
            correction=correction,
        )
        return _correct(credit, state, programme)
    if command.excuse:
        excuse = ExcuseAbsence(
            session=command.session,
            actor=command.actor,
            reason=command.reason,
            at=command.at,
            correction=correction,
        )
        return _excuse(excuse, state, programme)
    return []


def _remedy_id(command: ResolveReview) -> str:
    """The id of what comes with a verdict: the verdict's own identity."""
    identity = (*_item_of(command), command.actor, str(seconds_of(command.at)))
    digest = blake2b("\x1f".join(identity).encode(), digest_size=16)
    return f"review-{digest.hexdigest()}"


def _item_of(command: ResolveReview) -> ReviewItem:
    return ReviewItem(command.kind, command.session, command.scan_id, command.detail)


def _said_otherwise(command: ResolveReview, said: str) -> NotAllowedError:
    return NotAllowedError(
        "conflicting",
        "verdict-given",
        f"{command.actor} said {said} of this item at that very time: give another verdict with "
        "a later time",
    )


def _check_session(session: str, programme: Programme) -> None:
    if session not in programme.sittings:
        raise NotAllowedError(
            "invalid",
            "session-not-known",
            f"session {session!r} is not in edition {programme.edition}: expected one of "
            f"{', '.join(programme.sittings)}",
        )


def _check_unused(correction: str, used: Mapping[str, Mapping[str, object]]) -> None:
    for session, of_session in used.items():
        if correction in of_session:
            raise NotAllowedError(
                "conflicting",
                "correction-id-used",
                f"correction {correction!r} is recorded for session {session} and says something "
                "else: give another correction an id of its own",
            )
