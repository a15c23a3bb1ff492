"""The sessions of an edition, and in words and events what became of them."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from ijaza_contracts.edition import Edition, Module, Session
from ijaza_contracts.enrollment import SessionChange, SessionsChanged

from ijaza_enrollment.domain.commands import (
    AddSession,
    CancelSession,
    MergeSessions,
    MoveSession,
    OfficeChange,
)
from ijaza_enrollment.domain.editions import EditionState, with_changes

KIND: Mapping[type[OfficeChange], Literal["cancel", "move", "add", "merge"]] = {
    CancelSession: "cancel",
    MoveSession: "move",
    AddSession: "add",
    MergeSessions: "merge",
}


class Placed(NamedTuple):
    """A session, and the module that it is of."""

    module: Module
    session: Session


def placed_sessions(definition: Edition) -> dict[str, Placed]:
    """Every session of a definition, by its id."""
    return {
        session.id: Placed(module, session)
        for module in definition.modules
        for session in module.sessions
    }


def explained(
    before: EditionState, after: EditionState, changes: Iterable[OfficeChange]
) -> list[SessionsChanged]:
    """For each change that led from one state to the other what it did, who asked, and why."""
    events: list[SessionsChanged] = []
    for change in changes:
        changed = with_changes(before, [change])
        events.append(
            SessionsChanged(
                edition=after.id,
                at=change.at,
                correction=change.correction,
                kind=KIND[type(change)],
                revision=after.revision,
                sessions=_differing(before.definition, changed.definition),
                actor=change.actor,
                reason=change.reason,
            )
        )
        before = changed
    return events


def stands(session: Session) -> str:
    """What holds of a session, as a predicate."""
    if session.merged_into:
        return f"was merged into {session.merged_into}"
    if session.cancelled:
        return "was cancelled"
    start, end = (each.isoformat().replace("+00:00", "Z") for each in (session.start, session.end))
    return f"is held from {start} to {end}"


def _differing(before: Edition, after: Edition) -> tuple[SessionChange, ...]:
    known = placed_sessions(before)
    return tuple(
        SessionChange(
            module=now.module.id,
            before=known[name].session if name in known else None,
            after=now.session,
        )
        for name, now in placed_sessions(after).items()
        if name not in known or known[name].session != now.session
    )
