"""Editions: published, revised, their sessions corrected, closed."""

from datetime import timedelta

import pytest
from ijaza_contracts.edition import Edition, Session
from ijaza_contracts.enrollment import EditionClosed, EditionPublished, SessionsChanged
from ijaza_contracts.topics import EDITIONS
from ijaza_enrollment.domain.commands import (
    AddSession,
    CancelSession,
    ChangeSessions,
    CloseEdition,
    MoveSession,
    PublishEdition,
    SessionChange,
)
from ijaza_enrollment.domain.editions import EditionState
from ijaza_runtime.errors import Conflicting, Invalid, NotKnown

from tests.unit.enrollment.given import (
    CALL,
    EDITION,
    World,
    application,
    day,
    edition,
    rule,
    session,
    world,
)

HOUR = timedelta(hours=1)
TWO_DAYS = edition(
    sessions=[
        session("d1", day(100), (day(100) + HOUR, day(100) + 2 * HOUR)),
        session("d2", day(101)),
    ]
)


async def publish(
    place: World, definition: Edition, *, revise: bool = False, on: float = 0
) -> EditionState:
    command = PublishEdition(definition=definition, at=day(on), actor="staff-7", revise=revise)
    return await place.desk.editions.publish(command)


async def change(place: World, *changes: SessionChange) -> EditionState:
    return await place.desk.editions.change_sessions(
        ChangeSessions(edition=EDITION, changes=changes)
    )


def cancel(name: str, on: float, *, correction: str = "") -> CancelSession:
    return CancelSession(
        correction=correction or f"cancel-{name}-{on}", session=name, at=day(on), actor="staff-7"
    )


def move(name: str, to: float, on: float, *, correction: str = "", ordinal: int = 0) -> MoveSession:
    return MoveSession(
        correction=correction or f"move-{name}-{to}-{on}",
        session=name,
        start=day(to),
        end=day(to) + 3 * HOUR,
        at=day(on),
        actor="staff-8",
        reason="strike",
        ordinal=ordinal,
    )


def sessions_of(state: EditionState) -> dict[str, Session]:
    return {one.id: one for module in state.definition.modules for one in module.sessions}


async def test_a_definition_is_published_as_revision_1() -> None:
    """Given nothing, when a definition is published, then every service is told it, whole."""
    place = await world()

    await publish(place, TWO_DAYS)

    assert await place.published(EDITIONS) == [
        EditionPublished(edition=EDITION, at=CALL, revision=1, definition=TWO_DAYS, actor="staff-7")
    ]


async def test_the_same_definition_again_changes_nothing() -> None:
    """Given an edition, when it is published again, even to revise, then there is no event."""
    place = await world()
    await publish(place, TWO_DAYS)

    await publish(place, TWO_DAYS, on=3)
    state = await publish(place, TWO_DAYS, revise=True, on=4)

    assert (state.revision, state.revised_at) == (1, CALL)
    assert len(await place.published(EDITIONS)) == 1


async def test_another_definition_is_taken_as_a_revision_only() -> None:
    """Given an edition, when it changes, then this is refused unless it is meant."""
    place = await world()
    await publish(place, TWO_DAYS)
    changed = TWO_DAYS.model_copy(update={"title": {"en": "Another title"}})

    with pytest.raises(Conflicting, match="revision"):
        await publish(place, changed, on=3)
    state = await publish(place, changed, revise=True, on=4)

    assert (state.revision, state.revised_at, state.definition) == (2, day(4), changed)


async def test_every_fault_of_a_definition_is_named() -> None:
    """Given a definition with several faults, when it is published, then all are in the answer."""
    place = await world()
    backwards = Session(id="d1", start=day(100), end=day(99))
    broken = edition(sessions=[backwards, session("d1", day(100))], name="no_such_id")

    with pytest.raises(Invalid) as refused:
        await publish(place, broken)

    assert "id: expected" in refused.value.detail
    assert "session d1: given 2 times" in refused.value.detail
    assert "not after its start" in refused.value.detail
    assert await place.published(EDITIONS) == []


async def test_a_cancelled_session_keeps_its_place() -> None:
    """Given two sessions, when one is cancelled, then the next revision marks it so."""
    place = await world()
    await publish(place, TWO_DAYS)

    state = await change(place, cancel("d1", 90))

    assert [one.cancelled for one in sessions_of(state).values()] == [True, False]
    (_, event, told) = await place.published(EDITIONS)
    assert isinstance(event, EditionPublished)
    assert (event.revision, event.at, event.definition) == (2, day(90), state.definition)
    assert isinstance(told, SessionsChanged)
    assert (told.kind, told.revision, told.actor) == ("cancel", 2, "staff-7")


async def test_the_breaks_of_a_session_move_with_its_start() -> None:
    """The rule: "its breaks move by the same elapsed time as its start"."""
    place = await world()
    await publish(place, TWO_DAYS)

    state = await change(place, move("d1", 103, 90))

    moved = sessions_of(state)["d1"]
    assert (moved.start, moved.end) == (day(103), day(103) + 3 * HOUR)
    assert [(each.start, each.end) for each in moved.breaks] == [
        (day(103) + HOUR, day(103) + 2 * HOUR)
    ]


async def test_a_second_move_is_measured_from_the_definition() -> None:
    """Given a moved session, when it is moved again, then its breaks are not moved twice."""
    place = await world()
    await publish(place, TWO_DAYS)
    await change(place, move("d1", 103, 90))

    state = await change(place, move("d1", 105, 91))

    assert sessions_of(state)["d1"].breaks[0].start == day(105) + HOUR


async def test_of_several_moves_the_latest_stands() -> None:
    """The rule: "the one with the latest `at` stands, of equal ones the one further down"."""
    place = await world()
    await publish(place, TWO_DAYS)

    state = await change(
        place,
        move("d1", 105, 91),
        move("d1", 103, 90),
        move("d2", 106, 91, ordinal=2),
        move("d2", 107, 91, ordinal=1),
    )

    assert sessions_of(state)["d1"].start == day(105)
    assert sessions_of(state)["d2"].start == day(106)
    assert state.revision == 2


async def test_a_correction_that_is_outweighed_makes_no_revision() -> None:
    """Given a move, when one of an earlier `at` comes in, then what holds stays as it is, and
    that somebody asked for it is told all the same.
    """
    place = await world()
    await publish(place, TWO_DAYS)
    await change(place, move("d1", 105, 91))

    state = await change(place, move("d1", 103, 90))

    assert (state.revision, sessions_of(state)["d1"].start) == (2, day(105))
    assert len(state.moved) == 2
    told = (await place.published(EDITIONS))[-1]
    assert isinstance(told, SessionsChanged)
    assert (told.correction, told.revision, told.sessions) == ("move-d1-103-90", 2, ())


async def test_each_correction_is_told_as_it_follows_upon_the_one_before() -> None:
    """Given two corrections of a session at once, then there is one revision, and two are told."""
    place = await world()
    await publish(place, TWO_DAYS)

    state = await change(place, move("d1", 103, 90), cancel("d1", 91))

    _, _, *told = await place.published(EDITIONS)
    moved, cancelled = (each for each in told if isinstance(each, SessionsChanged))
    assert {moved.revision, cancelled.revision} == {state.revision} == {2}
    assert [each.after for each in moved.sessions] == [each.before for each in cancelled.sessions]
    assert (moved.reason, moved.at, cancelled.at) == ("strike", day(90), day(91))


async def test_a_moved_session_that_is_cancelled_stays_cancelled() -> None:
    """The rule: "corrections of different kinds stand side by side"."""
    place = await world()
    await publish(place, TWO_DAYS)
    await change(place, cancel("d1", 91))

    state = await change(place, move("d1", 103, 92))

    assert sessions_of(state)["d1"].cancelled
    assert sessions_of(state)["d1"].start == day(103)


async def test_a_correction_counts_once() -> None:
    """Given a correction, when it is sent again, then there is no further revision."""
    place = await world()
    await publish(place, TWO_DAYS)
    await change(place, cancel("d1", 91), move("d2", 103, 91))

    state = await change(place, move("d2", 103, 91), cancel("d1", 91))

    assert state.revision == 2
    with pytest.raises(Conflicting, match="cancel-d1-91"):
        await change(place, cancel("d2", 91, correction="cancel-d1-91"))


async def test_a_session_can_be_added_and_then_moved() -> None:
    """Given an edition, when a module gets a further session, then it stands after the others."""
    place = await world()
    await publish(place, TWO_DAYS)
    added = AddSession(
        correction="add", module="m1", added=session("d3", day(102)), at=day(90), actor="staff-7"
    )

    state = await change(place, added, move("d3", 104, 91))

    assert list(sessions_of(state)) == ["d1", "d2", "d3"]
    assert sessions_of(state)["d3"].start == day(104)


async def test_what_a_correction_names_must_exist() -> None:
    """Given an edition, when corrections name what it does not have, then all are refused."""
    place = await world()
    await publish(place, TWO_DAYS)
    added = AddSession(
        correction="add", module="m9", added=session("d2", day(102)), at=day(90), actor="staff-7"
    )

    with pytest.raises(Invalid) as refused:
        await change(place, cancel("d9", 90), move("d1", 103, 90), added)

    assert "no session d9" in refused.value.detail
    assert "no module m9" in refused.value.detail
    assert "a session d2 already" in refused.value.detail
    assert (await place.desk.editions.get(EDITION)).revision == 1


async def test_corrections_hold_on_a_revised_definition() -> None:
    """Given a moved and a cancelled session, when the definition is revised, then both stay so."""
    place = await world()
    await publish(place, TWO_DAYS)
    await change(place, move("d1", 103, 90), cancel("d2", 90))

    revised = TWO_DAYS.model_copy(update={"title": {"en": "Another title"}})
    state = await publish(place, revised, revise=True, on=92)

    assert state.revision == 3
    assert sessions_of(state)["d1"].start == day(103)
    assert sessions_of(state)["d2"].cancelled
    unchanged = await publish(place, revised, on=93)
    assert unchanged.revision == 3


async def test_what_a_selection_rests_on_cannot_change_after_it() -> None:
    """Given a selection, when a revision changes how it orders, then that is refused."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A"))
    await place.select()

    with pytest.raises(Conflicting, match="require, prefer"):
        await publish(place, edition(rule(1, require={"country": ["EG"]})), revise=True)
    with pytest.raises(Conflicting):
        await publish(place, edition(), revise=True)
    wider = await publish(place, edition(rule(2)), revise=True, on=70)

    assert wider.revision == 2


async def test_the_host_of_a_closed_editions_certificates_cannot_change() -> None:
    """Given a closed edition, when a revision names another host, then that is refused."""
    place = await world()
    await publish(place, TWO_DAYS)
    issuer = TWO_DAYS.issuer.model_copy(update={"did_host": "elsewhere.example.org"})
    moved = TWO_DAYS.model_copy(update={"issuer": issuer})
    assert (await publish(place, moved, revise=True, on=4)).revision == 2
    await place.desk.editions.close(CloseEdition(edition=EDITION, at=day(110), actor="staff-7"))

    with pytest.raises(Conflicting, match="did_host"):
        await publish(place, TWO_DAYS, revise=True, on=120)


async def test_an_edition_is_closed_once() -> None:
    """Given a closed edition, when it is closed again at another time, then it keeps the first."""
    place = await world()
    await publish(place, TWO_DAYS)
    first = CloseEdition(edition=EDITION, at=day(110), actor="staff-7")
    other = CloseEdition(edition=EDITION, at=day(120), actor="staff-7")

    await place.desk.editions.close(first)
    state = await place.desk.editions.close(other)

    assert state.closed_at == day(110)
    assert [event for event in await place.published(EDITIONS) if event.at > CALL] == [
        EditionClosed(edition=EDITION, at=day(110), actor="staff-7")
    ]


async def test_a_closed_edition_can_still_be_corrected() -> None:
    """Given a closed edition, when a session is cancelled, then that is a revision like any."""
    place = await world()
    await publish(place, TWO_DAYS)
    await place.desk.editions.close(CloseEdition(edition=EDITION, at=day(110), actor="staff-7"))

    state = await change(place, cancel("d1", 115))

    assert (state.revision, state.closed_at) == (2, day(110))


async def test_commands_on_an_unknown_edition_are_refused() -> None:
    """Given no edition, when it is asked for, changed or closed, then the answer says so."""
    desk = (await world()).desk.editions

    with pytest.raises(NotKnown, match=EDITION):
        await desk.get(EDITION)
    with pytest.raises(NotKnown):
        await desk.change_sessions(ChangeSessions(edition=EDITION, changes=(cancel("d1", 1),)))
    with pytest.raises(NotKnown):
        await desk.close(CloseEdition(edition=EDITION, at=CALL, actor="staff-7"))
