"""An edition's calendar under any commands of its office: what every revision keeps."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_contracts.edition import Session
from ijaza_contracts.enrollment import EditionPublished, SessionsChanged
from ijaza_enrollment.domain.commands import OfficeChange
from ijaza_enrollment.domain.definition import faults_of
from ijaza_enrollment.domain.editions import EditionState
from ijaza_enrollment.domain.refusals import NotAllowedError
from ijaza_enrollment.domain.sessions import decide

from tests.unit.enrollment.calendars import GIVEN, add, asked, cancel, merge, move, of
from tests.unit.enrollment.given import day

NAMES = ("d1", "d2", "d3", "d4", "e1")
IDS = st.sampled_from(NAMES)
DAYS = st.sampled_from([100.0, 100.1, 100.2, 101.0, 102.0, 103.0])
HOURS = st.sampled_from([2.0, 4.0, 30.0])


def held(name: str, to: float, hours: float) -> Session:
    """A session in these times."""
    return Session(id=name, start=day(to), end=day(to) + hours * timedelta(hours=1))


CHANGES: st.SearchStrategy[OfficeChange] = st.one_of(
    st.builds(lambda name, to, hours: move(name, to, hours=hours), IDS, DAYS, HOURS),
    st.builds(cancel, IDS),
    st.builds(
        lambda name, to, module: add(name, to, module=module),
        IDS,
        DAYS,
        st.sampled_from(["m1", "m2", "m9"]),
    ),
    st.builds(lambda into, gone: merge(into, *gone), IDS, st.lists(IDS, max_size=2)),
    st.builds(
        lambda into, gone, to, hours: merge(into, gone, held=held(into, to, hours)),
        IDS,
        IDS,
        DAYS,
        HOURS,
    ),
)


def lived(changes: Sequence[OfficeChange]) -> list[tuple[EditionState, SessionsChanged]]:
    """Every revision that the changes make, with what is told of it; some are refused."""
    state, made = GIVEN, []
    for number, change in enumerate(changes):
        later = replace(change, correction=f"c{number}", at=day(90 + number // 2))
        try:
            decided = decide(state, asked(later, state.revision))
        except NotAllowedError:
            continue
        if decided is not None:
            state, (publication, told) = decided
            assert isinstance(publication, EditionPublished)
            assert publication.definition == state.definition
            assert isinstance(told, SessionsChanged)
            made.append((state, told))
    return made


@given(st.lists(CHANGES, max_size=12))
def test_every_revision_is_a_calendar_that_can_be_taught(changes: list[OfficeChange]) -> None:
    """No fault of a definition, a session left in every module, and no session lost: one that is
    over is cancelled, and names a session that is merged into none.
    """
    for state, _ in lived(changes):
        assert faults_of(state.definition) == []
        assert all(
            any(not session.cancelled for session in module.sessions)
            for module in state.definition.modules
        )
        assert set(of(GIVEN)) <= set(of(state))


@given(st.lists(CHANGES, max_size=12))
def test_what_is_told_leads_from_each_revision_to_the_next(changes: list[OfficeChange]) -> None:
    """Whoever follows what is told, and no definition, knows every session all the same."""
    known = of(GIVEN)
    for number, (state, told) in enumerate(lived(changes), 2):
        for each in told.sessions:
            assert known.get(each.after.id) == each.before
            known[each.after.id] = each.after
        assert known == of(state)
        assert told.revision == state.revision == number
        assert told.sessions


@pytest.mark.slow
@given(st.lists(CHANGES, max_size=12))
def test_no_two_sessions_of_a_module_come_to_overlap(changes: list[OfficeChange]) -> None:
    """The calendar that was given has none; an officer can make none."""
    for state, _ in lived(changes):
        for module in state.definition.modules:
            taught = sorted(
                (each.start, each.end) for each in module.sessions if not each.cancelled
            )
            assert all(one[1] <= later[0] for one, later in pairwise(taught))
