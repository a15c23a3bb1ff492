"""Enrollment over HTTP: editions, applications, the selection, and who leaves it."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter

from ijaza_enrollment.api import editions, participants, selection, sessions
from ijaza_enrollment.handlers import Enrollment

Clock = Callable[[], datetime]


def router(desk: Enrollment, *, clock: Clock) -> APIRouter:
    """The routes of enrollment. `clock` gives the time of a request that carries none."""
    routes = APIRouter(prefix="/v1")
    routes.include_router(editions.router(desk, clock))
    routes.include_router(sessions.router(desk, clock))
    routes.include_router(participants.router(desk, clock))
    routes.include_router(selection.router(desk, clock))
    return routes
