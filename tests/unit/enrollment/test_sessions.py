"""What officers do to the calendar: each change, what it is refused for, and what is told of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from ijaza_contracts.edition import Interval, Session
from ijaza_contracts.enrollment import EditionPublished, SessionChange, SessionsChanged
from ijaza_contracts.topics import EDITIONS
from ijaza_enrollment.domain.commands import (
    CloseEdition,
    OfficeChange,
    PublishEdition,
)
from ijaza_enrollment.domain.refusals import NotAllowedError
from ijaza_enrollment.domain.sessions import decide
from ijaza_runtime.errors import Conflicting

from tests.unit.enrollment.calendars import (
    GIVEN,
    HOUR,
    add,
    after,
    asked,
    cancel,
    merge,
    move,
    of,
    refused,
    told,
    two_modules,
)
from tests.unit.enrollment.given import CALL, EDITION, day, session, world

ONE_OF_EACH = (move("d2", 103), cancel("d2"), add("d4", 103), merge("d1", "d2"))


def test_a_session_moves_under_its_id() -> None:
    """Given a session, when it is held later, then its breaks move with it, and others do not."""
    state = after(move("d1", 103))

    moved = of(state)["d1"]
    assert (moved.start, moved.end) == (day(103), day(103) + 4 * HOUR)
    assert moved.breaks == (Interval(start=day(103) + HOUR, end=day(103) + 1.25 * HOUR),)
    assert of(state)["d2"] == of(GIVEN)["d2"]


def test_it_is_told_who_changed_what_and_why() -> None:
    """Given a session, when it is moved, then one event has it before and after, actor, reason."""
    event = told(move("d2", 103))

    assert event == SessionsChanged(
        edition=EDITION,
        at=day(90),
        correction="move-d2-103",
        kind="move",
        revision=2,
        sessions=(
            SessionChange(
                module="m1", before=session("d2", day(101)), after=session("d2", day(103))
            ),
        ),
        actor="staff-7",
        reason="strike",
    )


def test_a_session_that_is_added_stands_after_the_others_of_its_module() -> None:
    """Given a closed calendar of three days, when a fourth is added, then it is told as new."""
    state, event = after(add("d4", 103)), told(add("d4", 103))

    assert [one.id for one in state.definition.modules[0].sessions] == ["d1", "d2", "d3", "d4"]
    assert [each.before for each in event.sessions] == [None]


@pytest.mark.parametrize("change", ONE_OF_EACH)
def test_a_change_counts_once(change: OfficeChange) -> None:
    """Given a change, when it is sent again, later and with the old revision, nothing follows."""
    state = after(change)

    again = replace(change, at=day(95), reason="sent again")

    assert decide(state, asked(again, revision=1)) is None


def test_an_id_is_not_used_for_another_change() -> None:
    """Given a change, when another one comes under its id, then that is refused."""
    state = after(move("d1", 103, under="x"))

    for other in (
        move("d1", 104, under="x"),
        move("d2", 103, under="x"),
        cancel("d1", under="x"),
    ):
        assert refused(other, state).code == "correction-differs"


def test_who_looked_at_another_revision_is_told_what_is_there_now() -> None:
    """Given a session that somebody has just moved, when another officer cancels what they saw
    before, then they are told the revision, and where the session is.
    """
    state = after(move("d1", 103))

    with pytest.raises(NotAllowedError) as error:
        decide(state, asked(cancel("d1"), revision=1))

    assert (error.value.kind, error.value.code) == ("conflicting", "revision-differs")
    assert error.value.members == {"revision": 2}
    assert "d1 is held from 2019-12-13T00:00:00Z" in error.value.detail


def test_a_session_that_is_where_it_should_be_stays() -> None:
    """Given a session, when it is moved to its own times, then there is no revision."""
    assert decide(GIVEN, asked(move("d2", 101))) is None


def test_of_several_moves_in_a_second_the_last_stands() -> None:
    """Given a move, when another one comes in the same second, then that one holds."""
    state = after(move("d1", 103), move("d1", 104), move("d1", 103, under="back"))

    assert of(state)["d1"].start == day(103)


def test_a_correction_of_a_later_time_is_not_passed_over() -> None:
    """Given a move dated ahead of the clock, when an officer moves the session, then they are
    told that it would change nothing.
    """
    state = after(move("d1", 103, at=200))

    assert refused(move("d1", 104), state).code == "later-correction-stands"


def test_a_session_over_and_done_can_be_moved() -> None:
    """Given a session that was held, when its time turns out to be wrong, then it is put right."""
    state = after(move("d1", 99.5, at=150))

    assert of(state)["d1"].start == day(99.5)


REFUSED: dict[str, tuple[Sequence[OfficeChange], OfficeChange, str]] = {
    "no such session": ([], move("d9", 103), "session-not-known"),
    "no such session to merge": ([], merge("d1", "d9"), "session-not-known"),
    "no such module": ([], add("d4", 103, module="m9"), "module-not-known"),
    "id of another session": ([], add("e1", 103), "session-exists"),
    "cancelled twice": ([cancel("d1")], cancel("d1", under="again"), "session-cancelled"),
    "moved when cancelled": ([cancel("d1")], move("d1", 103), "session-cancelled"),
    "cancelled when merged": ([merge("d1", "d2")], cancel("d2"), "session-cancelled"),
    "merged when cancelled": ([cancel("d2")], merge("d1", "d2"), "session-cancelled"),
    "merged into a cancelled one": ([cancel("d1")], merge("d1", "d2"), "session-cancelled"),
    "merged with itself": ([], merge("d1", "d1"), "merger-unclear"),
    "merged twice": ([], merge("d1", "d2", "d2"), "merger-unclear"),
    "merged with nothing": ([], merge("d1"), "merger-unclear"),
    "merged across modules": ([], merge("d1", "e1"), "modules-differ"),
    "ends before it starts": ([], move("d1", 103, hours=-1), "session-invalid"),
    "no length": ([], add("d4", 103, hours=0), "session-invalid"),
    "more than a day": ([], move("d3", 103, hours=24.5), "session-invalid"),
    "merged for more than a day": (
        [],
        merge("d1", "d2", held=Session(id="d1", start=day(103), end=day(105))),
        "session-invalid",
    ),
    "moved onto another": ([], move("d1", 101.1), "sessions-overlap"),
    "added onto another": ([], add("d4", 100.9), "sessions-overlap"),
    "merged onto another": (
        [],
        merge("d1", "d2", held=session("d1", day(102))),
        "sessions-overlap",
    ),
    "the last of its module": ([], cancel("e1"), "last-session"),
    "the last that is left": (
        [merge("d1", "d2"), cancel("d3")],
        cancel("d1"),
        "last-session",
    ),
}


@pytest.mark.parametrize(("before", "change", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_is_refused(
    before: Sequence[OfficeChange], change: OfficeChange, code: str
) -> None:
    """Given an edition, when a change makes no sense there, then it is refused for one reason."""
    assert refused(change, after(*before)).code == code


ALLOWED: dict[str, tuple[Sequence[OfficeChange], OfficeChange]] = {
    "right after another": ([], move("d1", 101 + 4 / 24)),
    "at the time of another module": ([], add("e2", 101, module="m2")),
    "where a cancelled one was": ([cancel("d2")], move("d1", 101)),
    "where it was itself": ([], move("d1", 100.1)),
    "a whole day": ([], move("d3", 103, hours=24)),
}


@pytest.mark.parametrize(("before", "change"), ALLOWED.values(), ids=ALLOWED.keys())
def test_what_only_looks_wrong_is_taken(
    before: Sequence[OfficeChange], change: OfficeChange
) -> None:
    """Given an edition, when a change comes near to what is refused, then it is taken."""
    state = after(*before)

    assert after(change, state=state).revision == state.revision + 1


async def test_a_change_goes_out_with_its_revision() -> None:
    """Given an edition, also a closed one, when it is changed, then both events are published,
    the revision first, and are kept over a second sending.
    """
    held = session("d1", day(101), (day(101), day(101) + HOUR))
    together = merge("d1", "d2", held=held)
    place = await world()
    await place.desk.editions.publish(
        PublishEdition(definition=two_modules(), at=CALL, actor="staff-7")
    )
    await place.desk.editions.close(CloseEdition(edition=EDITION, at=day(110), actor="staff-7"))

    state = await place.desk.editions.change_calendar(asked(together))
    again = await place.desk.editions.change_calendar(asked(together))

    assert again == state
    assert state.closed_at == day(110)
    assert await place.desk.editions.get(EDITION) == state
    *_, publication, event = await place.published(EDITIONS)
    assert isinstance(publication, EditionPublished)
    assert publication.definition == state.definition
    assert event == told(together)
    assert len(await place.published(EDITIONS)) == 4


async def test_of_two_officers_at_once_one_is_told_to_look_again() -> None:
    """Given two who looked at the same revision, when both change it, then one change is in."""
    place = await world()
    await place.desk.editions.publish(
        PublishEdition(definition=two_modules(), at=CALL, actor="staff-7")
    )
    changes = (move("d1", 103), move("d1", 104))

    answers = await asyncio.gather(
        *(place.desk.editions.change_calendar(asked(each)) for each in changes),
        return_exceptions=True,
    )

    (late,) = (each for each in answers if isinstance(each, Conflicting))
    assert late.code == "revision-differs"
    assert (await place.desk.editions.get(EDITION)).revision == 2
