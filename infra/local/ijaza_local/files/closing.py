"""What corrections make of an edition's sessions, and when the edition closes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from ijaza_contracts.edition import Edition
from ijaza_enrollment.domain.commands import CancelSession, MoveSession, SessionChange
from ijaza_enrollment.domain.editions import EditionState, with_changes

from .corrections import OF_SESSIONS, move_of, numbered
from .model import Correction


def corrected_edition(edition: Edition, corrections: Sequence[Correction]) -> Edition:
    """The edition with its sessions moved and cancelled as the standing corrections say."""
    changes = session_changes(corrections)
    if not changes:
        return edition
    state = EditionState(edition, revision=1, revised_at=changes[0].at)
    return with_changes(state, changes).definition


def session_changes(corrections: Sequence[Correction]) -> list[SessionChange]:
    """The corrections of sessions as enrollment takes them, in the order of the file."""
    return [_change(row, nth) for row, nth in numbered(corrections) if row.kind in OF_SESSIONS]


def closing_time(edition: Edition, latest: datetime | None) -> datetime:
    """When the edition closes: `edition` has its sessions in their final times.

    "The edition closes at the latest time in the files other than approvals.csv, if that is
    later than `settle_hours` after its last session, otherwise then." The last session is that
    with the latest end "of the sessions not cancelled, in their new times". `settle_hours` are
    rounded up to whole seconds. Where every session is cancelled, `latest` alone counts.

    Raises:
        ValueError: every session is cancelled, and there is no latest time.
    """
    sessions = [session for module in edition.modules for session in module.sessions]
    settled = timedelta(seconds=ceil(edition.settle_hours * 3600))
    ends = [session.end + settled for session in sessions if not session.cancelled]
    return max([*ends, *([] if latest is None else [latest])])


def _change(row: Correction, nth: int) -> SessionChange:
    correction = f"{row.kind} {row.target} {row.at.isoformat()} {nth}"
    if row.kind == "cancel-session":
        return CancelSession(
            correction=correction,
            session=row.target,
            at=row.at,
            actor=row.actor,
            reason=row.reason,
            ordinal=nth,
        )
    start, end = move_of(row)
    return MoveSession(
        correction=correction,
        session=row.target,
        start=start,
        end=end,
        at=row.at,
        actor=row.actor,
        reason=row.reason,
        ordinal=nth,
    )
