"""Attendance over HTTP: passes and devices, scans from the doors, corrections, what counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.bus import Bus
from ijaza_runtime.commands import Commands
from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_attendance.api import (
    batches,
    devices,
    kiosk,
    kiosk_page,
    pass_page,
    passes,
    questions,
    review,
    room,
    room_links,
    room_page,
    scans,
    sheets,
    staff,
)
from ijaza_attendance.api.door import Doorkeeper
from ijaza_attendance.api.sheet_desk import SheetDesk
from ijaza_attendance.bundle import Bundles
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import State
from ijaza_attendance.ledger import Ledger
from ijaza_attendance.passes.office import PassOffice
from ijaza_attendance.press import Press
from ijaza_attendance.registry import Registry
from ijaza_attendance.rooms import Feed, RoomReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What the routes work with. `references` holds the tables of `handlers`."""

    commands: Commands[State, Programme, Person]
    references: References
    registry: Registry
    ledger: Ledger
    office: PassOffice
    reader: RoomReader
    feed: Feed
    store: Store
    bus: Bus
    access: AccessKeys
    clock: Callable[[], datetime]
    fleet_rate: int


def routers(rooms: Rooms) -> Sequence[APIRouter]:
    """All routes of attendance: those of programs under `/v1`, and pages for people."""
    commands, references, store = rooms.commands, rooms.references, rooms.store
    registry, office, clock = rooms.registry, rooms.office, rooms.clock
    keeper = Doorkeeper(registry)
    routes = APIRouter(prefix="/v1")
    routes.include_router(
        scans.router(
            references=references,
            keeper=keeper,
            registry=registry,
            bus=rooms.bus,
            rate=rooms.fleet_rate,
        )
    )
    routes.include_router(staff.router(commands=commands, clock=clock))
    routes.include_router(questions.router(references=references, store=store))
    routes.include_router(
        review.router(commands=commands, references=references, store=store, clock=clock)
    )
    press = Press()
    routes.include_router(
        sheets.router(SheetDesk(references=references, store=store, clock=clock, press=press))
    )
    routes.include_router(
        passes.router(
            commands=commands,
            references=references,
            store=store,
            office=office,
            clock=clock,
            press=press,
        )
    )
    routes.include_router(
        devices.router(registry=registry, references=references, office=office, clock=clock)
    )
    routes.include_router(
        kiosk.router(
            registry=registry,
            keeper=keeper,
            bundles=Bundles(registry=registry, references=references, store=store),
            keys=office.keys,
            access=rooms.access,
            clock=clock,
        )
    )
    routes.include_router(
        batches.router(
            registry=registry,
            keeper=keeper,
            references=references,
            ledger=rooms.ledger,
            store=store,
            bus=rooms.bus,
            clock=clock,
        )
    )
    routes.include_router(room.router(references=references, reader=rooms.reader, feed=rooms.feed))
    routes.include_router(
        room_links.router(registry=registry, references=references, keys=office.keys, clock=clock)
    )
    pages = pass_page.router(
        references=references, registry=registry, store=store, office=office, clock=clock
    )
    room_pages = room_page.router(
        registry=registry, references=references, feed=rooms.feed, keys=office.keys, clock=clock
    )
    return [routes, pages, room_pages, kiosk_page.router()]
