"""What becomes of the calendar: a session moved, one cancelled where the rules allow it."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from ijaza_contracts.edition import Edition, Module, Session

from ijaza_local.files import Correction

UTC_FORM = "%Y-%m-%dT%H:%M:%SZ"
FEWEST_SESSIONS = 4
"""Below so many sessions an edition is too small to lose or to move one."""


def session_corrections(edition: Edition, chance: Random) -> list[Correction]:
    """A session moved by some days and, where the hours that remain suffice, one cancelled."""
    sessions = [session for module in edition.modules for session in module.sessions]
    if len(sessions) < FEWEST_SESSIONS:
        return []
    corrections = []
    spare = list(_spare(edition))
    cancelled = chance.choice(spare) if spare else None
    if cancelled:
        at = cancelled.start - timedelta(hours=26)
        corrections.append(
            Correction("cancel-session", "", cancelled.id, "", "office-1", "Public holiday", at)
        )
    moved = chance.choice([session for session in sessions if session is not cancelled])
    shift = timedelta(days=chance.choice((1, 2, 3)))
    times = f"{(moved.start + shift).strftime(UTC_FORM)}/{(moved.end + shift).strftime(UTC_FORM)}"
    at = moved.start - timedelta(days=3)
    reason = "Hall not available"
    corrections.append(Correction("move-session", "", moved.id, times, "office-1", reason, at))
    return corrections


def _spare(edition: Edition) -> Iterator[Session]:
    """Sessions without which every certificate's hours can still be reached in their module."""
    asked = [one.requires.attendance for one in edition.certificates]
    needed = max((one.min_hours for one in asked if one and one.min_hours), default=0)
    for module in edition.modules:
        for session in module.sessions:
            if len(module.sessions) > 1 and needed * 3600 <= _scheduled(module, without=session):
                yield session


def _scheduled(module: Module, *, without: Session) -> int:
    """Seconds of a module's other sessions less their breaks."""
    left = timedelta()
    for session in module.sessions:
        if session is not without:
            left += session.end - session.start
            left -= sum((one.end - one.start for one in session.breaks), timedelta())
    return left // timedelta(seconds=1)
