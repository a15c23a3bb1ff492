"""The selection as commands: run once, resumed, changed by departures, asked for its results."""

from collections.abc import Mapping, Sequence

import pytest
from ijaza_contracts.enrollment import (
    ApplicationSubmitted,
    ParticipantDeclined,
    ParticipantSelected,
    ParticipantWaitlisted,
    ParticipantWithdrawn,
)
from ijaza_contracts.envelope import Event
from ijaza_contracts.topics import ENROLLMENT
from ijaza_enrollment.domain.commands import Apply, Depart, PublishEdition, Select
from ijaza_enrollment.domain.entries import Departure
from ijaza_enrollment.handlers import Selections
from ijaza_enrollment.storage import Shelves
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.errors import Conflicting, NotKnown
from ijaza_runtime.store import Document

from tests.unit.enrollment.given import (
    EDITION,
    SELECTED_AT,
    World,
    application,
    day,
    edition,
    leaves,
    rule,
    world,
)


async def selection_events(place: World) -> list[Event]:
    """What enrollment says of the selection, without the applications."""
    events = await place.published(ENROLLMENT)
    return [event for event in events if not isinstance(event, ApplicationSubmitted)]


async def outcomes(place: World, refs: str) -> list[str]:
    """Outcome and number of each ref, such as `selected 1`."""
    found = []
    for ref in refs:
        result = await place.desk.selections.result(EDITION, place.id_of(ref))
        found.append(f"{result.outcome} {result.number or ''}".strip() if result else "none")
    return found


async def test_the_selection_tells_everybody_what_became_of_them() -> None:
    """Given four applicants for two seats, when one leaves, then each change is one event."""
    place = await world()
    await place.open_call(
        edition(rule(1, require={"related": ["yes"]})),
        application("A", 1, related="yes"),
        application("B", 2, related="yes"),
        application("C", 3, related="no"),
    )

    await place.select()
    await place.depart(leaves("A", 62, kind="decline"))

    who = {ref: {"edition": EDITION, "participant": place.id_of(ref)} for ref in "ABC"}
    expected = [
        ParticipantSelected(**who["A"], at=SELECTED_AT, number=1, rank=1, via="ranking"),
        ParticipantWaitlisted(**who["B"], at=SELECTED_AT, rank=2, because="capacity"),
        ParticipantDeclined(**who["C"], at=SELECTED_AT, because="require:related"),
        ParticipantWithdrawn(**who["A"], at=day(62), actor="staff-7", because="decline"),
        ParticipantSelected(**who["B"], at=day(62), number=2, rank=2, via="promotion"),
    ]
    events = await selection_events(place)
    assert sorted(events, key=lambda event: event.id) == sorted(expected, key=lambda one: one.id)


async def test_selecting_again_changes_nothing() -> None:
    """Given a selection, when it is asked for again with another time, then nothing happens."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A"), application("B"))
    await place.select()
    before = await selection_events(place)

    await place.select(day(70))

    assert await selection_events(place) == before


async def test_without_applicants_nothing_is_selected_yet() -> None:
    """Given nobody applied, when the selection is asked for, then applying stays possible."""
    place = await world()
    await place.open_call(edition(rule(1)))
    await place.select()

    await place.desk.applicants.apply(Apply(edition=EDITION, applications=(application("A"),)))
    await place.select()

    assert await outcomes(place, "A") == ["selected 1"]


async def test_an_unknown_edition_selects_nobody() -> None:
    """Given no edition, when a selection or a departure is asked for, then both are refused."""
    place = await world()

    with pytest.raises(NotKnown):
        await place.select()
    with pytest.raises(NotKnown):
        await place.depart(leaves("A"))


async def test_a_later_roster_continues_the_numbers() -> None:
    """Given a roster with numbers, when more are added, then theirs follow, by ref."""
    place = await world()
    await place.open_call(edition(), application("M"), application("B"))
    await place.select()

    later = Apply(edition=EDITION, applications=(application("Z"), application("A")))
    await place.desk.applicants.apply(later)
    await place.select(day(65))

    assert await outcomes(place, "BMAZ") == [f"selected {number}" for number in (1, 2, 3, 4)]
    added = [event for event in await selection_events(place) if event.at == day(65)]
    assert {event.via for event in added if isinstance(event, ParticipantSelected)} == {"roster"}
    assert len(added) == 2


async def test_a_departure_counts_once() -> None:
    """Given a departure, when it is sent again, then nobody else is promoted."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A", 1), application("B", 2))
    await place.select()
    await place.depart(leaves("A", 61, command="d1"))

    await place.depart(leaves("A", 61, command="d1"))

    assert await outcomes(place, "AB") == ["withdrawn 1", "selected 2"]
    withdrawn = [e for e in await selection_events(place) if isinstance(e, ParticipantWithdrawn)]
    assert len(withdrawn) == 1


async def test_the_answer_to_a_departure_says_who_was_promoted() -> None:
    """Given a departure, when it is sent, and sent again, then both answers are the same."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A", 1), application("B", 2))
    await place.select()
    command = Depart(edition=EDITION, departures=(place.of_person(leaves("A")),))

    first = await place.desk.selections.depart(command)
    again = await place.desk.selections.depart(command)

    assert [(one.outcome, one.reason, one.note) for one in first.departed] == [
        ("withdrawn", "withdraw", "moved abroad")
    ]
    assert [one.participant for one in first.promoted] == [place.id_of("B")]
    assert again == first


async def test_the_id_of_a_departure_belongs_to_one_person() -> None:
    """Given a departure, when its id is used for another person, then that is refused."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A", 1), application("B", 2))
    await place.select()
    await place.depart(leaves("A", command="d1"))

    with pytest.raises(Conflicting, match="d1"):
        await place.depart(leaves("B", command="d1"))

    assert await outcomes(place, "AB") == ["withdrawn 1", "selected 2"]


async def test_nobody_leaves_before_the_selection() -> None:
    """Given applicants and no selection, when one leaves, then the answer says what to do."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A"))

    with pytest.raises(Conflicting, match="has not been made"):
        await place.depart(leaves("A"))


async def test_one_unknown_person_stops_all_departures_of_a_command() -> None:
    """Given two departures, when one names a stranger, then neither is applied."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A"))
    await place.select()

    with pytest.raises(NotKnown, match=place.id_of("stranger")):
        await place.depart(leaves("A"), leaves("stranger"))

    assert await outcomes(place, "A") == ["selected 1"]


async def test_accepting_changes_nothing() -> None:
    """The rule "`accept` changes nothing": it is answered, and leaves no event."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A"))
    await place.select()
    before = await selection_events(place)

    result = await place.desk.selections.accept(EDITION, place.id_of("A"))

    assert result.outcome == "selected"
    assert await selection_events(place) == before
    with pytest.raises(NotKnown):
        await place.desk.selections.accept(EDITION, place.id_of("stranger"))


async def test_departures_go_by_the_rule_of_the_newest_revision() -> None:
    """Given more seats since the selection, when somebody leaves, then all free ones are given."""
    place = await world()
    await place.open_call(edition(rule(1)), *(application(ref) for ref in "ABCD"))
    await place.select()
    wider = PublishEdition(definition=edition(rule(2)), at=day(61), actor="staff-7", revise=True)
    await place.desk.editions.publish(wider)

    await place.depart(leaves("A", 62))

    assert await outcomes(place, "ABCD") == [
        "withdrawn 1",
        "selected 2",
        "selected 3",
        "waitlisted",
    ]


async def test_results_are_read_page_by_page() -> None:
    """Given results over several pages, when any part is asked for, then it is that part."""
    place = await world()
    await place.open_call(edition(rule(2)), *(application(ref) for ref in "ABCDEFG"))
    selections = Selections(Shelves(place.store, place.outbox), page=3)
    await selections.select(Select(edition=EDITION, at=SELECTED_AT, actor="staff-7"))

    ranks = [one.rank for one in await selections.results(EDITION, 2, 4)]

    assert ranks == [3, 4, 5, 6]
    assert [one.rank for one in await selections.results(EDITION, 6, 4)] == [7]
    assert await selections.results(EDITION, 7, 4) == []


async def test_there_are_no_results_before_the_selection() -> None:
    """Given applicants and no selection, when results are asked for, then that is refused."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A"))

    with pytest.raises(Conflicting):
        await place.desk.selections.results(EDITION)
    assert await place.desk.selections.result(EDITION, place.id_of("A")) is None


class Cut(Exception):
    """The process ends, as by `kill -9`."""


class FusedStore(MemoryStore):
    """A store whose process ends before the write of document number `left`; never if it is 0."""

    left = 0

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        self.left -= 1
        if self.left == 0:
            raise Cut
        return await super().save(collection, documents)

    async def sent(self, collection: str, versions: Mapping[str, int]) -> None:
        self.left -= 1
        if self.left == 0:
            raise Cut
        await super().sent(collection, versions)


async def test_departures_cut_off_at_any_write_end_alike() -> None:
    """Given departures in time and too late in one command, and two entries on a page, when the
    process ends before any one of its writes and the command is sent again, then nobody gets
    the seat that was left too late, and nobody is told anything else.
    """
    departures = [leaves("A", 61), leaves("D", 62), leaves("B", 95)]
    whole = await _departed(departures, 0)

    cuts = range(1, 40)
    ends = [await _departed(departures, cut) for cut in cuts]

    assert whole[0] == [
        "withdrawn 1",
        "withdrawn 2",
        "selected 3",
        "withdrawn",
        "waitlisted",
        "waitlisted",
        "waitlisted",
    ]
    assert [cut for cut, end in zip(cuts, ends, strict=True) if end != whole] == []


async def _departed(departures: Sequence[Departure], cut: int) -> tuple[list[str], set[str]]:
    """Outcomes and events after departures, cut off before write number `cut`, and sent again."""
    store = FusedStore()
    place = await world(store)
    refs = "ABCDEFG"
    await place.open_call(edition(rule(2)), *(application(ref) for ref in refs))
    place.desk.selections = Selections(Shelves(store, place.outbox), page=2)
    await place.select()
    store.left = cut
    try:
        await place.depart(*departures)
    except Cut:
        await place.depart(*departures)
        await place.relay()
    events = {event.model_dump_json() for event in await selection_events(place)}
    return await outcomes(place, refs), events
