"""The front door of attendance: what it is made of."""

from dataclasses import dataclass

from ijaza_runtime.bus import Bus
from ijaza_runtime.commands import Commands
from ijaza_runtime.references import References
from ijaza_runtime.service import Assembly, Parts, wire

from ijaza_attendance.api import router
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import State
from ijaza_attendance.handlers import EDITIONS, FOLD, INPUTS, PEOPLE

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


def assemble(parts: Parts) -> Assembly[Desk]:
    """Put attendance together."""
    wiring = wire(parts, name=NAME, fold=FOLD, inputs=INPUTS, tables=[EDITIONS, PEOPLE])
    return Assembly(
        name=NAME,
        desk=Desk(parts.bus, wiring.commands, wiring.references),
        routers=[
            router(
                commands=wiring.commands,
                references=wiring.references,
                store=parts.store,
                bus=parts.bus,
                clock=parts.clock,
            )
        ],
        description="Scans from the doors, the seconds that count, corrections and review.",
        outbox=wiring.outbox,
        collections=[FOLD.collection],
        references=wiring.references,
        access=parts.access,
        meter=parts.meter,
        reactor=wiring.reactor,
    )
