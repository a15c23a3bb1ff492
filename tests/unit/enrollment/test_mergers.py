"""Several sessions made one: what is left of each, and what a later definition must keep."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from ijaza_contracts.edition import Edition, Interval, Session
from ijaza_enrollment.domain.commands import (
    ChangeSessions,
    PublishEdition,
)
from ijaza_enrollment.domain.definition import merger_faults
from ijaza_enrollment.domain.editions import EditionState
from ijaza_runtime.errors import Conflicting, Invalid

from tests.unit.enrollment.calendars import (
    GIVEN,
    HOUR,
    add,
    after,
    asked,
    merge,
    move,
    of,
    told,
    two_modules,
)
from tests.unit.enrollment.given import CALL, EDITION, day, edition, session, world


def test_merged_sessions_are_cancelled_and_say_where_they_went() -> None:
    """Given three sessions, when two become part of the first, then that one is as it was."""
    state, event = after(merge("d1", "d2", "d3")), told(merge("d1", "d2", "d3"))

    merged = of(state)
    assert merged["d1"] == of(GIVEN)["d1"]
    assert [(one.cancelled, one.merged_into) for one in merged.values()] == [
        (False, ""),
        (True, "d1"),
        (True, "d1"),
        (False, ""),
    ]
    assert [each.after.id for each in event.sessions] == ["d2", "d3"]


def test_sessions_can_be_merged_into_another_time() -> None:
    """Given times for the one session that is left, then they replace its own, breaks too; and
    it may lie where those were that it takes the place of.
    """
    held = session("d1", day(101), (day(101) + HOUR, day(101) + 2 * HOUR))

    state = after(merge("d1", "d2", held=held))

    assert of(state)["d1"] == held
    later = after(move("d1", 105, at=91), state=state)
    assert of(later)["d1"].breaks == (Interval(start=day(105) + HOUR, end=day(105) + 2 * HOUR),)


def test_a_merger_stands_against_the_moves_before_it() -> None:
    """Given a moved session, when others are merged into it at another time, then that holds."""
    held = session("d1", day(104))

    state = after(move("d1", 103), merge("d1", "d2", held=held))

    assert of(state)["d1"].start == day(104)


def test_what_was_merged_twice_names_the_last_one() -> None:
    """Given a session that was merged into a second, when that is merged into a third, then both
    name the third: nobody has to follow a chain.
    """
    state = after(merge("d2", "d1"), merge("d3", "d2"))

    assert {one.id: one.merged_into for one in of(state).values() if one.merged_into} == {
        "d1": "d3",
        "d2": "d3",
    }
    assert merger_faults(state.definition) == []


async def test_a_revision_keeps_what_sessions_were_merged_into() -> None:
    """Given a merger, when a new definition lacks the session that is left, it is refused: scans
    would count for nothing. One that has it is taken, and the merger holds on it.
    """
    place = await world()

    async def publish(definition: Edition) -> EditionState:
        return await place.desk.editions.publish(
            PublishEdition(definition=definition, at=day(91), actor="staff-7", revise=True)
        )

    await publish(two_modules())
    await place.desk.editions.change_calendar(asked(merge("d1", "d2")))
    fewer = edition(sessions=[session("d2", day(101)), session("d3", day(102))])
    renamed = two_modules().model_copy(update={"title": {"en": "Another title"}})

    with pytest.raises(Conflicting, match="merged into d1"):
        await publish(fewer)
    state = await publish(renamed)

    assert (state.revision, of(state)["d2"].merged_into) == (3, "d1")
    as_shown = await publish(state.definition)
    assert as_shown.definition == state.definition


FAULTY: dict[str, tuple[Callable[[Session], Session], str]] = {
    "held": (lambda one: one.model_copy(update={"merged_into": "d1"}), "expected to be cancelled"),
    "into nothing": (
        lambda one: one.model_copy(update={"cancelled": True, "merged_into": "d9"}),
        "session d2: merged into d9",
    ),
    "into itself": (
        lambda one: one.model_copy(update={"cancelled": True, "merged_into": "d2"}),
        "session d2: merged into d2",
    ),
    "into another module": (
        lambda one: one.model_copy(update={"cancelled": True, "merged_into": "e1"}),
        "expected a session of module m1",
    ),
}


@pytest.mark.parametrize(("changed", "fault"), FAULTY.values(), ids=FAULTY.keys())
async def test_a_definition_merges_sensibly(
    changed: Callable[[Session], Session], fault: str
) -> None:
    """Given a definition that says itself what was merged, then it must hold together."""
    whole = two_modules()
    first, second = whole.modules
    sessions = (first.sessions[0], changed(first.sessions[1]), *first.sessions[2:])
    modules = (first.model_copy(update={"sessions": sessions}), second)
    place = await world()

    with pytest.raises(Invalid, match=fault):
        await place.desk.editions.publish(
            PublishEdition(
                definition=whole.model_copy(update={"modules": modules}), at=CALL, actor="staff-7"
            )
        )


async def test_a_correction_adds_no_session_that_is_merged() -> None:
    """Given an edition, when a session is added as merged already, then that is refused."""
    place = await world()
    await place.desk.editions.publish(
        PublishEdition(definition=two_modules(), at=CALL, actor="staff-7")
    )
    added = add("d4", 103).added.model_copy(update={"cancelled": True, "merged_into": "d1"})
    change = replace(add("d4", 103), added=added)

    with pytest.raises(Invalid, match="cannot be merged already"):
        await place.desk.editions.change_sessions(
            ChangeSessions(edition=EDITION, changes=(change,))
        )
