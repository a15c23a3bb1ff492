"""An edition as enrollment keeps it: what was published, and the corrections of its sessions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar, assert_never

from ijaza_contracts.edition import Edition, Interval, Module, Selection, Session
from ijaza_contracts.enrollment import EditionClosed, EditionPublished

from ijaza_enrollment.domain.commands import (
    AddSession,
    CancelSession,
    MergeSessions,
    MoveSession,
    OfficeChange,
)

Change = TypeVar("Change", CancelSession, MoveSession, AddSession, MergeSessions)


@dataclass(frozen=True, slots=True)
class EditionState:
    """An edition at revision `revision`: `base` as defined, and every correction since, in order.

    The corrections are kept beside the base because a move is always measured from the base.
    """

    base: Edition
    revision: int
    revised_at: datetime
    cancelled: tuple[CancelSession, ...] = ()
    moved: tuple[MoveSession, ...] = ()
    added: tuple[AddSession, ...] = ()
    closed_at: datetime | None = None
    merged: tuple[MergeSessions, ...] = ()

    @property
    def id(self) -> str:
        """The edition's id."""
        return self.base.id

    @property
    def latest(self) -> datetime:
        """The time of the latest fact that bears on the edition."""
        closed = () if self.closed_at is None else (self.closed_at,)
        changes = changes_of(self).values()
        latest: datetime = max((self.revised_at, *closed, *(change.at for change in changes)))
        return latest

    @property
    def definition(self) -> Edition:
        """What holds now: the base with the standing corrections of its sessions."""
        if not (self.cancelled or self.moved or self.added or self.merged):
            return self.base
        modules = tuple(_corrected(module, self) for module in self.base.modules)
        return self.base.model_copy(update={"modules": modules})


def published(state: EditionState, actor: str, reason: str) -> EditionPublished:
    """The event that says the edition's present revision."""
    return EditionPublished(
        edition=state.id,
        at=state.revised_at,
        revision=state.revision,
        definition=state.definition,
        actor=actor,
        reason=reason,
    )


def with_base(state: EditionState, base: Edition, at: datetime) -> EditionState:
    """The next revision: another definition, on which the recorded corrections hold too."""
    return replace(state, base=base, revision=state.revision + 1, revised_at=at)


def closed(state: EditionState, at: datetime, actor: str) -> tuple[EditionState, EditionClosed]:
    """The edition closed as of `at`, and the event that says so."""
    return replace(state, closed_at=at), EditionClosed(edition=state.id, at=at, actor=actor)


def changes_of(state: EditionState) -> dict[str, OfficeChange]:
    """Every correction of a session recorded so far, by its id."""
    recorded: tuple[OfficeChange, ...] = (
        *state.cancelled,
        *state.moved,
        *state.added,
        *state.merged,
    )
    return {change.correction: change for change in recorded}


def same_change(one: OfficeChange, other: OfficeChange) -> bool:
    """Whether two corrections ask for the same, whoever asked, and when and why."""
    if isinstance(one, MoveSession) and isinstance(other, MoveSession):
        return (one.session, one.start, one.end) == (other.session, other.start, other.end)
    if isinstance(one, AddSession) and isinstance(other, AddSession):
        return (one.module, one.added) == (other.module, other.added)
    if isinstance(one, MergeSessions) and isinstance(other, MergeSessions):
        said, again = (one.session, set(one.merged)), (other.session, set(other.merged))
        return said == again and one.held == other.held
    return type(one) is type(other) and one.session == other.session


def with_changes(state: EditionState, changes: Sequence[OfficeChange]) -> EditionState:
    """The edition with further corrections; a new revision where they change what holds.

    A correction that an earlier one of a later `at` outweighs is recorded and changes nothing.
    """
    after = state
    for change in changes:
        match change:
            case CancelSession():
                after = replace(after, cancelled=(*after.cancelled, change))
            case MoveSession():
                after = replace(after, moved=(*after.moved, change))
            case AddSession():
                after = replace(after, added=(*after.added, change))
            case MergeSessions():
                after = replace(after, merged=(*after.merged, change))
            case _:
                assert_never(change)
    if after.definition == state.definition:
        return after
    at = max(change.at for change in changes)
    return replace(after, revision=state.revision + 1, revised_at=at)


def same_order(one: Selection | None, other: Selection | None) -> bool:
    """Whether two rules order and group applicants alike: all that a selection made cannot undo."""
    if one is None or other is None:
        return one is other
    return (one.require, one.prefer) == (other.require, other.prefer) and (
        [limit.per for limit in one.at_most] == [limit.per for limit in other.at_most]
    )


def _corrected(module: Module, state: EditionState) -> Module:
    taken = {session.id for each in state.base.modules for session in each.sessions}
    additions = _standing(state.added).values()
    sessions = (
        *module.sessions,
        *(
            change.added
            for change in additions
            if change.module == module.id and change.session not in taken
        ),
    )
    moves, mergers = _standing(state.moved), _standing(_with_times(state.merged))
    cancelled = {change.session for change in state.cancelled}
    into = {session.id: session.merged_into for session in sessions if session.merged_into}
    into |= {gone: change.session for change in state.merged for gone in change.merged}
    return module.model_copy(
        update={
            "sessions": tuple(
                _ended(
                    _placed(session, moves.get(session.id), mergers.get(session.id)),
                    session.id in cancelled,
                    _last(session.id, into),
                )
                for session in sessions
            )
        }
    )


def _placed(session: Session, move: MoveSession | None, merger: MergeSessions | None) -> Session:
    """A session in its standing times; a move counts from what a merger before it has made."""
    if merger is not None and merger.held is not None:
        held = merger.held
        times = {"start": held.start, "end": held.end, "breaks": held.breaks}
        session = session.model_copy(update=times)
        if move is not None and (move.at, move.ordinal) < (merger.at, merger.ordinal):
            return session
    return session if move is None else _moved(session, move)


def _ended(session: Session, cancelled: bool, into: str) -> Session:
    """A session as cancelled: "a moved session that is cancelled stays cancelled"."""
    if into:
        return session.model_copy(update={"cancelled": True, "merged_into": into})
    return session.model_copy(update={"cancelled": True}) if cancelled else session


def _last(session: str, into: Mapping[str, str]) -> str:
    """The session that one was merged into, over all mergers; empty if it was not merged."""
    passed: set[str] = set()
    while session in into and session not in passed:
        passed.add(session)
        session = into[session]
    return session if passed else ""


def _with_times(mergers: Iterable[MergeSessions]) -> Iterator[MergeSessions]:
    return (change for change in mergers if change.held is not None)


def _moved(session: Session, move: MoveSession) -> Session:
    """A session in its new times: "its breaks move by the same elapsed time as its start"."""
    shift = move.start - session.start
    breaks = tuple(
        Interval(start=each.start + shift, end=each.end + shift) for each in session.breaks
    )
    return session.model_copy(update={"start": move.start, "end": move.end, "breaks": breaks})


def _standing(changes: Iterable[Change]) -> dict[str, Change]:
    """The correction that holds for each session.

    Of several "the one with the latest `at` stands, of equal ones the one further down".
    """
    standing: dict[str, Change] = {}
    for change in changes:
        other = standing.get(change.session)
        if other is None or (change.at, change.ordinal) >= (other.at, other.ordinal):
            standing[change.session] = change
    return standing
