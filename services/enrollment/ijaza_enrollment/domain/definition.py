"""What an edition's definition must fulfil before anything is decided under it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ijaza_contracts.edition import Edition, Session

from ijaza_enrollment.domain.commands import (
    AddSession,
    CancelSession,
    MoveSession,
    SessionChange,
)

_ID = re.compile(r"[a-z0-9-]{1,40}")
_YEARS = range(1900, 2200)
_LARGEST = 1_000_000


def faults_of(definition: Edition) -> list[str]:
    """What is wrong with a definition: each fault with its place and what was expected."""
    sessions = [session for module in definition.modules for session in module.sessions]
    return [
        *_missing(definition),
        *_number_faults(definition),
        *_repeated("module", (module.id for module in definition.modules)),
        *_repeated("session", (session.id for session in sessions)),
        *_repeated("certificate", (each.id for each in definition.certificates)),
        *(fault for session in sessions for fault in session_faults(session)),
        *merger_faults(definition),
        *(fault for place, time in _single_times(definition) for fault in _fault(place, time)),
    ]


def merger_faults(definition: Edition) -> list[str]:
    """What is wrong with the sessions that were merged into others."""
    faults: list[str] = []
    for module in definition.modules:
        possible = {session.id for session in module.sessions if not session.merged_into}
        for session in module.sessions:
            if session.merged_into and not session.cancelled:
                faults.append(f"session {session.id}: merged, so expected to be cancelled")
            if session.merged_into and session.merged_into not in possible:
                faults.append(
                    f"session {session.id}: merged into {session.merged_into}; expected a session "
                    f"of module {module.id} that is not merged itself"
                )
    return faults


def faults_of_changes(definition: Edition, changes: Iterable[SessionChange]) -> list[str]:
    """What is wrong with corrections of sessions, in the order given."""
    modules = {module.id for module in definition.modules}
    sessions = {session.id for module in definition.modules for session in module.sessions}
    faults: list[str] = []
    for change in changes:
        faults.extend(_change_faults(change, modules, sessions))
        if isinstance(change, AddSession):
            sessions.add(change.session)
    return faults


def _change_faults(change: SessionChange, modules: set[str], sessions: set[str]) -> Iterator[str]:
    where = f"correction {change.correction}"
    match change:
        case AddSession():
            if change.module not in modules:
                yield f"{where}: the edition has no module {change.module}"
            if change.session in sessions:
                yield f"{where}: there is a session {change.session} already; move it instead"
            if change.added.merged_into:
                yield f"{where}: session {change.session} is new, and cannot be merged already"
            yield from session_faults(change.added)
        case CancelSession() | MoveSession():
            if change.session not in sessions:
                yield f"{where}: the edition has no session {change.session}"
    if isinstance(change, MoveSession):
        yield from _span_faults(f"{where}: session {change.session}", change.start, change.end)


def _missing(definition: Edition) -> Iterator[str]:
    if not _ID.fullmatch(definition.id):
        yield "id: expected 1 to 40 of the characters a-z, 0-9 and -"
    if not definition.modules:
        yield "modules: none given; an edition has at least one"
    if not definition.certificates:
        yield "certificates: none given; an edition gives at least one"
    for module in definition.modules:
        if not module.sessions:
            yield f"module {module.id}: no session given; a module has at least one"


def _number_faults(definition: Edition) -> Iterator[str]:
    numbers = [("sdgs", 1, number) for number in definition.sdgs]
    numbers += [
        (f"module {module.id}: test.attempts", 1, module.test.attempts)
        for module in definition.modules
        if module.test is not None
    ]
    if definition.selection is not None:
        numbers.append(("selection.capacity", 0, definition.selection.capacity))
        numbers += [
            (f"selection.at_most {limit.per}", 0, limit.seats)
            for limit in definition.selection.at_most
        ]
    for place, least, number in numbers:
        if not least <= number <= _LARGEST:
            yield f"{place}: {number} given; expected {least} to {_LARGEST}"


def _repeated(what: str, ids: Iterable[str]) -> Iterator[str]:
    for identifier, count in Counter(ids).items():
        if count > 1:
            yield f"{what} {identifier}: given {count} times; an id is used once in an edition"


def session_faults(session: Session) -> Iterator[str]:
    """What is wrong with the times of a session and of its breaks."""
    yield from _span_faults(f"session {session.id}", session.start, session.end)
    for pause in session.breaks:
        yield from _span_faults(f"a break of session {session.id}", pause.start, pause.end)


def _span_faults(where: str, start: datetime, end: datetime) -> Iterator[str]:
    unclear = [*_fault(where, start), *_fault(where, end)]
    yield from unclear
    if not unclear and end <= start:
        yield f"{where}: ends at {end.isoformat()}, not after its start {start.isoformat()}"


def _single_times(definition: Edition) -> Iterator[tuple[str, datetime]]:
    if definition.selection is not None:
        yield "selection.promote_until", definition.selection.promote_until
    for happening in definition.events:
        yield "events", happening.start
        if happening.end is not None:
            yield "events", happening.end


def _fault(where: str, time: datetime) -> Iterator[str]:
    if time.utcoffset() != timedelta(0) or time.microsecond or time.year not in _YEARS:
        yield (
            f"{where}: {time.isoformat()} given; expected a whole second in UTC, such as "
            f"2019-12-15T14:00:00Z, from {_YEARS[0]} to {_YEARS[-1]}"
        )
