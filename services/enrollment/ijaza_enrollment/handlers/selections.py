"""The selection: run, resumed where it was cut off, and changed by departures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ijaza_contracts.envelope import Event
from ijaza_runtime.errors import Conflicting, NotKnown
from ijaza_runtime.outbox import records_of

from ijaza_enrollment.domain.commands import Depart, Select
from ijaza_enrollment.domain.entries import Departure, Entry, as_of
from ijaza_enrollment.domain.run import (
    Page,
    Result,
    Run,
    events_between,
    result_of,
    rule_now,
)
from ijaza_enrollment.domain.selection import depart, ranking, roster, settle
from ijaza_enrollment.handlers.applicants import candidates
from ijaza_enrollment.handlers.editions import not_known
from ijaza_enrollment.storage import (
    TRIES,
    Change,
    Kept,
    Shelves,
    page_key,
    too_busy,
)

PAGE = 1000
"""Entries on a page; every page but the last is full."""


@dataclass(frozen=True, slots=True)
class Departed:
    """What came of departures: what became of those who left, and who got their seats."""

    departed: tuple[Result, ...]
    promoted: tuple[Result, ...]


class Selections:
    """Carries out the commands on selections, and answers what became of whom.

    Every command first finishes what an earlier one had begun.
    """

    def __init__(self, shelves: Shelves, page: int = PAGE) -> None:
        self._shelves = shelves
        self._page = page

    async def select(self, command: Select) -> Run | None:
        """Select the participants; again changes nothing, but numbers who is new on a roster.

        Returns how the selection stands; None if nobody has applied, and then nothing is
        recorded. Raises `NotKnown` for an unknown edition.
        """
        edition = command.edition
        published = await self._shelves.editions.get(edition)
        if published is None:
            not_known(edition)
        rule = published.state.definition.selection
        for _ in range(TRIES):
            kept = await self._resume(edition)
            if kept is not None and (kept.state.rule or not await self._unnumbered(edition)):
                return kept.state
            if kept is None and not await candidates(self._shelves, edition):
                return None
            begun = (
                Run(edition, rule, command.at, command.actor)
                if kept is None
                else replace(kept.state, phase="ordering", at=command.at, actor=command.actor)
            )
            if not await self._shelves.runs.save([(Change(begun, begun.latest), kept)]):
                resumed = await self._resume(edition)
                return resumed.state if resumed else None
        raise too_busy("selection")

    async def depart(self, command: Depart) -> Departed:
        """Apply departures in the order given, after all earlier ones, and fill free places.

        One whose id is recorded changes nothing. Raises `NotKnown` for somebody who is not in
        the selection, and `Conflicting` before the selection, or if an id was used for another
        departure.
        """
        edition = command.edition
        published = await self._shelves.editions.get(edition)
        if published is None:
            not_known(edition)
        for _ in range(TRIES):
            kept = await self._resume(edition)
            if kept is None:
                raise _not_made(edition)
            fresh = _fresh(kept.state, command.departures)
            entries = await self._entries(edition)
            _check_known(entries, command.departures)
            if fresh:
                begun = replace(
                    kept.state,
                    rule=rule_now(kept.state, published.state.definition.selection),
                    departures=(*kept.state.departures, *fresh),
                )
                if await self._shelves.runs.save([(Change(begun, begun.latest), kept)]):
                    continue
                kept = await self._resume(edition) or kept
                entries = await self._entries(edition)
            return _departed(kept.state, entries, command.departures)
        raise too_busy("selection")

    async def accept(self, edition: str, participant: str) -> Result:
        """Somebody says that they take their seat: "`accept` changes nothing", and leaves no trace.

        Raises `Conflicting` before the selection, and `NotKnown` for somebody who is not in it.
        """
        run = await self._settled(edition)
        entry = _entry_of(await self._entries(edition), participant)
        if entry is None:
            raise _not_in_it([participant])
        return result_of(run, entry)

    async def results(self, edition: str, after: int = 0, most: int = PAGE) -> list[Result]:
        """What became of the applicants in their order, those after the first `after`.

        Raises `Conflicting` before the selection.
        """
        run = await self._settled(edition)
        first, last = after // self._page, (after + most - 1) // self._page
        keys = [page_key(edition, index) for index in range(first, last + 1)]
        pages = await self._shelves.pages.load(keys)
        entries = [entry for key in keys if key in pages for entry in pages[key].state.entries]
        skip = after - first * self._page
        return [result_of(run, entry) for entry in entries[skip : skip + most]]

    async def result(self, edition: str, participant: str) -> Result | None:
        """What became of one applicant; None before the selection, or if it did not see them."""
        kept = await self._shelves.runs.get(edition)
        if kept is None or kept.state.phase != "settled":
            return None
        entry = _entry_of(await self._entries(edition), participant)
        return None if entry is None else result_of(kept.state, entry)

    async def _settled(self, edition: str) -> Run:
        kept = await self._shelves.runs.get(edition)
        if kept is None or kept.state.phase != "settled":
            raise _not_made(edition)
        return kept.state

    async def _entries(self, edition: str) -> list[Entry]:
        return _entries_of(await self._shelves.pages.scan(edition))

    async def _unnumbered(self, edition: str) -> bool:
        """Whether somebody is on the roster who was not at the last selection."""
        numbered = {entry.participant for entry in await self._entries(edition)}
        everybody = await candidates(self._shelves, edition)
        return any(one.participant not in numbered for one in everybody)

    async def _resume(self, edition: str) -> Kept[Run] | None:
        """Finish what was begun. Returns the run at rest, None if there is none."""
        for _ in range(TRIES):
            kept = await self._shelves.runs.get(edition)
            if kept is None or kept.state.resting:
                return kept
            await self._advance(kept)
        raise too_busy("selection")

    async def _advance(self, kept: Kept[Run]) -> None:
        """Take the step that is under way; if somebody else interferes, it is to be taken anew."""
        run = kept.state
        pages = await self._shelves.pages.scan(run.edition)
        again = await self._shelves.runs.get(run.edition)
        if again is None or again.version != kept.version:
            return  # the pages may be of another step than this one
        entries = _entries_of(pages)
        if run.phase == "ordering":
            after = await self._ordered(run, entries)
            done = replace(run, phase="seating")
        elif run.phase == "seating":
            after = settle(run.rule, entries)
            done = replace(run, phase="settled", settled=len(after))
        else:
            pending = run.departures[run.applied :]
            after = depart(run.rule, as_of(entries, run.applied), pending, run.applied)
            done = replace(run, applied=len(run.departures))
        if await self._write(run, pages, after):
            await self._shelves.runs.save([(Change(done, done.latest), kept)])

    async def _ordered(self, run: Run, entries: Sequence[Entry]) -> list[Entry]:
        """The entries in their order. Those settled earlier, on a roster, stay in front."""
        settled = entries[: run.settled]
        there = {entry.participant for entry in settled}
        everybody = await candidates(self._shelves, run.edition)
        if run.rule is not None:
            return ranking(everybody, run.rule)
        return [*settled, *roster(one for one in everybody if one.participant not in there)]

    async def _write(self, run: Run, pages: Sequence[Kept[Page]], after: Sequence[Entry]) -> bool:
        """Write the pages that change, one by one; False if somebody else wrote one meanwhile.

        A page that is left over, because a person was erased while the order was being written,
        is emptied.
        """
        for index in range(max(len(pages), -(-len(after) // self._page))):
            kept = pages[index] if index < len(pages) else None
            start = index * self._page
            page = Page(run.edition, index, tuple(after[start : start + self._page]))
            if kept is not None and kept.state == page:
                continue
            change = Change(page, run.latest, records_of(_events(run, kept, page)))
            if await self._shelves.pages.save([(change, kept)]):
                return False
        return True


def _entries_of(pages: Iterable[Kept[Page]]) -> list[Entry]:
    return [entry for kept in pages for entry in kept.state.entries]


def _entry_of(entries: Iterable[Entry], participant: str) -> Entry | None:
    return next((entry for entry in entries if entry.participant == participant), None)


def _events(run: Run, kept: Kept[Page] | None, page: Page) -> list[Event]:
    """What a page's new content says that its stored content does not."""
    if run.phase == "ordering" or kept is None:
        return []
    return [
        event
        for before, after in zip(kept.state.entries, page.entries, strict=True)
        for event in events_between(run, before, after)
    ]


def _fresh(run: Run, departures: Sequence[Departure]) -> list[Departure]:
    """The departures that are not recorded yet, each once."""
    known = {one.id: one for one in run.departures}
    fresh: dict[str, Departure] = {}
    for departure in departures:
        other = known.get(departure.id) or fresh.get(departure.id)
        if other is None:
            fresh[departure.id] = departure
        elif (other.participant, other.kind) != (departure.participant, departure.kind):
            raise Conflicting(
                "departure-differs",
                f"departure {departure.id} is recorded of participant {other.participant} with "
                f"another content: give a new departure an id of its own",
            )
    return list(fresh.values())


def _check_known(entries: Iterable[Entry], departures: Iterable[Departure]) -> None:
    there = {entry.participant for entry in entries}
    unknown = sorted({one.participant for one in departures} - there)
    if unknown:
        raise _not_in_it(unknown)


def _departed(run: Run, entries: Sequence[Entry], departures: Sequence[Departure]) -> Departed:
    ids = {departure.id for departure in departures}
    indexes = {index for index, one in enumerate(run.departures, start=1) if one.id in ids}
    leaving = {departure.participant for departure in departures}
    return Departed(
        departed=tuple(result_of(run, one) for one in entries if one.participant in leaving),
        promoted=tuple(result_of(run, one) for one in entries if one.selected_by in indexes),
    )


def _not_made(edition: str) -> Conflicting:
    return Conflicting(
        "selection-not-made", f"the selection of edition {edition} has not been made: run it first"
    )


def _not_in_it(participants: Sequence[str]) -> NotKnown:
    return NotKnown(
        "participant-not-known",
        f"not in this selection: {', '.join(participants)}; check the edition and the ids, and on "
        f"a roster run the selection once more for whoever was added since",
    )
