"""Attendance over HTTP: scans from the doors, corrections by the office, and what counts."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from ijaza_runtime.bus import Bus
from ijaza_runtime.commands import Commands
from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_attendance.api import questions, scans, staff
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import State


def router(
    *,
    commands: Commands[State, Programme, Person],
    references: References,
    store: Store,
    bus: Bus,
    clock: Callable[[], datetime],
) -> APIRouter:
    """All routes of attendance. `references` holds the tables `EDITIONS` and `PEOPLE`."""
    routes = APIRouter(prefix="/v1")
    routes.include_router(scans.router(references=references, bus=bus))
    routes.include_router(staff.router(commands=commands, clock=clock))
    routes.include_router(questions.router(references=references, store=store))
    return routes
