"""Editions: published, revised, closed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Never

from ijaza_contracts.envelope import Event
from ijaza_runtime.errors import Conflicting, Invalid, NotKnown, refusal
from ijaza_runtime.outbox import records_of

from ijaza_enrollment.domain import sessions
from ijaza_enrollment.domain.calendar import explained
from ijaza_enrollment.domain.commands import (
    ChangeCalendar,
    ChangeSessions,
    CloseEdition,
    PublishEdition,
)
from ijaza_enrollment.domain.definition import faults_of, faults_of_changes, merger_faults
from ijaza_enrollment.domain.editions import (
    EditionState,
    closed,
    published,
    same_order,
    with_base,
    with_changes,
)
from ijaza_enrollment.domain.refusals import NotAllowedError
from ijaza_enrollment.domain.run import Run
from ijaza_enrollment.storage import Change, Shelves

Decided = Change[EditionState] | None


class Editions:
    """Carries out the commands on editions, and answers what an edition is."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    async def get(self, edition: str) -> EditionState:
        """An edition. Raises `NotKnown`."""
        kept = await self._shelves.editions.get(edition)
        if kept is None:
            not_known(edition)
        return kept.state

    async def publish(self, command: PublishEdition) -> EditionState:
        """Publish a definition: as revision 1, or with `revise` as the next one.

        The recorded definition again changes nothing; corrections of sessions stay recorded and
        hold on the new definition too. Raises `Invalid` naming every fault of the definition,
        and `Conflicting` if another one is recorded and `revise` is not set, if it would change
        what a selection already made rests on, or the host by which certificates name their
        issuer, or take away what sessions were merged into.
        """
        definition = command.definition
        _refuse("edition-invalid", faults_of(definition))
        run = await self._shelves.runs.get(definition.id)

        def decide(_: str, state: EditionState | None) -> Decided:
            if state is not None and state.base == definition:
                return None
            if state is None:
                return _change(EditionState(definition, 1, command.at), command)
            if not command.revise:
                raise Conflicting(
                    "edition-differs",
                    f"edition {definition.id} is recorded otherwise, in revision "
                    f"{state.revision}: publish it as a revision if this is meant to change it",
                )
            _check_selection(definition.id, run.state if run else None, command)
            _check_host(state, command)
            after = with_base(state, definition, command.at)
            _check_mergers(after)
            return _change(after, command)

        return (await self._shelves.editions.update([definition.id], decide))[definition.id]

    async def change_sessions(self, command: ChangeSessions) -> EditionState:
        """Cancel, move or add sessions, all in one revision.

        Corrections whose ids are recorded already change nothing. Raises `NotKnown`, `Invalid`
        naming every fault, and `Conflicting` if an id was used for another correction.
        """

        def decide(edition: str, state: EditionState | None) -> Decided:
            if state is None:
                not_known(edition)
            with _answered():
                fresh = sessions.fresh(state, command.changes)
            if not fresh:
                return None
            _refuse("correction-invalid", faults_of_changes(state.definition, fresh))
            after = with_changes(state, fresh)
            told = explained(state, after, fresh)
            if after.revision == state.revision:
                return _saying(after, *told)
            latest = max(fresh, key=lambda change: (change.at, change.ordinal))
            return _saying(after, published(after, latest.actor, latest.reason), *told)

        return (await self._shelves.editions.update([command.edition], decide))[command.edition]

    async def change_calendar(self, command: ChangeCalendar) -> EditionState:
        """Move, cancel, add or merge sessions as an officer asks.

        The same change again changes nothing. Raises `NotKnown`, `Invalid` and `Conflicting` as
        `sessions.decide` says.
        """

        def decide(edition: str, state: EditionState | None) -> Decided:
            if state is None:
                not_known(edition)
            with _answered():
                decided = sessions.decide(state, command)
            if decided is None:
                return None
            after, events = decided
            return _saying(after, *events)

        return (await self._shelves.editions.update([command.edition], decide))[command.edition]

    async def close(self, command: CloseEdition) -> EditionState:
        """Close an edition. One that is closed keeps the time it has. Raises `NotKnown`."""

        def decide(edition: str, state: EditionState | None) -> Decided:
            if state is None:
                not_known(edition)
            if state.closed_at is not None:
                return None
            after, event = closed(state, command.at, command.actor)
            return _saying(after, event)

        return (await self._shelves.editions.update([command.edition], decide))[command.edition]


def not_known(edition: str) -> Never:
    """Refuse what names an edition that was never published."""
    raise NotKnown("edition-not-known", f"there is no edition {edition}: publish it first")


def _change(state: EditionState, command: PublishEdition) -> Change[EditionState]:
    return _saying(state, published(state, command.actor, command.reason))


def _saying(state: EditionState, *events: Event) -> Change[EditionState]:
    return Change(state, state.latest, records_of(events))


@contextmanager
def _answered() -> Iterator[None]:
    """What the rules do not allow is refused as the API knows it."""
    try:
        yield
    except NotAllowedError as error:
        raise refusal(error.kind, error.code, error.detail, **error.members) from None


def _check_mergers(state: EditionState) -> None:
    if faults := merger_faults(state.definition):
        raise Conflicting(
            "merger-broken",
            f"{'; '.join(faults)}: keep in the new definition what sessions were merged into",
        )


def _check_selection(edition: str, run: Run | None, command: PublishEdition) -> None:
    if run is not None and not same_order(run.rule, command.definition.selection):
        raise Conflicting(
            "selection-made",
            f"the selection of edition {edition} has been made: require, prefer, the columns of "
            f"at_most, and whether there is a selection at all, cannot change any more; leave "
            f"them as they are (capacity, seats and promote_until may change)",
        )


def _check_host(state: EditionState, command: PublishEdition) -> None:
    host = state.base.issuer.did_host
    if state.closed_at is not None and host != command.definition.issuer.did_host:
        raise Conflicting(
            "issuer-host-fixed",
            f"edition {state.id} is closed: its certificates name their issuer and their status "
            f"lists by the host {host}, and would hold no more under another one; leave "
            "issuer.did_host as it is",
        )


def _refuse(code: str, faults: Iterable[str]) -> None:
    text = "; ".join(faults)
    if text:
        raise Invalid(code, text)
