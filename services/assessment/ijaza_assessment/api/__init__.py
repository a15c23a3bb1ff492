"""Assessment over HTTP: results by examiners, corrections by the office, and what counts."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from ijaza_runtime.commands import Commands
from ijaza_runtime.fold import Stamped
from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_assessment.api import questions, results, staff
from ijaza_assessment.domain.programme import Programme
from ijaza_assessment.domain.state import State


def router(
    *,
    commands: Commands[State, Programme, Stamped],
    references: References,
    store: Store,
    clock: Callable[[], datetime],
) -> APIRouter:
    """All routes of assessment. `references` holds the table `EDITIONS`."""
    routes = APIRouter(prefix="/v1")
    routes.include_router(results.router(commands=commands))
    routes.include_router(staff.router(commands=commands, clock=clock))
    routes.include_router(questions.router(references=references, store=store))
    return routes
