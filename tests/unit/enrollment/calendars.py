"""A small calendar, and changes of it, for the tests of sessions that move."""

from datetime import timedelta

import pytest
from ijaza_contracts.edition import Edition, Module, Session
from ijaza_contracts.enrollment import EditionPublished, SessionsChanged
from ijaza_enrollment.domain.commands import (
    AddSession,
    CancelSession,
    ChangeCalendar,
    MergeSessions,
    MoveSession,
    OfficeChange,
)
from ijaza_enrollment.domain.editions import EditionState
from ijaza_enrollment.domain.refusals import NotAllowedError
from ijaza_enrollment.domain.sessions import decide

from tests.unit.enrollment.given import CALL, EDITION, day, edition, session

HOUR = timedelta(hours=1)
BREAK = (day(100) + HOUR, day(100) + 1.25 * HOUR)


def two_modules() -> Edition:
    """m1 on three days, the first with a break; m2 on one."""
    first = edition(
        sessions=[session("d1", day(100), BREAK), session("d2", day(101)), session("d3", day(102))]
    )
    second = Module(id="m2", title={"en": "Rights"}, sessions=(session("e1", day(100)),))
    return first.model_copy(update={"modules": (*first.modules, second)})


GIVEN = EditionState(two_modules(), revision=1, revised_at=CALL)


def move(name: str, to: float, *, hours: float = 4, under: str = "", at: float = 90) -> MoveSession:
    return MoveSession(
        correction=under or f"move-{name}-{to}",
        session=name,
        start=day(to),
        end=day(to) + hours * HOUR,
        at=day(at),
        actor="staff-7",
        reason="strike",
    )


def cancel(name: str, *, under: str = "") -> CancelSession:
    return CancelSession(
        correction=under or f"cancel-{name}",
        session=name,
        at=day(90),
        actor="staff-7",
        reason="holiday",
    )


def add(name: str, to: float, *, module: str = "m1", hours: float = 4) -> AddSession:
    added = Session(id=name, start=day(to), end=day(to) + hours * HOUR)
    return AddSession(
        correction=f"add-{name}",
        module=module,
        added=added,
        at=day(90),
        actor="staff-7",
        reason="catching up",
    )


def merge(into: str, *merged: str, held: Session | None = None) -> MergeSessions:
    return MergeSessions(
        correction=f"merge-{into}-{'-'.join(merged)}",
        session=into,
        merged=merged,
        held=held,
        at=day(90),
        actor="staff-7",
        reason="one room",
    )


def asked(change: OfficeChange, revision: int = 1) -> ChangeCalendar:
    return ChangeCalendar(edition=EDITION, revision=revision, change=change)


def after(*changes: OfficeChange, state: EditionState = GIVEN) -> EditionState:
    """The edition after these changes, each asked for by somebody who saw the one before."""
    for change in changes:
        decided = decide(state, asked(change, state.revision))
        assert decided is not None
        state, _ = decided
    return state


def told(change: OfficeChange, state: EditionState = GIVEN) -> SessionsChanged:
    """What is told of a change, beside the revision that it makes."""
    decided = decide(state, asked(change, state.revision))
    assert decided is not None
    _, (publication, event) = decided
    assert isinstance(publication, EditionPublished)
    assert isinstance(event, SessionsChanged)
    assert publication.revision == event.revision == state.revision + 1
    return event


def refused(change: OfficeChange, state: EditionState = GIVEN) -> NotAllowedError:
    with pytest.raises(NotAllowedError) as error:
        decide(state, asked(change, state.revision))
    return error.value


def of(state: EditionState) -> dict[str, Session]:
    return {one.id: one for module in state.definition.modules for one in module.sessions}
