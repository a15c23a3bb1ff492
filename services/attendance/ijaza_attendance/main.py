"""The front door of attendance: what it is made of."""

from dataclasses import dataclass
from typing import Any

from ijaza_runtime.bus import Bus
from ijaza_runtime.commands import Commands
from ijaza_runtime.fold import Table
from ijaza_runtime.references import References
from ijaza_runtime.service import Assembly, Parts, wire

from ijaza_attendance.api import Rooms, routers
from ijaza_attendance.api.room_shown import Wording
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import State
from ijaza_attendance.handlers import DEVICES, EDITIONS, FOLD, INPUTS, PEOPLE
from ijaza_attendance.ledger import Ledger
from ijaza_attendance.passes.keys import PassKeys
from ijaza_attendance.passes.office import PassOffice
from ijaza_attendance.registry import COLLECTIONS, Registry
from ijaza_attendance.rooms import Feed, RoomReader
from ijaza_attendance.settings import USUAL, AttendanceSettings
from ijaza_attendance.storage import BATCHES

NAME = "attendance"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where attendance takes scans, commands and questions."""

    bus: Bus
    commands: Commands[State, Programme, Person]
    references: References

    def programme(self, edition: str) -> Programme | None:
        """The edition as attendance knows it."""
        return self.references.get(EDITIONS, edition)


def assemble(parts: Parts, settings: AttendanceSettings = USUAL) -> Assembly[Desk]:
    """Put attendance together."""
    tables: list[Table[Any]] = [EDITIONS, PEOPLE, DEVICES]
    wiring = wire(parts, name=NAME, fold=FOLD, inputs=INPUTS, tables=tables)
    registry = Registry(store=parts.store, outbox=wiring.outbox, references=wiring.references)
    reader = RoomReader(references=wiring.references, store=parts.store, clock=parts.clock)
    wording = Wording()
    feed = Feed(reader.look, whole=wording.whole, news=wording.news)
    return Assembly(
        name=NAME,
        desk=Desk(parts.bus, wiring.commands, wiring.references),
        routers=routers(
            Rooms(
                commands=wiring.commands,
                references=wiring.references,
                registry=registry,
                ledger=Ledger(store=parts.store, outbox=wiring.outbox),
                office=PassOffice(PassKeys(parts.keys), registry, parts.clock),
                reader=reader,
                feed=feed,
                store=parts.store,
                bus=parts.bus,
                access=parts.access,
                clock=parts.clock,
                fleet_rate=settings.fleet_rate,
            )
        ),
        description="Passes, devices and scans at the doors, the seconds that count, review.",
        outbox=wiring.outbox,
        collections=[FOLD.collection, *COLLECTIONS, BATCHES],
        references=wiring.references,
        access=parts.access,
        meter=parts.meter,
        reactor=wiring.reactor,
        hang_up=feed.end,
    )
