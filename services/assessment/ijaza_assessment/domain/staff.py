"""What a member of staff said of an attempt: another score, or that it is annulled."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from ijaza_contracts.assessment import AttemptEvent

from ijaza_assessment.domain.scores import plain
from ijaza_assessment.domain.state import Annulment, Attempt, Correction
from ijaza_assessment.domain.times import whole

F = TypeVar("F", Correction, Annulment)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSaid:
    """What staff said in the command that an event comes from; without a correction, nothing.

    With a score it is a correction of the score, without one the annulment.
    """

    correction: str = ""
    score: Decimal | None = None
    at: datetime | None = None
    ordinal: int = 0
    actor: str = ""
    reason: str = ""


NOBODY = StaffSaid()


def staff_of(event: AttemptEvent) -> StaffSaid:
    """What staff said in the command that an event came from."""
    return StaffSaid(
        correction=event.correction,
        score=None if event.corrected_score is None else plain(event.corrected_score),
        at=None if event.corrected_at is None else whole(event.corrected_at),
        ordinal=event.ordinal,
        actor=event.actor,
        reason=event.reason,
    )


def with_staff(attempt: Attempt, staff: StaffSaid) -> Attempt:
    """The attempt with what staff said of it."""
    if not staff.correction or staff.at is None:
        return attempt
    if staff.score is None:
        annulment = Annulment(staff.at, staff.actor, staff.reason)
        kept = _kept(attempt.annulments, staff.correction, annulment)
        return replace(attempt, annulments=kept)
    correction = Correction(staff.at, staff.ordinal, staff.score, staff.actor, staff.reason)
    return replace(attempt, corrections=_kept(attempt.corrections, staff.correction, correction))


def _kept(facts: Mapping[str, F], key: str, fact: F) -> Mapping[str, F]:
    """The facts with one more; of two under one id, which never happens, the greater."""
    known = facts.get(key)
    return {**facts, key: fact if known is None else max(known, fact)}
