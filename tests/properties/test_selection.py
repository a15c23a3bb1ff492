"""The selection, whatever the applicants: as its rules say, and as if nothing had cut it off."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st
from ijaza_contracts.edition import Selection
from ijaza_contracts.envelope import Event, ParticipantEvent
from ijaza_contracts.topics import ENROLLMENT
from ijaza_enrollment.domain.commands import Application, Depart, Select
from ijaza_enrollment.domain.entries import Candidate, Departure
from ijaza_enrollment.domain.run import Result
from ijaza_enrollment.domain.selection import run_selection
from ijaza_enrollment.handlers import Selections
from ijaza_enrollment.storage import Shelves
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Record
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.store import Document

from tests.unit.enrollment.given import (
    EDITION,
    SELECTED_AT,
    World,
    application,
    candidate,
    day,
    edition,
    leaves,
    rule,
    world,
)

COLUMNS = {"organisation": ["x", "y", "z", ""], "seniority": ["senior", "mid", "junior"]}


@dataclass(frozen=True)
class Cohort:
    """Applicants of an edition, and who leaves, by ref; None: a roster."""

    asked: Selection | None
    applicants: tuple[Candidate, ...]
    departures: tuple[Departure, ...]


@st.composite
def rules(draw: st.DrawFn) -> Selection:
    """Rules over few columns with few values, so that they are met and broken often."""
    return rule(
        draw(st.integers(0, 6)),
        require=draw(st.sampled_from([{}, {"seniority": ["senior", "mid"]}])),
        prefer=draw(
            st.sampled_from(
                [
                    {},
                    {"seniority": [["mid", "senior"]]},
                    {"organisation": [["y"], ["x", ""]], "seniority": [["junior"]]},
                ]
            )
        ),
        at_most=draw(
            st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.integers(0, 3), max_size=2)
        ),
        until=day(70),
    )


@st.composite
def cohorts(draw: st.DrawFn, most: int = 14) -> Cohort:
    """A cohort of at most `most` applicants; some leave, some of them twice, some too late."""
    refs = draw(st.lists(st.text("aBz09ب", min_size=1, max_size=3), unique=True, max_size=most))
    applicants = [
        candidate(
            ref,
            draw(st.integers(0, 2)),
            **{column: draw(st.sampled_from(values)) for column, values in COLUMNS.items()},
        )
        for ref in refs
    ]
    leaving = draw(st.lists(st.sampled_from(refs), max_size=12)) if refs else []
    departures = [
        leaves(
            ref,
            draw(st.sampled_from([65, 66, 70, 75])),
            kind=draw(st.sampled_from(["decline", "withdraw"])),
            command=str(place),
        )
        for place, ref in enumerate(leaving)
    ]
    return Cohort(draw(st.none() | rules()), tuple(applicants), tuple(departures))


def by_the_words(cohort: Cohort) -> dict[str, tuple[str, int | None]]:
    """Outcome and rank of each ref: the sentences of the rules, one after the other."""
    asked = cohort.asked
    if asked is None:
        gone = {departure.participant for departure in cohort.departures}
        return {
            one.ref: ("withdrawn" if one.ref in gone else "selected", None)
            for one in cohort.applicants
        }
    rest = [
        one
        for one in cohort.applicants
        if all(one.columns[column] in accepted for column, accepted in asked.require.items())
    ]
    rest.sort(
        key=lambda one: (
            [
                next(
                    (
                        place
                        for place, values in enumerate(each.order)
                        if one.columns[each.column] in values
                    ),
                    len(each.order),
                )
                for each in asked.prefer
            ],
            one.applied_at,
            one.ref,
        )
    )
    outcome = {one.ref: "declined" for one in cohort.applicants}
    outcome.update({one.ref: "waitlisted" for one in rest})

    def fill() -> None:
        for one in rest:
            held = [other for other in rest if outcome[other.ref] == "selected"]
            if len(held) < asked.capacity and outcome[one.ref] == "waitlisted":
                breaks = any(
                    sum(other.columns[limit.per] == one.columns[limit.per] for other in held)
                    >= limit.seats
                    for limit in asked.at_most
                )
                if not breaks:
                    outcome[one.ref] = "selected"

    fill()
    for departure in cohort.departures:
        if outcome[departure.participant] != "declined":
            outcome[departure.participant] = "withdrawn"
        if departure.at <= asked.promote_until:
            fill()
    rank = {one.ref: place for place, one in enumerate(rest, start=1)}
    return {ref: (what, rank.get(ref)) for ref, what in outcome.items()}


@settings(max_examples=400, deadline=None)
@given(cohorts(most=25))
def test_the_selection_does_what_its_sentences_say(cohort: Cohort) -> None:
    """Against a literal reading, which walks down the whole order each time."""
    entries = run_selection(cohort.asked, cohort.applicants, cohort.departures)

    assert {one.participant: (one.outcome, one.rank) for one in entries} == by_the_words(cohort)


@settings(max_examples=200, deadline=None)
@given(cohorts(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(cohort: Cohort, random: object) -> None:
    """Whatever the order in which applications arrive, everybody gets the same place."""
    shuffled = list(cohort.applicants)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives no narrower type

    assert run_selection(cohort.asked, shuffled, cohort.departures) == run_selection(
        cohort.asked, cohort.applicants, cohort.departures
    )


@settings(max_examples=200, deadline=None)
@given(cohorts())
def test_numbers_count_the_seats_that_were_given(cohort: Cohort) -> None:
    """1, 2, … without a gap, each once; and no capacity and no limit is ever exceeded."""
    entries = run_selection(cohort.asked, cohort.applicants, cohort.departures)

    numbers = sorted(one.number for one in entries if one.number is not None)
    holding = [one for one in entries if one.outcome == "selected"]
    assert numbers == list(range(1, len(numbers) + 1))
    if cohort.asked is not None:
        assert len(holding) <= cohort.asked.capacity
        for place, limit in enumerate(cohort.asked.at_most):
            groups = [one.groups[place] for one in holding]
            assert all(groups.count(group) <= limit.seats for group in groups)


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


def applications(cohort: Cohort) -> list[Application]:
    """The cohort's rows of applicants.csv."""
    return [
        replace(application(one.ref), applied_at=one.applied_at, attributes=one.columns)
        for one in cohort.applicants
    ]


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
