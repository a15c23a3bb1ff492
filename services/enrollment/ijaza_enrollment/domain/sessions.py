"""What officers do to the calendar: sessions moved, cancelled, added, merged into one.

A change is checked against what holds now, and recorded beside the other corrections of sessions
(`editions`); it makes a revision, and an event that tells who asked for it and why. An edition
that is closed takes changes too: what they do to certificates, its rule `on_change` says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar, assert_never

from ijaza_contracts.edition import Edition, Module, Session
from ijaza_contracts.enrollment import EditionPublished, SessionsChanged

from ijaza_enrollment.domain.calendar import Placed, explained, placed_sessions, stands
from ijaza_enrollment.domain.commands import (
    AddSession,
    CancelSession,
    ChangeCalendar,
    MergeSessions,
    MoveSession,
    OfficeChange,
)
from ijaza_enrollment.domain.definition import session_faults
from ijaza_enrollment.domain.editions import (
    EditionState,
    changes_of,
    published,
    same_change,
    with_changes,
)
from ijaza_enrollment.domain.refusals import NotAllowedError

LONGEST = timedelta(hours=24)
"""A session that is longer is a mistake in its dates."""

Asked = TypeVar("Asked", bound=OfficeChange)
Decided = tuple[EditionState, list[EditionPublished | SessionsChanged]]


def decide(state: EditionState, command: ChangeCalendar) -> Decided | None:
    """The edition with an officer's change, and the events that say so.

    None if the change is recorded already, or a session is to be moved to where it is. Raises
    `NotAllowedError`: "not-known" for a session of the address, "invalid" for what else the
    edition does not have and for times that cannot be, "conflicting" where the edition stands
    otherwise: at another revision, with the session cancelled, with another one at that time.
    """
    if not fresh(state, [command.change]):
        return None
    placed = placed_sessions(state.definition)
    _check_revision(state, command, placed)
    _check_possible(command.change, state.definition, placed)
    change = _last_word(command.change, state)
    after = with_changes(state, [change])
    _check_result(change, after)
    if after.revision == state.revision:
        return None
    publication = published(after, change.actor, change.reason)
    return after, [publication, *explained(state, after, [change])]


def fresh(state: EditionState, changes: Sequence[Asked]) -> list[Asked]:
    """The changes that are not recorded yet, each once.

    Raises `NotAllowedError` where an id was used for another change.
    """
    known = changes_of(state)
    found: dict[str, Asked] = {}
    for change in changes:
        other = known.get(change.correction) or found.get(change.correction)
        if other is None:
            found[change.correction] = change
        elif not same_change(other, change):
            raise NotAllowedError(
                "conflicting",
                "correction-differs",
                f"correction {change.correction} is recorded for session {other.session} with "
                "another content: give a new correction an id of its own",
            )
    return list(found.values())


def _check_revision(
    state: EditionState, command: ChangeCalendar, placed: Mapping[str, Placed]
) -> None:
    if command.revision == state.revision:
        return
    named = command.change.session
    now = stands(placed[named].session) if named in placed else "is not in it"
    raise NotAllowedError(
        "conflicting",
        "revision-differs",
        f"edition {state.id} is at revision {state.revision}, not {command.revision}: session "
        f"{named} {now}; look at the edition again, and send the change with that revision if "
        "it is still meant",
        revision=state.revision,
    )


def _check_possible(
    change: OfficeChange, definition: Edition, placed: Mapping[str, Placed]
) -> None:
    match change:
        case MoveSession():
            now = _held(change.session, placed)
            moved = now.session.model_copy(update={"start": change.start, "end": change.end})
            _check_times(moved)
        case CancelSession():
            _held(change.session, placed)
        case AddSession():
            _check_addition(change, definition, placed)
        case MergeSessions():
            _check_merger(change, placed)
        case _:
            assert_never(change)


def _held(session: str, placed: Mapping[str, Placed]) -> Placed:
    """A session that takes place."""
    now = placed.get(session)
    if now is None:
        raise NotAllowedError(
            "not-known",
            "session-not-known",
            f"the edition has no session {session}: expected one of {', '.join(placed)}",
        )
    if now.session.cancelled:
        raise NotAllowedError(
            "conflicting",
            "session-cancelled",
            f"session {session} {stands(now.session)}, and that stays so: add another session "
            "instead",
        )
    return now


def _check_addition(change: AddSession, definition: Edition, placed: Mapping[str, Placed]) -> None:
    modules = [module.id for module in definition.modules]
    if change.module not in modules:
        raise NotAllowedError(
            "invalid",
            "module-not-known",
            f"the edition has no module {change.module}: expected one of {', '.join(modules)}",
        )
    if known := placed.get(change.session):
        raise NotAllowedError(
            "conflicting",
            "session-exists",
            f"module {known.module.id} has a session {change.session}, which "
            f"{stands(known.session)}: move it, or give the new one an id of its own",
        )
    _check_times(change.added)


def _check_merger(change: MergeSessions, placed: Mapping[str, Placed]) -> None:
    into = _held(change.session, placed)
    if len({change.session, *change.merged}) != 1 + len(change.merged) or not change.merged:
        raise NotAllowedError(
            "invalid",
            "merger-unclear",
            f"to be merged into {change.session}: {', '.join(change.merged) or 'none'}; expected "
            "other sessions of its module, each named once",
        )
    for gone in change.merged:
        module = _held(gone, placed).module
        if module.id != into.module.id:
            raise NotAllowedError(
                "invalid",
                "modules-differ",
                f"session {gone} is of module {module.id}, session {change.session} of "
                f"{into.module.id}: sessions of one module only can be merged",
            )
    if change.held is not None:
        _check_times(change.held)


def _check_times(session: Session) -> None:
    faults = list(session_faults(session))
    if not faults and session.end - session.start > LONGEST:
        faults.append(f"session {session.id}: {stands(session)}; expected 24 hours at the most")
    if faults:
        raise NotAllowedError("invalid", "session-invalid", "; ".join(faults))


def _last_word(change: OfficeChange, state: EditionState) -> OfficeChange:
    """The change with an ordinal that lets it stand against all of the same second."""
    beside = [
        each.ordinal
        for each in changes_of(state).values()
        if (each.session, each.at) == (change.session, change.at)
    ]
    return replace(change, ordinal=1 + max(beside)) if beside else change


def _check_result(change: OfficeChange, after: EditionState) -> None:
    module, session = placed_sessions(after.definition)[change.session]
    asked = _times_asked(change)
    if asked is not None and asked != (session.start, session.end):
        raise NotAllowedError(
            "conflicting",
            "later-correction-stands",
            f"session {session.id} {stands(session)} by a correction that is dated later: "
            "date this one after it, with the other corrections of sessions",
        )
    held = [each for each in module.sessions if not each.cancelled]
    if not held:
        raise NotAllowedError(
            "conflicting",
            "last-session",
            f"session {session.id} is the last of module {module.id} that takes place: add "
            "another one first, or move this one",
        )
    if asked is not None:
        _check_no_overlap(session, held, module)


def _times_asked(change: OfficeChange) -> tuple[object, object] | None:
    match change:
        case MoveSession():
            return change.start, change.end
        case AddSession():
            return change.added.start, change.added.end
        case MergeSessions():
            return None if change.held is None else (change.held.start, change.held.end)
        case CancelSession():
            return None
        case _:
            assert_never(change)


def _check_no_overlap(session: Session, held: Iterable[Session], module: Module) -> None:
    for other in held:
        if other.id != session.id and other.start < session.end and session.start < other.end:
            raise NotAllowedError(
                "conflicting",
                "sessions-overlap",
                f"session {session.id} would overlap session {other.id} of module {module.id}, "
                f"which {stands(other)}: choose another time, or merge the two",
            )
