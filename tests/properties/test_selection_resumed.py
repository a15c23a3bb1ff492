"""The selection, cut off anywhere or run by two processes: as if it had been one alone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ijaza_contracts.envelope import Event, ParticipantEvent
from ijaza_contracts.topics import ENROLLMENT
from ijaza_enrollment.domain.commands import Depart, Select
from ijaza_enrollment.domain.entries import Departure
from ijaza_enrollment.domain.run import Result
from ijaza_enrollment.domain.selection import run_selection
from ijaza_enrollment.handlers import Selections
from ijaza_enrollment.storage import Shelves
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Record
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.store import Document

from tests.properties.cohorts import Cohort, applications, cohorts
from tests.unit.enrollment.given import (
    EDITION,
    SELECTED_AT,
    World,
    edition,
    world,
)


class Cut(Exception):
    """The process ends, as by `kill -9`."""


class Fuse:
    """Ends the process before its step number `left`, and never if that is 0."""

    def __init__(self, left: int) -> None:
        self.left = left

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Cut


class FusedStore(MemoryStore):
    """A store whose process can end before each write of one document."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self.fuse = fuse

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        refused: frozenset[str] = frozenset()
        for document in documents:
            self.fuse.step()
            refused |= await super().save(collection, [document])
        return refused

    async def sent(self, collection: str, versions: Mapping[str, int]) -> None:
        self.fuse.step()
        await super().sent(collection, versions)


class FusedBus(MemoryBus):
    """A bus whose process can end before, and in the middle of, each publication."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self.fuse = fuse

    async def publish(self, records: Sequence[Record]) -> None:
        self.fuse.step()
        await super().publish(records[: len(records) // 2])
        self.fuse.step()
        await super().publish(records[len(records) // 2 :])


async def play(cohort: Cohort, cuts: Sequence[int], page: int) -> World:
    """The whole selection by commands, cut off after each number of steps in turn, and resumed.

    What the cuts left in the outboxes is relayed after all of them only, and so is carried along.
    """
    fuse = Fuse(0)
    place = await world(FusedStore(fuse), FusedBus(fuse))
    await place.open_call(edition(cohort.asked), *applications(cohort))
    departures = tuple(map(place.of_person, cohort.departures))
    half = len(departures) // 2
    for left in (*cuts, 0):
        fuse.left = left
        selections = Selections(Shelves(place.store, place.outbox), page=page)
        try:
            await selections.select(Select(edition=EDITION, at=SELECTED_AT, actor="staff-7"))
            if cohort.applicants:
                await selections.depart(Depart(edition=EDITION, departures=departures[:half]))
                await selections.depart(Depart(edition=EDITION, departures=departures[half:]))
        except Cut:
            continue
        break
    fuse.left = 0
    await place.relay()
    return place


async def results(place: World, page: int) -> list[Result]:
    """Every result, read page by page."""
    selections = Selections(Shelves(place.store, place.outbox), page=page)
    found: list[Result] = []
    while some := await selections.results(EDITION, len(found), 2):
        found.extend(some)
    return found


def once(events: Sequence[Event]) -> dict[str, Event]:
    """Events by id; sent again, each says the same."""
    first: dict[str, Event] = {}
    for event in events:
        assert first.setdefault(event.id, event) == event
    return first


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(cohorts(), st.lists(st.integers(1, 20), max_size=8), st.integers(1, 3))
def test_a_selection_that_is_cut_off_anywhere_ends_as_if_it_were_not(
    cohort: Cohort, cuts: list[int], page: int
) -> None:
    """Resumed after `kill -9` between any two writes: the same results, no event lost or other."""

    async def scenario() -> None:
        cut_off, whole = await play(cohort, cuts, page), await play(cohort, [], 1000)
        if cohort.applicants:
            known = [replace(one, participant=cut_off.id_of(one.ref)) for one in cohort.applicants]
            leaving = list(map(cut_off.of_person, cohort.departures))
            expected = run_selection(cohort.asked, known, leaving)
            assert [
                (one.participant, one.outcome, one.rank, one.number)
                for one in await results(cut_off, page)
            ] == [(one.participant, one.outcome, one.rank, one.number) for one in expected]
        events = once(await cut_off.published(ENROLLMENT))
        assert events == once(await whole.published(ENROLLMENT))
        _assert_seat_before_withdrawal(list(events.values()))

    asyncio.run(scenario())


def _assert_seat_before_withdrawal(events: Sequence[Event]) -> None:
    """Nobody is first told to have left, and then to be selected."""
    left: set[str] = set()
    for event in events:
        assert isinstance(event, ParticipantEvent)
        kind = type(event).__name__
        assert not (kind == "ParticipantSelected" and event.participant in left)
        if kind == "ParticipantWithdrawn":
            left.add(event.participant)


class YieldingStore(MemoryStore):
    """A store that lets the other process go on in the middle of things, by a given pattern."""

    def __init__(self, pattern: Sequence[int]) -> None:
        super().__init__()
        self.turns = cycle(pattern)

    async def load(self, collection: str, keys: Sequence[str]) -> Mapping[str, Document]:
        await self._others()
        return await super().load(collection, keys)

    async def page(
        self, collection: str, *, scope: str, after: str = "", most: int
    ) -> Sequence[Document]:
        await self._others()
        return await super().page(collection, scope=scope, after=after, most=most)

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        await self._others()
        return await super().save(collection, documents)

    async def _others(self) -> None:
        for _ in range(next(self.turns)):
            await asyncio.sleep(0)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    cohorts(),
    st.lists(st.sampled_from([0, 1, 2, 9, 60]), min_size=1, max_size=30),
    st.integers(1, 3),
)
def test_two_processes_at_once_leave_one_selection(
    cohort: Cohort, pattern: list[int], page: int
) -> None:
    """Both select and apply departures at the same time, in any interleaving of their steps."""

    async def scenario() -> None:
        place = await world(YieldingStore(pattern))
        await place.open_call(edition(cohort.asked), *applications(cohort))
        departures = tuple(map(place.of_person, cohort.departures))
        half = len(departures) // 2

        async def process(mine: tuple[Departure, ...]) -> None:
            outbox = Outbox(place.bus, place.store)
            selections = Selections(Shelves(place.store, outbox), page=page)
            await selections.select(Select(edition=EDITION, at=SELECTED_AT, actor="staff-7"))
            if cohort.applicants:
                await selections.depart(Depart(edition=EDITION, departures=mine))

        await asyncio.gather(process(departures[:half]), process(departures[half:]))

        if cohort.applicants:
            run = await Shelves(place.store, place.outbox).runs.get(EDITION)
            assert run is not None
            assert sorted(one.id for one in run.state.departures) == sorted(
                one.id for one in departures
            )
            known = [replace(one, participant=place.id_of(one.ref)) for one in cohort.applicants]
            expected = run_selection(cohort.asked, known, run.state.departures)
            assert [(one.participant, one.outcome) for one in await results(place, page)] == [
                (one.participant, one.outcome) for one in expected
            ]
        once(await place.published(ENROLLMENT))

    asyncio.run(scenario())
